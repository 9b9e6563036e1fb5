"""What is remembered about a practice org process in `practice.json`, and whether it still lives."""

from __future__ import annotations

import http.client
import os
import socket
from pathlib import Path
from urllib.parse import urlsplit

import orjson
import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from sfsam.ports import PracticeOrg

_HEALTH_SECONDS = 5.0
_LOOPBACK = "127.0.0.1"


class Population(BaseModel):
    """What the orgs are filled with; the same numbers give the same people."""

    model_config = ConfigDict(frozen=True)

    users: int
    orgs: int
    seed: int
    scenario: str = "company"

    def arguments(self) -> list[str]:
        numbers = ["--users", str(self.users), "--orgs", str(self.orgs), "--seed", str(self.seed)]
        return [*numbers, "--scenario", self.scenario]


class _ReadyLine(BaseModel):
    """The one line that the practice org prints (contract.md); the rest of it is for other readers."""

    base_url: str
    tls_url: str
    orgs: list[PracticeOrg]


class Remembered(BaseModel):
    """A practice org process. `created_at` tells it from a later process with the same id."""

    model_config = ConfigDict(frozen=True)

    pid: int
    created_at: float
    population: Population
    port: int
    tls_port: int
    orgs: tuple[PracticeOrg, ...]

    @classmethod
    def of(cls, pid: int, population: Population, ready_line: bytes) -> Remembered:
        """Raises ValidationError for a line that is not the ready line, NoSuchProcess when it ended already."""
        ready = _ReadyLine.model_validate_json(ready_line)
        return cls(
            pid=pid,
            created_at=psutil.Process(pid).create_time(),
            population=population,
            port=urlsplit(ready.base_url).port or 0,
            tls_port=urlsplit(ready.tls_url).port or 0,
            orgs=tuple(ready.orgs),
        )

    def process(self) -> psutil.Process | None:
        """The process, if it is still the one that was remembered."""
        try:
            process = psutil.Process(self.pid)
            same = process.create_time() == self.created_at and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return None
        return process if same else None


def remember(path: Path, process: Remembered) -> None:
    """Write the file anew, whole and for its owner alone: it holds the practice org's passwords."""
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(process.model_dump(mode="json")))
    draft.replace(path)


def recall(path: Path) -> Remembered | None:
    """What was remembered; None when there is nothing, or nothing that can be read."""
    try:
        return Remembered.model_validate_json(path.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def is_healthy(process: Remembered) -> bool:
    """Whether it answers on its side door."""
    connection = http.client.HTTPConnection(_LOOPBACK, process.port, timeout=_HEALTH_SECONDS)
    try:
        connection.request("GET", "/_emulator/stats")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def ports_are_free(before: Remembered, orgs: int) -> bool:
    """Whether the ports of `orgs` orgs and of their log-in host, from those of `before` on, can all be taken."""
    firsts = (before.port, before.tls_port)
    return all(_is_free(port) for first in firsts for port in range(first, first + orgs + 1))


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_LOOPBACK, port))
        except OSError:
            return False
        return True
