"""What went wrong: what, what to do, and Salesforce's own words folded below."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from sfsam.errors import SfsamError
from sfsam.ui import formats, state


def show(what: str, remedy: str, *, said: str = "", is_refusal: bool = False) -> None:
    """An error as people read it. A refusal by a rule of ours is no failure and not red."""
    icon = ":orange[:material/block:]" if is_refusal else ":red[:material/error:]"
    with st.container(border=True, key=f"card_failure_{abs(hash((what, remedy)))}"):
        st.markdown(f"{icon} **{formats.plain(what)}**")
        st.markdown(formats.plain(remedy))
        if said:
            with st.expander("What Salesforce said", icon=":material/chat:"):
                st.code(said, language=None, wrap_lines=True)


@contextmanager
def told() -> Iterator[None]:
    """Show an error of ours in place of what could not be drawn or done."""
    try:
        yield
    except SfsamError as error:
        show(error.what, error.remedy, said=error.said, is_refusal=error.family == "refused")


@contextmanager
def kept(name: str) -> Iterator[None]:
    """Remember an error of ours under `name`, for a callback that runs before the page is drawn."""
    try:
        yield
    except SfsamError as error:
        state.remember(name, error)
