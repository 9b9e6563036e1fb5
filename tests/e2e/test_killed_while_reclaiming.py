"""kill -9 in each window of a reclaim of two batches of people: nobody is sent twice, and settle ends what is open.

The practice org holds its answer, so that the process is killed exactly where we want it (ADR 5):

    before the intent       the people are being read
    intent saved            the change was not yet processed
    sent and unanswered     the change was made, its answer is held
    answered and unsaved    the answer arrived, the reading back is held
    between batches         the first 25 people are done, the next are being read
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.journey import CommandLine, PracticeProcess, practice_org, wait_until

USERS = 1300
PEOPLE = 26  # more than one batch of 25
WRITE = "/composite/sobjects"
_SPACE = "(%20|\\+)"
READ_PEOPLE = f"FROM{_SPACE}UserLogin{_SPACE}WHERE{_SPACE}UserId{_SPACE}IN"  # what people hold, before the first step
READ_BACK = f"FROM{_SPACE}UserLogin{_SPACE}WHERE{_SPACE}Id{_SPACE}IN"  # whether the first step is in effect
READ_SIGN_INS = f"FROM{_SPACE}LoginHistory{_SPACE}WHERE{_SPACE}UserId{_SPACE}IN"  # once before each batch

OPEN_WINDOWS = ("intent saved", "sent and unanswered", "answered and unsaved")
WINDOWS = ("before the intent", "intent saved", "sent and unanswered", "answered and unsaved", "between batches")


def hold(window: str, chance: random.Random) -> dict[str, Any]:
    """The fault that stops the practice org in this window."""
    orders: dict[str, dict[str, Any]] = {
        "before the intent": {"match": READ_PEOPLE, "method": "GET", "nth": 1},
        "intent saved": {"match": WRITE, "method": "PATCH|DELETE", "nth": chance.randint(1, 5), "when": "before"},
        "sent and unanswered": {
            "match": WRITE,
            "method": "PATCH|DELETE",
            "nth": chance.randint(1, 5),
            "when": "after",
        },
        "answered and unsaved": {"match": READ_BACK, "method": "GET", "nth": 1},
        "between batches": {"match": READ_SIGN_INS, "method": "GET", "nth": 2},
    }
    return {"kind": "slow", "seconds": 120, "times": 1, **orders[window]}


@pytest.fixture(scope="module")
def rounds(request: pytest.FixtureRequest) -> int:
    return 10 if request.config.getoption("--campaign") else 1


@pytest.mark.campaign  # CI kills at each call of a fake org (tests/services/test_reclaiming.py)
def test_each_window(tmp_path: Path, rounds: int, tell: Callable[[str], None]) -> None:
    hits: Counter[str] = Counter()
    chance = random.Random(20261124)
    for turn in range(rounds):
        with practice_org(users=USERS, seed=turn + 1) as practice:
            folder = tmp_path / str(turn)
            folder.mkdir()
            sfsam = _with_candidates(practice, folder)
            for window in WINDOWS:
                _kill_in(window, practice, sfsam, chance)
                hits[window] += 1
            assert sfsam.done("audit", "--verify")["intact"] is True
    tell(f"kill -9 while reclaiming {PEOPLE} people, hits per window: {dict(hits)}")
    assert all(hits[window] == rounds for window in WINDOWS)


def _with_candidates(practice: PracticeProcess, folder: Path) -> CommandLine:
    sfsam = CommandLine(folder)
    sfsam.connect(practice.orgs[0])
    sfsam.done("download", "Production")
    sfsam.done("identify")
    return sfsam


def _kill_in(window: str, practice: PracticeProcess, sfsam: CommandLine, chance: random.Random) -> None:
    ready = sfsam.done("candidates", "--state", "ready")
    chosen = [row["number"] for row in ready if row["action"] == "deactivate"][:PEOPLE]
    assert len(chosen) == PEOPLE
    _kill_while_held(practice, sfsam, chosen, window, chance)
    settled = sfsam.run("settle")
    assert settled.code in (0, 3), settled.stderr  # 3: some are half done and need attention
    assert settled.json["open_after"] == 0
    assert bool(settled.json["open_before"]) is (window in OPEN_WINDOWS), (window, settled.json)
    _end_of_the_story(practice, sfsam, set(chosen))


def _kill_while_held(
    practice: PracticeProcess, sfsam: CommandLine, numbers: list[str], window: str, chance: random.Random
) -> None:
    order, before = hold(window, chance), len(practice.log())
    practice.fault(order)
    process = sfsam.start(*_reclaim(numbers))
    wait_until(practice.held, f"the practice org to hold {order}")
    process.kill()
    process.wait()
    _was_in(window, practice.log()[before:])
    practice.clear_faults()  # whatever was held is answered now, to nobody


def _was_in(window: str, log: list[dict[str, Any]]) -> None:
    """What the org's log shows at the moment of death, window by window."""
    if window == "before the intent":
        assert log == []
    elif window == "sent and unanswered":
        assert log[-1]["status"] is None, log[-1]
    elif window in ("answered and unsaved", "between batches"):
        assert log[-1]["status"] == 200


def _end_of_the_story(practice: PracticeProcess, sfsam: CommandLine, chosen: set[str]) -> None:
    """Settle, then finish the work: in the end each person was sent each change once and is closed."""
    rows = {row["number"]: row for row in sfsam.done("candidates") if row["number"] in chosen}
    assert not [row for row in rows.values() if row["state"] == "awaiting_revocation"]
    _agrees_with_the_org(practice, rows)
    half_done = [number for number, row in rows.items() if row["state"] == "attention_required"]
    if half_done:
        sfsam.done("candidate", "ready", *half_done, "--reason", "half done, finish it")
    left = [number for number, row in rows.items() if row["state"] in ("ready", "attention_required")]
    if left:
        finished = sfsam.run(*_reclaim(left))
        assert finished.code in (0, 3), finished.stderr  # 3: Salesforce refuses to deactivate a default owner
    _nobody_was_sent_twice(practice)
    rows = {row["number"]: row for row in sfsam.done("candidates") if row["number"] in chosen}
    _agrees_with_the_org(practice, rows)
    ends = {row["user_id"]: row["state"] for row in rows.values()}
    refused = {user_id for user_id, state in ends.items() if state == "attention_required"}
    assert refused <= _refused_by_the_org(practice) | _default_owners(practice)
    assert {state for user_id, state in ends.items() if user_id not in refused} == {"closed_complete"}


def _reclaim(numbers: list[str]) -> list[str]:
    chosen = [part for number in numbers for part in ("--number", number)]
    return ["reclaim", *chosen, "--max-users", str(len(numbers)), "--yes"]


def _agrees_with_the_org(practice: PracticeProcess, rows: dict[str, dict[str, Any]]) -> None:
    users = practice.dump("User")
    for row in rows.values():
        is_active = users[row["user_id"]]["IsActive"]
        assert is_active is (row["state"] not in ("closed_complete", "closed_skipped")), row


def _default_owners(practice: PracticeProcess) -> set[str]:
    """Users whom the org would refuse, which can be known beforehand: nothing is sent for them."""
    (organization,) = practice.dump("Organization").values()
    return {organization[name] for name in organization if name.startswith("WebTo") and organization[name]}


def _refused_by_the_org(practice: PracticeProcess) -> set[str]:
    """The users whom the org itself did not let go."""
    changes = (change for entry in practice.log() for change in entry["changes"])
    return {change["id"] for change in changes if change["result"] != "changed"}


def _nobody_was_sent_twice(practice: PracticeProcess) -> None:
    changes = Counter(
        (change["object"], change["id"], change["field"])
        for entry in practice.log()
        for change in entry["changes"]
        if change["result"] == "changed"
    )
    assert changes, "the org changed nothing, so this test proved nothing"
    assert [change for change, times in changes.items() if times > 1] == []
