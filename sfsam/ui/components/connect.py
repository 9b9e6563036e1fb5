"""Connecting: the form for a Salesforce org by either grant, the practice org, and the profiles that exist."""

from __future__ import annotations

from html import escape
from urllib.parse import quote

import streamlit as st
from pydantic import SecretStr, ValidationError

from sfsam.domain.answers import ProfileAnswer
from sfsam.domain.commands import (
    Connect,
    DraftProfile,
    ListProfiles,
    ReplaceSecret,
    StartPracticeOrg,
    StopPracticeOrg,
)
from sfsam.domain.profiles import GrantType
from sfsam.ui import formats, frames, messages, shell, state, viewer
from sfsam.ui.components import cards, failures, jobs, permissions
from sfsam.ui.components.playbook import frame
from sfsam.ui.playbook_messages import GRANT_HELP, GRANT_WORDS

SLOT = "connect"
GRANTS = [GrantType.CLIENT_CREDENTIALS, GrantType.AUTHORIZATION_CODE]


def profiles() -> list[ProfileAnswer]:
    """All integration profiles, as they are now."""
    return list(frames.send(ListProfiles()))


def card() -> None:
    """What connecting needs, the way into the playbook, and the short way for somebody who has it all at hand."""
    with cards.card("connect", ":primary[:material/add_link:] Connect a Salesforce org"):
        for icon, words in messages.CONNECT_NEEDS:
            st.markdown(f"{icon} {words}")
        st.markdown(messages.PLAYBOOK_LEADS)
        if st.button("Create direct integration", type="primary", icon=":material/add_link:", key="create_integration"):
            st.switch_page(shell.INTEGRATIONS)
        with st.expander(messages.CONNECT_AT_ONCE, key="at_once"):
            _form()


def _form() -> None:
    """Name, My Domain URL, grant, client id and secret; the redirect URL to copy. One button leads on."""
    st.segmented_control(
        "Grant type",
        GRANTS,
        format_func=GRANT_WORDS.__getitem__,
        default=GrantType.CLIENT_CREDENTIALS,
        required=True,
        key="new_grant",
    )
    grant = GrantType(st.session_state.get("new_grant") or GrantType.CLIENT_CREDENTIALS)
    st.caption(GRANT_HELP[grant])
    if grant is GrantType.AUTHORIZATION_CODE:
        st.markdown("OAuth redirect URL, to enter in the app")
        st.code(redirect_url(), language=None)
    _fields(grant)


def _fields(grant: GrantType) -> None:
    with st.form("connect_form", border=False, enter_to_submit=False):
        st.text_input("Display name", key="new_name", max_chars=40, placeholder="Production")
        st.text_input(
            "Connection URL", key="new_url", placeholder="https://yourcompany.my.salesforce.com", max_chars=200
        )
        st.text_input("OAuth client id", key="new_client_id", max_chars=300)
        st.text_input("OAuth client secret", key=_secret_key(), type="password", max_chars=300)
        st.caption(f":material/lock: {messages.SECRET_KEPT}")
        label = "Connect" if grant is GrantType.CLIENT_CREDENTIALS else "Save and go to the log-in"
        st.form_submit_button(label, icon=":material/add_link:", on_click=_draft, args=(grant,))
    if refused := state.remembered("draft_refused"):
        failures.show(refused.what, refused.remedy, said=refused.said, is_refusal=refused.family == "refused")
    if missing := state.remembered("draft_missing"):
        st.markdown(f":orange[:material/warning:] {missing}")


def practice(orgs: int = 2, users: int = 2000) -> None:
    """One click to an invented company on this machine."""
    with cards.card("practice", ":primary[:material/science:] Explore the practice org"):
        st.markdown(f"An invented company with {orgs} orgs and {users:,} users each, running on this machine.")
        for icon, words in messages.PRACTICE_FACTS:
            st.markdown(f"{icon} {words}")
        scenario = st.selectbox(
            "Situation",
            messages.PRACTICE_SITUATIONS,
            key="practice_scenario",
            format_func=messages.PRACTICE_SITUATIONS.__getitem__,
        )
        st.button(
            "Start the practice org",
            icon=":material/play_arrow:",
            key="start_practice",
            on_click=jobs.start,
            args=(StartPracticeOrg(users=users, orgs=orgs, scenario=scenario, actor=viewer.person().name),),
            kwargs={"key": "practice", "slot": SLOT},
        )


def returned() -> None:
    """What the return from Salesforce's log-in says, in words."""
    outcome = state.notice()
    if outcome is None:
        return
    kind, value = outcome
    if kind == "error":
        what, remedy = messages.OAUTH_ERRORS.get(value, messages.OAUTH_UNKNOWN)
        failures.show(what, remedy)
        return
    profile = next((each for each in profiles() if each.profile_id == value), None)
    if profile:
        name = formats.plain(profile.name)
        st.markdown(f":green[:material/check_circle:] Salesforce accepted the log-in for **{name}**.")


def profile_card(profile: ProfileAnswer) -> None:
    """One integration profile: what is connected, what is missing, and the next step."""
    if not profile.url:  # a playbook that was begun
        frame.draft_link(profile)
        return
    connected = profile.connected_at is not None
    badge = (":material/check_circle:", "green", "Connected") if connected else (":material/schedule:", "gray", "Draft")
    with cards.card(f"profile_{profile.profile_id}", formats.plain(profile.name), badge=badge):
        _facts(profile)
        if profile.checks:
            permissions.table(profile.checks)
        if not profile.is_practice:
            _next_step(profile)


def login_link(profile_id: str, *, again: bool) -> None:
    """A link in this tab to Salesforce's log-in; the id is made by us and quoted all the same."""
    looks, label = ("as-button as-secondary", "Log in again") if again else ("as-button", "Log in to Salesforce")
    address = frames.address(f"/oauth/start?profile={quote(profile_id)}")
    st.html(f'<a class="{looks}" href="{escape(address)}">{label}</a>', width="content")


def redirect_url() -> str:
    """The callback that the app in Salesforce must know."""
    return f"{frames.system().settings.base_url}/oauth/callback"


def stop_practice() -> None:
    """Stop the practice org and forget its data: behind a second click."""
    with st.popover("Remove the practice org…", icon=":material/delete_sweep:", type="tertiary", key="stop_practice"):
        st.markdown("The practice org stops, and its profiles with all their data are forgotten.")
        st.button("Remove the practice org", key="stop_practice_confirm", on_click=_stop)
    if refused := state.remembered("stop_refused"):
        failures.show(refused.what, refused.remedy)


def _stop() -> None:
    state.forget("stop_refused")
    with failures.kept("stop_refused"):
        frames.send(StopPracticeOrg(actor=viewer.person().name))
    state.forget(SLOT)


def _draft(grant: GrantType) -> None:
    """Save the draft; with client credentials ask for the connection at once."""
    state.forget("draft_refused")
    state.forget("draft_missing")
    entered = {name: st.session_state.get(f"new_{name}", "") for name in ("name", "url", "client_id")}
    try:
        command = DraftProfile(
            name=entered["name"],
            url=entered["url"],
            grant=grant,
            client_id=entered["client_id"],
            client_secret=SecretStr(st.session_state.get(_secret_key(), "")),
            actor=viewer.person().name,
        )
    except ValidationError:
        state.remember("draft_missing", "Display name, connection URL and client id are needed.")
        return
    with failures.kept("draft_refused"):
        saved: ProfileAnswer = frames.send(command)
        state.remember("secrets_saved", state.remembered("secrets_saved", 0) + 1)
        if grant is GrantType.CLIENT_CREDENTIALS:
            _connect(saved.profile_id)


def _secret_key() -> str:
    """Another field after each save: a browser may keep the text of one that Streamlit was told to empty."""
    return f"new_client_secret_{state.remembered('secrets_saved', 0)}"


def _connect(profile_id: str) -> None:
    jobs.start(Connect(profile=profile_id, actor=viewer.person().name), key=f"connect:{profile_id}", slot=SLOT)


def _facts(profile: ProfileAnswer) -> None:
    kind = "" if profile.is_sandbox is None else ", sandbox" if profile.is_sandbox else ", production"
    facts = {
        "Org": profile.org_name or formats.NOT_KNOWN,
        "Org id": profile.org_id or formats.NOT_KNOWN,
        "Edition": f"{profile.edition}{kind}" if profile.edition else formats.NOT_KNOWN,
        "Connection URL": profile.url,
        "Grant type": GRANT_WORDS[profile.grant],
        "Connected as": profile.username or formats.NOT_KNOWN,
        "Last download": viewer.moment(profile.last_download_at) if profile.last_download_at else formats.NEVER,
    }
    cards.facts(facts)


def _next_step(profile: ProfileAnswer) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if profile.grant is GrantType.AUTHORIZATION_CODE:
            login_link(profile.profile_id, again=profile.connected_at is not None)
        else:
            st.button(
                "Check again" if profile.connected_at else "Connect",
                icon=":material/refresh:",
                key=f"connect_{profile.profile_id}",
                on_click=_connect,
                args=(profile.profile_id,),
            )
        _secret_form(profile)


def _secret_form(profile: ProfileAnswer) -> None:
    key = f"secret_{profile.profile_id}"
    with (
        st.popover("Enter a new secret…", icon=":material/key:", type="tertiary", key=f"open_{key}"),
        st.form(f"form_{key}", border=False, clear_on_submit=True),
    ):
        st.text_input("OAuth client secret", type="password", key=key, max_chars=300)
        st.caption(messages.SECRET_KEPT)
        st.form_submit_button("Save and connect", on_click=_replace_secret, args=(profile, key))
    if refused := state.remembered(f"refused_{key}"):
        failures.show(refused.what, refused.remedy)


def _replace_secret(profile: ProfileAnswer, key: str) -> None:
    """Save the new secret; with client credentials try it at once."""
    state.forget(f"refused_{key}")
    entered = st.session_state.get(key, "")
    if not entered:
        return
    with failures.kept(f"refused_{key}"):
        frames.send(
            ReplaceSecret(profile=profile.profile_id, client_secret=SecretStr(entered), actor=viewer.person().name)
        )
        if profile.grant is GrantType.CLIENT_CREDENTIALS:
            _connect(profile.profile_id)
