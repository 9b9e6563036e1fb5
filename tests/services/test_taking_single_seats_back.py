"""Taking one seat back: only that record is touched, only while nothing needs it, and each seat is counted once."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pytest

from sfsam.domain.candidates import Action, Candidate, Justification, State
from sfsam.domain.commands import MoveCandidate, PlanReclaim, Reclaim, Settle
from sfsam.domain.steps import Step
from sfsam.domain.subscriptions import Kind
from sfsam.errors import UsageError
from sfsam.services.reclaiming import READ_BY_LICENSE_FROM, SEATS_PER_BATCH
from tests.fakes.salesforce import Killed, Person
from tests.services.conftest import Bench

SALES = "SalesUserPsl:2LA1"
CPQ = "SBQQ:0511"
USER = "005000000000001AAA"


def seat(bench: Bench, number: str, action: Action, *, because: Justification = Justification.UNALLOCATED) -> Candidate:
    """A ready candidate for one seat of USER."""
    kind, identifier = {
        Action.REMOVE_PERMISSION_SET_LICENSE: (Kind.PERMISSION_SET, "SalesUserPsl"),
        Action.REMOVE_PACKAGE_LICENSE: (Kind.PACKAGE, "SBQQ"),
        Action.CLEAR_FEATURE_LICENSE: (Kind.FEATURE, "UserPermissionsKnowledgeUser"),
        Action.DEACTIVATE: (Kind.USER, "SFDC"),
    }[action]
    now = bench.clock.now()
    candidate = Candidate(
        number=number, profile_id=bench.profile_id, org_id=bench.org.org.org_id, user_id=USER,
        user_principal_name="ann@acme.example", kind=kind, identifier=identifier, rule="r", justification=because,
        action=action, opened_at=now, updated_at=now,
    )  # fmt: skip
    with bench.store.begin() as work:
        work.candidates.save([candidate])
        work.commit()
    return candidate


@pytest.fixture
def ann(bench: Bench) -> Person:
    """A person who works every day and holds one of everything."""
    bench.publish()
    person = Person(
        user_id=USER,
        permission_sets=["Reports"],
        permission_set_licenses=[SALES],
        package_licenses=[CPQ],
        features={"UserPermissionsKnowledgeUser", "UserPermissionsMarketingUser"},
        seen_at=bench.clock.now() - timedelta(hours=2),
    )
    bench.org.people[USER] = person
    return person


@pytest.mark.parametrize(
    ("action", "step"),
    [
        (Action.REMOVE_PERMISSION_SET_LICENSE, Step.REMOVE_PERMISSION_SET_LICENSES),
        (Action.REMOVE_PACKAGE_LICENSE, Step.REMOVE_PACKAGE_LICENSES),
        (Action.CLEAR_FEATURE_LICENSE, Step.CLEAR_FEATURE_LICENSES),
    ],
)
def test_only_that_seat_goes_and_its_holder_works_on(bench: Bench, ann: Person, action: Action, step: Step) -> None:
    seat(bench, "RC0000001", action)
    plan = bench.handle(PlanReclaim(numbers=("RC0000001",)))
    assert (plan.planned_calls, plan.seats_freed, plan.users) == (1, 1, 1)
    answer = bench.run(Reclaim(numbers=("RC0000001",)))
    assert [outcome.state for outcome in answer.outcomes] == [State.CLOSED_COMPLETE]
    assert (answer.planned_calls, answer.seats_freed) == (1, 1)
    assert [call.step for call in bench.org.sent] == [step]
    assert ann.is_active and not ann.is_frozen
    assert ann.permission_sets == ["Reports"]
    left = len(ann.permission_set_licenses) + len(ann.package_licenses) + len(ann.features)
    assert left == 3


def test_a_license_that_a_permission_set_needs_again_stays(bench: Bench, ann: Person) -> None:
    ann.permission_sets.append("Sales")
    ann.tied["Sales"] = f"0PL-{SALES}"
    seat(bench, "RC0000001", Action.REMOVE_PERMISSION_SET_LICENSE)
    answer = bench.run(Reclaim(numbers=("RC0000001",)))
    assert [(each.state, each.message) for each in answer.outcomes] == [
        (State.CLOSED_CANCELED, "The permission set Sales needs this license.")
    ]
    assert bench.org.sent == []


def test_a_seat_of_somebody_who_is_active_again_stays(bench: Bench, ann: Person) -> None:
    seat(bench, "RC0000001", Action.REMOVE_PACKAGE_LICENSE, because=Justification.INACTIVE_HOLDER)
    answer = bench.run(Reclaim(numbers=("RC0000001",)))
    assert [each.state for each in answer.outcomes] == [State.CLOSED_CANCELED]
    ann.is_active = False
    seat(bench, "RC0000002", Action.REMOVE_PACKAGE_LICENSE, because=Justification.INACTIVE_HOLDER)
    answer = bench.run(Reclaim(numbers=("RC0000002",)))
    assert [each.state for each in answer.outcomes] == [State.CLOSED_COMPLETE]
    assert [call.step for call in bench.org.sent] == [Step.REMOVE_PACKAGE_LICENSES]


def test_deactivating_takes_every_seat_and_counts_each_once(bench: Bench, ann: Person) -> None:
    ann.seen_at = None
    for number, action in (("RC0000001", Action.REMOVE_PACKAGE_LICENSE), ("RC0000002", Action.DEACTIVATE)):
        seat(bench, number, action)
    seat(bench, "RC0000003", Action.REMOVE_PERMISSION_SET_LICENSE)
    plan = bench.handle(PlanReclaim(numbers=("RC0000001", "RC0000002")))
    assert (plan.users, plan.seats_freed) == (1, 5)
    assert [left.reason for left in plan.left_out] == ["Covered by RC0000002, which deactivates the person."]
    answer = bench.run(Reclaim(numbers=("RC0000001", "RC0000002")))
    assert answer.seats_freed == 5
    assert bench.states() == {
        "RC0000001": State.CLOSED_SKIPPED,
        "RC0000002": State.CLOSED_COMPLETE,
        "RC0000003": State.CLOSED_SKIPPED,  # was not chosen, and is gone with its person all the same
    }
    removed = [record for _, record in bench.org.records_changed()]
    assert removed.count(CPQ) == 1


def test_who_owns_what_salesforce_will_not_let_go_of_is_known_before_anything_is_sent(
    bench: Bench, ann: Person
) -> None:
    ann.seen_at = None
    bench.org.blocked = {USER: [("The user is the default case owner.", "Choose another user in Setup.")]}
    seat(bench, "RC0000001", Action.DEACTIVATE)
    plan = bench.handle(PlanReclaim(numbers=("RC0000001",)))
    assert plan.planned_calls == 0
    assert [(each.reason, each.remedy) for each in plan.left_out] == bench.org.blocked[USER]
    answer = bench.run(Reclaim(numbers=("RC0000001",)))
    assert [each.state for each in answer.outcomes] == [State.ATTENTION_REQUIRED]
    assert bench.org.sent == []
    assert not ann.is_frozen

    bench.org.blocked = {}  # repaired in Setup
    bench.handle(MoveCandidate(number="RC0000001", to=State.READY, reason="Another owner was chosen."))
    answer = bench.run(Reclaim(numbers=("RC0000001",)))
    assert [each.state for each in answer.outcomes] == [State.CLOSED_COMPLETE]


def test_a_kept_seat_is_asked_for_again_on_its_day_and_not_before(bench: Bench, ann: Person) -> None:
    candidate = seat(bench, "RC0000001", Action.REMOVE_PACKAGE_LICENSE)
    today = bench.clock.now().date()
    with pytest.raises(UsageError, match="must lie ahead"):
        bench.handle(MoveCandidate(number="RC0000001", to=State.CLOSED_SKIPPED, reason="Needed.", until=today))
    until = today + timedelta(days=90)
    bench.handle(MoveCandidate(number="RC0000001", to=State.CLOSED_SKIPPED, reason="Needed.", until=until))
    with bench.store.begin() as work:
        kept = work.candidates.find(candidate.number)
    assert kept is not None
    assert kept.is_kept_on(until - timedelta(days=1))
    assert not kept.is_kept_on(until)
    assert not kept.is_kept_on(date.max)


def test_thousands_of_seats_of_one_license_are_read_and_read_back_together(bench: Bench, ann: Person) -> None:
    """One look at the license before and one after, whatever the number of calls between."""
    count = READ_BY_LICENSE_FROM + 50
    first = seat(bench, "RC0000001", Action.REMOVE_PACKAGE_LICENSE)
    people = [Person(user_id=f"005{place:015d}", package_licenses=[f"SBQQ:05{place:05d}"]) for place in range(count)]
    bench.org.people = {person.user_id: person for person in people}
    people[3].package_licenses.clear()  # was given back meanwhile
    people[4].is_administrator = True
    candidates = [
        first.model_copy(update={"number": f"RC{place:07d}", "user_id": person.user_id})
        for place, person in enumerate(people)
    ]
    bench.org.refusals[Step.REMOVE_PACKAGE_LICENSES, people[5].user_id] = ("FIELD_INTEGRITY_EXCEPTION", "no")
    with bench.store.begin() as work:
        work.candidates.save(candidates)
        work.commit()
    numbers = tuple(each.number for each in candidates)
    answer = bench.run(Reclaim(numbers=numbers, max_users=count))
    assert len(bench.org.sent) == math.ceil((count - 2) / SEATS_PER_BATCH)
    assert (bench.org.reads_by_license, bench.org.read_backs) == (2, 0)
    states = bench.states()
    assert states.pop("RC0000003") is states.pop("RC0000004") is State.CLOSED_SKIPPED
    assert states.pop("RC0000005") is State.ATTENTION_REQUIRED
    assert set(states.values()) == {State.CLOSED_COMPLETE}
    assert answer.seats_freed == count - 3
    assert len(answer.outcomes) == count


def test_a_crash_among_thousands_is_settled(bench: Bench, ann: Person) -> None:
    count = READ_BY_LICENSE_FROM + 50
    first = seat(bench, "RC0000001", Action.REMOVE_PACKAGE_LICENSE)
    people = [Person(user_id=f"005{place:015d}", package_licenses=[f"SBQQ:05{place:05d}"]) for place in range(count)]
    bench.org.people = {person.user_id: person for person in people}
    with bench.store.begin() as work:
        work.candidates.save(
            [
                first.model_copy(update={"number": f"RC{place:07d}", "user_id": person.user_id})
                for place, person in enumerate(people)
            ]
        )
        work.commit()
    order = Reclaim(all_ready=True, max_users=count)
    bench.org.on_send[1] = "kill after"
    with pytest.raises(Killed):
        bench.run(order)
    bench.org.on_send.clear()
    assert bench.run(Settle()).open_after == 0
    bench.run(order)
    assert set(bench.states().values()) == {State.CLOSED_COMPLETE}
    removed = [record for _, record in bench.org.records_changed()]
    assert len(removed) == len(set(removed)) == count
