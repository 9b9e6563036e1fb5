"""Taking seats back: what is sent, what is saved when, and what a crash leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sfsam.domain.attempts import Outcome
from sfsam.domain.candidates import Action, State
from sfsam.domain.commands import MoveCandidate, Pause, PlanReclaim, Reclaim, Settle
from sfsam.domain.profiles import Check, Process
from sfsam.domain.steps import STEPS, Step
from sfsam.errors import GuardExceeded, NotFound, PermissionMissing, RefusedError, UsageError
from tests.fakes.salesforce import Killed, Person
from tests.services.conftest import Bench


def person(number: int, **more: object) -> Person:
    return Person(user_id=f"005{number:012d}AAA", **more)  # type: ignore[arg-type]


def full(number: int) -> Person:
    """Somebody who holds something of every kind."""
    return person(
        number,
        permission_sets=[f"0Pa{number:015d}"],
        permission_set_licenses=[f"2LA{number:015d}"],
        package_licenses=[f"051{number:015d}"],
        features={"UserPermissionsKnowledgeUser"},
    )


def test_everything_a_person_holds_is_taken_in_order_and_the_candidate_is_complete(bench: Bench) -> None:
    bench.publish()
    numbers = bench.propose(full(1))
    answer = bench.run(Reclaim(numbers=tuple(numbers)))
    assert [step for step, _ in bench.org.records_changed()] == list(STEPS[Action.DEACTIVATE])
    someone = bench.org.people["005000000000001AAA"]
    assert (someone.is_active, someone.is_frozen, someone.permission_sets, someone.features) == (False, True, [], set())
    assert bench.states() == {"RC0000001": State.CLOSED_COMPLETE}
    assert (answer.seats_freed, answer.planned_calls) == (4, 6)
    with bench.store.begin() as work:
        attempts = work.requests.attempts_for("RC0000001")
        assert [each.outcome for each in attempts] == [Outcome.DONE] * 6
        assert work.requests.open_attempts() == []


def test_the_plan_sends_nothing_and_counts_what_the_reclaim_sends(bench: Bench) -> None:
    bench.publish()
    numbers = tuple(bench.propose(full(1), full(2), person(3)))
    plan = bench.handle(PlanReclaim(numbers=numbers))
    assert bench.org.sent == []
    assert (plan.users, plan.seats_freed, plan.planned_calls) == (3, 9, 6)
    bench.run(Reclaim(numbers=numbers))
    assert len(bench.org.sent) == plan.planned_calls


@pytest.mark.parametrize(
    ("who", "state", "words"),
    [
        ({"is_administrator": True}, State.CLOSED_SKIPPED, "Administrators"),
        ({"is_machine": True}, State.CLOSED_SKIPPED, "integration"),
        ({"is_active": False}, State.CLOSED_SKIPPED, "inactive already"),
    ],
)
def test_protected_people_are_never_sent(bench: Bench, who: dict[str, bool], state: State, words: str) -> None:
    bench.publish()
    numbers = tuple(bench.propose(person(1, **who), person(2)))
    plan = bench.handle(PlanReclaim(numbers=numbers))
    assert [left.number for left in plan.left_out] == ["RC0000001"]
    assert words in plan.left_out[0].reason
    bench.run(Reclaim(numbers=numbers))
    assert {change.user_id for call in bench.org.sent for change in call.changes} == {"005000000000002AAA"}
    assert bench.states() == {"RC0000001": state, "RC0000002": State.CLOSED_COMPLETE}


def test_the_connected_user_is_never_sent(bench: Bench) -> None:
    bench.publish()
    myself = Person(user_id=bench.org.org.user_id)
    numbers = tuple(bench.propose(myself))
    bench.run(Reclaim(numbers=numbers))
    assert bench.org.sent == []
    assert bench.states() == {"RC0000001": State.CLOSED_SKIPPED}


def test_somebody_who_came_back_yesterday_is_canceled_not_sent(bench: Bench) -> None:
    bench.publish()
    numbers = tuple(bench.propose(person(1, seen_at=bench.clock.now() - timedelta(days=1))))
    answer = bench.run(Reclaim(numbers=numbers))
    assert bench.org.sent == []
    assert answer.outcomes[0].state is State.CLOSED_CANCELED
    assert "Used Salesforce again" in answer.outcomes[0].message


def test_a_refusal_stops_that_person_and_shows_salesforces_words(bench: Bench) -> None:
    bench.publish()
    numbers = tuple(bench.propose(full(1), full(2)))
    words = "You cannot deactivate a User who is a portal administrator"
    bench.org.refusals[Step.DEACTIVATE, "005000000000001AAA"] = ("FIELD_INTEGRITY_EXCEPTION", words)
    answer = bench.run(Reclaim(numbers=numbers))
    assert bench.states() == {"RC0000001": State.ATTENTION_REQUIRED, "RC0000002": State.CLOSED_COMPLETE}
    assert words in {outcome.number: outcome.message for outcome in answer.outcomes}["RC0000001"]
    repaired = bench.handle(MoveCandidate(number="RC0000001", to=State.READY, reason="owner changed"))
    assert repaired.state is State.READY


def test_more_people_than_the_guard_allows_are_refused_before_anything_is_read(bench: Bench) -> None:
    bench.publish()
    numbers = tuple(bench.propose(*(person(each) for each in range(1, 28))))
    with pytest.raises(GuardExceeded) as refused:
        bench.run(Reclaim(numbers=numbers))
    assert refused.value.values["selected"] == 27
    assert bench.org.sent == []
    bench.run(Reclaim(numbers=numbers, max_users=27))
    assert set(bench.states().values()) == {State.CLOSED_COMPLETE}


def test_a_missing_right_is_found_before_the_first_person(bench: Bench) -> None:
    bench.publish()
    numbers = tuple(bench.propose(person(1)))
    bench.org.checks.append(
        Check(process=Process.RECLAIM, permission="Manage Users", ok=False, remedy="Grant Manage Users.")
    )
    with pytest.raises(PermissionMissing, match="Manage Users"):
        bench.run(Reclaim(numbers=numbers))
    assert bench.org.sent == []
    assert bench.states() == {"RC0000001": State.READY}


def test_a_real_org_is_taken_like_the_practice_org_by_the_same_guards(bench: Bench) -> None:
    bench.publish(url="https://acme.my.salesforce.com")
    numbers = tuple(bench.propose(person(1), person(2, is_administrator=True)))
    bench.run(Reclaim(numbers=numbers))
    assert {change.user_id for call in bench.org.sent for change in call.changes} == {"005000000000001AAA"}


def test_in_the_name_of_a_paused_profile_nothing_is_sent(bench: Bench) -> None:
    bench.publish()
    numbers = tuple(bench.propose(person(1)))
    bench.handle(Pause(profile="Production"))
    for command in (PlanReclaim(numbers=numbers), Reclaim(numbers=numbers)):
        with pytest.raises(RefusedError, match="paused"):
            bench.run(command) if isinstance(command, Reclaim) else bench.handle(command)
    assert bench.org.sent == []


def test_a_question_without_candidates_or_for_unknown_ones_is_refused(bench: Bench) -> None:
    bench.publish()
    with pytest.raises(UsageError):
        bench.handle(PlanReclaim())
    with pytest.raises(UsageError):
        bench.handle(PlanReclaim(numbers=("RC0000001",), all_ready=True))
    with pytest.raises(NotFound, match="RC0000009"):
        bench.handle(PlanReclaim(numbers=("RC0000009",)))


def test_a_lost_answer_leaves_the_outcome_open_until_settle_reads_the_org(bench: Bench) -> None:
    bench.publish()
    numbers = tuple(bench.propose(person(1), person(2)))
    bench.org.on_send[1] = "no answer"  # the deactivation is made, the answer is lost
    answer = bench.run(Reclaim(numbers=numbers))
    assert {outcome.state for outcome in answer.outcomes} == {State.AWAITING_REVOCATION}
    settled = bench.run(Settle())
    assert (settled.open_before, settled.open_after) == (2, 0)
    assert set(bench.states().values()) == {State.CLOSED_COMPLETE}
    assert len(bench.org.sent) == 2


@pytest.mark.parametrize("call", range(6))
@pytest.mark.parametrize("window", ["kill before", "kill after"])
def test_a_crash_at_any_call_is_settled_and_nobody_is_sent_twice(bench: Bench, window: str, call: int) -> None:
    bench.publish()
    numbers = tuple(bench.propose(full(1), full(2)))
    bench.org.on_send[call] = window
    with pytest.raises(Killed):
        bench.run(Reclaim(numbers=numbers))
    _finish(bench, numbers)


@pytest.mark.parametrize("read_back", range(1, 7))
def test_a_crash_before_the_outcome_is_saved_is_settled(bench: Bench, read_back: int) -> None:
    bench.publish()
    numbers = tuple(bench.propose(full(1), full(2)))
    bench.org.kill_on_read_back = read_back
    with pytest.raises(Killed):
        bench.run(Reclaim(numbers=numbers))
    _finish(bench, numbers)


def _finish(bench: Bench, numbers: tuple[str, ...]) -> None:
    """Settle, put half-done ones back to Ready, reclaim again: each record was changed exactly once."""
    bench.org.on_send.clear()
    bench.org.kill_on_read_back = None
    assert bench.run(Settle()).open_after == 0
    assert State.AWAITING_REVOCATION not in bench.states().values()
    for number, state in bench.states().items():
        if state is State.ATTENTION_REQUIRED:
            bench.handle(MoveCandidate(number=number, to=State.READY, reason="finish it"))
    ready = tuple(number for number, state in bench.states().items() if state is State.READY)
    if ready:
        bench.run(Reclaim(numbers=ready))
    assert set(bench.states().values()) == {State.CLOSED_COMPLETE}
    changed = bench.org.records_changed()
    assert len(changed) == len(set(changed)) == 12
    assert bench.run(Settle()).open_before == 0


def test_settle_with_nothing_open_sends_and_changes_nothing(bench: Bench) -> None:
    bench.publish()
    assert bench.run(Settle()).outcomes == []
    assert bench.org.sent == []
