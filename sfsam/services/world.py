"""The things that the services ask, joined by bootstrap, and how a conversation with an org is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sfsam.config import Settings
from sfsam.domain.audit import AuditEntry
from sfsam.domain.identifiers import new_id
from sfsam.domain.profiles import Connection, GrantType, Profile, Purpose
from sfsam.domain.roles import INSTALLATION, Caller
from sfsam.errors import NotFound
from sfsam.ports import (
    Clock,
    Mail,
    NoMail,
    NoWebhook,
    OrgSession,
    PracticeOrgs,
    Salesforce,
    Sheets,
    Store,
    Token,
    UnitOfWork,
    Vault,
    Webhook,
)

NO_MAIL, NO_WEBHOOK = NoMail(), NoWebhook()
NO_ORG = ""  # the id of no org, so that it finds nothing; an empty list of ids would find everything


@dataclass(frozen=True)
class World:
    """Everything outside, by port."""

    store: Store
    salesforce: Salesforce
    vault: Vault
    practice: PracticeOrgs
    sheets: Sheets
    clock: Clock
    settings: Settings
    mail: Mail = NO_MAIL
    webhook: Webhook = NO_WEBHOOK
    caller: Caller = INSTALLATION  # who gave the command that is answered, or whom the running job is done for


class StoredTokens:
    """A connection's token, sealed in the store. A new one is on disk before it is used."""

    def __init__(self, world: World, profile_id: str, purpose: Purpose = Purpose.READ) -> None:
        self._world = world
        self._profile_id = profile_id
        self._purpose = purpose

    def load(self) -> Token | None:
        with self._world.store.begin() as work:
            connection = work.profiles.connection(self._profile_id, self._purpose)
        if not connection.token:
            return None
        return Token.model_validate_json(self._world.vault.unseal(connection.connection_id, connection.token))

    def save(self, token: Token) -> None:
        with self._world.store.begin() as work:
            connection = work.profiles.connection(self._profile_id, self._purpose)
            sealed = self._world.vault.seal(connection.connection_id, token.model_dump_json())
            work.profiles.save_connection(connection.model_copy(update={"token": sealed}))
            work.commit()


def credential_of(world: World, connection: Connection) -> str:
    """What the app proves itself with: the client secret, or the private key (PEM) of the JWT bearer grant."""
    is_jwt = connection.grant is GrantType.JWT_BEARER
    sealed = connection.private_key if is_jwt else connection.client_secret
    return world.vault.unseal(connection.connection_id, sealed) if sealed else ""


@contextmanager
def conversation(
    world: World, profile: Profile, purpose: Purpose = Purpose.READ
) -> Iterator[tuple[OrgSession, Connection]]:
    """A session with the profile's org, closed on leaving, and the connection it was opened for.

    For acting it is the connection for acting, where the profile has one.
    """
    with world.store.begin() as work:
        connection = connection_for(work, profile.profile_id, purpose)
    with conversation_by(world, connection) as session:
        yield session, connection


@contextmanager
def conversation_by(world: World, connection: Connection) -> Iterator[OrgSession]:
    """A session by exactly this connection, closed on leaving."""
    tokens = StoredTokens(world, connection.profile_id, connection.purpose)
    session = world.salesforce.open(connection, credential_of(world, connection), tokens)
    try:
        yield session
    finally:
        session.close()


def connection_for(work: UnitOfWork, profile_id: str, purpose: Purpose) -> Connection:
    """The connection for this purpose; the one for reading also acts when there is no other. Raises NotFound."""
    acting = work.profiles.find_connection(profile_id, Purpose.ACT) if purpose is Purpose.ACT else None
    return acting or work.profiles.connection(profile_id)


def profile_named(work: UnitOfWork, name_or_id: str) -> Profile:
    """The profile, or NotFound with the names there are."""
    profile = work.profiles.find(name_or_id)
    if profile is None:
        names = ", ".join(sorted(known.name for known in work.profiles.all())) or "none"
        raise NotFound(
            f"There is no integration profile named {name_or_id!r}.",
            f"Profiles here: {names}.",
            name=name_or_id,
        )
    return profile


def org_ids_of(world: World, profile: str | None) -> list[str] | None:
    """Which orgs a command means: that of the profile named (one that no org has, before it is connected), or all."""
    if profile is None:
        return None
    with world.store.begin() as work:
        found = work.profiles.find_connection(profile_named(work, profile).profile_id)
    return [found.org.org_id if found is not None and found.org is not None else NO_ORG]


def entry(world: World, actor: str, action: str, subject: str, **more: Any) -> AuditEntry:
    """An audit entry of this moment."""
    return AuditEntry(entry_id=new_id(), at=world.clock.now(), actor=actor, action=action, subject=subject, **more)
