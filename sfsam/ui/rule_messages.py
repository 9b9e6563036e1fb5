"""The sentences about reclamation rules: what each looks for, where, what follows, and whom one would catch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sfsam.charts.formats import counted, is_missing, money, number
from sfsam.domain.answers import ReclamationPreview
from sfsam.domain.candidates import Action
from sfsam.domain.rules import USES_THRESHOLD, Approver, RuleType
from sfsam.ui.formats import plain

TYPE_WORDS: Mapping[RuleType, str] = {
    RuleType.UNUSED_USER_LICENSE: "No human activity",
    RuleType.ORPHAN_PERMISSION_SET_LICENSE: "Permission set license that nothing needs",
    RuleType.INACTIVE_HOLDER: "Inactive person holds a paid seat",
    RuleType.OVERLAPPING_LICENSE: "Another license gives the same",
    RuleType.CHEAPER_LICENSE: "A cheaper license would do",
    RuleType.UNLICENSED: "More seats held than owned",
}
TYPE_HELP: Mapping[RuleType, str] = {
    RuleType.UNUSED_USER_LICENSE: "People who have neither signed in nor used an app for longer than the days below. "
    "A machine's sign-in is no activity, and new people are spared.",
    RuleType.ORPHAN_PERMISSION_SET_LICENSE: "People who work, but hold a permission set license that no permission set "
    "of theirs is tied to.",
    RuleType.INACTIVE_HOLDER: "Deactivated people whose permission set or package license the org still counts.",
    RuleType.OVERLAPPING_LICENSE: "You say which license includes which, because contracts differ. A permission set "
    "license stays where a permission set of the person needs it.",
    RuleType.CHEAPER_LICENSE: "You name the profiles or departments whose people need no more than the cheaper "
    "license. Caught is who holds nothing that speaks against it: no permission set that is tied to a license, no "
    "permission set license, no feature license. What people open cannot be seen from here, so better ask them first.",
    RuleType.UNLICENSED: "Seats beyond what the org owns, the newest first, and all of a license that has expired. "
    "Whose seat is the one too many is for you to decide, so this rule begins turned off.",
}
ACTION_WORDS: Mapping[Action, str] = {
    Action.FREEZE: "Freeze",
    Action.DEACTIVATE: "Deactivate the person",
    Action.CHANGE_LICENSE: "Change the license",
    Action.REMOVE_PERMISSION_SET_LICENSE: "Take back the permission set license",
    Action.REMOVE_PACKAGE_LICENSE: "Take back the package license",
    Action.CLEAR_FEATURE_LICENSE: "Clear the feature license",
}
ACTION_HELP = "Freezing locks the person out at once, but frees no seat and saves nothing."
APPROVER_WORDS: Mapping[Approver, str] = {
    Approver.MANAGER: "Their manager in Salesforce",
    Approver.NAMED: "A named approver",
}
NO_RULES = (
    "No rules yet",
    "Publishing a profile makes the first ones, and its first download one for each license that people hold.",
)
ORDER = (
    "A seat that several rules catch is one candidate: of the rule with the narrowest scope, then of the gentlest. "
    "Administrators, machines, excluded and kept seats are never caught."
)
PREVIEW_FIRST = "First look whom it catches; then it can be saved."
NOTHING_CAUGHT = "It catches nobody now."
MANAGERS_DECIDE = "Managers and administrators change rules."
PROPOSE_HELP = "For what you know and no rule sees. The seat becomes a candidate that waits among the others."


def lead(rows: Sequence[Mapping[str, Any]]) -> str:
    """**5 rules** look for seats to take back, 1 is off. They hold **34 open candidates**."""
    on = [row for row in rows if row["is_on"]]
    off = len(rows) - len(on)
    resting = f", {off} {'is' if off == 1 else 'are'} off" if off else ""
    held = counted(sum(int(row["open_candidates"]) for row in rows), "open candidate", "open candidates")
    verb = "looks" if len(on) == 1 else "look"
    return f"**{counted(len(on), 'rule', 'rules')}** {verb} for seats to take back{resting}. They hold **{held}**."


def after(row: Mapping[str, Any]) -> str:
    """After how long a seat is caught; a dash for what does not go by activity."""
    return f"{row['stale_after_days']} days" if row["rule_type"] in USES_THRESHOLD else "–"


def follows(row: Mapping[str, Any]) -> str:
    """What the rule proposes, for a narrow column."""
    if not is_missing(row["action"]):
        return {Action.FREEZE: "Freeze", Action.CHANGE_LICENSE: "Change license"}.get(row["action"], "Deactivate")
    by_type = {RuleType.UNUSED_USER_LICENSE: "Deactivate", RuleType.CHEAPER_LICENSE: "Change license"}
    return by_type.get(row["rule_type"], "Take back the seat")


def asks(row: Mapping[str, Any]) -> str:
    """Whether its people are asked first, and how long."""
    return f"Asks, {row['days_before_reclaim']} d" if row["notify_user"] else "No"


def caught(found: ReclamationPreview) -> str:
    """Whom a rule would catch: **23 seats** of **21 people**, 4 of them new candidates, worth **$40,000** a year."""
    if not found.candidates:
        return NOTHING_CAUGHT
    amounts = " and ".join(f"**{money(each.potential_savings, each.currency)}**" for each in found.amounts)
    worth = f", worth {amounts} a year" if amounts else ""
    known = found.candidates - found.new - found.kept
    others = ", ".join(
        part
        for part in (
            f"**{number(found.new)}** new" if found.new else "none new",
            f"{number(known)} candidates already" if known else "",
            f"{number(found.kept)} kept" if found.kept else "",
        )
        if part
    )
    seats, people = counted(found.candidates, "seat", "seats"), counted(found.people, "person", "people")
    return f"Catches **{seats}** of **{people}**{worth}: {others}."


def saved(name: str) -> str:
    return f"**{plain(name)}** is saved. Candidates are looked for by it now."


def closed(name: str, what: str, candidates: int) -> str:
    """What turning off or deleting a rule did."""
    return f"**{plain(name)}** is {what}; {counted(candidates, 'open candidate was', 'open candidates were')} closed."
