"""What may go wrong between a change and its answer: in the end org and database agree, and none was sent twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e import test_killed_while_reclaiming as reclaiming
from tests.e2e.journey import CommandLine, PracticeProcess, practice_org

pytestmark = [pytest.mark.emulator, pytest.mark.campaign]  # CI has tests/services/test_reclaim_machine.py

WRITES: dict[str, Any] = {"match": reclaiming.WRITE, "method": "PATCH|DELETE"}


@dataclass(frozen=True)
class Kind:
    """A fault of the calls that change something, and the exit codes it may end by: 3 and 4 leave work for `settle`."""

    order: dict[str, Any]
    codes: tuple[int, ...]


KINDS = {
    "UNABLE_TO_LOCK_ROW, for ever": Kind({"kind": "lock_row", "times": 99}, (3,)),
    "the change is made and its answer lost": Kind({"kind": "drop"}, (0, 3, 4)),
    "the connection drops before the change is made": Kind({"kind": "drop", "when": "before"}, (0, 3, 4)),
    "status 503 instead of an answer": Kind({"kind": "html"}, (0, 3, 4, 75)),
    "the token expires between reading and changing": Kind({"kind": "expire_token"}, (0, 3)),
    "REQUEST_LIMIT_EXCEEDED on a change": Kind({"kind": "limit", "times": 99}, (3, 75)),
}


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeProcess]:
    with practice_org(users=300, seed=3) as started:
        yield started


@pytest.fixture(scope="module")
def sfsam(practice: PracticeProcess, tmp_path_factory: pytest.TempPathFactory) -> CommandLine:
    return reclaiming._with_candidates(practice, tmp_path_factory.mktemp("acting"))


@pytest.mark.parametrize("name", KINDS)
def test_a_fault_while_acting(
    practice: PracticeProcess, sfsam: CommandLine, name: str, tell: Callable[[str], None]
) -> None:
    kind = KINDS[name]
    ready = sfsam.done("candidates", "--state", "ready")
    chosen = [row["number"] for row in ready if row["action"] == "deactivate"][:2]
    assert len(chosen) == 2
    practice.fault(kind.order | WRITES)
    answer = sfsam.run(*reclaiming._reclaim(chosen))
    practice.clear_faults()
    assert answer.code in kind.codes, (answer.code, answer.json, answer.stderr)
    settled = sfsam.run("settle")
    assert settled.code in (0, 3), settled.stderr
    assert settled.json["open_after"] == 0
    rows = {row["number"]: row for row in sfsam.done("candidates") if row["number"] in chosen}
    reclaiming._agrees_with_the_org(practice, rows)
    states = Counter(row["state"] for row in rows.values())
    tell(f"wire     {name:45} exit {answer.code}, after settle {dict(states)}")


def test_after_all_of_them_nobody_was_sent_a_change_twice(practice: PracticeProcess, sfsam: CommandLine) -> None:
    reclaiming._nobody_was_sent_twice(practice)
    assert sfsam.done("audit", "--verify")["intact"] is True
