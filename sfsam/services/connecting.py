"""Connecting an org in one go, without the pages: draft, token, validation, publication."""

from __future__ import annotations

from sfsam.domain.answers import ConnectAnswer, ProfileAnswer
from sfsam.domain.commands import Connect, CreateToken, DraftProfile, Publish, ReplaceSecret, Validate
from sfsam.domain.identifiers import new_id
from sfsam.domain.playbook import Page
from sfsam.domain.profiles import Connection, Profile, ProfileStatus, Purpose
from sfsam.services.connections import free_alias, reopen_connection
from sfsam.services.logging_in import connected
from sfsam.services.playbook import editing, require_free_name
from sfsam.services.profiles import profile_answer
from sfsam.services.running import JobControl, Phases
from sfsam.services.validating import PHASES, publish, unpublish, validated
from sfsam.services.world import World, entry

_ENTERED = (Page.REGISTER_APPLICATION, Page.PROFILE_DETAILS, Page.CONNECTION_AND_CREDENTIAL)
_PHASES = ("Log in", "Look at the org", *PHASES)


def draft(world: World, command: DraftProfile) -> ProfileAnswer:
    """Save a new profile with its connection. Nothing is sent anywhere."""
    url = world.salesforce.check_url(command.url)
    profile = Profile(
        profile_id=new_id(),
        name=command.name.strip(),
        reclaim_enabled=command.reclaim_enabled,
        is_practice=command.is_practice,
        created_at=world.clock.now(),
    )
    with world.store.begin() as work:
        require_free_name(work, profile.name, profile.profile_id)
        connection = Connection(
            connection_id=new_id(),
            profile_id=profile.profile_id,
            name=profile.name,
            alias=free_alias(work, profile, Purpose.READ),
            url=url,
            grant=command.grant,
            client_id=command.client_id.strip(),
        )
        connection = _with_secret(world, connection, command.client_secret.get_secret_value())
        work.profiles.add(profile, connection)
        detail = {"url": url, "grant": command.grant, "client_id": connection.client_id}
        work.audit.append(
            [
                entry(
                    world,
                    command.actor,
                    "profile.drafted",
                    profile.profile_id,
                    profile_id=profile.profile_id,
                    detail=detail,
                )
            ]
        )
        work.commit()
    return profile_answer(world, profile.profile_id)


def replace_secret(world: World, command: ReplaceSecret) -> ProfileAnswer:
    """Enter a new client secret (and id, and URL); the stored token is forgotten, the data stays.

    Another app or another address returns a published profile to Draft; the same app's new secret does not.
    """
    url = world.salesforce.check_url(command.url) if command.url else None
    page = Page.CONNECTION_AND_CREDENTIAL
    with editing(world, command.actor, command.profile, "connection.secret_replaced", page) as edit:
        before = edit.work.profiles.connection(edit.profile.profile_id)
        changed = {"client_id": command.client_id or before.client_id, "url": url or before.url}
        after = _with_secret(
            world,
            before.model_copy(update=changed | {"token": "", "trouble": None}),
            command.client_secret.get_secret_value(),
        )
        if (before.client_id, before.url) != (after.client_id, after.url):
            after = after.model_copy(update={"connected_at": None})
            reopen_connection(edit)
        edit.work.profiles.save_connection(after)
    return profile_answer(world, edit.profile.profile_id)


def connect(world: World, command: Connect, control: JobControl) -> ConnectAnswer:
    """Log in, look at the org, check every permission, and publish when what is switched on will work."""
    phases = Phases(control, _PHASES)
    actor, name = command.actor, command.profile
    profile, org = connected(world, CreateToken(actor=actor, profile=name), phases)
    with editing(world, actor, name, "playbook.page_completed", Page.CONNECTION_AND_CREDENTIAL) as edit:
        edit.playbook = edit.playbook.taken_as_done(*_ENTERED)
    validation = validated(world, Validate(actor=actor, profile=name), phases)
    status = profile.status
    if command.publish and validation.passed:
        status = publish(
            world, Publish(actor=actor, profile=name, fingerprint=validation.fingerprint, confirmed=True)
        ).status
    elif command.publish and status is ProfileStatus.PUBLISHED:
        unpublish(world, actor, name)
        status = ProfileStatus.DRAFT
    return ConnectAnswer(profile_id=profile.profile_id, org_id=org.org_id, status=status, checks=validation.checks)


def _with_secret(world: World, connection: Connection, secret: str) -> Connection:
    if not secret:
        return connection
    sealed = world.vault.seal(connection.connection_id, secret)
    return connection.model_copy(update={"client_secret": sealed})
