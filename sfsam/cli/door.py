"""The way to the database: our own when it is free, else through the process that holds it.

One process owns the file. A command that finds it free opens it, and answers other commands on the control route
until it ends; a command that finds it taken asks the owner there. Either way the answer is the same JSON.
"""

from __future__ import annotations

import http.client
import json
import logging
from contextlib import ExitStack
from time import monotonic, sleep
from types import TracebackType
from typing import Any, Protocol, Self

import psutil

from sfsam.bootstrap import System, build
from sfsam.config import Settings
from sfsam.domain.commands import Command, Enqueue, ListJobs, ListProfiles, RunScheduleNow, ShowJob
from sfsam.domain.jobs import JobState
from sfsam.errors import OutcomeUnknown, StoreBusy
from sfsam.jobs.recovery import close_orphans
from sfsam.jobs.worker import Worker
from sfsam.web.control import LOOPBACK, ControlFile, control_route, read_control_file
from sfsam.web.wire import answer_document, command_document, error_from

PATIENCE_SECONDS = 10.0
_LOOK_AGAIN_SECONDS = 0.1
_ANSWER_SECONDS = 600.0
_SAFE_TO_REPEAT = (ShowJob, ListJobs, ListProfiles)

log = logging.getLogger(__name__)


class OwnerGone(Exception):
    """The process that held the database is not there any more; the command was not done."""


class Way(Protocol):
    """One of the two ways."""

    owned: bool

    def ask(self, command: Command) -> Any: ...


class Door:
    """Ask commands through whichever way is open; use it as a context manager."""

    def __init__(self, settings: Settings, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._settings = settings
        self._patience_seconds = patience_seconds
        self._closing = ExitStack()
        self._way: Way | None = None

    def __enter__(self) -> Self:
        self._way = self._find()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        try:
            if kind is None and isinstance(self._way, OwnWay):
                self._way.finish_jobs_of_others()
        finally:
            self._closing.close()

    @property
    def owned(self) -> bool:
        """Whether this process holds the database, and so does the jobs."""
        return self._way is not None and self._way.owned

    def ask(self, command: Command) -> Any:
        """The answer as JSON values. Raises SfsamError, the same one whichever way it came."""
        if self._way is None:
            self._way = self._find()
        try:
            return self._way.ask(command)
        except OwnerGone:
            self._way = self._find()
        try:
            return self._way.ask(command)
        except OwnerGone as gone:
            raise _both_busy(StoreBusy("The database is held by a process that comes and goes.", "")) from gone

    def _find(self) -> Way:
        """The owner, else our own; a process that is just starting or ending is waited for a little."""
        deadline = monotonic() + self._patience_seconds
        while True:
            owner = read_control_file(self._settings.control_file)
            if owner is not None and OwnersWay(owner).is_open():
                return OwnersWay(owner)
            try:
                return self._closing.enter_context(OwnWay(self._settings))
            except StoreBusy as busy:
                if monotonic() > deadline:
                    raise _both_busy(busy) from busy
            sleep(_LOOK_AGAIN_SECONDS)


class OwnWay:
    """This process holds the database, and answers others as long as it does."""

    owned = True

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._closing = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opening:
            self._system: System = build(self._settings)
            opening.callback(self._system.close)
            close_orphans(self._system)
            self._worker = Worker(self._system)
            opening.callback(self._worker.stop)
            opening.enter_context(control_route(self._settings.control_file, self._send))
            self._closing = opening.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def ask(self, command: Command) -> Any:
        return answer_document(self._send(command))

    def finish_jobs_of_others(self) -> None:
        """Whoever asked us for a job counts on it; it is not left half done because our own work is over."""
        told = False
        while self._worker.is_alive and not self._worker.trouble and self._unfinished():
            if not told:
                log.warning("other commands have asked for jobs here; finishing them first")
            told = True
            sleep(_LOOK_AGAIN_SECONDS)

    def _send(self, command: Command) -> Any:
        if isinstance(command, ShowJob) and self._worker.trouble:
            raise self._worker.trouble  # the end of the job cannot be saved, so nobody should wait for it
        answer = self._system.send_from_command_line(command)
        if isinstance(command, Enqueue | RunScheduleNow):
            self._worker.start()
        return answer

    def _unfinished(self) -> bool:
        with self._system.store.begin() as work:
            return work.jobs.next_queued() is not None or bool(work.jobs.running())


class OwnersWay:
    """Another process holds the database and is asked on its control route."""

    owned = False

    def __init__(self, owner: ControlFile) -> None:
        self._owner = owner

    def is_open(self) -> bool:
        """Whether the owner lives and listens; a file that a killed process left behind says nothing."""
        if not psutil.pid_exists(self._owner.pid):
            return False
        try:
            self._connect().close()
        except OSError:
            return False
        return True

    def ask(self, command: Command) -> Any:
        try:
            connection = self._connect()
        except OSError as trouble:
            raise OwnerGone from trouble
        try:
            document = self._exchange(connection, command)
        except (OSError, http.client.HTTPException, ValueError) as trouble:
            if isinstance(command, _SAFE_TO_REPEAT):
                raise OwnerGone from trouble
            raise OutcomeUnknown(
                "The process that holds the database went away before it answered.",
                "Look at the jobs before you ask again: it may have been done.",
            ) from trouble
        finally:
            connection.close()
        if "error" in document:
            raise error_from(**{name: document["error"][name] for name in _ERROR_FIELDS})
        return document["answer"]

    def _connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection(LOOPBACK, self._owner.port, timeout=_ANSWER_SECONDS)
        connection.connect()
        return connection

    def _exchange(self, connection: http.client.HTTPConnection, command: Command) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._owner.token}", "Content-Type": "application/json"}
        connection.request("POST", "/control", json.dumps(command_document(command)), headers)
        response = connection.getresponse()
        if response.status not in _STATUS_OF_ANSWERS:
            raise OwnerGone(f"HTTP {response.status} is no answer of a control route")
        document = json.loads(response.read())
        if not isinstance(document, dict) or not ("answer" in document or isinstance(document.get("error"), dict)):
            raise ValueError("not an answer of a control route")
        return document


_STATUS_OF_ANSWERS = (http.client.OK, http.client.UNPROCESSABLE_ENTITY, http.client.INTERNAL_SERVER_ERROR)
_ERROR_FIELDS = ("name", "what", "remedy", "said", "exit_code")


def unfinished(job: dict[str, Any]) -> bool:
    """Whether a job, as JobAnswer tells it, is still waiting or running."""
    return not JobState(job["state"]).is_ended


def _both_busy(busy: StoreBusy) -> StoreBusy:
    return StoreBusy(busy.what, "It does not answer either. Try again in a moment; if it stays so, end that process.")
