"""An org that shows far fewer rows than before is held until somebody confirms it (product.md D1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sfsam.domain.candidates import State
from sfsam.domain.commands import Download, Identify
from sfsam.errors import DownloadHeld
from sfsam.services.shrinking import shrunk
from tests.services.conftest import Bench
from tests.store import tiny_org
from tests.store.tiny_org import OBJECTS, USER_HEAD, USERS, user

MORE = [row for number in range(40) for row in user(f"more{number}", "00e-standard")]


def in_use(bench: Bench) -> tuple[int, int]:
    """Users of the snapshot in use, and seats whose holding has not ended."""
    with bench.store._cursor() as cursor:
        [(users,)] = cursor.execute("SELECT count(*) FROM sf_user").fetchall()
        [(seats,)] = cursor.execute("SELECT count(*) FROM seat_period WHERE until_day IS NULL").fetchall()
    return users, seats


def test_a_download_that_shrank_is_held_with_its_numbers_and_taken_when_confirmed(bench: Bench, tmp_path: Path) -> None:
    bench.publish()
    users: dict[str, Any] = {"User": (USER_HEAD, [*USERS, *MORE])}
    for number, objects in enumerate(({**OBJECTS, **users}, OBJECTS)):
        folder = tmp_path / str(number)
        folder.mkdir()
        bench.org.staged = tiny_org.stage(
            folder, objects, org_id=bench.org.org.org_id, profile_id=bench.profile_id, taken_at=bench.clock.now()
        )
        if number == 0:
            bench.run(Download(profile="Production"))
            bench.run(Identify())
            bench.clock.advance(days=1)
    before = in_use(bench)
    ready = [number for number, state in bench.states().items() if state is State.READY]
    with pytest.raises(DownloadHeld) as held:
        bench.run(Download(profile="Production"))
    assert held.value.values["objects"] == {"User": {"before": 49, "now": 9}}
    assert "User: 9 rows, and 49 before" in held.value.what
    bench.run(Identify())
    assert in_use(bench) == before
    assert [number for number, state in bench.states().items() if state is State.READY] == ready

    bench.run(Download(profile="Production", accepts_fewer=True))
    assert in_use(bench)[0] == 9
    assert in_use(bench)[1] < before[1]
    bench.run(Identify())
    closed = [number for number, state in bench.states().items() if state is State.CLOSED_SKIPPED]
    assert len(closed) == 40
    with bench.store.begin() as work:
        newest = work.audit.last_of("download.completed")
    assert newest is not None
    assert newest.detail["accepts_fewer"] is True


def test_what_our_own_reclaims_took_is_expected_to_be_gone() -> None:
    before, now = {"PermissionSetLicenseAssign": 100, "User": 50}, {"PermissionSetLicenseAssign": 60, "User": 50}
    assert shrunk(before, now) == {"PermissionSetLicenseAssign": (100, 60)}
    assert shrunk(before, now, {"PermissionSetLicenseAssign": 40}) == {}
    assert shrunk(before, now | {"User": 39}, {"PermissionSetLicenseAssign": 40}) == {"User": (50, 39)}
