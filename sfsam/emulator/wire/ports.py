"""Listening sockets on the loopback address: given ports, or free ones that follow each other."""

from __future__ import annotations

import contextlib
import socket

LOOPBACK = "127.0.0.1"
TLS_OFFSET = 1_000
_LOWEST_FREE, _HIGHEST_FREE = 20_000, 32_000
"""Below the range that the kernel hands out to outgoing connections, so that no client sits there."""


class PortBusy(Exception):
    """A port cannot be had; `port` is 0 when free ones were asked for."""

    def __init__(self, port: int, reason: str) -> None:
        super().__init__(reason)
        self.port = port


def listen(port: int, tls_port: int | None, count: int) -> tuple[list[socket.socket], list[socket.socket]]:
    """`count` sockets from `port` on for http and `count` from `tls_port` on for https.

    `port` 0 finds free ones; `tls_port` None or 0 is 1000 above `port`. Raises PortBusy.
    """
    if port:
        return _both(port, tls_port or port + TLS_OFFSET, count)
    for candidate in range(_LOWEST_FREE, _HIGHEST_FREE, count + 3):
        with contextlib.suppress(PortBusy):
            return _both(candidate, tls_port or candidate + TLS_OFFSET, count)
    raise PortBusy(0, "no free ports that follow each other")


def _both(port: int, tls_port: int, count: int) -> tuple[list[socket.socket], list[socket.socket]]:
    if max(port, tls_port) + count > 65_536 or abs(port - tls_port) < count:
        raise PortBusy(port, f"ports {port} and {tls_port} leave no room for {count} each")
    http = _consecutive(port, count)
    try:
        return http, _consecutive(tls_port, count)
    except PortBusy:
        _close(http)
        raise


def _consecutive(first: int, count: int) -> list[socket.socket]:
    bound: list[socket.socket] = []
    for port in range(first, first + count):
        # Named TCP, because asyncio switches Nagle's delay off only then: 40 ms less for every answer.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((LOOPBACK, port))
            listener.listen(128)
        except OSError as error:
            listener.close()
            _close(bound)
            raise PortBusy(port, f"port {port} is not free: {error.strerror}") from error
        bound.append(listener)
    return bound


def _close(sockets: list[socket.socket]) -> None:
    for each in sockets:
        each.close()
