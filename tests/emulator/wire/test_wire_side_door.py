"""The side door: stats, time, activity, settings, users, dump."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest

if TYPE_CHECKING:
    from tests.emulator.wire.conftest import Served


def test_stats_count_calls_bytes_and_tokens(org: Served) -> None:
    first = org.client.get(org.data + "/limits", headers={"accept-encoding": "identity"})
    org.client.get(org.data + "/query", params={"q": "SELECT COUNT() FROM User"})
    fields = {name: org.line[name] for name in ("client_id", "client_secret")}
    httpx.post(org.line["base_url"] + "/services/oauth2/token", data=fields | {"grant_type": "client_credentials"})
    stats = org.side_door("GET", "stats")
    assert stats["api_calls"] == {"limits": 1, "query": 1}
    assert stats["tokens_by_grant"] == {"client_credentials": 1}
    assert stats["bytes_sent"] > len(first.content)
    assert stats["held"] == []


def test_time_is_set_and_advanced_and_runs(org: Served) -> None:
    assert org.side_door("POST", "time", {"now": "2026-12-01T00:00:00Z"})["now"].startswith("2026-12-01T00:00:00")
    assert org.side_door("POST", "time", {"advance_seconds": 3_600})["now"].startswith("2026-12-01T01:00:0")
    assert org.side_door("GET", "time")["now"] > "2026-12-01T01:00:00"


def test_activity_gives_a_user_a_login(org: Served) -> None:
    org.side_door("POST", "activity", {"username": org.line["admin_username"], "type": "Application"})
    org.side_door("POST", "activity", {"user_id": "005x", "type": "Remote Access 2.0", "at": "2026-11-01T00:00:00Z"})
    assert [(user, kind) for user, kind, _ in org.org.logins] == [
        (org.line["admin_user_id"], "Application"),
        ("005x", "Remote Access 2.0"),
    ]


def test_a_dump_shows_every_row_without_the_wire_shape(org: Served) -> None:
    rows = org.side_door("GET", "dump?object=User")
    assert rows == [*org.org.rows.values()]
    assert org.side_door("GET", "stats")["api_calls_total"] == 0


def test_users_are_added(org: Served) -> None:
    assert org.side_door("POST", "users", {"Username": "new@fake.example"}) == {"id": "added new@fake.example"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("settings", {"speed": 9}),
        ("settings", {"run_as": "yes"}),
        ("settings", {"daily_api_requests": -1}),
        ("time", {}),
        ("activity", {"username": "nobody"}),
        ("activity", {"user_id": "005", "mood": "good"}),
        ("permissions", {}),
    ],
)
def test_wrong_orders_are_refused(org: Served, name: str, content: dict[str, Any]) -> None:
    answer = httpx.post(f"{org.line['base_url']}/_emulator/{name}", json=content)
    assert (answer.status_code, "error" in answer.json()) == (400, True)
