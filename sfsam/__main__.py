"""`python -m sfsam`: the command line."""

from __future__ import annotations

import signal
import sys

from sfsam.cli.application import main

if __name__ == "__main__":
    # Both end a command in order. Ctrl-C is set as well: a shell starts background commands with it ignored.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)
    sys.exit(main())
