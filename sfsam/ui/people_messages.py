"""What the pages about people say. Values of an org or a directory are escaped here, for they stand in Markdown."""

from __future__ import annotations

from typing import Any

from sfsam.charts.formats import counted, is_missing, money_exact, number
from sfsam.domain.people import Basis, LookupField, SourceField, Transform
from sfsam.ui.formats import age_in_words, day, plain

BASIS_WORDS: dict[str, str] = {
    Basis.PERSON: "Person",
    Basis.SAME_EMAIL: "Same e-mail",
    Basis.USER: "Not known",
    Basis.MACHINE: "Machine",
    Basis.NOT_A_PERSON: "No person",
}
STATUS_WORDS = {"active": "Active", "left": "Left"}
SOURCE_WORDS: dict[SourceField, str] = {
    SourceField.EMAIL: "E-mail",
    SourceField.USERNAME: "User name",
    SourceField.FEDERATION_ID: "Federation id",
    SourceField.EMPLOYEE_NUMBER: "Employee number",
}
LOOKUP_WORDS: dict[LookupField, str] = {
    LookupField.EMAIL: "E-mail",
    LookupField.FEDERATION_ID: "Federation id",
    LookupField.EMPLOYEE_NUMBER: "Employee number",
}
TRANSFORM_WORDS: dict[Transform, str] = {
    Transform.NONE: "As it is",
    Transform.REMOVE_DOMAIN: "Without the domain",
    Transform.REPLACE_DOMAIN: "With another domain",
}
SAME_EMAIL = "Users of several orgs with one e-mail are shown together. That they are one person is not said."
NO_DIRECTORY = (
    "No directory yet",
    "Import a list of your people as CSV or XLSX. Users are then matched to it, and one person's seats in several "
    "orgs stand together.",
)
ALL_KNOWN = ("Everybody is known", "Each user with a seat is matched to a person, or was said to be none.")
NOBODY = ("Nobody holds a seat", "People appear here with the first download after an org was connected.")
GONE = ("Nobody here", "This person is gone since the last download. Look for them in the list of people.")
WHO = ("Which person?", "Open a person from the list of people, from a seat or from a removal candidate.")
IMPORT = (
    "One row per person, with an employee number, an e-mail or a federation id. Who is in the directory already is "
    "updated; nobody is removed. A row that cannot be taken is kept with its reason."
)
RULES = (
    "Rules are tried in this order. The first one that finds exactly one person of the directory wins; one that finds "
    "several decides nothing, and they become suggestions. What somebody confirmed is never overwritten. Machines are "
    "left out."
)
EXACT = "Values are compared whole, without regard to case."
NO_SUGGESTION = "Nobody in the directory has a similar name or e-mail."
CONFIRMED_STAYS = "Holds until you take it back; no rule and no import overwrites it."
ERASE_UNDO = "This cannot be undone. Backups and files that were made before keep the name."
ERASE_STAYS = "Seats, money and the audit trail stay; the trail knows people by their ids only."
ERASE_LATER = "Later downloads and imports of the directory do not bring the name back."
STILL_ACTIVE = "can still log in to Salesforce. Erasing here changes nothing there."
PAST_DAY = "The seats that the last download on or before this day showed. Nothing is known of a day before the first."
NO_DAYS = "No sign-in is in sfsam's own history."
NO_PERIODS = "No seat was ever seen."
NO_AUDIT = "Nothing was done about this person."
NO_CANDIDATE = "None of the seats is or was a removal candidate."
NO_EXCLUSION = "Nothing keeps this person out of reclaim."
OF_ONE_ORG = "The newest human signal in each org decides about the seats in that org."


def people_lead(counts: dict[str, Any]) -> str:
    """… people hold seats, … of them in several orgs; … left and still hold seats."""
    holding, several = counts.get("holding") or 0, counts.get("in_several_orgs") or 0
    first = f"**{counted(holding, 'person', 'people')}** {'holds' if holding == 1 else 'hold'} seats"
    if several:
        first += f", **{number(several)}** of them in several orgs"
    left = counts.get("left_holding") or 0
    if not left:
        return f"{first}."
    seats = counted(counts.get("left_seats") or 0, "seat", "seats")
    return (
        f"{first}; :primary[**{number(left)}**] left the company and still {'holds' if left == 1 else 'hold'} {seats}."
    )


def people_caption(counts: dict[str, Any]) -> str:
    """How many users the directory knows."""
    if not counts.get("persons"):
        return f"There is no directory yet, so nobody is known as a person. {SAME_EMAIL}"
    unmatched = counts.get("unmatched") or 0
    known = f"{counted(counts.get('matched'), 'user is', 'users are')} matched to {number(counts['persons'])} people"
    return f"{known}; {number(unmatched)} with a seat {'is' if unmatched == 1 else 'are'} not."


def person_lead(person: dict[str, Any], costs: list[dict[str, Any]], days: Any) -> str:
    """… holds 8 seats in 2 orgs, worth … a year, and was last active 4 days ago."""
    seats, orgs = int(person["seats"]), int(person["orgs"])
    holds = f"**{plain(person['name'])}** holds **{counted(seats, 'seat', 'seats')}** in {counted(orgs, 'org', 'orgs')}"
    worth = " and ".join(money_exact(cost["annual_cost"], cost["currency"]) for cost in costs)
    used = (
        "has never used Salesforce"
        if is_missing(days)
        else "used Salesforce within the last day"
        if days == 0
        else f"last used Salesforce {age_in_words(days)} ago"
    )
    return f"{holds}{f', worth **{worth}** a year,' if worth else ''} and {used}."


def person_caption(person: dict[str, Any]) -> str:
    """Why these users stand together, or alone."""
    users = counted(person["users"], "user", "users")
    match person["basis"]:
        case Basis.PERSON:
            left = " Left the company." if person["status"] == "left" else ""
            return f"A person of the directory with {users}.{left}"
        case Basis.SAME_EMAIL:
            return f"{users} of several orgs with the same e-mail. {SAME_EMAIL.split('. ')[1]}"
        case Basis.MACHINE:
            return "A machine: its seats count apart and are never proposed for reclaim."
        case Basis.NOT_A_PERSON:
            return "Somebody said that this user is no person."
        case _:
            return "A user whom nobody in the directory is known to be."


def held_now(periods: int, since: Any) -> str:
    """… seats are held now, the first of them seen since …"""
    return f"{counted(periods, 'seat is', 'seats are')} held now; the first of them was seen on {day(since)}."


def grace(until: Any) -> str:
    return f"In grace until {day(until)}; a seat in grace is not stale."


def unmatched_lead(users: int) -> str:
    return f"{counted(users, 'user', 'users')} with a seat {'is' if users == 1 else 'are'} nobody of the directory"


def preview(found: Any) -> str:
    """What a rule finds, before it is saved."""
    if not found.users and not found.ambiguous:
        return "The rule finds nobody."
    first = f"By itself the rule finds **{counted(found.users, 'user', 'users')}**"
    new = f", :primary[**{number(found.new)}**] of whom nobody knows so far" if found.users else ""
    several = f" {counted(found.ambiguous, 'user', 'users')} could be several people; it decides nothing about them."
    other = f" {counted(found.other_than_now, 'user is', 'users are')} somebody else by the rules in force."
    return f"{first}{new}.{several if found.ambiguous else ''}{other if found.other_than_now else ''}"


def rule_words(rule: dict[str, Any]) -> str:
    """E-mail of the user, with the domain acme.com, is the e-mail of the person."""
    source, lookup = SOURCE_WORDS[rule["source_field"]], LOOKUP_WORDS[rule["lookup_field"]]
    how = {
        Transform.NONE: "",
        Transform.REMOVE_DOMAIN: ", both without their domain,",
        Transform.REPLACE_DOMAIN: f", with the domain {plain(rule['new_domain'])},",
    }[Transform(rule["transform"])]
    return f"{source} of the user{how} is the {lookup[0].lower()}{lookup[1:]} of the person"


def day_lead(assigned: int, licenses: int, when: Any) -> str:
    return f"{counted(assigned, 'seat', 'seats')} of {counted(licenses, 'license', 'licenses')} on {day(when)}"


def erased(changes: dict[str, int]) -> str:
    rows = sum(changes.values())
    return f"A pseudonym takes the place of the name in {counted(rows, 'row', 'rows')}."
