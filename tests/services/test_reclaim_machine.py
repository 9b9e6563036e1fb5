"""Random lives of a few candidates: people, managers, the scheduler, Salesforce and crashes, in any order.

Beside the real services runs a model that is as simple as can be: what each person held at the beginning, and by whom
it was changed since. After every event the two are compared, and at the end of each life everything is settled and
looked at once more:

- each candidate went only where the table of moves allows, and its audit entries tell the whole way;
- no change reached the org that had no effect, so that nothing was sent twice or blindly;
- nobody protected was touched;
- whoever is complete has lost what was to be taken, and whoever was given back has it again;
- what is freed is what complete candidates have freed, less what came back.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sfsam.domain.attempts import Outcome
from sfsam.domain.candidates import MOVES, Action, Candidate, Justification, State
from sfsam.domain.commands import (
    AllowReclaiming,
    MoveCandidate,
    Reclaim,
    Restore,
    Settle,
    ShowAudit,
    StopReclaiming,
)
from sfsam.domain.profiles import Record
from sfsam.domain.steps import Step
from sfsam.domain.subscriptions import Kind
from sfsam.errors import RefusedError
from tests.fakes.salesforce import FakeOrg, Killed, Person
from tests.services.conftest import Bench, open_bench

ADMIN, ROBOT, ANN, BEN, CLEO = (f"00500000000000{n}AAA" for n in range(1, 6))
PROTECTED = (ADMIN, ROBOT)
WINDOWS = ("kill before", "kill after", "no answer", "lost")
REFUSABLE = (Step.FREEZE, Step.REMOVE_PACKAGE_LICENSES, Step.DEACTIVATE, Step.REACTIVATE, Step.ASSIGN_PERMISSION_SETS)
CRASHES = st.none() | st.tuples(st.integers(0, 7), st.sampled_from(WINDOWS))


class Seat(Record):
    """One candidate of the model: whose, of which kind, and what is taken."""

    number: str
    user_id: str
    kind: Kind
    identifier: str
    action: Action


SEATS = [
    Seat(number=f"RC{place:07d}", user_id=user_id, kind=kind, identifier=identifier, action=action)
    for place, (user_id, kind, identifier, action) in enumerate(
        [
            (ADMIN, Kind.USER, "SFDC", Action.DEACTIVATE),
            (ROBOT, Kind.USER, "SFDC", Action.DEACTIVATE),
            (ANN, Kind.USER, "SFDC", Action.DEACTIVATE),
            (BEN, Kind.USER, "SFDC", Action.DEACTIVATE),
            (ANN, Kind.PACKAGE, "SBQQ", Action.REMOVE_PACKAGE_LICENSE),
            (BEN, Kind.PERMISSION_SET, "SalesUserPsl", Action.REMOVE_PERMISSION_SET_LICENSE),
            (CLEO, Kind.FEATURE, "UserPermissionsKnowledgeUser", Action.CLEAR_FEATURE_LICENSE),
            (CLEO, Kind.USER, "SFDC", Action.CHANGE_LICENSE),
        ],
        start=1,
    )
]
NUMBERS = [seat.number for seat in SEATS]


class StrictOrg(FakeOrg):
    """An org that remembers every change that changed nothing: somebody sent it twice, or without looking."""

    def __init__(self) -> None:
        super().__init__()
        self.vain: list[tuple[Step, str]] = []

    def apply(self, call: Any) -> Any:
        before = {each: repr(person) for each, person in self.people.items()}
        outcomes = super().apply(call)
        refused = {each.record_id for each in outcomes if not each.success}
        users = {change.user_id for change in call.changes if change.record_id not in refused}
        self.vain += [(call.step, user_id) for user_id in users if repr(self.people[user_id]) == before[user_id]]
        return outcomes


def held_by(user_id: str) -> Person:
    return Person(
        user_id=user_id,
        is_administrator=user_id == ADMIN,
        is_machine=user_id == ROBOT,
        permission_sets=["Reports"],
        permission_set_licenses=["SalesUserPsl:2LA1"],
        package_licenses=["SBQQ:0511"],
        features={"UserPermissionsKnowledgeUser"},
    )


class Lives(RuleBasedStateMachine):
    """One life of eight candidates of five people."""

    bench: Bench  # one for all lives: its rows are removed before each

    @initialize()
    def begin(self) -> None:
        bench, self.org = self.bench, StrictOrg()
        bench.services._world.salesforce.org = self.org  # type: ignore[attr-defined]
        with bench.store.begin() as work:
            for table in ("removal_candidate", "attempt", "reclaim_request", "saving", "reclaim_stop"):
                work._cursor.execute(f"DELETE FROM {table}")  # type: ignore[attr-defined]  # noqa: S608
            work.candidates.save([self._candidate(seat) for seat in SEATS])
            self.heard_until = len(work.audit.all())
            work.commit()
        self.org.people = {user_id: held_by(user_id) for user_id in (ADMIN, ROBOT, ANN, BEN, CLEO)}
        self.is_settled = True
        self.by_hand: set[str] = set()  # people whom somebody else has changed in the org

    def _candidate(self, seat: Seat) -> Candidate:
        now = self.bench.clock.now()
        return Candidate(
            **seat.model_dump(),
            profile_id=self.bench.profile_id,
            org_id=self.org.org.org_id,
            user_principal_name=f"{seat.user_id}@acme.example",
            rule="a_rule",
            justification=Justification.LOW_USAGE if seat.kind is Kind.USER else Justification.UNALLOCATED,
            evidence={"target_profile_id": "00e000000000002AAA"} if seat.action is Action.CHANGE_LICENSE else {},
            opened_at=now,
            updated_at=now,
        )

    # ── A license manager ─────────────────────────────────────────────────────────────────────
    @rule(numbers=st.lists(st.sampled_from(NUMBERS), min_size=1, unique=True), crash=CRASHES)
    def reclaim(self, numbers: list[str], crash: tuple[int, str] | None) -> None:
        self._run(Reclaim(numbers=tuple(numbers)), crash)

    @rule(number=st.sampled_from(NUMBERS), crash=CRASHES)
    def freeze(self, number: str, crash: tuple[int, str] | None) -> None:
        self._run(Reclaim(numbers=(number,), action=Action.FREEZE), crash)

    @rule(number=st.sampled_from(NUMBERS), crash=CRASHES)
    def give_back(self, number: str, crash: tuple[int, str] | None) -> None:
        self._run(Restore(numbers=(number,)), crash)

    @rule(number=st.sampled_from(NUMBERS), to=st.sampled_from([State.CLOSED_SKIPPED, State.READY]))
    def keep_or_put_back(self, number: str, to: State) -> None:
        with suppress(RefusedError):
            self.bench.handle(MoveCandidate(number=number, to=to, reason="a manager said so"))

    @rule()
    def stop_everything(self) -> None:
        self.bench.handle(StopReclaiming(reason="wait"))

    @rule()
    def allow_again(self) -> None:
        with suppress(RefusedError):
            self.bench.handle(AllowReclaiming(reason="go on"))

    # ── The person who holds the seat ─────────────────────────────────────────────────────────
    @rule(user_id=st.sampled_from([ANN, BEN, CLEO]))
    def comes_back(self, user_id: str) -> None:
        if self.org.people[user_id].is_active and not self.org.people[user_id].is_frozen:
            self.org.people[user_id].seen_at = self.bench.clock.now()

    @rule(number=st.sampled_from(NUMBERS), crash=CRASHES)
    def was_asked_and_lets_go(self, number: str, crash: tuple[int, str] | None) -> None:
        with self.bench.store.begin() as work:
            candidate = work.candidates.find(number)
            assert candidate is not None
            if candidate.state is not State.READY:
                return
            moved, trace = candidate.move(State.AWAITING_USER, reason="asked", actor="sfsam", at=self.bench.clock.now())
            work.candidates.save([moved])
            work.audit.append([trace])
            work.commit()
        self._run(Reclaim(numbers=(number,), after_notice=True), crash)

    # ── The org ───────────────────────────────────────────────────────────────────────────────
    @rule(step=st.sampled_from(REFUSABLE), user_id=st.sampled_from([ANN, BEN, CLEO]))
    def refuses(self, step: Step, user_id: str) -> None:
        self.org.refusals[step, user_id] = ("FIELD_INTEGRITY_EXCEPTION", "Salesforce says no")

    @rule()
    def is_repaired(self) -> None:
        self.org.refusals.clear()

    @rule(user_id=st.sampled_from([ANN, BEN, CLEO]))
    def somebody_else_takes_the_package_license(self, user_id: str) -> None:
        self.org.people[user_id].package_licenses.clear()
        self.by_hand.add(user_id)

    # ── The scheduler ─────────────────────────────────────────────────────────────────────────
    @rule()
    def settle(self) -> None:
        answer = self.bench.run(Settle())
        assert answer.open_after == 0
        self.is_settled = True

    @rule(days=st.integers(1, 100))
    def time_passes(self, days: int) -> None:
        self.bench.clock.advance(days=days)

    # ── What holds at any moment ──────────────────────────────────────────────────────────────
    @invariant()
    def nothing_was_sent_in_vain(self) -> None:
        assert getattr(self, "org", None) is None or self.org.vain == []

    @invariant()
    def nobody_protected_was_touched(self) -> None:
        if getattr(self, "org", None) is not None:
            assert not {change.user_id for call in self.org.sent for change in call.changes} & set(PROTECTED)

    @precondition(lambda self: getattr(self, "is_settled", False))
    @invariant()
    def candidates_and_the_org_agree(self) -> None:
        with self.bench.store.begin() as work:
            candidates = {each.number: each for each in work.candidates.select()}
            opened = work.requests.open_attempts()
        assert opened == []
        for candidate in candidates.values():
            assert candidate.state is not State.AWAITING_REVOCATION, candidate
            if candidate.state is State.CLOSED_COMPLETE and candidate.user_id not in self.by_hand:
                assert self._is_taken(candidate) is not bool(candidate.evidence.get("restored_at")), candidate

    def _is_taken(self, candidate: Candidate) -> bool:
        person = self.org.people[candidate.user_id]
        match candidate.action:
            case Action.DEACTIVATE:
                return not person.is_active
            case Action.CHANGE_LICENSE:
                return person.profile_id == candidate.evidence["target_profile_id"]
            case Action.REMOVE_PACKAGE_LICENSE:
                return not person.package_licenses
            case Action.REMOVE_PERMISSION_SET_LICENSE:
                return not person.permission_set_licenses
            case _:
                return not person.features

    def _run(self, command: Reclaim | Restore, crash: tuple[int, str] | None) -> None:
        """One job, which a crash may end or an answer be lost to; what our rules refuse sends nothing."""
        if crash is not None:
            self.org.on_send[len(self.org.sent) + crash[0]] = crash[1]
        before = len(self.org.sent)
        try:
            self.bench.run(command)
        except RefusedError:
            assert len(self.org.sent) == before
        except Killed:
            self.is_settled = False
        self.org.on_send.clear()
        with self.bench.store.begin() as work:
            if work.requests.open_attempts():
                self.is_settled = False

    def teardown(self) -> None:
        """Every life ends settled; then the audit tells each candidate's way from the beginning to the end."""
        if getattr(self, "org", None) is None:
            return
        self.settle()
        self.candidates_and_the_org_agree()
        with self.bench.store.begin() as work:
            entries = work.audit.all()[self.heard_until :]
            candidates = {each.number: each for each in work.candidates.select()}
            attempts = [each for number in NUMBERS for each in work.requests.attempts_for(number)]
        ways: dict[str, State] = dict.fromkeys(NUMBERS, State.READY)
        for entry in entries:
            if entry.action == "candidate.moved":
                source, target = State(entry.detail["from"]), State(entry.detail["to"])
                assert ways[entry.subject] is source
                assert target in MOVES[source]
                ways[entry.subject] = target
        assert ways == {number: candidates[number].state for number in NUMBERS}
        done = {(each.step, each.user_id, each.record_id) for each in attempts if each.outcome is Outcome.DONE}
        applied = {(call.step, each.user_id, each.record_id) for call in self.org.sent for each in call.changes}
        assert {each for each in done - applied if each[1] not in self.by_hand} == set()
        assert self.bench.handle(ShowAudit(verify=True)).intact


@pytest.fixture(scope="module")
def one_bench() -> Any:
    with tempfile.TemporaryDirectory() as folder, open_bench(Path(folder)) as bench:
        bench.publish()
        yield bench


@pytest.mark.timeout(7200)  # a campaign takes long
def test_lives(one_bench: Bench, request: pytest.FixtureRequest) -> None:
    is_campaign = request.config.getoption("--campaign")
    Lives.bench = one_bench
    settings_of_a_run = settings(
        max_examples=3000 if is_campaign else 8,
        stateful_step_count=14,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=not is_campaign,
    )
    run_state_machine_as_test(Lives, settings=settings_of_a_run)
