"""Starts the practice org as a process of its own and remembers it, so that a later start finds it again.

It is reached over HTTP only, like any org. It ends with us: its standard input is a pipe that closes when this
process goes, however it goes (`emulator --end-with-stdin`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import psutil
from pydantic import ValidationError

from sfsam.config import PROJECT_DIR, Settings
from sfsam.errors import SetupError, TemporaryError
from sfsam.ports import PracticeOrg
from sfsam.practice.memory import Population, Remembered, is_healthy, ports_are_free, recall, remember

READY_SECONDS = 120.0
END_SECONDS = 10.0
_LAST_MOMENT_SECONDS = 3.0
_ANY_PORTS = ("--port", "0")
_EMULATOR = (sys.executable, "-m", "sfsam", "emulator")


class ProcessPracticeOrgs:
    """Fits ports.PracticeOrgs. One practice org process per data folder."""

    def __init__(self, settings: Settings, command: Sequence[str] = _EMULATOR) -> None:
        self._folder = settings.data_dir
        self._memory = settings.data_dir / "practice.json"
        self._command = tuple(command)
        self._child: subprocess.Popen[bytes] | None = None

    def start(self, *, users: int, orgs: int, seed: int, scenario: str = "company") -> list[PracticeOrg]:
        """The orgs, started now or still running with the same population.

        The ports of the last time are taken again when they are free, so that stored connections stay valid.
        Raises TemporaryError when the process does not become ready, SetupError when it refuses to start.
        """
        wanted = Population(users=users, orgs=orgs, seed=seed, scenario=scenario)
        living = self._living()
        if living is not None and living.population == wanted:
            return list(living.orgs)
        self.stop()
        started = self._start_where_it_was(wanted) or self._start(wanted, _ANY_PORTS)
        remember(self._memory, started)
        return list(started.orgs)

    def running(self) -> list[PracticeOrg]:
        """The orgs of the process that runs now; none when it does not."""
        living = self._living()
        return [] if living is None else list(living.orgs)

    def stop(self) -> None:
        """End the process: politely, and after ten seconds for good. Nothing happens when there is none."""
        living = recall(self._memory)
        process = None if living is None else living.process()
        if process is not None:
            _end(process)
        if self._child is not None:
            _end_child(self._child)
            self._child = None

    def _living(self) -> Remembered | None:
        known = recall(self._memory)
        if known is None or known.process() is None or not is_healthy(known):
            return None
        return known

    def _start_where_it_was(self, wanted: Population) -> Remembered | None:
        """None when it never was, or when its ports are taken, be it at the last moment."""
        before = recall(self._memory)
        if before is None or not ports_are_free(before, wanted.orgs):
            return None
        try:
            return self._start(wanted, ["--port", str(before.port), "--tls-port", str(before.tls_port)])
        except SetupError:
            return None

    def _start(self, wanted: Population, ports: Sequence[str]) -> Remembered:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        log = self._folder / "practice.log"
        arguments = [*wanted.arguments(), *ports, "--end-with-stdin"]
        with log.open("wb") as errors:
            self._child = subprocess.Popen(
                [*self._command, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                cwd=PROJECT_DIR,
                process_group=0,  # a Ctrl-C in the terminal is ours to answer, not the practice org's
            )
        line = _first_line(self._child, READY_SECONDS)
        try:
            return Remembered.of(self._child.pid, wanted, line)
        except (ValidationError, psutil.NoSuchProcess) as trouble:
            raise self._not_ready(log) from trouble

    def _not_ready(self, log: Path) -> SetupError | TemporaryError:
        child, self._child = self._child, None
        ended = child is not None and _has_ended(child)
        if child is not None:
            _end_child(child)
        said = log.read_text(errors="replace").strip().splitlines()
        if ended:
            return SetupError(
                "The practice org did not start.",
                f"Read {log}; its last words are below.",
                said=said[-1] if said else "",
            )
        return TemporaryError(
            f"The practice org was not ready within {READY_SECONDS:.0f} seconds.",
            "Start it again, with fewer users if this machine is busy.",
        )


def _first_line(child: subprocess.Popen[bytes], seconds: float) -> bytes:
    """The ready line; empty when the process ended or let the time pass."""
    lines: list[bytes] = []
    output = child.stdout
    if output is None:
        return b""
    reader = threading.Thread(target=lambda: lines.append(output.readline()), daemon=True, name="practice-ready")
    reader.start()
    reader.join(seconds)
    return lines[0] if lines else b""


def _has_ended(child: subprocess.Popen[bytes]) -> bool:
    """Its output closes a moment before it can be waited for."""
    try:
        child.wait(_LAST_MOMENT_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


def _end(process: psutil.Process) -> None:
    try:
        process.terminate()
        process.wait(END_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(END_SECONDS)
    except psutil.NoSuchProcess:
        return


def _end_child(child: subprocess.Popen[bytes]) -> None:
    """End our own child with everything in its group, and take its exit status."""
    for ending in (signal.SIGTERM, signal.SIGKILL):
        if child.poll() is None:
            os.killpg(child.pid, ending)
        try:
            child.wait(END_SECONDS)
            break
        except subprocess.TimeoutExpired:
            continue
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
