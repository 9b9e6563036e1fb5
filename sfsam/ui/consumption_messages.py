"""What the consumption page says."""

from __future__ import annotations

from typing import Any

from sfsam.charts.formats import counted, is_missing, number
from sfsam.ui.formats import day, plain

NONE = (
    "No consumption is known",
    "No connected org shows a usage-based entitlement or a login-based license. A user without View Setup and "
    "Configuration sees none, and a profile that leaves the consumption subflow out downloads none.",
)
CAPTION = "Used is what Salesforce had counted at its own moment; expected is what an even use had come to by then."
CLICK = "Click a row to see its period, its pace by month and its course."
NOT_DRAWN = "What is unlimited, ended or not counted yet stands in the table only."
NO_COURSE = "The course appears with the second day that has a download."
PACE_WORDS = {
    "over": "Over",
    "ahead": "Too fast",
    "even": "On course",
    "behind": "Far below",
    "unknown": "Not known",
    "unlimited": "Unlimited",
    "ended": "Ended",
}
PACE_SENTENCES = {
    "over": "More is used than is allowed.",
    "ahead": "It is used faster than its period runs.",
    "even": "It is used about as fast as its period runs.",
    "behind": "Less than half of what an even use had come to is used: look at it before you renew it.",
    "unknown": "Salesforce has not counted it yet.",
    "unlimited": "As much as needed may be used.",
    "ended": "Its contract has ended.",
}
FREQUENCY_WORDS = {
    "Daily": "Each day",
    "Weekly": "Each week",
    "Fortnightly": "Each two weeks",
    "Monthly": "Each month",
    "Quarterly": "Each quarter",
    "Yearly": "Each year",
    "Once": "Once",
}


def lead(rows: list[dict[str, Any]]) -> str:
    """How many entitlements there are, and which one is used too fast. `rows`: of the read consumption."""
    first = f"**{counted(len(rows), 'entitlement', 'entitlements')}** by use."
    fast = [row for pace in ("over", "ahead") for row in rows if row["pace"] == pace]
    if not fast:
        return f"{first} None of them is used faster than its period runs."
    worst = max(fast, key=lambda row: (row["pace"] == "over", float(row["used"]) / max(float(row["allowed"]), 1)))
    used = f"**{number(worst['used'])}** of {number(worst['allowed'])} are used"
    named = f"{plain(worst['label'])} in {plain(worst['org'])}: {used}{_until(worst)}."
    if len(fast) == 1:
        return f"{first} :primary[**One**] is used too fast. {named}"
    return f"{first} :primary[**{number(len(fast))}**] are used too fast. First {named}"


def pace(row: dict[str, Any]) -> str:
    """One entitlement's pace in a sentence, and the day on which it is used up at that pace."""
    if row["is_persistent"] and row["pace"] == "even":
        return "What is held stays held; nothing of it is expected by a day."
    until = "" if is_missing(row["used_up_on"]) else f" At this pace it is used up on {day(row['used_up_on'])}."
    return PACE_SENTENCES[row["pace"]] + until


def _until(row: dict[str, Any]) -> str:
    return "" if is_missing(row["used_up_on"]) else f", and at this pace all on {day(row['used_up_on'])}"
