"""/healthz: whether the process lives, for who would restart it. /readyz: whether it can serve and work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sfsam import bootstrap
from sfsam.errors import SfsamError
from sfsam.jobs.timekeeper import Timekeeper
from sfsam.jobs.worker import Worker

_FRESH = {"Cache-Control": "no-store"}
_SERVICE_UNAVAILABLE = 503


async def healthz(_: Request) -> Response:
    """200 while requests are answered; it looks at nothing else, so that a full disk is no reason to restart."""
    return JSONResponse({"status": "ok"}, headers=_FRESH)


def readyz(_: Request) -> Response:
    """200 while the database answers, jobs are done and schedules kept; else 503, with what is not."""
    checks = {"database": _database(), **{name: look() for name, look in _watched.items()}}
    is_ready = all(said == "ok" for said in checks.values())
    document = {"status": "ok" if is_ready else "not ready", "checks": checks}
    return JSONResponse(document, 200 if is_ready else _SERVICE_UNAVAILABLE, _FRESH)


ROUTES = [Route("/healthz", healthz), Route("/readyz", readyz)]


@contextmanager
def watching(worker: Worker, timekeeper: Timekeeper) -> Iterator[None]:
    """These two are asked as well, until the block ends."""
    _watched.update(worker=lambda: _worker(worker), timekeeper=lambda: "ok" if timekeeper.is_alive else "stopped")
    try:
        yield
    finally:
        _watched.clear()


_watched: dict[str, Callable[[], str]] = {}


def _database() -> str:
    try:
        bootstrap.current().reads.rows("freshness")
    except SfsamError as error:
        return error.name
    return "ok"


def _worker(worker: Worker) -> str:
    if worker.trouble is not None:
        return worker.trouble.name
    return "ok" if worker.is_alive else "stopped"
