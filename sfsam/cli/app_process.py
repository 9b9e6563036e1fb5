"""The app as a child process: started on a port, waited for, ended with everything it started."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from time import monotonic, sleep
from types import TracebackType
from typing import Self

from sfsam.bootstrap import build
from sfsam.config import LOOPBACK_NAMES, PROJECT_DIR, Settings
from sfsam.errors import SetupError, TemporaryError
from sfsam.web.lifeline import END_WITH_STDIN

LOOPBACK = "127.0.0.1"
_HEALTHY_SECONDS = 60.0
_END_SECONDS = 45.0
_LOOK_AGAIN_SECONDS = 0.1
_EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104  named, not listened on


class AppProcess:
    """`uvicorn app:app` on 127.0.0.1, or on `host` where people sign in; a context manager that ends it on leaving."""

    def __init__(self, settings: Settings, port: int, host: str = LOOPBACK) -> None:
        self._settings = settings
        self._port = port
        self._host = host
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where people open it: the public address when one was set."""
        if "base_url" in self._settings.model_fields_set:
            return self._settings.base_url
        return f"http://{LOOPBACK}:{self._port}"

    def __enter__(self) -> Self:
        """Start it and wait until it answers. Raises SetupError, StoreBusy or TemporaryError."""
        _require_sign_in(self._settings, self._host)
        _require_free(self._host, self._port)
        build(self._settings).close()  # whatever would keep the app from starting is told here, as a sentence
        self._child = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "app:app", "--app-dir", str(PROJECT_DIR), *self._options()],
            env=os.environ | self._environment(),
            stdin=subprocess.PIPE,  # closes when we end, however we end; the app watches it
            stdout=sys.stderr.fileno(),
            process_group=0,  # Ctrl-C is ours to answer; we then end it in order
        )
        try:
            self._wait_until_healthy(self._child)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self._end()

    def wait(self) -> int:
        """Until the app ends by itself; its exit code."""
        return 0 if self._child is None else self._child.wait()

    def _options(self) -> list[str]:
        # No access log: the address of the return from a log-in carries its code.
        listening = ["--host", self._host, "--port", str(self._port), "--no-server-header"]
        return [*listening, "--no-access-log", "--log-level", "warning", "--timeout-graceful-shutdown", "5"]

    def _environment(self) -> dict[str, str]:
        return {
            "SFSAM_BASE_URL": self.url,
            END_WITH_STDIN: "1",
            "STREAMLIT_SERVER_ADDRESS": self._host,
            "STREAMLIT_SERVER_PORT": str(self._port),
            "STREAMLIT_SERVER_HEADLESS": "true",
            "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
        }

    def _wait_until_healthy(self, child: subprocess.Popen[bytes]) -> None:
        deadline = monotonic() + _HEALTHY_SECONDS
        while not self._is_healthy():
            if child.poll() is not None:
                raise SetupError(
                    f"The app ended while it started (exit code {child.returncode}).", "Its last lines above say why."
                )
            if monotonic() > deadline:
                raise TemporaryError(
                    f"The app did not answer within {_HEALTHY_SECONDS:.0f} seconds.",
                    "Try again when the machine rests.",
                )
            sleep(_LOOK_AGAIN_SECONDS)

    def _is_healthy(self) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self._port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == http.client.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _end(self) -> None:
        child = self._child
        if child is None:
            return
        child.terminate()  # nothing happens to a child that has ended
        try:
            child.communicate(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()


def _require_sign_in(settings: Settings, host: str) -> None:
    if host not in LOOPBACK_NAMES and not settings.is_sign_in_on:
        raise SetupError(
            f"No sign-in is set up, so sfsam answers this machine only and does not listen on {host}.",
            "Set up the sign-in (docs/sign-in.md), or leave --host out.",
            host=host,
        )


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as trouble:
            raise SetupError(
                f"Port {port} cannot be used ({trouble.strerror}).",
                "Choose another one with --port, or end the program that uses it.",
                port=port,
            ) from trouble
