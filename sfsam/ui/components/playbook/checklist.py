"""The check boxes of a page: each step with the values to copy or the link into the org's Setup below it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from sfsam.domain.answers import PlaybookAnswer, StepRow
from sfsam.domain.commands import SaveSteps
from sfsam.domain.playbook import Page
from sfsam.ui import formats
from sfsam.ui import playbook_messages as messages
from sfsam.ui.components import cards
from sfsam.ui.components.playbook import entering, frame

More = dict[str, Callable[[], None]]
SWITCHES = ("on", "off")
TO_READ = ("copy_consumer_key",)  # says where to put what Salesforce shows; there is nothing to copy from here
LONG = 64  # from here on, a value stands in a line of its own


def card(book: PlaybookAnswer, page: Page, title: str, more: More | None = None) -> None:
    """All steps of the page. `more` draws something of its own below a step, by the step's name."""
    steps = next(row.steps for row in book.pages if row.page is page)
    if not steps:
        return
    with cards.card("checklist", title, aside=messages.steps_done(steps)):
        for step in steps:
            _step(book, page, step)
            if more and step.step in more:
                more[step.step]()


def _step(book: PlaybookAnswer, page: Page, step: StepRow) -> None:
    key = f"step_{step.step}_{book.profile_id}"
    title = messages.STEP_TITLES[step.step]
    st.checkbox(
        title if step.required else f"{title} :gray[(optional)]",
        value=step.done,
        key=key,
        on_change=_tick,
        args=(book.profile_id, page, step.step, key),
    )
    if not step.values and not step.link:
        return
    with st.container(key=f"values_{step.step}", gap="xsmall"):
        for name, value in step.values:
            _value(name, value, is_to_copy=bool(value) and value not in SWITCHES and step.step not in TO_READ)
        if step.link:
            st.markdown(f"[Open this screen in your org's Setup]({step.link})")


def _value(name: str, value: str, *, is_to_copy: bool) -> None:
    """The field of Salesforce's screen, and what to enter there; text of some length stands in a line of its own."""
    if is_to_copy and len(value) > LONG:
        st.caption(name)
        st.code(value, language=None, wrap_lines=True)
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(name, width=230)
        if is_to_copy:
            st.code(value, language=None)
        else:
            st.text(value or formats.NOT_APPLICABLE)


def _tick(profile_id: str, page: Page, step: str, key: str) -> None:
    """A box is saved as it is ticked, so that nothing is lost with a closed browser."""
    done = {step: bool(st.session_state[key])}
    frame.kept(lambda: entering.send(SaveSteps, profile=profile_id, page=page, done=done))
