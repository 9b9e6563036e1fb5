"""The things that the services ask, joined by bootstrap, and how a conversation with an org is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sfsam.config import Settings
from sfsam.domain.audit import AuditEntry
from sfsam.domain.identifiers import new_id
from sfsam.domain.profiles import Connection, Profile
from sfsam.errors import NotFound
from sfsam.ports import Clock, OrgSession, PracticeOrgs, Salesforce, Sheets, Store, Token, UnitOfWork, Vault


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


class StoredTokens:
    """A connection's token, sealed in the store. A new one is on disk before it is used."""

    def __init__(self, world: World, profile_id: str) -> None:
        self._world = world
        self._profile_id = profile_id

    def load(self) -> Token | None:
        with self._world.store.begin() as work:
            connection = work.profiles.connection(self._profile_id)
        if not connection.token:
            return None
        return Token.model_validate_json(self._world.vault.unseal(connection.connection_id, connection.token))

    def save(self, token: Token) -> None:
        with self._world.store.begin() as work:
            connection = work.profiles.connection(self._profile_id)
            sealed = self._world.vault.seal(connection.connection_id, token.model_dump_json())
            work.profiles.save_connection(connection.model_copy(update={"token": sealed}))
            work.commit()


@contextmanager
def conversation(world: World, profile: Profile) -> Iterator[tuple[OrgSession, Connection]]:
    """A session with the profile's org, closed on leaving, and the connection it was opened for."""
    with world.store.begin() as work:
        connection = work.profiles.connection(profile.profile_id)
    secret = world.vault.unseal(connection.connection_id, connection.client_secret) if connection.client_secret else ""
    session = world.salesforce.open(connection, secret, StoredTokens(world, profile.profile_id))
    try:
        yield session, connection
    finally:
        session.close()


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


def entry(world: World, actor: str, action: str, subject: str, **more: Any) -> AuditEntry:
    """An audit entry of this moment."""
    return AuditEntry(entry_id=new_id(), at=world.clock.now(), actor=actor, action=action, subject=subject, **more)
