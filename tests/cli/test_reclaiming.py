"""restore, stop-reclaiming, allow-reclaiming, orders, and the action of a reclaim, as command lines."""

from __future__ import annotations

import getpass
from collections.abc import Callable

import pytest

from sfsam.domain.answers import OutcomeRow, RestoreNeed, RestorePlanAnswer, SeatsRestoredAnswer
from sfsam.domain.candidates import Action, State
from sfsam.domain.commands import AllowReclaiming, Enqueue, PlanReclaim, PlanRestore, Restore, StopReclaiming
from sfsam.errors import RefusedError
from tests.cli.conftest import Printed, Script

Run = Callable[..., Printed]
PLAN = RestorePlanAnswer(
    planned_calls=6,
    users=1,
    calls=[],
    needs=[RestoreNeed(license="Salesforce", needed=1, free=None)],
    left_out=[],
    not_the_same=["The assignments get new ids and new dates."],
)


def test_restore_shows_its_plan_and_sends_nothing_without_yes(script: Script, run: Run) -> None:
    script.answers = {PlanRestore: PLAN}
    printed = run("restore", "--number", "RC0000001")
    assert printed.code == 1
    assert "1 people, 6 calls to Salesforce." in printed.out
    assert "new ids and new dates" in printed.out
    assert "--yes" in printed.err
    printed = run("restore", "--number", "RC0000001", "--dry-run", "--json")
    assert (printed.code, printed.document["needs"][0]["license"]) == (0, "Salesforce")
    assert not any(isinstance(command, Enqueue) for command in script.asked)


@pytest.mark.parametrize(("restored", "unknown", "code"), [(2, 0, 0), (1, 0, 3), (1, 1, 4)])
def test_restore_exits_by_what_came_back(restored: int, unknown: int, code: int, script: Script, run: Run) -> None:
    outcomes = [OutcomeRow(number=f"RC{n}", state=State.CLOSED_COMPLETE, message="Said.") for n in range(2)]
    answer = SeatsRestoredAnswer(planned_calls=6, restored=restored, outcomes=outcomes, unknown=unknown)
    script.work = lambda *_: answer
    printed = run("restore", "--number", "RC0", "--number", "RC1", "--yes", "--json")
    assert (printed.code, printed.document) == (code, answer.model_dump(mode="json"))
    assert script.the(Enqueue).job == Restore(actor=getpass.getuser(), numbers=("RC0", "RC1"))


def test_the_kill_switch_stands_until_it_is_lifted(script: Script, run: Run) -> None:
    assert "Stopped by" in run("stop-reclaiming", "--reason", "Somebody complained").out
    refused = run("reclaim", "--all-ready", "--dry-run")
    assert refused.code == 1
    assert "Somebody complained" in refused.err
    assert run("allow-reclaiming", "--reason", "Clarified", "--json").document["is_stopped"] is False
    assert run("allow-reclaiming", "--reason", "Again").code == 1
    assert [type(each) for each in script.asked] == [StopReclaiming, PlanReclaim, AllowReclaiming, AllowReclaiming]


def test_the_action_of_a_reclaim_is_one_that_there_is(script: Script, run: Run) -> None:
    script.answers = {PlanReclaim: RefusedError("Asked.", "So.")}
    run("reclaim", "--all-ready", "--action", "freeze")
    assert script.the(PlanReclaim).action is Action.FREEZE
    assert run("reclaim", "--all-ready", "--action", "delete").code == 2


def test_nobody_approves_at_the_command_line(run: Run) -> None:
    assert "No order." in run("orders", "list").out
    printed = run("orders", "approve", "1234")
    assert printed.code == 1
    assert "when each has signed in" in printed.err
    assert "There is no order 1234" in run("orders", "refuse", "1234", "--reason", "No").err
