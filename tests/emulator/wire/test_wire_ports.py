"""Listening sockets: in a row, on loopback, without Nagle's delay."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sfsam.emulator.wire.ports import PortBusy, listen


@contextmanager
def listening(port: int, tls_port: int | None, count: int) -> Iterator[list[list[int]]]:
    http, https = listen(port, tls_port, count)
    assert {each.getsockname()[0] for each in http + https} == {"127.0.0.1"}
    try:
        yield [[each.getsockname()[1] for each in sockets] for sockets in (http, https)]
    finally:
        for each in http + https:
            each.close()


def test_free_ports_follow_each_other_and_tls_is_a_thousand_above() -> None:
    with listening(0, None, 3) as (http, https):
        assert http == [http[0], http[0] + 1, http[0] + 2]
        assert https == [port + 1_000 for port in http]


def test_given_ports_are_taken_or_refused() -> None:
    with listening(0, None, 8) as ([free, *_], _):
        pass  # eight in a row, so that the ports below are free of other practice orgs
    with listening(free, free + 5, 2) as (http, https):
        assert (http, https) == ([free, free + 1], [free + 5, free + 6])
        with pytest.raises(PortBusy, match=f"port {free + 1} is not free"):
            listen(free + 1, None, 1)
    with pytest.raises(PortBusy, match="leave no room"):
        listen(free, free + 1, 2)


def test_answers_are_not_delayed() -> None:
    http, https = listen(0, None, 1)
    assert {each.proto for each in http + https} == {socket.IPPROTO_TCP}
    for each in http + https:
        each.close()
