"""Ways into Salesforce Setup: the page of a user, in the org that the candidate belongs to."""

from __future__ import annotations

import urllib.parse

from sfsam.ui import frames

_USER = "/lightning/setup/ManageUsers/page?address="


def of_candidate(number: str) -> str:
    """A link to the candidate's user in Setup, as Markdown; empty when the candidate or its org is not known."""
    row = frames.row("candidates", numbers=[number])
    if not row:
        return ""
    orgs = {each["profile_id"]: each["url"] for each in frames.rows("profiles")}
    url = orgs.get(row["profile_id"])
    return f"[Open the user in Setup]({_link(url, row['user_id'])})" if isinstance(url, str) and url else ""


def _link(url: str, user_id: str) -> str:
    address = urllib.parse.quote(f"/{user_id}?noredirect=1&isUserEntityOverride=1", safe="")
    return f"{url.rstrip('/')}{_USER}{address}"
