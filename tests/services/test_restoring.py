"""The undo: what was taken comes back, whatever happened on the way; and the gentle actions freeze and change."""

from __future__ import annotations

import copy
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest

from sfsam.domain.candidates import Action, Candidate, Justification, State
from sfsam.domain.commands import (
    AllowReclaiming,
    PlanReclaim,
    PlanRestore,
    Reclaim,
    Restore,
    Settle,
    ShowStop,
    StopReclaiming,
)
from sfsam.domain.restoring import FreeSeats
from sfsam.domain.savings import Cause
from sfsam.domain.steps import STEPS, Step
from sfsam.domain.subscriptions import Kind
from sfsam.errors import RefusedError
from tests.fakes.salesforce import Killed, Person
from tests.services.conftest import Bench

ANN = "005000000000001AAA"
PLATFORM = "00e000000000002AAA"
NUMBER = "RC0000001"


def ann() -> Person:
    return Person(
        user_id=ANN,
        permission_sets=["Reports", "Bound", "Sales"],
        permission_set_licenses=["SalesUserPsl:2LA1"],
        package_licenses=["SBQQ:0511"],
        features={"UserPermissionsKnowledgeUser"},
        tied={"Bound": "100000000000001AAA"},
    )


def ready(bench: Bench, action: Action = Action.DEACTIVATE, **evidence: object) -> Person:
    """Ann, published and proposed for this action."""
    bench.publish()
    person = ann()
    bench.propose(person)
    kind, identifier = {
        Action.REMOVE_PERMISSION_SET_LICENSE: (Kind.PERMISSION_SET, "SalesUserPsl"),
        Action.REMOVE_PACKAGE_LICENSE: (Kind.PACKAGE, "SBQQ"),
        Action.CLEAR_FEATURE_LICENSE: (Kind.FEATURE, "UserPermissionsKnowledgeUser"),
    }.get(action, (Kind.USER, "SFDC"))
    with bench.store.begin() as work:
        [candidate] = work.candidates.select()
        changed = {"kind": kind, "identifier": identifier, "action": action, "evidence": evidence}
        if action is not Action.DEACTIVATE:
            changed["justification"] = Justification.UNALLOCATED
        work.candidates.save([candidate.model_copy(update=changed)])
        work.commit()
    return person


def candidate_of(bench: Bench) -> Candidate:
    with bench.store.begin() as work:
        found = work.candidates.find(NUMBER)
    assert found is not None
    return found


def what_is_held(person: Person) -> Person:
    """For comparing: the same things in another order are the same."""
    same = copy.deepcopy(person)
    for rows in (same.permission_sets, same.permission_set_licenses, same.package_licenses):
        rows.sort()
    return same


@pytest.mark.parametrize("action", list(Action))
def test_every_action_can_be_undone(bench: Bench, action: Action) -> None:
    person = ready(bench, action, target_profile_id=PLATFORM)
    before = what_is_held(person)
    bench.run(Reclaim(numbers=(NUMBER,), action=action))
    assert what_is_held(person) != before
    answer = bench.run(Restore(numbers=(NUMBER,)))
    assert answer.restored == 1
    assert what_is_held(person) == before
    assert candidate_of(bench).evidence["restored_at"]
    with pytest.raises(RefusedError, match="nothing"):
        bench.run(Restore(numbers=(NUMBER,)))


def test_the_plan_says_what_is_needed_and_what_cannot_be_the_same(bench: Bench) -> None:
    ready(bench)
    taken = bench.handle(PlanReclaim(numbers=(NUMBER,)))
    assert any("new ids" in each for each in taken.not_the_same)
    bench.run(Reclaim(numbers=(NUMBER,)))
    bench.org.free["100000000000001AAA"] = FreeSeats(label="Salesforce", seats=3)
    plan = bench.handle(PlanRestore(numbers=(NUMBER,)))
    assert [call.step for call in plan.calls] == [
        Step.REACTIVATE,
        Step.ASSIGN_PERMISSION_SET_LICENSES,
        Step.ASSIGN_PERMISSION_SETS,
        Step.ASSIGN_PACKAGE_LICENSES,
        Step.SET_FEATURE_LICENSES,
        Step.UNFREEZE,
    ]
    assert [(need.needed, need.free) for need in plan.needs if need.license == "Salesforce"] == [(1, 3)]
    assert any("password" in each for each in plan.not_the_same)
    sent = len(bench.org.sent)
    bench.run(Restore(numbers=(NUMBER,)))
    assert len(bench.org.sent) - sent == plan.planned_calls


def test_without_a_free_seat_nothing_is_given_back(bench: Bench) -> None:
    person = ready(bench)
    bench.run(Reclaim(numbers=(NUMBER,)))
    bench.org.free["100000000000001AAA"] = FreeSeats(label="Salesforce", seats=0)
    sent = len(bench.org.sent)
    assert "Salesforce" in bench.handle(PlanRestore(numbers=(NUMBER,))).left_out[0].reason
    answer = bench.run(Restore(numbers=(NUMBER,)))
    assert (answer.restored, len(bench.org.sent)) == (0, sent)
    assert not person.is_active


def test_a_restored_seat_takes_its_saving_off_once_and_is_not_proposed_again_for_a_while(bench: Bench) -> None:
    ready(bench)
    bench.run(Reclaim(numbers=(NUMBER,)))
    with bench.store.begin() as work:
        freed = candidate_of(bench)
        worth = {**freed.evidence, "potential_savings": "300.00", "currency": "EUR"}
        work.candidates.save([freed.model_copy(update={"evidence": worth})])
        work.commit()
    bench.run(Restore(numbers=(NUMBER,)))
    with bench.store.begin() as work:
        savings = work.savings.of_candidate(NUMBER)
    assert [(each.cause, each.amount, each.seats) for each in savings] == [
        (Cause.SEAT_RETURNED, Decimal(300), 4),
    ]
    kept = candidate_of(bench)
    assert kept.state is State.CLOSED_COMPLETE
    assert kept.is_kept_on(bench.clock.now().date() + timedelta(days=30))


def test_half_a_reclaim_can_be_undone(bench: Bench) -> None:
    person = ready(bench)
    before = what_is_held(person)
    bench.org.refusals[Step.DEACTIVATE, ANN] = ("FIELD_INTEGRITY_EXCEPTION", "is a portal administrator")
    bench.run(Reclaim(numbers=(NUMBER,)))
    assert candidate_of(bench).state is State.ATTENTION_REQUIRED
    assert person.is_frozen and not person.permission_sets
    bench.run(Restore(numbers=(NUMBER,)))
    assert what_is_held(person) == before
    assert candidate_of(bench).state is State.ATTENTION_REQUIRED
    assert bench.org.records_changed().count((Step.REACTIVATE, ANN)) == 0


def test_a_refused_step_leaves_what_was_given_and_a_second_undo_does_the_rest(bench: Bench) -> None:
    person = ready(bench)
    before = what_is_held(person)
    bench.run(Reclaim(numbers=(NUMBER,)))
    bench.org.refusals[Step.ASSIGN_PACKAGE_LICENSES, ANN] = ("LICENSE_LIMIT_EXCEEDED", "no seats")
    answer = bench.run(Restore(numbers=(NUMBER,)))
    assert answer.restored == 0
    assert "no seats" in answer.outcomes[0].message
    bench.org.refusals.clear()
    bench.run(Restore(numbers=(NUMBER,)))
    assert what_is_held(person) == before
    reactivated = [each for each in bench.org.records_changed() if each == (Step.REACTIVATE, ANN)]
    assert len(reactivated) == 1


@pytest.mark.parametrize("window", ["kill before", "kill after", "no answer"])
@pytest.mark.parametrize("call", range(6))
def test_an_undo_that_was_killed_is_settled_and_finished(bench: Bench, window: str, call: int) -> None:
    person = ready(bench)
    before = what_is_held(person)
    bench.run(Reclaim(numbers=(NUMBER,)))
    taken = len(bench.org.sent)
    bench.org.on_send[taken + call] = window
    with suppress(Killed):
        bench.run(Restore(numbers=(NUMBER,)))
    bench.org.on_send.clear()
    bench.run(Settle())
    if not candidate_of(bench).evidence.get("restored_at"):
        bench.run(Restore(numbers=(NUMBER,)))
    assert what_is_held(person) == before
    assert candidate_of(bench).evidence["restored_at"]
    given = bench.org.records_changed()[-6:]
    assert len(set(given)) == len(given)  # nothing twice


def test_freezing_frees_no_seat_and_leaves_the_candidate_where_it_is(bench: Bench) -> None:
    person = ready(bench)
    plan = bench.handle(PlanReclaim(numbers=(NUMBER,), action=Action.FREEZE))
    assert (plan.planned_calls, plan.seats_freed) == (1, 0)
    answer = bench.run(Reclaim(numbers=(NUMBER,), action=Action.FREEZE))
    assert person.is_frozen and person.is_active
    assert (answer.seats_freed, answer.outcomes[0].state) == (0, State.READY)
    found = candidate_of(bench)
    assert (found.state, found.action) == (State.READY, Action.DEACTIVATE)
    assert found.evidence["frozen_at"]
    again = bench.run(Reclaim(numbers=(NUMBER,), action=Action.FREEZE))
    assert "frozen already" in again.outcomes[0].message
    bench.run(Reclaim(numbers=(NUMBER,)))
    bench.run(Restore(numbers=(NUMBER,)))
    assert person.is_active and not person.is_frozen  # as it was before sfsam froze the person


@pytest.mark.parametrize("window", ["kill before", "kill after"])
def test_a_freeze_that_was_killed_is_settled(bench: Bench, window: str) -> None:
    person = ready(bench)
    bench.org.on_send[0] = window
    with pytest.raises(Killed):
        bench.run(Reclaim(numbers=(NUMBER,), action=Action.FREEZE))
    bench.org.on_send.clear()
    answer = bench.run(Settle())
    assert answer.open_after == 0
    assert bool(candidate_of(bench).evidence.get("frozen_at")) is person.is_frozen


def test_changing_the_license_takes_only_what_is_bound_to_the_old_one(bench: Bench) -> None:
    person = ready(bench, Action.CHANGE_LICENSE, target_profile_id=PLATFORM)
    person.seen_at = bench.clock.now()  # people who are to get a cheaper license work every day
    plan = bench.handle(PlanReclaim(numbers=(NUMBER,)))
    assert [call.step for call in plan.calls] == list(STEPS[Action.CHANGE_LICENSE])
    bench.run(Reclaim(numbers=(NUMBER,)))
    assert (person.profile_id, person.is_active) == (PLATFORM, True)
    assert person.permission_sets == ["Reports", "Sales"]
    assert candidate_of(bench).state is State.CLOSED_COMPLETE


def test_without_a_target_a_license_is_not_changed(bench: Bench) -> None:
    ready(bench, Action.CHANGE_LICENSE)
    bench.run(Reclaim(numbers=(NUMBER,)))
    assert bench.org.sent == []
    assert candidate_of(bench).state is State.ATTENTION_REQUIRED


def test_an_action_that_the_kind_does_not_allow_is_refused(bench: Bench) -> None:
    ready(bench, Action.REMOVE_PACKAGE_LICENSE)
    for action in (Action.DEACTIVATE, Action.FREEZE):
        with pytest.raises(RefusedError, match="not possible"):
            bench.run(Reclaim(numbers=(NUMBER,), action=action))
    assert bench.org.sent == []


def test_somebody_who_is_new_is_spared(bench: Bench) -> None:
    person = ready(bench)
    person.created_at = bench.clock.now() - timedelta(days=5)
    answer = bench.run(Reclaim(numbers=(NUMBER,)))
    assert (answer.outcomes[0].state, bench.org.sent) == (State.CLOSED_CANCELED, [])
    assert "grace" in answer.outcomes[0].message


def test_the_threshold_of_the_own_rule_decides_whether_somebody_came_back(bench: Bench) -> None:
    person = ready(bench, stale_after_days=30)
    person.seen_at = bench.clock.now() - timedelta(days=45)
    assert bench.run(Reclaim(numbers=(NUMBER,))).outcomes[0].state is State.CLOSED_COMPLETE


def test_the_kill_switch_stops_everything_but_the_undo(bench: Bench) -> None:
    person = ready(bench)
    bench.run(Reclaim(numbers=(NUMBER,), action=Action.FREEZE))
    bench.handle(StopReclaiming(reason="Too many complaints", actor="ada"))
    for command in (PlanReclaim(numbers=(NUMBER,)), Reclaim(numbers=(NUMBER,))):
        with pytest.raises(RefusedError, match="ada stopped all reclaiming: Too many complaints"):
            bench.handle(command) if isinstance(command, PlanReclaim) else bench.run(command)
    bench.run(Restore(numbers=(NUMBER,)))
    assert not person.is_frozen
    bench.handle(AllowReclaiming(reason="Talked to them", actor="ben"))
    assert not bench.handle(ShowStop()).is_stopped
    bench.run(Reclaim(numbers=(NUMBER,)))
    assert not person.is_active


def test_the_kill_switch_works_in_the_middle_of_a_run(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    person = ready(bench)
    applied = bench.org.apply

    def stopping_after_two(call: object) -> object:
        outcomes = applied(call)  # type: ignore[arg-type]
        if len(bench.org.sent) == 2:
            bench.handle(StopReclaiming(reason="Stop!", actor="ada"))
        return outcomes

    monkeypatch.setattr(bench.org, "apply", stopping_after_two)
    bench.run(Reclaim(numbers=(NUMBER,)))
    assert len(bench.org.sent) == 2
    assert person.is_active
    found = candidate_of(bench)
    assert (found.state, "ada" in found.message) == (State.ATTENTION_REQUIRED, True)


def test_a_license_that_is_needed_goes_after_the_permission_sets_that_need_it(bench: Bench) -> None:
    """By hand, or because another license does the same; an orphan has nothing that needs it (fact sheet 5.5)."""
    person = ready(bench, Action.REMOVE_PERMISSION_SET_LICENSE)
    person.tied["Sales"] = "0PL-SalesUserPsl:2LA1"
    with bench.store.begin() as work:
        work.candidates.save([candidate_of(bench).model_copy(update={"justification": Justification.MANUAL})])
        work.commit()
    before = what_is_held(person)
    plan = bench.handle(PlanReclaim(numbers=(NUMBER,)))
    assert [call.step for call in plan.calls] == list(STEPS[Action.REMOVE_PERMISSION_SET_LICENSE])
    bench.run(Reclaim(numbers=(NUMBER,)))
    assert (sorted(person.permission_sets), person.permission_set_licenses) == (["Bound", "Reports"], [])
    bench.run(Restore(numbers=(NUMBER,)))
    assert what_is_held(person) == before


def test_a_rule_may_propose_to_freeze_beside_others(bench: Bench) -> None:
    """Nobody said which action: each gets what its rule proposed, and whoever is frozen stays Ready."""
    person = ready(bench, Action.FREEZE)
    other = Person(user_id="005000000000002AAA")
    bench.org.people[other.user_id] = other
    with bench.store.begin() as work:
        second = {"number": "RC0000002", "user_id": other.user_id, "action": Action.DEACTIVATE}
        work.candidates.save([candidate_of(bench).model_copy(update=second)])
        work.commit()
    answer = bench.run(Reclaim(all_ready=True))
    assert (person.is_frozen, person.is_active, other.is_active) == (True, True, False)
    assert bench.states() == {NUMBER: State.READY, "RC0000002": State.CLOSED_COMPLETE}
    assert answer.seats_freed == 1
