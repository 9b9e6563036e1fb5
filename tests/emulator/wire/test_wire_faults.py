"""Faults: each kind does what it says to the request that it is meant for, and to no other."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.emulator.wire.conftest import Served

LIMITS = "/limits"


def get_limits(org: Served) -> httpx.Response:
    return org.client.get(org.data + LIMITS)


def order(org: Served, **fault: Any) -> None:
    org.side_door("POST", "faults", [{"match": "limits$"} | fault])


def user_path(org: Served) -> str:
    return f"{org.data}/sobjects/User/{[*org.org.rows][7]}"


def is_active(org: Served) -> bool:
    return bool([*org.org.rows.values()][7]["IsActive"])


def deactivate(org: Served) -> httpx.Response:
    return org.client.patch(user_path(org), json={"IsActive": False}, timeout=20)


class Aside:
    """A call in a thread of its own, and what came of it."""

    def __init__(self, call: Callable[[], httpx.Response]) -> None:
        self.response: httpx.Response | None = None
        self.error: httpx.TransportError | None = None
        self._call = call
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            self.response = self._call()
        except httpx.TransportError as error:
            self.error = error

    def join(self) -> Aside:
        self._thread.join(10)
        assert not self._thread.is_alive()
        return self


def held(org: Served) -> list[dict[str, Any]]:
    """The held requests, once there is one."""
    deadline = time.monotonic() + 5
    while not (found := org.side_door("GET", "stats")["held"]):
        assert time.monotonic() < deadline
    return list(found)


def test_only_the_nth_and_its_followers_are_hit(org: Served) -> None:
    order(org, kind="status", status=503, error_code="SERVER_UNAVAILABLE", nth=2, times=2)
    answers = [get_limits(org) for _ in range(4)]
    assert [a.status_code for a in answers] == [200, 503, 503, 200]
    assert answers[1].json()[0]["errorCode"] == "SERVER_UNAVAILABLE"


def test_method_query_and_clearing_count(org: Served) -> None:
    order(org, kind="html", method="post")
    assert get_limits(org).status_code == 200
    order(org, kind="html", match=r"query\?q=.*Username")
    assert org.client.get(org.data + "/query", params={"q": "SELECT Username FROM User"}).status_code == 503
    order(org, kind="html")
    org.side_door("DELETE", "faults")
    assert get_limits(org).status_code == 200


def test_html_limit_and_expired_token(org: Served) -> None:
    order(org, kind="html", status=502)
    order(org, kind="limit", nth=2)
    order(org, kind="expire_token", nth=3)
    page, limit, expired, after = (get_limits(org) for _ in range(4))
    assert (page.status_code, page.headers["content-type"][:9]) == (502, "text/html")
    assert (limit.status_code, limit.json()[0]["message"]) == (403, "TotalRequests Limit exceeded.")
    assert [expired.status_code, after.status_code] == [401, 401]


def test_the_token_endpoint_speaks_oauth_when_it_fails(org: Served) -> None:
    order(org, match="oauth2/token", kind="status", status=400, error_code="invalid_grant", message="ip restricted")
    answer = httpx.post(org.line["base_url"] + "/services/oauth2/token", data={})
    assert answer.json() == {"error": "invalid_grant", "error_description": "ip restricted"}


def test_a_locked_row_is_told_by_row_and_changes_nothing(org: Served) -> None:
    order(org, match="composite/sobjects", kind="lock_row")
    ids = [*org.org.rows][6:8]
    records = [{"attributes": {"type": "User"}, "id": i, "IsActive": False} for i in ids]
    rows = org.client.patch(org.data + "/composite/sobjects", json={"records": records}).json()
    assert [row["errors"][0]["statusCode"] for row in rows] == ["UNABLE_TO_LOCK_ROW"] * 2
    assert is_active(org)
    [entry] = org.side_door("GET", "log")
    assert [(change["id"], change["result"]) for change in entry["changes"]] == [(i, "UNABLE_TO_LOCK_ROW") for i in ids]


@pytest.mark.parametrize(("when", "applied"), [("before", False), ("after", True)])
def test_a_dropped_connection_before_and_after_the_org_acted(org: Served, when: str, applied: bool) -> None:
    order(org, match="sobjects/User", kind="drop", when=when)
    with pytest.raises(httpx.RemoteProtocolError):
        deactivate(org)
    assert is_active(org) is not applied
    [entry] = org.side_door("GET", "log")
    assert (entry["status"], len(entry["changes"])) == (None, int(applied))


@pytest.mark.parametrize(("when", "applied"), [("before", False), (None, True)])
def test_a_held_answer_is_seen_and_released(org: Served, when: str | None, applied: bool) -> None:
    order(org, match="sobjects/User", kind="slow", seconds=60, when=when)
    call = Aside(lambda: deactivate(org))
    [hold] = held(org)
    assert (hold["method"], hold["path"]) == ("PATCH", user_path(org))
    assert is_active(org) is not applied
    assert get_limits(org).status_code == 200
    org.side_door("DELETE", "faults")
    assert not is_active(org)
    response = call.join().response
    assert response is not None
    assert response.status_code == 204
    assert org.side_door("GET", "stats")["held"] == []


def test_slow_answers_in_the_end_and_timeout_never(org: Served) -> None:
    order(org, kind="slow", seconds=0.2)
    began = time.monotonic()
    assert get_limits(org).status_code == 200
    assert time.monotonic() - began >= 0.2
    order(org, match="sobjects/User", kind="timeout", seconds=0.2)
    with pytest.raises(httpx.RemoteProtocolError):
        deactivate(org)
    assert not is_active(org)


def test_a_cut_answer_is_noticed_or_not(org: Served) -> None:
    whole = get_limits(org).content
    order(org, kind="truncate")
    with pytest.raises(httpx.RemoteProtocolError, match="peer closed connection"):
        get_limits(org)
    order(org, kind="truncate", silent=True)
    answer = get_limits(org)
    assert answer.status_code == 200
    assert whole[:50] == answer.content[:50]
    assert len(answer.content) < len(whole)


@pytest.mark.parametrize(
    "fault",
    [
        {"match": "x"},
        {"match": "x", "kind": "earthquake"},
        {"match": "(", "kind": "drop"},
        {"match": "x", "kind": "drop", "when": "during"},
        {"match": "x", "kind": "drop", "color": "red"},
    ],
)
def test_an_order_that_is_not_understood_is_refused(org: Served, fault: dict[str, str]) -> None:
    answer = httpx.post(org.line["base_url"] + "/_emulator/faults", json=[fault])
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_faults_concern_one_org_only(orgs: list[Served]) -> None:
    first, second = orgs
    order(first, kind="html", times=9)
    assert [get_limits(first).status_code, get_limits(second).status_code] == [503, 200]
