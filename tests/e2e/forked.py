"""`python -m sfsam …` as a process of its own, forked from one that has already imported sfsam.

A command imports for a second before it does anything, and the journeys start hundreds of commands. What is forked
is all the same a process with its own memory, its own lock on the data and its own death, and runs
`sfsam/__main__.py` from its first line. That the interpreter itself can start it is what tests/cli shows.
"""

from __future__ import annotations

import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TextIO

PROJECT = Path(__file__).resolve().parents[2]
_FORKS = get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "sfsam.cli.application", "sfsam.emulator.run"])


class Command:
    """A command under way; what subprocess.Popen has of the same name means the same. `errors`: to catch stderr."""

    def __init__(self, arguments: Sequence[str], environment: dict[str, str], *, errors: bool = True) -> None:
        out, to_out = _FORKS.Pipe(duplex=False)
        err, to_err = _FORKS.Pipe(duplex=False)
        target = (*arguments,), environment, to_out, to_err if errors else None
        self._process = _FORKS.Process(target=_run, args=target, daemon=True)
        self._process.start()
        to_out.close()
        to_err.close()
        self.stdout, self.stderr = _text(out), _text(err)

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        self._process.join(timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("sfsam", timeout or 0)
        return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """Raises subprocess.TimeoutExpired after the process was killed, so that nothing is left of it."""
        with self.stdout, self.stderr, ThreadPoolExecutor(2) as pool:
            printed = [pool.submit(stream.read) for stream in (self.stdout, self.stderr)]
            try:
                self.wait(timeout)
            except subprocess.TimeoutExpired:
                self.kill()
                raise
            out, err = (each.result() for each in printed)
            return out, err


def _text(pipe: Connection) -> TextIO:
    """What comes out of this end, as text."""
    stream = os.fdopen(os.dup(pipe.fileno()), encoding="utf-8")
    pipe.close()
    return stream


def _run(arguments: Sequence[str], environment: dict[str, str], out: Connection, err: Connection | None) -> None:
    """Become the command: its output, its environment, its arguments."""
    for number, pipe in ((1, out), (2, err)):
        if pipe is not None:
            os.dup2(pipe.fileno(), number)
            pipe.close()
    os.chdir(PROJECT)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["sfsam", *arguments]
    runpy.run_module("sfsam", run_name="__main__", alter_sys=True)
