"""Connection and credential: the form of a connection, and the token that it gets. For reading and for acting alike."""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

import streamlit as st
from pydantic import SecretStr

from sfsam.domain.answers import ConnectionAnswer, PlaybookAnswer
from sfsam.domain.commands import CreateToken, RemoveConnection, SaveConnection
from sfsam.domain.jobs import JobKind
from sfsam.domain.profiles import GrantType, Purpose
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui import messages as common
from sfsam.ui import playbook_messages as messages
from sfsam.ui.components import cards, failures, jobs
from sfsam.ui.components.playbook import entering, frame, registration
from sfsam.ui.components.playbook.entering import entered

OTHER_ORG = "other_org"


def slot(book: PlaybookAnswer, purpose: Purpose) -> str:
    """Where the job card of this connection's token stands."""
    return f"token_{purpose}_{book.profile_id}"


def form(book: PlaybookAnswer) -> None:
    """The connection for reading."""
    with cards.card("connection", "Connection"):
        _fields(book, Purpose.READ)
        _token(book, Purpose.READ)


def act_form(book: PlaybookAnswer) -> None:
    """The optional second connection, which only reclaim and restore use."""
    with st.expander(
        messages.ACT_TITLE, icon=":material/shield_person:", key="card_act", expanded=book.act is not None
    ):
        st.markdown(messages.ACT_WHY)
        st.caption(messages.ACT_HOW)
        _fields(book, Purpose.ACT)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Save this connection", key="save_act", on_click=_save, args=(book, Purpose.ACT))
            if book.act:
                st.button(
                    "Remove this connection", type="tertiary", key="remove_act", on_click=_remove_act, args=(book,)
                )
        if book.act:
            _token(book, Purpose.ACT)


def save(book: PlaybookAnswer, purpose: Purpose = Purpose.READ) -> PlaybookAnswer:
    """Send what stands in the fields. An empty secret keeps the stored one. Raises UsageError, AddressRefused."""
    given = _given(book, purpose)
    answer: PlaybookAnswer = entering.send(
        SaveConnection,
        profile=book.profile_id,
        purpose=purpose,
        name=entered(_key(book, purpose, "name"), given.name if given else ""),
        url=entered(_key(book, purpose, "url")),
        grant=_grant(book, purpose),
        client_id=entered(_key(book, purpose, "client_id")),
        client_secret=SecretStr(entered(_key(book, purpose, "secret"))),
        username=entered(_key(book, purpose, "username")),
        alias=entered(_key(book, purpose, "alias"), given.alias if given else ""),
    )
    st.session_state[_key(book, purpose, "secret")] = ""
    st.query_params.pop("error", None)  # what an earlier log-in came back with is over
    return answer


def _fields(book: PlaybookAnswer, purpose: Purpose) -> None:
    given, grant = _given(book, purpose), _grant(book, purpose)
    name, url = st.columns([1, 1.62])
    name.text_input(
        "Connection name", given.name if given else book.name, key=_key(book, purpose, "name"), max_chars=80
    )
    url.text_input(
        "Connection URL",
        (given.url if given else "") or _first_url(book, purpose),
        key=_key(book, purpose, "url"),
        placeholder="https://yourcompany.my.salesforce.com",
        max_chars=200,
    )
    if purpose is Purpose.READ:
        _alias(book, given)
    st.segmented_control(
        "Grant type",
        list(GrantType),
        format_func=messages.GRANT_WORDS.__getitem__,
        default=given.grant if given else book.registration.grant,
        required=True,
        key=_key(book, purpose, "grant"),
    )
    st.caption(messages.GRANT_HELP[grant])
    client, secret = st.columns(2)
    client.text_input(
        "OAuth client id",
        given.client_id if given else "",
        key=_key(book, purpose, "client_id"),
        max_chars=300,
        help="Salesforce calls it the consumer key.",
    )
    if grant is GrantType.JWT_BEARER:
        secret.text_input(
            "User name", given.username if given else "", key=_key(book, purpose, "username"), max_chars=80
        )
        registration.key_pair(book, purpose)
        return
    secret.text_input(
        "OAuth client secret",
        key=_key(book, purpose, "secret"),
        type="password",
        live="0ms",  # leaving a password by its eye is no leaving: what is typed must count at once
        on_change="ignore",
        placeholder=messages.SECRET_STORED if given and given.has_secret else "",
        max_chars=300,
        help="Salesforce calls it the consumer secret.",
    )
    st.caption(f":material/lock: {common.SECRET_KEPT}")
    if grant is GrantType.AUTHORIZATION_CODE:
        st.caption("OAuth redirect URL, to enter in the app")
        st.code(book.registration.callback_url, language=None)


def _alias(book: PlaybookAnswer, given: ConnectionAnswer | None) -> None:
    """The parent alias for the first org, a child alias of one's own for every further one."""
    now = given.alias if given else (book.free_aliases or [""])[0]
    st.text_input(
        "Connection and credential alias",
        now,
        key=_key(book, Purpose.READ, "alias"),
        max_chars=40,
        help=messages.ORGS_WHY,
    )


def _token(book: PlaybookAnswer, purpose: Purpose) -> None:
    """Create and get OAuth token: Salesforce's log-in in this tab, or a job without one."""
    given, grant = _given(book, purpose), _grant(book, purpose)
    accepts = _is_other_org(given) and st.checkbox(messages.ANOTHER_ORG, key=_key(book, purpose, "accept"))
    if not grant.needs_person:
        st.button(
            "Create and get OAuth token",
            icon=":material/key:",
            type="secondary" if given and given.connected_at else "primary",
            key=f"token_{purpose}",
            on_click=_create_token,
            args=(book, purpose, accepts),
        )
    elif given and given.grant is grant and given.has_secret:
        query = {"profile": book.profile_id, "purpose": purpose, "back": "playbook", "other_org": int(accepts)}
        looks = "as-button as-secondary" if given.connected_at else "as-button"
        address = frames.address(f"/oauth/start?{urlencode(query)}")
        st.html(f'<a class="{looks}" href="{escape(address)}">Create and get OAuth token</a>', width="content")
    elif purpose is Purpose.READ:
        st.caption(messages.SAVE_FIRST)
        st.button(
            "Save and show the log-in", icon=":material/key:", key="save_first", on_click=_save, args=(book, purpose)
        )


def _is_other_org(given: ConnectionAnswer | None) -> bool:
    """Whether the last attempt reached another org than the profile's earlier one."""
    return state.notice() == ("error", OTHER_ORG) or bool(given and given.trouble and given.trouble.error == OTHER_ORG)


def outcome(book: PlaybookAnswer) -> None:
    """What the last attempt gave: the job while it runs, the trouble, or the org that answered."""
    returned = state.notice()
    if returned and returned[0] == "error":
        what, remedy = common.OAUTH_ERRORS.get(returned[1], common.OAUTH_UNKNOWN)
        failures.show(what, remedy)
    shown = [jobs.card(slot(book, purpose), until_done=True) for purpose in Purpose]
    jobs.running_for(book.profile_id, JobKind.CREATE_TOKEN, but=shown)
    for purpose, job in zip(Purpose, shown, strict=True):
        given = _given(book, purpose)
        if given and given.trouble and not (job and job.failure):
            trouble = given.trouble
            failures.show(trouble.what, trouble.remedy, said=trouble.said)
        if given and given.reconnect_required:
            st.markdown(f":orange[:material/warning:] {messages.RECONNECT}")


def connected(book: PlaybookAnswer) -> None:
    """What is connected, for each connection there is."""
    _connected_card(book.read, "connected")
    if book.act:
        _connected_card(book.act, "connected_act")


def _connected_card(given: ConnectionAnswer | None, key: str) -> None:
    if given is None or given.org is None:
        with cards.card(key, "Connected org", badge=(":material/schedule:", "gray", "Not connected")):
            st.caption(messages.NOT_CONNECTED)
        return
    org = given.org
    is_now = given.connected_at is not None
    badge = (":material/check_circle:", "green", "Connected") if is_now else (":material/warning:", "orange", "Changed")
    title = formats.plain(org.name) + (" :gray[for reclaim]" if given.purpose is Purpose.ACT else "")
    with cards.card(key, title, badge=badge):
        cards.facts(
            {
                "Org id": org.org_id,
                "Edition": f"{org.edition}, {'sandbox' if org.is_sandbox else 'production'}",
                "Connected as": org.username,
                "Scopes": ", ".join(org.scopes) or formats.NOT_KNOWN,
                "Instance URL": org.instance_url,
                "Alias": given.alias or formats.NOT_APPLICABLE,
                "Token": token_words(given),
            }
        )
        if not is_now:
            st.caption(messages.CHANGED_SINCE)


def token_words(given: ConnectionAnswer) -> str:
    """How the token came and whether it renews itself."""
    if given.connected_at is None:
        return formats.NOT_KNOWN
    renews = "renews itself" if given.grant is not GrantType.AUTHORIZATION_CODE or _may_refresh(given) else "ends"
    return f"Made {viewer.moment(given.connected_at)}; {renews}"


def _may_refresh(given: ConnectionAnswer) -> bool:
    return bool(given.org and {"refresh_token", "offline_access", "full"} & set(given.org.scopes))


def _given(book: PlaybookAnswer, purpose: Purpose) -> ConnectionAnswer | None:
    return book.read if purpose is Purpose.READ else book.act


def _grant(book: PlaybookAnswer, purpose: Purpose) -> GrantType:
    given = _given(book, purpose)
    saved = given.grant if given else book.registration.grant
    return GrantType(st.session_state.get(_key(book, purpose, "grant")) or saved)


def _first_url(book: PlaybookAnswer, purpose: Purpose) -> str:
    return book.read.url if purpose is Purpose.ACT and book.read else book.registration.url


def _key(book: PlaybookAnswer, purpose: Purpose, field: str) -> str:
    return f"{purpose.value}_{field}_{book.profile_id}"


def _save(book: PlaybookAnswer, purpose: Purpose) -> None:
    frame.kept(lambda: save(book, purpose))


def _remove_act(book: PlaybookAnswer) -> None:
    frame.kept(lambda: entering.send(RemoveConnection, profile=book.profile_id))


def _create_token(book: PlaybookAnswer, purpose: Purpose, accepts: bool) -> None:
    """Save what stands in the form, and ask for the token with it."""
    state.forget(slot(book, purpose))
    if frame.kept(lambda: save(book, purpose)):
        job = entering.filled(CreateToken, profile=book.profile_id, purpose=purpose, accept_other_org=accepts)
        jobs.start(job, key=f"token:{purpose}:{book.profile_id}", slot=slot(book, purpose))
