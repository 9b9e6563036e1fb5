"""What keeps users from being deactivated, as far as an org shows it beforehand (Salesforce fact sheet 4.15, 5.3).

Only default owners and creators can be asked for, and only where the org shows those fields. Everything else that
Salesforce refuses (approvers, workflow users, portal administrators …) is known when it says so, and shown then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sfsam.domain.identifiers import to_18
from sfsam.errors import ObjectUnavailable, PermissionMissing
from sfsam.salesforce import soql
from sfsam.salesforce.rest import RestReader

_CASES = "Choose another user in Setup, Support Settings and Web-to-Case, then check again."
_LEADS = "Choose another user in Setup, Lead Settings and Web-to-Lead, then check again."
DEFAULT_OWNERS: dict[str, tuple[str, str]] = {
    "WebToCaseDefaultOwnerId": ("The user is the default case owner.", _CASES),
    "WebToCaseDefaultCreatorId": ("The user is the default creator of Web-to-Case.", _CASES),
    "WebToLeadDefaultOwnerId": ("The user is the default lead owner.", _LEADS),
    "WebToLeadDefaultCreatorId": ("The user is the default creator of Web-to-Lead.", _LEADS),
}


def blockers(rest: RestReader, user_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """For each of these users who is one: (what it is, what to do). Empty where the org does not show it."""
    wanted = set(map(to_18, user_ids))
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    try:
        selection = soql.load("DefaultOwners").select(rest.describe("Organization"))
        rows = rest.rows(selection.query())
    except (ObjectUnavailable, PermissionMissing):
        return {}
    for row in rows:
        for field, said in DEFAULT_OWNERS.items():
            if row.get(field) and to_18(row[field]) in wanted:
                found[to_18(row[field])].append(said)
    return dict(found)
