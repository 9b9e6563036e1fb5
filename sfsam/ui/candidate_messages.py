"""The sentences about a removal candidate and its plan: why, what is sent, what it frees."""

from __future__ import annotations

import json
from typing import Any

from sfsam.charts.formats import counted, is_missing, money_exact
from sfsam.domain.candidates import Justification, State
from sfsam.ui.formats import age, age_in_words, plain

SHORT = {
    Justification.NEVER_USED: "Never used",
    Justification.UNALLOCATED: "Not needed",
    Justification.INACTIVE_HOLDER: "Inactive",
    Justification.OVERLAPPING: "Overlaps",
    Justification.DOWNGRADE: "Cheaper",
    Justification.UNLICENSED: "Too many",
    Justification.MANUAL: "Proposed",
}
_BY_EVIDENCE = frozenset(
    {Justification.OVERLAPPING, Justification.DOWNGRADE, Justification.UNLICENSED, Justification.MANUAL}
)


def candidate_sentence(row: dict[str, Any], days: int) -> str:
    """Holds … in … and has not used Salesforce for 143 days; the rule allows 60. Reclaiming frees …, worth … a year."""
    is_done = row["state"] == State.CLOSED_COMPLETE
    seats = int(row["seats"]) if not is_missing(row.get("seats")) else 1
    frees = f"Reclaiming {'freed' if is_done else 'frees'} **{counted(seats, 'seat', 'seats')}**"
    worth = (
        f", worth **{money_exact(row['potential_savings'], row['currency'])}** a year"
        if not is_missing(row["potential_savings"])
        else "; what they are worth is not known"
    )
    holds = "Held" if is_done else "Holds"
    return f"{holds} **{plain(row['model'])}** in {plain(row['org'])} and {_why(row, days)}. {frees}{worth}."


def why_in_short(row: dict[str, Any]) -> str:
    """The same for a narrow column: Unused 143 d, Never used, Not needed, Inactive, Overlaps, …"""
    return SHORT.get(row["justification"]) or f"Unused {age(row['inactive_days'])}"


def _why(row: dict[str, Any], days: int) -> str:
    """What speaks against the seat, by the rule that found it."""
    if row["justification"] == Justification.UNALLOCATED:
        return "has no permission set that needs this license"
    if row["justification"] == Justification.INACTIVE_HOLDER:
        return "was deactivated, while the org still counts the seat as used"
    if row["justification"] in _BY_EVIDENCE:
        return _by_evidence(row)
    if is_missing(row["inactive_days"]):
        return "has never used Salesforce"
    return f"has not used Salesforce for **{age_in_words(row['inactive_days'])}**; the rule allows {days}"


def _by_evidence(row: dict[str, Any]) -> str:
    """The same for what the evidence of the candidate says itself."""
    seen = evidence_of(row)

    def told(name: str, otherwise: str) -> str:
        return plain(str(seen.get(name) or otherwise))

    if row["justification"] == Justification.OVERLAPPING:
        return f"has the same by **{told('included_in', 'another license')}**"
    if row["justification"] == Justification.DOWNGRADE:
        target = told("target_license", "a cheaper license")
        return f"needs no more than **{target}** by its rule, and holds nothing that speaks against it"
    if row["justification"] == Justification.UNLICENSED:
        return f"is among the newest of {told('assigned', 'more')} holders, while {told('owned', 'fewer')} are owned"
    return f"was proposed by {told('proposed_by', 'somebody')}: {told('reason', 'no reason was given')}"


def evidence_of(row: dict[str, Any]) -> dict[str, Any]:
    """What the rule saw, of a row whose evidence is JSON."""
    value = row.get("evidence")
    seen = json.loads(value) if isinstance(value, str) and value else value
    return seen if isinstance(seen, dict) else {}
