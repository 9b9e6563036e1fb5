"""Review and publish: everything entered, what each process needs and has, validation, and Publish."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from sfsam.charts.formats import counted
from sfsam.domain.answers import ConnectionAnswer, PlaybookAnswer, PublishAnswer, ValidationAnswer
from sfsam.domain.commands import Publish, SetReclaim, Validate
from sfsam.domain.jobs import JobKind
from sfsam.domain.playbook import Page
from sfsam.domain.profiles import Check, Process, ProfileStatus
from sfsam.ui import formats, schedule_messages, state, viewer
from sfsam.ui import playbook_messages as messages
from sfsam.ui.components import cards, jobs, permissions, profile_record, schedules, tables
from sfsam.ui.components.playbook import connection, entering, frame

PAGE = Page.REVIEW_AND_PUBLISH
CONFIRMING = "confirming_publish"


def slot(book: PlaybookAnswer) -> str:
    return f"validate_{book.profile_id}"


def everything(book: PlaybookAnswer) -> None:
    """All that was entered, page by page, with the way back to each."""
    given = book.registration
    with cards.card("entered", "What was entered"):
        _section(
            book,
            Page.REGISTER_APPLICATION,
            {
                "Kind of app": messages.PATH_WORDS[given.path],
                "App name": given.app_name,
                "Grant type": messages.GRANT_WORDS[given.grant],
            },
        )
        _section(
            book,
            Page.PROFILE_DETAILS,
            {
                "Display name": book.name,
                "Profile type": book.profile_type,
                "Download": book.download_subflow,
                "Reclaim": book.reclaim_subflow,
                "Consumption": book.consumption_subflow or "Switched off",
            },
        )
        _section(book, Page.CONNECTION_AND_CREDENTIAL, _connection_facts(book.read))
        if book.act:
            st.markdown("**For reclaim**")
            cards.facts(_connection_facts(book.act))


def processes(book: PlaybookAnswer) -> None:
    """What the profile will do. Download is fixed; reclaim can be cleared, which makes the profile report-only."""
    with cards.card("processes", "What this profile does"):
        st.checkbox("Download subscriptions", value=True, disabled=True, key="download_fixed")
        _under("download", messages.DOWNLOAD_BOX)
        key = f"reclaim_{book.profile_id}"
        st.checkbox(
            "Reclaim subscriptions", value=book.reclaim_enabled, key=key, on_change=_set_reclaim, args=(book, key)
        )
        _under(
            "reclaim", messages.RECLAIM_BOX if book.reclaim_enabled else f":material/visibility: {messages.REPORT_ONLY}"
        )


def vendor_configuration(book: PlaybookAnswer) -> None:
    """Per process: each permission, what it is needed for, and whether the connected user has it now."""
    checks = book.validation.checks if book.validation else []
    with cards.card("vendor", "Vendor configuration"):
        if not checks:
            tables.small([_needs(process) for process in Process], alt="The permissions each process needs")
            return
        for process, lines in groupby(sorted(checks, key=lambda each: list(Process).index(each.process)), _process):
            _process_lines(process, list(lines), is_on=process is not Process.RECLAIM or book.reclaim_enabled)


def validation(book: PlaybookAnswer) -> None:
    """Validate connection, its lines that are missing, and Publish."""
    checked = book.validation
    with cards.card("validation", "Validation", badge=_verdict(checked)):
        st.caption(messages.VALIDATION_CHANGES_NOTHING)
        if checked:
            _lines(checked)
        else:
            st.markdown(messages.NOT_VALIDATED)
        may_publish = bool(checked and checked.passed and checked.fits)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Validate again" if checked else "Validate connection",
                icon=":material/fact_check:",
                type="secondary" if may_publish else "primary",
                key="validate",
                on_click=_validate,
                args=(book,),
            )
            st.button(
                "Publish again…" if book.status is ProfileStatus.PUBLISHED else "Publish…",
                icon=":material/publish:",
                type="primary" if may_publish else "secondary",
                disabled=not may_publish,
                key="publish",
                on_click=state.remember,
                args=(CONFIRMING, True),
            )
        if book.status is ProfileStatus.PUBLISHED:
            schedules.made(book.profile_id)
    jobs.running_for(book.profile_id, JobKind.VALIDATE, but=[jobs.card(slot(book), until_done=True)])
    if state.remembered(CONFIRMING) and checked:
        _confirm(book, checked)
    if answer := state.remembered("published"):
        state.forget("published")
        profile_record.open_record(answer)


def _confirm(book: PlaybookAnswer, checked: ValidationAnswer) -> None:
    @st.dialog(f"Publish {formats.plain(book.name)}?", width="medium", on_dismiss=_close)
    def dialog() -> None:
        if not state.remembered(CONFIRMING):  # a button of the dialog was pressed, and only the dialog ran anew
            st.rerun()
        first, second = messages.PUBLISH_CONSEQUENCES
        st.markdown(f":material/download: {first} {second}")
        st.markdown(f":material/event_repeat: {schedule_messages.will_be_made(book.name)}")
        words = messages.RECLAIM_BOX if book.reclaim_enabled else messages.REPORT_ONLY
        st.markdown(f":material/{'undo' if book.reclaim_enabled else 'visibility'}: {words}")
        has_read = st.checkbox(
            f"I have reviewed {formats.plain(_org_name(book))} and its processes", key="has_reviewed"
        )
        with st.container(horizontal=True, horizontal_alignment="right"):
            st.button("Cancel", on_click=_close, key="cancel_publish")
            st.button(
                f"Publish {formats.plain(book.name)}",
                type="primary",
                disabled=not has_read,
                key="confirm_publish",
                on_click=_publish,
                args=(book, checked.fingerprint),
            )

    dialog()


def _publish(book: PlaybookAnswer, fingerprint: str) -> None:
    """Publish; the record page then shows the first download."""
    _close()

    def publish() -> None:
        answer: PublishAnswer = entering.send(Publish, profile=book.profile_id, fingerprint=fingerprint, confirmed=True)
        state.remember(profile_record.slot(book.profile_id), answer.job_id)
        state.remember("published", book.profile_id)

    frame.kept(publish)


def _close() -> None:
    state.forget(CONFIRMING)


def _validate(book: PlaybookAnswer) -> None:
    job = entering.filled(Validate, profile=book.profile_id)
    jobs.start(job, key=f"validate:{book.profile_id}", slot=slot(book))


def _set_reclaim(book: PlaybookAnswer, key: str) -> None:
    enabled = bool(st.session_state[key])
    if not frame.kept(lambda: entering.send(SetReclaim, profile=book.profile_id, enabled=enabled)):
        st.session_state[key] = book.reclaim_enabled


def _lines(checked: ValidationAnswer) -> None:
    """The moment, the lines that are missing with their remedies, and what nobody can know yet."""
    granted = sum(check.ok is True for check in checked.checks)
    unknown = sum(check.ok is None for check in checked.checks)
    st.markdown(f"{granted} of {counted(len(checked.checks), 'line', 'lines')} granted, {viewer.moment(checked.at)}.")
    if not checked.fits:
        st.markdown(f":orange[:material/warning:] {messages.OUTDATED}")
    permissions.missing(checked.checks)
    if unknown:
        st.caption(f"{counted(unknown, 'line is', 'lines are')} not known. {messages.UNKNOWN_LINES}")


def _under(name: str, words: str) -> None:
    with st.container(key=f"under_{name}"):
        st.caption(words)


def _verdict(checked: ValidationAnswer | None) -> tuple[str, str, str]:
    if checked is None:
        return (":material/schedule:", "gray", "Not validated")
    if not checked.fits:
        return (":material/warning:", "orange", "Outdated")
    return (
        (":material/check_circle:", "green", "Passed") if checked.passed else (":material/cancel:", "red", "Not passed")
    )


def _process(check: Check) -> Process:
    return check.process


def _process_lines(process: Process, lines: Sequence[Check], *, is_on: bool) -> None:
    granted = sum(line.ok is True for line in lines)
    missing = any(line.ok is False and line.required for line in lines)
    icon = (
        ":gray[:material/do_not_disturb_on:]"
        if not is_on
        else ":red[:material/cancel:]"
        if missing
        else ":green[:material/check_circle:]"
    )
    off = "" if is_on else ", switched off"
    with st.expander(
        f"{icon} **{formats.words(process.value)}**: {granted} of {len(lines)} granted{off}",
        expanded=missing and is_on,
        key=f"process_{process.value}",
    ):
        tables.small([_line(line) for line in lines], alt=f"What {process.value} needs and has")


def _line(check: Check) -> dict[str, str]:
    return {
        "Permission": formats.plain(check.permission),
        "Needed for": formats.plain(check.needed_for) if check.needed_for else formats.words(check.process.value),
        "Now": permissions.NOW[check.ok],
    }


def _needs(process: Process) -> dict[str, str]:
    needs, what = messages.VENDOR_NEEDS[process]
    return {"Process": what, "Permissions needed": needs, "Now": ":gray[:material/schedule:] Not validated"}


def _section(book: PlaybookAnswer, page: Page, values: dict[str, str]) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{messages.PAGE_WORDS[page]}**", width="content")
        st.page_link(frame.PATHS[page], label="Change", query_params={frame.PROFILE: book.profile_id})
    cards.facts(values)


def _connection_facts(given: ConnectionAnswer | None) -> dict[str, str]:
    if given is None:
        return {"Connection": formats.NOT_KNOWN}
    org = given.org
    return {
        "Connection": given.name,
        "Alias": given.alias or formats.NOT_APPLICABLE,
        "URL": given.url,
        "Grant type": messages.GRANT_WORDS[given.grant],
        "Client id": given.client_id,
        "Org": f"{org.name} ({org.org_id})" if org else formats.NOT_KNOWN,
        "Connected as": org.username if org else formats.NOT_KNOWN,
        "Token": connection.token_words(given),
    }


def _org_name(book: PlaybookAnswer) -> str:
    return book.read.org.name if book.read and book.read.org else book.name
