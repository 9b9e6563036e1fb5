"""Connecting an org: draft, log in, look, check, publish."""

from __future__ import annotations

from datetime import timedelta

from sfsam.domain.answers import AuthorizationAnswer, ConnectAnswer, ProfileAnswer
from sfsam.domain.audit import AuditEntry
from sfsam.domain.commands import (
    BeginAuthorization,
    Connect,
    DraftProfile,
    FinishAuthorization,
    ListProfiles,
    ReplaceSecret,
)
from sfsam.domain.identifiers import new_id
from sfsam.domain.profiles import (
    Check,
    ConnectedOrg,
    Connection,
    GrantType,
    Process,
    Profile,
    ProfileStatus,
)
from sfsam.errors import NotFound, ReconnectRequired, RefusedError
from sfsam.ports import AuthorizationRequest
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import StoredTokens, World, conversation, entry, profile_named

AUTHORIZATION_MINUTES = 15
_PHASES = ("Log in", "Look at the org", "Check permissions")


def draft(world: World, command: DraftProfile) -> ProfileAnswer:
    """Save a new profile with its connection. Nothing is sent anywhere."""
    url = world.salesforce.check_url(command.url)
    now = world.clock.now()
    profile = Profile(
        profile_id=new_id(),
        name=command.name.strip(),
        reclaim_enabled=command.reclaim_enabled,
        is_practice=command.is_practice,
        created_at=now,
    )
    connection = Connection(
        connection_id=new_id(),
        profile_id=profile.profile_id,
        name=profile.name,
        url=url,
        grant=command.grant,
        client_id=command.client_id.strip(),
    )
    connection = _with_secret(world, connection, command.client_secret.get_secret_value())
    with world.store.begin() as work:
        if work.profiles.find(profile.name) is not None:
            raise RefusedError(
                f"A profile named {profile.name!r} exists already.",
                "Choose another name, or enter the new secret for that profile.",
            )
        work.profiles.add(profile, connection)
        work.audit.append(
            [
                entry(
                    world,
                    command.actor,
                    "profile.drafted",
                    profile.profile_id,
                    profile_id=profile.profile_id,
                    detail={"url": url, "grant": command.grant, "client_id": connection.client_id},
                )
            ]
        )
        work.commit()
    return profile_answer(world, profile.profile_id)


def replace_secret(world: World, command: ReplaceSecret) -> ProfileAnswer:
    """Enter a new client id, secret or URL; the stored token is forgotten, the data stays."""
    url = world.salesforce.check_url(command.url) if command.url else None
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        connection = work.profiles.connection(profile.profile_id)
        changed = {"client_id": command.client_id, "url": url}
        connection = connection.model_copy(
            update={name: value for name, value in changed.items() if value} | {"token": ""}
        )
        connection = _with_secret(world, connection, command.client_secret.get_secret_value())
        work.profiles.save_connection(connection)
        work.audit.append(
            [
                entry(
                    world,
                    command.actor,
                    "connection.secret_replaced",
                    profile.profile_id,
                    profile_id=profile.profile_id,
                )
            ]
        )
        work.commit()
    return profile_answer(world, profile.profile_id)


def begin_authorization(world: World, command: BeginAuthorization) -> AuthorizationAnswer:
    """Make state and PKCE verifier for one log-in; they are good for 15 minutes and for one use."""
    redirect_uri = f"{world.settings.base_url}/oauth/callback"
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        connection = work.profiles.connection(profile.profile_id)
        start = world.salesforce.begin_authorization(connection, redirect_uri)
        now = world.clock.now()
        work.profiles.add_authorization(
            AuthorizationRequest(
                state=start.state,
                profile_id=profile.profile_id,
                code_verifier=world.vault.seal(start.state, start.code_verifier),
                redirect_uri=redirect_uri,
                created_at=now,
                expires_at=now + timedelta(minutes=AUTHORIZATION_MINUTES),
            )
        )
        work.commit()
    return AuthorizationAnswer(profile_id=profile.profile_id, url=start.url)


def finish_authorization(world: World, command: FinishAuthorization) -> ProfileAnswer:
    """Exchange the code for a token. A state that is unknown, used or too old is refused."""
    with world.store.begin() as work:
        request = work.profiles.take_authorization(command.state, world.clock.now())
        work.commit()
    if request is None:
        raise RefusedError(
            "This log-in was not begun here, was used already, or is older than 15 minutes.",
            "Open the welcome page and start the log-in again.",
        )
    if command.error:
        raise RefusedError(
            "Salesforce did not allow the access: it was denied at the log-in.",
            "Start the log-in again and choose Allow.",
            said=f"{command.error}: {command.error_description}",
        )
    with world.store.begin() as work:
        connection = work.profiles.connection(request.profile_id)
    secret = world.vault.unseal(connection.connection_id, connection.client_secret) if connection.client_secret else ""
    token = world.salesforce.finish_authorization(
        connection,
        secret,
        code=command.code,
        code_verifier=world.vault.unseal(request.state, request.code_verifier),
        redirect_uri=request.redirect_uri,
    )
    StoredTokens(world, request.profile_id).save(token)
    return profile_answer(world, request.profile_id)


def connect(world: World, command: Connect, control: JobControl) -> ConnectAnswer:
    """Log in, look at the org, check every permission, and publish when downloading will work."""
    phases = Phases(control, _PHASES)
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
    phases.begin("Log in")
    with conversation(world, profile) as (session, connection):
        _require_log_in(connection)
        org = session.identify()
        phases.end("Log in")
        phases.begin("Look at the org")
        _refuse_second_profile(world, profile, connection, org)
        phases.end("Look at the org")
        phases.begin("Check permissions")
        checks = session.check()
        phases.end("Check permissions", rows=len(checks))
    return _save_connected(world, command, profile, org, checks)


def profiles(world: World, _: ListProfiles) -> list[ProfileAnswer]:
    return [ProfileAnswer.model_validate(row) for row in _profile_rows(world)]


def profile_answer(world: World, profile_id: str) -> ProfileAnswer:
    row = next((row for row in _profile_rows(world) if row["profile_id"] == profile_id), None)
    if row is None:
        raise NotFound("The profile is gone.", "Open the profiles again.", profile_id=profile_id)
    return ProfileAnswer.model_validate(row)


def _profile_rows(world: World) -> list[dict[str, object]]:
    with world.store.begin() as work:
        checks = {profile.profile_id: profile.checks for profile in work.profiles.all()}
    return [
        row | {"grant": row["grant_type"], "checks": checks.get(str(row["profile_id"]), ())}
        for row in world.store.reads.rows("profiles")
    ]


def _with_secret(world: World, connection: Connection, secret: str) -> Connection:
    if not secret:
        return connection
    sealed = world.vault.seal(connection.connection_id, secret)
    return connection.model_copy(update={"client_secret": sealed})


def _require_log_in(connection: Connection) -> None:
    if connection.grant is GrantType.AUTHORIZATION_CODE and not connection.token:
        raise ReconnectRequired(
            "Nobody has logged in to this org yet.",
            "Choose Log in to Salesforce on the welcome page.",
        )


def _refuse_second_profile(world: World, profile: Profile, connection: Connection, org: ConnectedOrg) -> None:
    with world.store.begin() as work:
        holder = work.profiles.with_org(org.org_id)
    if holder is not None and holder.profile_id != profile.profile_id:
        raise RefusedError(
            f"The org {org.name} ({org.org_id}) is connected already, as profile {holder.name!r}.",
            "Use that profile; two profiles for one org would count every seat twice.",
        )
    if connection.org is not None and connection.org.org_id != org.org_id:
        raise RefusedError(
            f"The profile {profile.name!r} belongs to the org {connection.org.name} "
            f"({connection.org.org_id}), and this log-in is for {org.name} ({org.org_id}).",
            "Connect the other org as a profile of its own.",
        )


def _save_connected(
    world: World, command: Connect, profile: Profile, org: ConnectedOrg, checks: list[Check]
) -> ConnectAnswer:
    now = world.clock.now()
    may_publish = command.publish and not missing(checks, Process.DOWNLOAD)
    published = profile.model_copy(
        update={
            "checks": tuple(checks),
            "status": ProfileStatus.PUBLISHED if may_publish else ProfileStatus.DRAFT,
            "published_at": (profile.published_at or now) if may_publish else None,
        }
    )
    with world.store.begin() as work:
        connection = work.profiles.connection(profile.profile_id)
        work.profiles.save_connection(connection.model_copy(update={"org": org, "connected_at": now}))
        work.profiles.save(published)
        work.audit.append([_connected_entry(world, command, published, org, checks)])
        work.commit()
    return ConnectAnswer(profile_id=profile.profile_id, org_id=org.org_id, status=published.status, checks=checks)


def _connected_entry(
    world: World, command: Connect, profile: Profile, org: ConnectedOrg, checks: list[Check]
) -> AuditEntry:
    return entry(
        world,
        command.actor,
        "profile.published" if profile.status is ProfileStatus.PUBLISHED else "profile.checked",
        profile.profile_id,
        profile_id=profile.profile_id,
        detail={
            "org_id": org.org_id,
            "user_id": org.user_id,
            "missing": [check.permission for check in checks if check.ok is False],
        },
    )


def missing(checks: list[Check] | tuple[Check, ...], process: Process) -> list[Check]:
    """The lines of this process that are known to be missing."""
    return [check for check in checks if check.process is process and check.ok is False]
