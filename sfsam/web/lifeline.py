"""A child that ends with its parent: it watches its standard input, a pipe that closes however the parent ends.

Signals are not enough: a parent that is killed sends none.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

END_WITH_STDIN = "SFSAM_END_WITH_STDIN"  # set by the command that starts the app, never by people


def end_with_stdin() -> None:
    """From now on, end this process in order (SIGTERM) when its standard input closes."""
    threading.Thread(target=_watch, name="lifeline", daemon=True).start()


def _watch() -> None:
    while os.read(sys.stdin.fileno(), 4096):  # not sys.stdin.read(): its lock would be held while Python ends
        pass
    os.kill(os.getpid(), signal.SIGTERM)
