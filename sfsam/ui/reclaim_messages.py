"""The sentences about taking seats back and giving them back: actions, plans, orders, the kill switch."""

from __future__ import annotations

from typing import Any

from sfsam.charts.formats import counted, money_exact, number
from sfsam.domain.answers import OrderRow, PlanAnswer, RestoreNeed, RestorePlanAnswer, RunLimit
from sfsam.domain.candidates import Action
from sfsam.domain.orders import OrderKind
from sfsam.domain.steps import Step
from sfsam.ui.formats import plain

ACTION_WORDS: dict[Action | None, str] = {
    None: "As each rule proposed",
    Action.FREEZE: "Freeze",
    Action.REMOVE_PERMISSION_SET_LICENSE: "Remove the license",
    Action.REMOVE_PACKAGE_LICENSE: "Remove the license",
    Action.CLEAR_FEATURE_LICENSE: "Clear the license",
    Action.CHANGE_LICENSE: "Change to the cheaper license",
    Action.DEACTIVATE: "Deactivate",
}
SANDBOX = "Sandbox: frees no paid seat."
STOPPING = (
    "Nothing more is taken back or frozen, in any org, until an administrator allows it again. Giving back goes on."
)
ONLY_ADMINS = "An administrator can allow it again."
SECOND_PERSON = "This needs a second person: somebody else has to approve it, then it is done by itself."
OWN_ORDER = "You asked for this. Somebody else has to approve it."
FOUR_EYES = "Nothing of this org is taken back or frozen before a second person has approved it."
FOUR_EYES_OFF = "Whoever may reclaim does so alone."
FOUR_EYES_NEEDS_SIGN_IN = (
    "A second person can be asked for once people sign in; without sign-in nobody can tell two apart."
)
FOUR_EYES_ENDING = "It waits on the page Removal candidates for a second person."
NOTHING_NEEDED = "No seat is needed for this."
HALF_TAKEN = "What was taken so far can be given back."


def verb(action: Action | None, plan: PlanAnswer) -> str:
    """What the button says: Reclaim 3 seats, Freeze 2 people."""
    if action is Action.FREEZE:
        return f"Freeze {counted(plan.users, 'person', 'people')}"
    return f"Reclaim {counted(plan.seats_freed, 'seat', 'seats')}"


def plan_title(action: Action | None, plan: PlanAnswer) -> str:
    """The totals of a plan: Plan for 6 users: 3 calls, 7 seats freed, €6,768 a year."""
    freed = "no seat freed" if action is Action.FREEZE else f"{counted(plan.seats_freed, 'seat', 'seats')} freed"
    calls = counted(plan.planned_calls, "call", "calls")
    return f"Plan for {counted(plan.users, 'user', 'users')}: {calls}, {freed}{_worth(plan, ' a year')}"


def confirm_question(action: Action | None, plan: PlanAnswer) -> str:
    orgs = [limit.profile for limit in plan.limits]
    where = f" in {orgs[0]}" if len(orgs) == 1 else f" in {len(orgs)} orgs" if orgs else ""
    return f"{verb(action, plan)}{where}?"


def consequences(action: Action | None, plan: PlanAnswer) -> str:
    """Who loses what, what becomes free, what it is worth."""
    if action is Action.FREEZE:
        blocked = counted(plan.users, "user is", "users are")
        return f"{blocked} frozen and cannot log in. **No seat becomes free, and nothing is saved.**"
    leaving = sum(call.users for call in plan.calls if call.step == Step.DEACTIVATE)
    staying = plan.users - leaving
    said = f"{counted(leaving, 'user is', 'users are')} deactivated and can no longer log in. " if leaving else ""
    if staying:
        others = counted(staying, "other user" if leaving else "user", "other users" if leaving else "users")
        said += f"Of {others} single licenses are taken back; they stay as they are otherwise. "
    worth = f", worth {money_exact(plan.potential_savings, plan.currency)} a year" if plan.potential_savings else ""
    return f"{said}**{counted(plan.seats_freed, 'seat becomes', 'seats become')} free{worth}.**"


def confirm_check(plan: PlanAnswer) -> str:
    """The words beside the check box, naming how many stay out."""
    left = len(plan.left_out)
    stays = f" {counted(left, 'candidate stays', 'candidates stay')} out of it." if left else ""
    return f"I have read the plan.{stays}"


def run_limit(limit: RunLimit) -> str:
    """How much of the guard a run uses: Northwind: 12 people of at most 25 in one run (402 active users)."""
    people = f"{number(limit.selected)} of at most {counted(limit.allowed, 'person', 'people')} in one run"
    sandbox = f" :orange[:material/science: {SANDBOX}]" if limit.is_sandbox else ""
    return (
        f"{plain(limit.profile)}: {people}, of {counted(limit.active_users, 'active user', 'active users')}.{sandbox}"
    )


def all_ready(count: int) -> str:
    """The words beside the check box for everything under the filters."""
    return f"All {number(count)} that fit the search and the filters" if count != 1 else "The one that fits"


def restore_title(plan: RestorePlanAnswer) -> str:
    return f"{counted(plan.users, 'person gets', 'people get')} back what was taken: {_calls(plan)}"


def need(row: RestoreNeed) -> dict[str, str]:
    """One license of which seats are needed, as a row."""
    free = "Unlimited or not known" if row.free is None else number(row.free)
    return {"License": plain(row.license), "Seats needed": number(row.needed), "Free now": free}


def order_sentence(order: OrderRow) -> str:
    """Who asks for what."""
    where = plain(", ".join(order.profiles))
    if order.kind is OrderKind.END_FOUR_EYES:
        return f"**{plain(order.requested_by)}** asks that {where} no longer needs a second person."
    seats = counted(len(order.numbers), "candidate", "candidates")
    people = counted(order.people, "person", "people")
    done = "freeze" if order.action is Action.FREEZE else "take back"
    return f"**{plain(order.requested_by)}** asks to {done} {seats} of {people} in {where}."


def stopped(answer: Any) -> str:
    return f"**{plain(answer.stopped_by)} stopped all reclaiming.** {plain(answer.reason)}"


def _calls(plan: RestorePlanAnswer) -> str:
    return counted(plan.planned_calls, "call", "calls")


def _worth(plan: PlanAnswer, each: str) -> str:
    return f", {money_exact(plan.potential_savings, plan.currency)}{each}" if plan.potential_savings else ""
