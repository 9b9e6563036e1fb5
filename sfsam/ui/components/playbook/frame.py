"""What every set-up page has around it: whose playbook it is, progress and order, Save and Mark complete, the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from sfsam.domain.answers import ActivityRow, PageRow, PlaybookAnswer, ProfileAnswer
from sfsam.domain.commands import ListProfiles, MarkComplete, ShowActivityLog, ShowPlaybook
from sfsam.domain.playbook import Page, PageStatus
from sfsam.domain.profiles import ProfileStatus
from sfsam.errors import NotFound, SfsamError
from sfsam.ui import formats, frames, shell, state, viewer
from sfsam.ui import playbook_messages as messages
from sfsam.ui.components import cards, failures, tables
from sfsam.ui.components.playbook import entering

PATHS = {page: f"pages/setup/{page.value}.py" for page in Page}
PROFILE = "profile"  # in the address: whose playbook
REFUSED = "playbook_refused"
LOOKS = {
    "done": ":material/check_circle:",
    "now": ":material/pending:",
    "todo": ":material/radio_button_unchecked:",
    "locked": ":material/lock:",
}
Save = Callable[[PlaybookAnswer], Any]


def opened(page: Page) -> PlaybookAnswer:
    """The playbook that the address names, below its progress header. Ends the page while its turn has not come."""
    book = _book(state.in_address(PROFILE))
    cards.lead(messages.page_lead(book, page), messages.whose(book))
    _bars(book, page)
    row = next(each for each in book.pages if each.page is page)
    if row.waits_for:
        cards.empty("locked", messages.locked(row), icon=":material/lock:")
        _link(row.waits_for[0], book, f"Go to {messages.PAGE_WORDS[row.waits_for[0]]}")
        st.stop()
    return book


def footer(book: PlaybookAnswer, page: Page, save: Save | None = None) -> None:
    """Back, Save (stay) and Mark complete (go on). `save` sends what was entered on the page."""
    if refused := state.remembered(REFUSED):
        failures.show(refused.what, refused.remedy, said=refused.said, is_refusal=refused.family == "refused")
        state.forget(REFUSED)
    position = list(Page).index(page)
    with st.container(
        key="playbook_foot", horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        with st.container(width="content"):
            if position:
                _link(list(Page)[position - 1], book, "Back", icon=":material/arrow_back:")
        with st.container(horizontal=True, horizontal_alignment="right", vertical_alignment="center", gap="small"):
            if saved := state.remembered(_saved_key(book, page)):
                st.caption(f"Saved {viewer.moment(saved)}", width="content")
            if save:
                st.button("Save", key="save", on_click=_save, args=(book, page, save))
            if next(row.optional for row in book.pages if row.page is page):
                _link(list(Page)[position + 1], book, "Skip")
            if page is not Page.REVIEW_AND_PUBLISH:
                _complete_button(book, page, save)


def activity_log(book: PlaybookAnswer) -> None:
    """Who entered what and when, folded, newest first."""
    with st.expander("Activity log", icon=":material/history:", key="card_activity_log"), failures.told():
        rows: list[ActivityRow] = frames.send(ShowActivityLog(profile=book.profile_id))
        if rows:
            tables.small([_log_line(row) for row in rows], alt="Who entered what and when, newest first")
        else:
            st.caption("Nothing was entered yet.")


def switch_to(page: Page, profile_id: str) -> None:
    """Leave for another page of this playbook."""
    st.switch_page(PATHS[page], query_params={PROFILE: profile_id})


def kept(send: Callable[[], Any]) -> bool:
    """Send something in a callback; what is refused is shown above the footer. Gives whether it went well."""
    try:
        send()
    except SfsamError as error:
        state.remember(REFUSED, error)
        return False
    return True


def _complete_button(book: PlaybookAnswer, page: Page, save: Save | None) -> None:
    row = next(each for each in book.pages if each.page is page)
    label = "Save and go on" if row.status is PageStatus.COMPLETE and save else "Mark complete"
    st.button(label, type="primary", key="mark_complete", on_click=_mark_complete, args=(book, page, save))
    # A callback cannot leave the page; the run after it can, and by then the header is of the new state.
    if state.remembered("playbook_go_on") == (book.profile_id, page):
        state.forget("playbook_go_on")
        switch_to(list(Page)[list(Page).index(page) + 1], book.profile_id)


def _mark_complete(book: PlaybookAnswer, page: Page, save: Save | None) -> None:
    def complete() -> None:
        if save:
            save(book)
        entering.send(MarkComplete, profile=book.profile_id, page=page)

    if kept(complete):
        state.remember("playbook_go_on", (book.profile_id, page))


def _save(book: PlaybookAnswer, page: Page, save: Save) -> None:
    state.forget(_saved_key(book, page))
    if kept(lambda: save(book)):
        state.remember(_saved_key(book, page), frames.now())


def _saved_key(book: PlaybookAnswer, page: Page) -> str:
    return f"saved_{page.value}_{book.profile_id}"


def _book(profile_id: str | None) -> PlaybookAnswer:
    """The playbook of this profile; ends the page when there is none."""
    if not profile_id:
        drafts()
        st.stop()
    try:
        book: PlaybookAnswer = frames.send(ShowPlaybook(profile=profile_id))
    except NotFound:
        state.forget_address(PROFILE)
        cards.empty("gone", ("Profile not found", messages.PROFILE_GONE), icon=":material/search_off:")
        drafts()
        st.stop()
    return book


def drafts() -> None:
    """No profile is named: the drafts to go on with, and the way to a new one."""
    cards.lead(f"**{messages.NO_PROFILE[0]}**", messages.NO_PROFILE[1])
    with cards.card("whose", "Go on with"):
        for profile in frames.send(ListProfiles()):
            if profile.status is ProfileStatus.DRAFT:
                draft_link(profile)
        st.page_link(shell.INTEGRATIONS, label="Create direct integration", icon=":material/add_link:")


def draft_link(profile: ProfileAnswer) -> None:
    """The way back into the playbook of a draft, at the page to go on with."""
    book: PlaybookAnswer = frames.send(ShowPlaybook(profile=profile.profile_id))
    st.page_link(
        PATHS[book.current],
        label=f"Go on with {formats.plain(profile.name)}",
        icon=":material/edit:",
        query_params={PROFILE: profile.profile_id},
    )


def _bars(book: PlaybookAnswer, page: Page) -> None:
    """Five bars: done, now, to do, locked. A phone shows the bars and "Step 3 of 5"."""
    with st.container(key="playbook_bars", horizontal=True, wrap=False, gap="xsmall"):
        for number, row in enumerate(book.pages, 1):
            look = _look(row, is_here=row.page is page)
            with st.container(key=f"bar_{look}_{number}{'_here' if row.page is page else ''}", gap=None):
                words = messages.PAGE_WORDS[row.page]
                label = f"**{words}**" if row.page is page else words
                _link(row.page, book, label, icon=LOOKS[look], disabled=bool(row.waits_for))
                st.caption(messages.under_bar(row, number, is_here=row.page is page))
    with st.container(key="playbook_step"):
        st.caption(f"Step {list(Page).index(page) + 1} of {len(Page)}: {messages.PAGE_WORDS[page]}")


def _look(row: PageRow, *, is_here: bool) -> str:
    if row.waits_for:
        return "locked"
    if row.status is PageStatus.COMPLETE:
        return "done"
    return "now" if is_here or row.status is PageStatus.IN_PROGRESS else "todo"


def _link(page: Page, book: PlaybookAnswer, label: str, *, icon: str | None = None, disabled: bool = False) -> None:
    st.page_link(PATHS[page], label=label, icon=icon, disabled=disabled, query_params={PROFILE: book.profile_id})


def _log_line(row: ActivityRow) -> dict[str, str]:
    said = messages.ACTION_WORDS.get(row.action, row.action.replace(".", " ").replace("_", " ").capitalize())
    page = Page(row.page) if row.page in set(Page) else None
    return {
        "When": viewer.moment(row.at),
        "Who": formats.plain(row.actor),
        "What": said,
        "Page": messages.PAGE_WORDS[page] if page else formats.NOT_APPLICABLE,
        "Entered": messages.entered(row.detail),
    }
