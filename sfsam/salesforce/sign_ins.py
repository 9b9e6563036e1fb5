"""Which sign-ins are a person's and which a machine's (product.md D7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sfsam.salesforce.machines import machine_applications

# LoginHistory writes them OauthClientCredentials and OauthJwtBearer… (fact sheet 4.9); compared without case.
_MACHINE_SUB_TYPES = ("clientcredentials", "jwt")
_SAME_SIGN_IN_SECONDS = 60  # LastLoginDate moves at most once a minute (fact sheet 4.1)


def newest_human_sign_ins(
    history: Iterable[Mapping[str, Any]], last_login_dates: Mapping[str, datetime]
) -> dict[str, datetime]:
    """The newest successful human sign-in per user id.

    `history` are LoginHistory rows. A LastLoginDate counts as human too, unless a successful machine sign-in lies
    within a minute of it. A sign-in is a machine's only on positive evidence; the unknown counts as human.
    """
    humans: dict[str, datetime] = {}
    machines: dict[str, list[datetime]] = {}
    for row in history:
        if row["Status"] != "Success":
            continue
        user_id, moment = row["UserId"], parse_moment(row["LoginTime"])
        if is_machine(row):
            machines.setdefault(user_id, []).append(moment)
        else:
            humans[user_id] = max(moment, humans.get(user_id, moment))
    for user_id, moment in last_login_dates.items():
        gaps = (abs((moment - other).total_seconds()) for other in machines.get(user_id, ()))
        if all(gap > _SAME_SIGN_IN_SECONDS for gap in gaps):
            humans[user_id] = max(moment, humans.get(user_id, moment))
    return humans


def is_machine(row: Mapping[str, Any]) -> bool:
    """Whether a LoginHistory row shows by itself that no person signed in."""
    sub_type = (row.get("LoginSubType") or "").lower()
    application = (row.get("Application") or "").lower()
    return any(word in sub_type for word in _MACHINE_SUB_TYPES) or application in machine_applications()


def parse_moment(text: str) -> datetime:
    """Salesforce's datetimes, `…+0000` from REST and `…Z` from Bulk, as naive UTC."""
    return datetime.fromisoformat(text).astimezone(UTC).replace(tzinfo=None)
