"""Connections of a profile: enter one, log in, get a token, look at the org (product.md S5, S6)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sfsam.domain.answers import AuthorizationAnswer, AuthorizedAnswer, KeyPairAnswer, PlaybookAnswer
from sfsam.domain.commands import (
    BeginAuthorization,
    CreateToken,
    FinishAuthorization,
    MakeKeyPair,
    RemoveConnection,
    SaveConnection,
)
from sfsam.domain.identifiers import new_id
from sfsam.domain.playbook import Page
from sfsam.domain.profiles import PARENT_ALIAS, ConnectedOrg, Connection, GrantType, Profile, Purpose, Trouble
from sfsam.errors import ReconnectRequired, RefusedError, SfsamError
from sfsam.ports import AuthorizationRequest, Token, UnitOfWork
from sfsam.services.playbook import Edit, editing
from sfsam.services.playbook_answers import playbook_answer, taken_aliases
from sfsam.services.profiles import close_candidates
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World, conversation_by, credential_of, profile_named

AUTHORIZATION_MINUTES = 15
_PAGE = Page.CONNECTION_AND_CREDENTIAL
_FORGOTTEN = {"token": "", "connected_at": None, "trouble": None}


# ── Entering ─────────────────────────────────────────────────────────────────────────────────────


def save_connection(world: World, command: SaveConnection) -> PlaybookAnswer:
    """Enter a connection. What changes whom it is connected as forgets the token and returns to Draft."""
    url = world.salesforce.check_url(command.url)
    with editing(world, command.actor, command.profile, "connection.saved", _PAGE) as edit:
        before = edit.work.profiles.find_connection(edit.profile.profile_id, command.purpose)
        after = _entered(world, edit, command, before, url)
        _require_credential(after)
        if before is None or _identity(before) != _identity(after) or command.client_secret.get_secret_value():
            after = after.model_copy(update=_FORGOTTEN)
            reopen_connection(edit)
        edit.work.profiles.save_connection(after)
        if command.purpose is Purpose.READ:
            edit.playbook = edit.playbook.model_copy(update={"grant": command.grant, "url": url})
        edit.playbook = edit.playbook.entered(_PAGE)
        edit.detail |= {
            "purpose": command.purpose,
            "url": url,
            "grant": command.grant,
            "client_id": after.client_id,
            "alias": after.alias,
            "secret_entered": bool(command.client_secret.get_secret_value()),
        }
    return playbook_answer(world, edit.profile.profile_id)


def remove_connection(world: World, command: RemoveConnection) -> PlaybookAnswer:
    """Forget the connection for acting."""
    with editing(world, command.actor, command.profile, "connection.removed", _PAGE) as edit:
        if edit.work.profiles.find_connection(edit.profile.profile_id, Purpose.ACT) is not None:
            edit.work.profiles.remove_connection(edit.profile.profile_id, Purpose.ACT)
            edit.return_to_draft()
        edit.detail["purpose"] = Purpose.ACT
    return playbook_answer(world, edit.profile.profile_id)


def make_key_pair(world: World, command: MakeKeyPair) -> KeyPairAnswer:
    """A new key pair for JWT bearer; an earlier one of this connection is replaced. The private key stays sealed."""
    with editing(world, command.actor, command.profile, "connection.key_pair_made", _PAGE) as edit:
        found = edit.work.profiles.find_connection(edit.profile.profile_id, command.purpose)
        connection = found or _blank(edit, command.purpose, GrantType.JWT_BEARER)
        pair = world.vault.make_key_pair(f"sfsam {edit.profile.name}", world.clock.now())
        changed = {
            "certificate": pair.certificate,
            "private_key": world.vault.seal(connection.connection_id, pair.private_key),
        }
        edit.work.profiles.save_connection(connection.model_copy(update=changed | _FORGOTTEN))
        reopen_connection(edit)
        edit.detail |= {"purpose": command.purpose, "certificate_sha256": pair.sha256}
    return KeyPairAnswer(
        profile_id=edit.profile.profile_id,
        certificate=pair.certificate,
        sha256=pair.sha256,
        expires_at=pair.expires_at,
    )


def reopen_connection(edit: Edit) -> None:
    """The connection page is to be completed again, and what was published or validated no longer holds."""
    edit.playbook = edit.playbook.reopened(_PAGE)
    edit.return_to_draft()


def free_alias(work: UnitOfWork, profile: Profile, purpose: Purpose) -> str:
    """The parent alias for the first profile, a child alias of its own name for each other (servicenow.md 1.7)."""
    if purpose is Purpose.ACT:
        return f"{profile.name} (act)"
    return PARENT_ALIAS if PARENT_ALIAS.lower() not in taken_aliases(work, profile.profile_id) else profile.name


# ── Logging in ───────────────────────────────────────────────────────────────────────────────────


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
    _keep_token(world, connection, token)
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


# ── Inside ───────────────────────────────────────────────────────────────────────────────────────


def _entered(world: World, edit: Edit, command: SaveConnection, before: Connection | None, url: str) -> Connection:
    connection = before or _blank(edit, command.purpose, command.grant)
    alias = command.alias.strip() or connection.alias
    if alias.lower() in taken_aliases(edit.work, edit.profile.profile_id):
        raise RefusedError(
            f"The alias {alias!r} belongs to another profile.",
            "Each further org needs a child alias of its own; enter another name.",
        )
    secret = command.client_secret.get_secret_value().strip()
    return connection.model_copy(
        update={
            "name": command.name.strip() or connection.name,
            "alias": alias,
            "url": url,
            "grant": command.grant,
            "client_id": command.client_id.strip(),
            "username": command.username.strip(),
            "client_secret": world.vault.seal(connection.connection_id, secret) if secret else connection.client_secret,
        }
    )


def _blank(edit: Edit, purpose: Purpose, grant: GrantType) -> Connection:
    return Connection(
        connection_id=new_id(),
        profile_id=edit.profile.profile_id,
        purpose=purpose,
        name=edit.profile.name,
        alias=free_alias(edit.work, edit.profile, purpose),
        url="",
        grant=grant,
        client_id="",
    )


def _identity(connection: Connection) -> tuple[str, ...]:
    return connection.url, connection.grant, connection.client_id, connection.username


def _require_credential(connection: Connection) -> None:
    if connection.grant is GrantType.JWT_BEARER:
        if not connection.username:
            raise RefusedError("JWT bearer acts as one user.", "Enter that user's user name in Salesforce.")
    elif not connection.client_secret:
        raise RefusedError("The connection has no client secret.", "Copy the Consumer Secret of the app.")


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


def _keep_token(world: World, connection: Connection, token: Token) -> None:
    """Save the token of a log-in. One for another org takes effect with the look at that org, not before."""
    sealed = world.vault.seal(connection.connection_id, token.model_dump_json())
    changed: dict[str, object] = {"token": sealed, "trouble": None}
    is_other_org = connection.org is not None and token.org_id not in (None, connection.org.org_id)
    with editing(world, "sfsam", connection.profile_id, "connection.logged_in", _PAGE) as edit:
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
