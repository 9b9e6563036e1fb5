"""The limit on routes that need no sign-in."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from sfsam.web import limits
from sfsam.web.limits import Limiter, limited


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_one_each_six_seconds_for_each_address_alone() -> None:
    moment = Seconds()
    limiter = Limiter(per_minute=10, burst=3, moment=moment)
    assert [limiter.wait_seconds("a") for _ in range(5)] == [0, 0, 0, 6, 6]
    assert limiter.wait_seconds("b") == 0
    moment.now = 6.0
    assert [limiter.wait_seconds("a"), limiter.wait_seconds("a")] == [0, 6]
    moment.now = 1000.0
    assert [limiter.wait_seconds("a") for _ in range(4)] == [0, 0, 0, 6]


def test_all_addresses_together_have_a_limit_and_are_not_remembered_for_ever() -> None:
    limiter = Limiter(per_minute=60, burst=1, everybody=120, moment=Seconds())
    asked = [limiter.wait_seconds(f"10.0.{each}") for each in range(130)]
    assert (asked.count(0), asked[-1]) == (120, 1)
    for each in range(limits.MOST_ADDRESSES + 50):
        limiter.wait_seconds(str(each))
    assert len(limiter._left) == limits.MOST_ADDRESSES


def test_beyond_the_limit_a_route_says_when_to_come_back() -> None:
    asked = []

    def answer(request: Request) -> Response:
        asked.append(request.path_params["link"])
        return PlainTextResponse("kept")

    route = Route("/answer/{link}", limited(answer, Limiter(per_minute=1, burst=2, moment=Seconds())))
    client = TestClient(Starlette(routes=[route]))
    given = [client.get(f"/answer/{each}") for each in "xyz"]
    assert [each.status_code for each in given] == [200, 200, 429]
    assert given[-1].headers["Retry-After"] == "60"
    assert asked == ["x", "y"]
