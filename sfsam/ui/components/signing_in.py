"""The door that people without a role stand before, and who is signed in, at the foot of the sidebar."""

from __future__ import annotations

import streamlit as st

from sfsam import bootstrap
from sfsam.domain.identity import Standing
from sfsam.ui import frames, identity, sign_in_messages, viewer
from sfsam.ui.identity import Person

DOOR = "sign_in_door"


def door(person: Person) -> None:
    """Why this person sees nothing, and the one thing to do about it."""
    title, sentence = _said(person)
    with (
        st.container(horizontal_alignment="center"),
        st.container(border=True, key=DOOR, horizontal_alignment="center", width=600),
    ):
        st.markdown(f"#### :primary[:material/lock:] {title}", text_alignment="center")
        st.markdown(sentence, text_alignment="center")
        if person.standing is Standing.NO_ROLE:
            st.button(sign_in_messages.SIGN_OUT, icon=":material/logout:", on_click=identity.sign_out)
        else:
            st.button(sign_in_messages.SIGN_IN, icon=":material/login:", type="primary", on_click=identity.sign_in)


def account() -> None:
    """Who is signed in and the way out; that nobody signs in, where nobody does."""
    if not frames.system().settings.is_sign_in_on:
        st.markdown(sign_in_messages.LOCAL_ONLY)
        return
    person = viewer.person()
    with st.container(gap=None):
        st.text(person.name)  # as Markdown an address would be a link
        st.markdown(sign_in_messages.roles(person.roles))
    st.button(sign_in_messages.SIGN_OUT, icon=":material/logout:", type="tertiary", on_click=identity.sign_out)


def _said(person: Person) -> tuple[str, str]:
    match person.standing:
        case Standing.NO_ROLE:
            claim = bootstrap.current().settings.oidc_role_claim
            return sign_in_messages.no_role(person.name, claim)
        case Standing.EXPIRED:
            ends_at = identity.identity().ends_at
            return sign_in_messages.expired(viewer.moment(ends_at) if ends_at else "")
        case _ if st.query_params.get("sign_in") == "refused":
            return sign_in_messages.REFUSED
        case _:
            return sign_in_messages.WELCOME
