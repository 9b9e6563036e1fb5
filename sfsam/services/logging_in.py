"""Logging in by a connection, getting its token, and looking at the org (product.md S5, S6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sfsam.domain.answers import AuthorizationAnswer, AuthorizedAnswer, PlaybookAnswer
from sfsam.domain.commands import BeginAuthorization, CreateToken, FinishAuthorization
from sfsam.domain.playbook import Page
from sfsam.domain.profiles import ConnectedOrg, Connection, Profile, Purpose, Trouble
from sfsam.errors import ReconnectRequired, RefusedError, SfsamError
from sfsam.ports import AuthorizationRequest, Token
from sfsam.services.connections import reopen_connection
from sfsam.services.playbook import editing
from sfsam.services.playbook_answers import playbook_answer
from sfsam.services.profiles import close_candidates
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World, conversation_by, credential_of, profile_named

AUTHORIZATION_MINUTES = 15
_PAGE = Page.CONNECTION_AND_CREDENTIAL


def begin_authorization(world: World, command: BeginAuthorization) -> AuthorizationAnswer:
    """Make state and PKCE verifier for one log-in; they are good for 15 minutes and for one use."""
    redirect_uri = f"{world.settings.base_url}/oauth/callback"
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        connection = work.profiles.connection(profile.profile_id, command.purpose)
        start = world.salesforce.begin_authorization(connection, redirect_uri)
        now = world.clock.now()
        work.profiles.add_authorization(
            AuthorizationRequest(
                state=start.state,
                profile_id=profile.profile_id,
                purpose=command.purpose,
                accept_other_org=command.accept_other_org,
                code_verifier=world.vault.seal(start.state, start.code_verifier),
                redirect_uri=redirect_uri,
                created_at=now,
                expires_at=now + timedelta(minutes=AUTHORIZATION_MINUTES),
            )
        )
        work.commit()
    return AuthorizationAnswer(profile_id=profile.profile_id, url=start.url)


def finish_authorization(world: World, command: FinishAuthorization) -> AuthorizedAnswer:
    """Exchange the code for a token. A state that is unknown, used or too old is refused.

    What goes wrong is noted on the connection, so that its page can say it after a restart and in another browser.
    """
    request = _taken(world, command.state)
    with world.store.begin() as work:
        connection = work.profiles.connection(request.profile_id, request.purpose)
    try:
        if command.error:
            raise world.salesforce.refusal(command.error, command.error_description)
        token = world.salesforce.finish_authorization(
            connection,
            credential_of(world, connection),
            code=command.code,
            code_verifier=world.vault.unseal(request.state, request.code_verifier),
            redirect_uri=request.redirect_uri,
        )
        _require_same_org(connection, token.org_id, "", request.accept_other_org)
    except SfsamError as error:
        _note_trouble(world, connection, error)
        raise
    _keep_token(world, command.actor, connection, token)
    return AuthorizedAnswer(
        profile_id=request.profile_id, purpose=request.purpose, accept_other_org=request.accept_other_org
    )


def create_token(world: World, command: CreateToken, control: JobControl) -> PlaybookAnswer:
    """Get a token, or use the one of the log-in, and look at the org. Nothing is changed there."""
    phases = Phases(control, ("Log in", "Look at the org"))
    profile, _ = connected(world, command, phases)
    return playbook_answer(world, profile.profile_id)


def connected(world: World, command: CreateToken, phases: Phases) -> tuple[Profile, ConnectedOrg]:
    """The profile with its connection's org noted; raises what stands against it, and notes that."""
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        connection = work.profiles.connection(profile.profile_id, command.purpose)
    try:
        _require_log_in(connection)
        phases.begin("Log in")
        with conversation_by(world, connection) as session:
            org = session.identify()
        phases.end("Log in")
        phases.begin("Look at the org")
        _require_fitting_org(world, command, profile, connection, org)
        phases.end("Look at the org")
    except SfsamError as error:
        _note_trouble(world, connection, error)
        raise
    return _save_connected(world, command, org), org


def _taken(world: World, state: str) -> AuthorizationRequest:
    """The log-in with this state, used up by asking. Raises RefusedError, whose `code` says what was wrong."""
    now = world.clock.now()
    with world.store.begin() as work:
        request = work.profiles.find_authorization(state)
        if request is not None and request.used_at is None:
            work.profiles.save_authorization(request.model_copy(update={"used_at": now}))
            work.commit()
    if request is None:
        raise RefusedError(
            "This log-in was not begun here.", "Start it on the profile's page Connection.", code="forged"
        )
    if request.used_at is not None:
        raise RefusedError(
            "This log-in was used already; nothing was changed.",
            "If the profile is not connected, start the log-in again.",
            code="replayed",
        )
    if request.expires_at <= now:
        raise RefusedError(
            f"The log-in took longer than {AUTHORIZATION_MINUTES} minutes.", "Start it again.", code="expired"
        )
    return request


def _require_log_in(connection: Connection) -> None:
    if connection.grant.needs_person and not connection.token:
        raise ReconnectRequired(
            "Nobody has logged in to this org yet.",
            "Choose Log in to Salesforce on the welcome page.",
        )


def _require_fitting_org(
    world: World, command: CreateToken, profile: Profile, connection: Connection, org: ConnectedOrg
) -> None:
    if command.purpose is Purpose.ACT:
        with world.store.begin() as work:
            reading = work.profiles.connection(profile.profile_id)
        if reading.org is None or reading.connected_at is None:
            raise RefusedError("The connection for reading has no token yet.", "Connect that one first.")
        if reading.org.org_id != org.org_id:
            raise RefusedError(
                f"The connection for acting leads to {org.name} ({org.org_id}), and the one for reading to "
                f"{reading.org.name} ({reading.org.org_id}).",
                "Both must be in the same org; enter the URL and the app of that org.",
            )
        return
    with world.store.begin() as work:
        holder = work.profiles.with_org(org.org_id)
    if holder is not None and holder.profile_id != profile.profile_id:
        raise RefusedError(
            f"The org {org.name} ({org.org_id}) is connected already, as profile {holder.name!r}.",
            "Use that profile; two profiles for one org would count every seat twice.",
        )
    _require_same_org(connection, org.org_id, org.name, command.accept_other_org)


def _require_same_org(connection: Connection, org_id: str | None, org_name: str, accepted: bool) -> None:
    earlier = connection.org
    if earlier is not None and org_id is not None and earlier.org_id != org_id and not accepted:
        raise RefusedError(
            f"This profile belongs to the org {earlier.name} ({earlier.org_id}), and this log-in is for "
            f"{org_name or 'another org'} ({org_id}).",
            "Connect the other org as a profile of its own, or confirm that this profile changes to it; the data "
            "of the earlier org is then removed.",
            code="other_org",
        )


def _note_trouble(world: World, connection: Connection, error: SfsamError) -> None:
    ours = error.values.get("code") if isinstance(error, RefusedError) else None
    trouble = Trouble(error=str(ours or error.name), what=error.what, remedy=error.remedy, said=error.said)
    with world.store.begin() as work:
        latest = work.profiles.find_connection(connection.profile_id, connection.purpose)
        if latest is not None:
            work.profiles.save_connection(latest.model_copy(update={"trouble": trouble}))
            work.commit()


def _keep_token(world: World, actor: str, connection: Connection, token: Token) -> None:
    """Save the token of a log-in. One for another org takes effect with the look at that org, not before."""
    sealed = world.vault.seal(connection.connection_id, token.model_dump_json())
    changed: dict[str, object] = {"token": sealed, "trouble": None}
    is_other_org = connection.org is not None and token.org_id not in (None, connection.org.org_id)
    with editing(world, actor, connection.profile_id, "connection.logged_in", _PAGE) as edit:
        if is_other_org:
            changed["connected_at"] = None
            reopen_connection(edit)
        latest = edit.work.profiles.connection(connection.profile_id, connection.purpose)
        edit.work.profiles.save_connection(latest.model_copy(update=changed))
        edit.detail |= {"purpose": connection.purpose, "org_id": token.org_id}


def _save_connected(world: World, command: CreateToken, org: ConnectedOrg) -> Profile:
    now: datetime = world.clock.now()
    with editing(world, command.actor, command.profile, "connection.connected", _PAGE) as edit:
        connection = edit.work.profiles.connection(edit.profile.profile_id, command.purpose)
        earlier = connection.org
        if earlier is not None and (earlier.org_id, earlier.user_id) != (org.org_id, org.user_id):
            reopen_connection(edit)
        if earlier is not None and earlier.org_id != org.org_id and command.purpose is Purpose.READ:
            close_candidates(world, edit.work, edit.profile, command.actor, "The profile changed to another org.")
            edit.work.profiles.forget_org(earlier.org_id)
        changed = {"org": org, "connected_at": now, "trouble": None}
        edit.work.profiles.save_connection(connection.model_copy(update=changed))
        edit.playbook = edit.playbook.entered(_PAGE)
        edit.detail |= {
            "purpose": command.purpose,
            "org_id": org.org_id,
            "user_id": org.user_id,
            "is_sandbox": org.is_sandbox,
        }
    return edit.profile
