"""What stands before the app as a reverse proxy does: another port, everything passed on as it came."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def relay(to_port: int) -> Iterator[int]:
    """The port of 127.0.0.1 that is passed on to `to_port`, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_accept, args=(listening, to_port), daemon=True).start()
        yield listening.getsockname()[1]


def _accept(listening: socket.socket, to_port: int) -> None:
    with suppress(OSError):  # closed: the block has ended
        while True:
            near, _ = listening.accept()
            try:
                far = socket.create_connection(("127.0.0.1", to_port))
            except OSError:
                near.close()
                continue
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(source, target), daemon=True).start()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)
