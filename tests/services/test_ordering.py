"""Four eyes: on a profile that asks for a second person, nothing is sent by one person alone, whatever they try."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sfsam.domain.candidates import Action, State
from sfsam.domain.commands import (
    ApproveOrder,
    Command,
    Enqueue,
    ListOrders,
    Narrowing,
    PlanReclaim,
    Reclaim,
    RefuseOrder,
    RequestReclaim,
    SetFourEyes,
)
from sfsam.domain.jobs import Job, JobState
from sfsam.domain.orders import OrderKind, OrderState
from sfsam.domain.roles import ADMINS, Caller, Role
from sfsam.errors import NotFound, RefusedError, SfsamError
from sfsam.services.running import SilentControl
from tests.fakes.salesforce import FakeOrg, Person
from tests.services.conftest import Bench, open_bench

PEOPLE = ["005000000000001AAA", "005000000000002AAA"]
ANA, BOB = (Caller(name, ADMINS, is_signed_in=True) for name in ("ana@acme.example", "bob@acme.example"))
NUMBERS = ("RC0000001", "RC0000002")


def guarded(bench: Bench) -> None:
    """Two seats of a profile that asks for a second person."""
    sign_in = {"oidc_metadata_url": "https://login.acme.example/.well-known/openid-configuration"}
    changed = bench.settings.model_copy(update=sign_in)
    object.__setattr__(bench.services._world, "settings", changed)
    bench.publish()
    bench.propose(*(Person(user_id=each) for each in PEOPLE))
    give(bench, SetFourEyes(profile="Production", enabled=True, reason="From now on"), ANA)


def give(bench: Bench, command: Command, caller: Caller) -> Any:
    return bench.services.handle(command, caller)


def request(bench: Bench, caller: Caller = ANA, numbers: tuple[str, ...] = NUMBERS) -> Any:
    return give(bench, RequestReclaim(reclaim=Reclaim(numbers=numbers), reason="Unused"), caller)


def work_off(bench: Bench) -> list[SfsamError]:
    """Do what is queued, as the worker does; what refused."""
    refusals: list[SfsamError] = []
    while (job := _next(bench)) is not None:
        try:
            bench.services.run(job, SilentControl())
        except SfsamError as error:
            refusals.append(error)
        with bench.store.begin() as work:
            work.jobs.save(job.model_copy(update={"state": JobState.SUCCEEDED, "ended_at": bench.clock.now()}))
            work.commit()
    return refusals


def _next(bench: Bench) -> Job | None:
    with bench.store.begin() as work:
        return work.jobs.next_queued()


def test_one_person_asks_and_another_approves(bench: Bench) -> None:
    guarded(bench)
    plan = bench.handle(PlanReclaim(numbers=NUMBERS))
    assert plan.needs_second_person
    with pytest.raises(RefusedError, match="asks for a second person"):
        bench.run(Reclaim(numbers=NUMBERS))
    order = request(bench)
    assert (order.people, order.profiles, order.state) == (2, ["Production"], OrderState.PENDING)
    with pytest.raises(RefusedError, match="Whoever asks cannot approve"):
        give(bench, ApproveOrder(order_id=order.order_id), ANA)
    assert not bench.org.sent
    approved = give(bench, ApproveOrder(order_id=order.order_id, reason="Looked at it"), BOB)
    assert approved.job_id
    assert not work_off(bench)
    assert set(bench.states().values()) == {State.CLOSED_COMPLETE}
    [used] = give(bench, ListOrders(), BOB)
    assert (used.state, used.decided_by, used.requested_by) == (OrderState.USED, BOB.actor, ANA.actor)
    with bench.store.begin() as work:
        trail = [(each.action, each.actor) for each in work.audit.all() if each.action.startswith("order.")]
    assert trail == [("order.requested", ANA.actor), ("order.approved", BOB.actor), ("order.used", ANA.actor)]


def test_only_what_was_approved_is_done_and_only_once(bench: Bench) -> None:
    guarded(bench)
    order = request(bench, numbers=NUMBERS[:1])
    give(bench, ApproveOrder(order_id=order.order_id), BOB)
    with bench.store.begin() as work:
        queued = work.jobs.find(give(bench, ListOrders(), ANA)[0].job_id)
    assert queued is not None
    approved = Reclaim.model_validate(queued.arguments)
    for other in ({"numbers": NUMBERS}, {"action": Action.FREEZE}, {"max_users": 500}, {"actor": "carl"}):
        with pytest.raises(RefusedError, match="not what was approved"):
            bench.run(approved.model_copy(update=other))
    with pytest.raises(NotFound):
        bench.run(approved.model_copy(update={"order_id": "another"}))
    assert not work_off(bench)
    sent = len(bench.org.sent)
    with pytest.raises(RefusedError):
        bench.run(approved)
    assert len(bench.org.sent) == sent > 0


def test_an_order_can_be_refused_and_expires_after_a_week(bench: Bench) -> None:
    guarded(bench)
    refused = request(bench)
    assert give(bench, RefuseOrder(order_id=refused.order_id, reason="Not now"), BOB).state is OrderState.REFUSED
    with pytest.raises(RefusedError, match="is refused, not pending"):
        give(bench, ApproveOrder(order_id=refused.order_id), BOB)
    late, approved = request(bench), request(bench)
    give(bench, ApproveOrder(order_id=approved.order_id), BOB)
    bench.clock.advance(days=7)
    with pytest.raises(RefusedError, match="is expired"):
        give(bench, ApproveOrder(order_id=late.order_id), BOB)
    [trouble] = work_off(bench)
    assert "is expired" in str(trouble)
    assert not bench.org.sent


def test_who_is_not_signed_in_cannot_be_one_of_two(bench: Bench) -> None:
    guarded(bench)
    shell = Caller("carl", frozenset({Role.MANAGER}))
    order = request(bench)
    for command in (
        ApproveOrder(order_id=order.order_id),
        RequestReclaim(reclaim=Reclaim(numbers=NUMBERS), reason="Unused"),
    ):
        with pytest.raises(RefusedError, match="only be told apart when each has signed in"):
            give(bench, command, shell)
    with pytest.raises(RefusedError, match="Only sfsam itself"):
        give(bench, Enqueue(job=Reclaim(numbers=NUMBERS, after_notice=True)), ANA)


def test_four_eyes_need_sign_in_and_end_by_a_second_person(bench: Bench) -> None:
    bench.publish()
    with pytest.raises(RefusedError, match="Nobody signs in here"):
        give(bench, SetFourEyes(profile="Production", enabled=True, reason="From now on"), ANA)
    with bench.store.begin() as work:
        work.profiles.remove(bench.profile_id)
        work.commit()
    guarded(bench)
    ending = give(bench, SetFourEyes(profile="Production", enabled=False, reason="Too slow"), ANA)
    assert ending.four_eyes
    with pytest.raises(RefusedError, match="Whoever asks"):
        give(bench, ApproveOrder(order_id=ending.order_id), ANA)
    give(bench, ApproveOrder(order_id=ending.order_id), BOB)
    assert not bench.handle(PlanReclaim(numbers=NUMBERS)).needs_second_person
    with pytest.raises(RefusedError, match="No second person is needed"):
        request(bench)
    bench.run(Reclaim(numbers=NUMBERS))
    assert bench.org.sent


def test_all_that_a_list_shows_is_what_its_plan_showed(bench: Bench) -> None:
    bench.publish()
    people = [Person(user_id=each) for each in PEOPLE]
    bench.propose(*people[:1])
    shown = Narrowing(search="RC000000")
    plan = bench.handle(PlanReclaim(matching=shown))
    assert [(each.selected, each.is_sandbox) for each in plan.limits] == [(1, False)]
    bench.propose(*people)
    with pytest.raises(RefusedError, match="others than in the plan"):
        bench.run(Reclaim(matching=shown, fingerprint=plan.fingerprint))
    assert not bench.org.sent
    assert bench.handle(PlanReclaim(matching=Narrowing(search="nobody"))).users == 0
    again = bench.handle(PlanReclaim(matching=shown))
    answer = bench.run(Reclaim(matching=shown, fingerprint=again.fingerprint))
    assert (answer.planned_calls, len(answer.outcomes)) == (again.planned_calls, 2)


MOVES = st.lists(
    st.tuples(
        st.sampled_from([ANA, BOB]),
        st.sampled_from(
            ["request", "approve", "approve", "refuse", "reclaim", "forge", "end", "begin", "wait", "notice"]
        ),
        st.integers(0, 3),
    ),
    min_size=6,
    max_size=10,
)


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with open_bench(tmp_path_factory.mktemp("orders")) as bench:
        guarded(bench)
        yield bench


@given(moves=MOVES)
@settings(max_examples=8, deadline=None)
def test_nothing_is_sent_without_two_people(lasting: Bench, moves: list[tuple[Caller, str, int]]) -> None:
    bench = lasting
    _begin_anew(bench)
    for caller, move, place in moves:
        was_on, sent = _is_on(bench), len(bench.org.sent)
        _try(bench, caller, move, place)
        work_off(bench)
        used = [each for each in give(bench, ListOrders(limit=1000), ANA) if each.state is OrderState.USED]
        assert all({each.requested_by, each.decided_by} == {ANA.actor, BOB.actor} for each in used)
        seats = {number for each in used if each.kind is OrderKind.RECLAIM for number in each.numbers}
        if was_on and len(bench.org.sent) > sent:
            taken = {number for number, state in bench.states().items() if state is State.CLOSED_COMPLETE}
            assert taken & seats, "something was sent that no second person has approved"
        assert _is_on(bench) or any(each.kind is OrderKind.END_FOUR_EYES for each in used)


def _is_on(bench: Bench) -> bool:
    with bench.store.begin() as work:
        profile = work.profiles.find("Production")
    assert profile is not None
    return profile.four_eyes


def _begin_anew(bench: Bench) -> None:
    bench.begin_anew(FakeOrg())
    with bench.store.begin() as work:
        work._cursor.execute("DELETE FROM reclaim_order")  # type: ignore[attr-defined]
        profile = work.profiles.find("Production")
        assert profile is not None
        work.profiles.save(profile.model_copy(update={"four_eyes": True}))
        work.commit()
    bench.propose(*(Person(user_id=each) for each in PEOPLE))


def _try(bench: Bench, caller: Caller, move: str, place: int) -> None:
    """One thing a person may try; refusals are as good as anything."""
    orders = give(bench, ListOrders(limit=1000), caller)
    chosen = orders[place % len(orders)] if orders else None
    numbers = NUMBERS[place % 2 :][:1]
    attempts: dict[str, Command | None] = {
        "request": RequestReclaim(reclaim=Reclaim(numbers=numbers, actor="carl"), reason="Unused"),
        "approve": ApproveOrder(order_id=chosen.order_id, actor="carl") if chosen else None,
        "refuse": RefuseOrder(order_id=chosen.order_id, reason="No") if chosen else None,
        "reclaim": Enqueue(job=Reclaim(numbers=numbers), actor="carl"),
        "forge": Enqueue(job=Reclaim(numbers=numbers, order_id=chosen.order_id)) if chosen else None,
        "notice": Enqueue(job=Reclaim(numbers=numbers, after_notice=True, actor="sfsam")),
        "end": SetFourEyes(profile="Production", enabled=False, reason="Too slow"),
        "begin": SetFourEyes(profile="Production", enabled=True, reason="Again"),
        "wait": None,
    }
    if move == "wait":
        bench.clock.advance(days=3)
    command = attempts[move]
    if command is not None:
        with suppress(RefusedError):
            give(bench, command, caller)
