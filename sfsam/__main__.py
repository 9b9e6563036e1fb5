"""`python -m sfsam`: the command line."""

from __future__ import annotations

import signal
import sys

from sfsam.cli.application import main

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends a command as Ctrl-C does: in order
    sys.exit(main())
