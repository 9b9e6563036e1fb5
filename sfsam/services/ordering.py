"""Four eyes: orders that wait for a second person, and the proof asked for before anything is sent (product.md R7).

Two people can only be told apart when each has signed in: neither the command line nor an app without sign-in knows
who sits there. So whoever asks and whoever approves must be signed in, and without sign-in nothing is approved.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sfsam.domain.answers import FourEyesAnswer, OrderRow
from sfsam.domain.commands import (
    ApproveOrder,
    Enqueue,
    ListOrders,
    Reclaim,
    RefuseOrder,
    RequestReclaim,
    SetFourEyes,
)
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job
from sfsam.domain.orders import Order, OrderKind
from sfsam.domain.profiles import Profile
from sfsam.errors import NotFound, RefusedError
from sfsam.ports import UnitOfWork
from sfsam.services.planning import people_of, require_guard, selection
from sfsam.services.queueing import queued
from sfsam.services.world import World, entry, profile_named

_WORKED_OUT = {"state", "expires_at", "profiles", "action", "numbers"}
_SIGN_IN = "Sign in on the page Removal candidates, and do it there."


def request_reclaim(world: World, command: RequestReclaim) -> OrderRow:
    """Save what is asked for, with the candidates as they are chosen now; nothing is sent."""
    _require_signed_in(world)
    asked = command.reclaim.model_copy(update={"actor": command.actor})
    parts = selection(world, asked)
    for profile, candidates in parts:
        require_guard(world, profile, people_of(candidates), asked.max_users)
    if not any(profile.four_eyes for profile, _ in parts):
        raise RefusedError("No second person is needed for these seats.", "Reclaim them right away.")
    numbers = tuple(each.number for _, candidates in parts for each in candidates)
    settled = {"numbers": numbers, "all_ready": False, "matching": None, "profile": None, "fingerprint": ""}
    order = Order(
        order_id=new_id(),
        profile_ids=tuple(profile.profile_id for profile, _ in parts),
        command=_frozen(asked.model_copy(update=settled)),
        people=sum(people_of(candidates) for _, candidates in parts),
        reason=command.reason,
        requested_by=command.actor,
        requested_at=world.clock.now(),
    )
    return _saved(world, order, command.actor, "order.requested", command.reason)


def set_four_eyes(world: World, command: SetFourEyes) -> FourEyesAnswer:
    """Switch it on at once; to switch it off is an order that another person approves."""
    if not world.settings.is_sign_in_on:
        raise RefusedError(
            "Nobody signs in here, so two people cannot be told apart.",
            "Connect sfsam to a sign-in service first (docs/sign-in.md).",
        )
    _require_signed_in(world)
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        if command.enabled:
            _switch(world, work, profile, on=True, actor=command.actor, reason=command.reason)
            work.commit()
    if command.enabled or not profile.four_eyes:
        return FourEyesAnswer(profile=profile.name, four_eyes=command.enabled)
    order = Order(
        order_id=new_id(),
        kind=OrderKind.END_FOUR_EYES,
        profile_ids=(profile.profile_id,),
        command={"profile": profile.profile_id},
        reason=command.reason,
        requested_by=command.actor,
        requested_at=world.clock.now(),
    )
    row = _saved(world, order, command.actor, "order.requested", command.reason)
    return FourEyesAnswer(profile=profile.name, four_eyes=True, order_id=row.order_id)


def orders(world: World, command: ListOrders) -> list[OrderRow]:
    """The newest first, whatever became of them."""
    with world.store.begin() as work:
        return [_row(world, work, order) for order in work.orders.newest(command.limit)]


def approve(world: World, command: ApproveOrder) -> OrderRow:
    """Have it done: the reclaim is queued in the name of whoever asked; the end of four eyes happens now."""
    _require_signed_in(world)
    now = world.clock.now()
    with world.store.begin() as work:
        order = _found(work, command.order_id).approved(command.actor, now, command.reason)
        if order.kind is OrderKind.END_FOUR_EYES:
            profile = profile_named(work, order.profile_ids[0])
            _switch(world, work, profile, on=False, actor=order.requested_by, reason=order.reason)
            order = order.used(order.command, now, "")
        else:
            job = queued(world, work, Enqueue(actor=order.requested_by, job=_reclaim_of(order)))
            order = order.model_copy(update={"job_id": job.job_id})
        _save(world, work, order, command.actor, "order.approved", command.reason)
        work.commit()
        return _row(world, work, order)


def refuse(world: World, command: RefuseOrder) -> OrderRow:
    """Not this. Whoever asked takes it back in the same way."""
    with world.store.begin() as work:
        order = _found(work, command.order_id).refused(command.actor, world.clock.now(), command.reason)
        _save(world, work, order, command.actor, "order.refused", command.reason)
        work.commit()
        return _row(world, work, order)


def require_second_person(world: World, command: Reclaim, profiles: Sequence[Profile], job: Job) -> None:
    """Raise RefusedError unless this very reclaim was approved by another person, and use that approval up.

    What was decided after a notice is sfsam's own job: nobody can ask for one (see `queueing`).
    """
    guarded = [profile.name for profile in profiles if profile.four_eyes]
    if command.after_notice or not (guarded or command.order_id):
        return
    if not command.order_id:
        raise RefusedError(
            f"{', '.join(guarded)} asks for a second person before anything is taken back.",
            "Ask for it on the page Removal candidates; it is done as soon as somebody else approves it.",
        )
    with world.store.begin() as work:
        order = _found(work, command.order_id).used(_frozen(command), world.clock.now(), job.job_id)
        _save(world, work, order, command.actor, "order.used", order.reason)
        work.commit()


def _frozen(command: Reclaim) -> dict[str, Any]:
    return command.model_dump(mode="json", exclude={"order_id"})


def _reclaim_of(order: Order) -> Reclaim:
    return Reclaim.model_validate(order.command | {"order_id": order.order_id})


def _require_signed_in(world: World) -> None:
    if not world.caller.is_signed_in:
        raise RefusedError("Two people can only be told apart when each has signed in.", _SIGN_IN)


def _switch(world: World, work: UnitOfWork, profile: Profile, *, on: bool, actor: str, reason: str) -> None:
    if profile.four_eyes is on:
        return
    work.profiles.save(profile.model_copy(update={"four_eyes": on}))
    action = "profile.four_eyes_begun" if on else "profile.four_eyes_ended"
    work.audit.append([entry(world, actor, action, profile.profile_id, profile_id=profile.profile_id, reason=reason)])


def _saved(world: World, order: Order, actor: str, action: str, reason: str) -> OrderRow:
    with world.store.begin() as work:
        _save(world, work, order, actor, action, reason)
        work.commit()
        return _row(world, work, order)


def _save(world: World, work: UnitOfWork, order: Order, actor: str, action: str, reason: str) -> None:
    work.orders.save(order)
    detail = {"kind": order.kind, "requested_by": order.requested_by, "command": order.command, "job_id": order.job_id}
    work.audit.append([entry(world, actor, action, order.order_id, reason=reason, detail=detail)])


def _found(work: UnitOfWork, order_id: str) -> Order:
    order = work.orders.find(order_id)
    if order is None:
        raise NotFound(f"There is no order {order_id}.", "List them with: orders list.")
    return order


def _row(world: World, work: UnitOfWork, order: Order) -> OrderRow:
    known = [work.profiles.find(profile_id) for profile_id in order.profile_ids]
    return OrderRow(
        **order.model_dump(include=set(OrderRow.model_fields) - _WORKED_OUT),
        state=order.state_at(world.clock.now()),
        expires_at=order.expires_at,
        profiles=[profile.name for profile in known if profile is not None],
        action=order.command.get("action"),
        numbers=list(order.command.get("numbers") or ()),
    )
