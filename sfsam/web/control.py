"""The control route: how another process of this machine asks the one that holds the database.

It listens on a loopback port of its own rather than on the app's address: so it is out of reach of whatever stands
before the app, and the app and the command line offer it in the same way. Who may ask is whoever can read
`control.json` (mode 0600) in the data folder, which holds the address and a token of this run.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sfsam.domain.commands import Command
from sfsam.errors import SfsamError
from sfsam.web.wire import answer_document, command_from, error_document

LOOPBACK = "127.0.0.1"
_REFUSED_STATUS = 422

Send = Callable[[Command], Any]


class ControlFile(BaseModel):
    """The content of `control.json`."""

    model_config = ConfigDict(frozen=True)

    port: int
    token: str = Field(repr=False)
    pid: int


def read_control_file(path: Path) -> ControlFile | None:
    """Where the owner can be asked; None when there is no owner, or when the file is being replaced."""
    try:
        return ControlFile.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


@contextmanager
def control_route(path: Path, send: Send) -> Iterator[None]:
    """Answer commands by `send` until the block ends; `path` says where, for as long."""
    listening = socket.create_server((LOOPBACK, 0))
    control = ControlFile(port=listening.getsockname()[1], token=secrets.token_urlsafe(32), pid=os.getpid())
    server = uvicorn.Server(
        uvicorn.Config(control_application(control.token, send), lifespan="off", access_log=False, log_level="warning")
    )
    serving = threading.Thread(target=server.run, args=([listening],), name="control-route", daemon=True)
    serving.start()
    try:
        _write(path, control)
        yield
    finally:
        _withdraw(path, control)
        server.should_exit = True
        serving.join()
        listening.close()


def control_application(token: str, send: Send) -> Starlette:
    """POST /control with the token as bearer; this machine only."""

    async def control(request: Request) -> Response:
        if request.client is None or request.client.host != LOOPBACK:
            return JSONResponse({"error": "this machine only"}, 403)
        given = request.headers.get("authorization", "")
        if not secrets.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return JSONResponse({"error": "no valid token"}, 401, {"WWW-Authenticate": "Bearer"})
        return await run_in_threadpool(_answer, await request.body(), send)

    return Starlette(
        routes=[Route("/control", control, methods=["POST"])],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=[LOOPBACK, "localhost"])],
    )


def _answer(body: bytes, send: Send) -> Response:
    try:
        return JSONResponse({"answer": answer_document(send(command_from(_parsed(body))))})
    except SfsamError as error:
        return JSONResponse({"error": error_document(error)}, _REFUSED_STATUS)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _write(path: Path, control: ControlFile) -> None:
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(control.model_dump_json())
    draft.replace(path)


def _withdraw(path: Path, control: ControlFile) -> None:
    if read_control_file(path) == control:
        path.unlink(missing_ok=True)
