"""Connections of a profile: enter one, or a second one for acting; key pairs and aliases (product.md S5, S6)."""

from __future__ import annotations

from sfsam.domain.answers import KeyPairAnswer, PlaybookAnswer
from sfsam.domain.commands import MakeKeyPair, RemoveConnection, SaveConnection
from sfsam.domain.identifiers import new_id
from sfsam.domain.playbook import Page
from sfsam.domain.profiles import PARENT_ALIAS, Connection, GrantType, Profile, Purpose
from sfsam.errors import RefusedError
from sfsam.ports import UnitOfWork
from sfsam.services.playbook import Edit, editing
from sfsam.services.playbook_answers import playbook_answer, taken_aliases
from sfsam.services.world import World

_PAGE = Page.CONNECTION_AND_CREDENTIAL
_FORGOTTEN = {"token": "", "connected_at": None, "trouble": None}


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
