"""The way to everything about one person, from wherever one of their users is named."""

from __future__ import annotations

from sfsam.ui.components import cards

PAGE = "pages/licenses/person.py"


def person_link(org_id: str, user_id: str) -> None:
    """The way to the person that this user of this org is."""
    query = {"org": org_id, "user": user_id}
    cards.way(PAGE, "All about this person", query, key=f"person_{org_id}_{user_id}", icon=":material/person:")
