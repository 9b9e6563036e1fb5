"""Every sentence about software models, identifiers that nobody knows, and exclusions.

The same voice as sfsam/ui/messages.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sfsam.charts.formats import counted, is_missing, money_exact, number
from sfsam.domain.answers import ExclusionPreview
from sfsam.domain.exclusions import Subject
from sfsam.ui.formats import NOT_APPLICABLE, day, plain

SOURCE_WORDS = {"contract": "Contract", "list": "List price", "none": "None", "mixed": "Mixed"}
PAID_WORDS = {True: "Paid", False: "Free", None: "Not known"}
NO_MODELS = (
    "No software model in use",
    "No license of these orgs is recognized yet. Map its identifier, and its seats appear here.",
)
NO_UNRECOGNIZED = (
    "Every identifier is recognized",
    "The catalog, or one of you, knows what each license is. A new one appears here with the download that finds it.",
)
NO_ALTERNATIVE = "No cheaper license is known that Salesforce would let these people change to."
MAPPED_ONCE = "Said once, it holds in every org, now and after each download. No newer catalog overwrites it."
SUGGESTED_BY_NAME = "By its name it may be one of these; a name is no proof."
NOTHING_LIKE_IT = "Nothing that is known has a name like it."
CHOOSE_IDENTIFIER = "Click an identifier to say what it is."
MANAGERS_DECIDE = "A license manager decides this; you can look at it."
NO_PRICE_FROM_NAME = "Paid or free decides whether it counts in totals. Choose Not known rather than guess from a name."

SUBJECT_WORDS = {
    Subject.USER: "User name",
    Subject.PATTERN: "Pattern",
    Subject.PROFILE: "Profile",
    Subject.DEPARTMENT: "Department",
    Subject.IDENTIFIER: "License",
}
SUBJECT_HELP = {
    Subject.USER: "One user by the exact user name. Their seats stay, save nothing, and are never proposed.",
    Subject.PATTERN: "All whose user name fits: * stands for anything and ? for one character.",
    Subject.PROFILE: "All who have this profile in Salesforce.",
    Subject.DEPARTMENT: "All whose department is this one.",
    Subject.IDENTIFIER: "A license stands outside owned, spend and savings, and none of its seats is ever proposed.",
}
NO_EXCLUSIONS = (
    "Nothing is excluded",
    "Exclude a license that should not count, or people who must keep their seats. It acts at once.",
)
REASON_HELP = "Everybody sees it beside the seat, and it goes into the audit trail."
PREVIEW_FIRST = "Look at whom it catches; then it can be saved."
CATCHES_NOTHING = "It catches nothing now. Once saved, it acts on whoever fits after a later download."
ENDED = "An exclusion that expired or was removed acts no more; the next search finds its seats again."


def models_lead(models: int, assigned: int, unknown: int) -> str:
    """… software models stand behind … seats. … identifiers are not recognized."""
    verb = "stands" if models == 1 else "stand"
    first = f"**{counted(models, 'software model', 'software models')}** {verb} behind **{number(assigned)}** seats"
    if not unknown:
        return f"{first}; every identifier is recognized."
    verb = "is" if unknown == 1 else "are"
    return f"{first}; :primary[**{counted(unknown, 'identifier', 'identifiers')}**] {verb} not recognized."


def unrecognized_lead(identifiers: int, seats: int, suggested: int) -> str:
    """… identifiers with … seats are in nobody's catalog."""
    if not identifiers:
        first = "Every subscription identifier is recognized."
    else:
        verb = "is" if identifiers == 1 else "are"
        first = (
            f":primary[**{counted(identifiers, 'identifier', 'identifiers')}**] with **{number(seats)}** assigned "
            f"seats {verb} not recognized. Without a price they stand outside the totals."
        )
    learned = counted(suggested, "mapping", "mappings")
    return f"{first} The catalog has learned about **{learned}**." if suggested else first


def mapped(row: dict[str, Any], when: str) -> str:
    """Said by … on …, with the note."""
    note = f" {plain(row['note'])}" if row["note"] else ""
    return f":material/person: Said by **{plain(row['mapped_by'])}**, {when}.{note}"


def learned(row: dict[str, Any]) -> str:
    """What the catalog says of an identifier that a person mapped."""
    paid = "" if row["catalog_is_paid"] is None else f", {PAID_WORDS[row['catalog_is_paid']].lower()}"
    return (
        f":orange[:material/lightbulb:] The catalog now calls `{str(row['identifier']).replace('`', '')}` "
        f"**{plain(row['catalog_model'])}**{paid}. What was said stays in force until you accept this."
    )


def alternative(row: dict[str, Any]) -> str:
    """What a license may be changed to, and what a seat saves."""
    saves = row["saves_per_seat"]
    known = saves == saves and saves is not None
    unknown = (
        "; its price is not known" if is_missing(row["currency"]) else f"; its price in {row['currency']} is not known"
    )
    worth = f", **{money_exact(saves, row['currency'])}** less a seat and year" if known else unknown
    return f"**{plain(row['alternative_model'])}**{worth}"


def exclusions_lead(acting: Sequence[dict[str, Any]]) -> str:
    """… exclusions act: … licenses stand outside the totals, … people are never proposed."""
    if not acting:
        return "Nothing is excluded: every license counts, and every unused seat can be proposed."
    licenses = sum(int(row["catches"] or 0) for row in acting if row["subject"] == Subject.IDENTIFIER)
    people = sum(int(row["catches"] or 0) for row in acting if row["subject"] != Subject.IDENTIFIER)
    verb = "acts" if len(acting) == 1 else "act"
    stand = (
        f"**{counted(licenses, 'license', 'licenses')}** {'stands' if licenses == 1 else 'stand'} outside the totals"
    )
    stay = f"**{counted(people, 'person', 'people')}** {'is' if people == 1 else 'are'} never proposed"
    return f"**{counted(len(acting), 'exclusion', 'exclusions')}** {verb}: {stand}, {stay}."


def preview(found: ExclusionPreview) -> str:
    """Would catch … people with … seats, … of them unused."""
    if not found.users and not found.licenses:
        return CATCHES_NOTHING
    who = counted(found.licenses, "license", "licenses") if found.licenses else counted(found.users, "user", "users")
    seats = counted(found.seats, "seat", "seats")
    return f"Catches **{who}** with **{seats}**, of which {number(found.unused_seats)} could be taken back."


def preview_money(found: ExclusionPreview) -> str:
    """What goes out of the totals, currency by currency."""
    parts = []
    for each in found.amounts:
        spend = (
            f"{money_exact(each.annual_spend, each.currency)} of spend and " if each.annual_spend is not None else ""
        )
        savings = f"{money_exact(each.potential_savings or 0, each.currency)} of potential savings"
        parts.append(f"**{plain(spend + savings)}** a year")
    return f"Out of the totals: {'; '.join(parts)}." if parts else "No amount goes out of the totals."


def preview_candidates(found: ExclusionPreview) -> str:
    closes = counted(found.candidates, "open removal candidate closes", "open removal candidates close")
    return f"{closes} as skipped." if found.candidates else "No open removal candidate is touched."


def exclude_label(found: ExclusionPreview) -> str:
    """What the button does, with its number."""
    if found.licenses:
        return f"Exclude {counted(found.licenses, 'license', 'licenses')}"
    return f"Exclude {counted(found.users, 'user', 'users')}" if found.users else "Exclude whoever fits later"


def value_of(row: dict[str, Any]) -> str:
    """What is excluded, in words: the model of an identifier, else the value."""
    return str(row["model"]) if isinstance(row["model"], str) and row["model"] else str(row["value"])


def until(row: dict[str, Any]) -> str:
    return day(row["expires_on"]) if day(row["expires_on"]) != NOT_APPLICABLE else "No end"


def catches(row: dict[str, Any]) -> str:
    one, many = ("license", "licenses") if row["subject"] == Subject.IDENTIFIER else ("user", "users")
    return counted(int(row["catches"]), one, many)
