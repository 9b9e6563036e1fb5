"""The way to everything about one person, from wherever one of their users is named."""

from __future__ import annotations

import streamlit as st

PAGE = "pages/licenses/person.py"


def person_link(org_id: str, user_id: str) -> None:
    """A link to the person that this user of this org is."""
    st.page_link(
        PAGE, label="All about this person", icon=":material/person:", query_params={"org": org_id, "user": user_id}
    )
