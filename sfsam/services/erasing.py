"""Erasing a person: everything that names them gets a pseudonym, here and in whatever is downloaded later."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from sfsam.domain.answers import ErasurePreview
from sfsam.domain.commands import ErasePerson
from sfsam.domain.people import Basis, Erasure, Person, marks
from sfsam.errors import NotConfirmed, NotFound, RefusedError
from sfsam.ports import UnitOfWork
from sfsam.ports.people import Holder
from sfsam.services.world import World, entry


def erase(world: World, command: ErasePerson) -> ErasurePreview:
    """All users that stand together are erased, with their entry in the directory.

    Raises NotConfirmed with what would change unless it is confirmed; nothing is changed then. Raises NotFound, and
    RefusedError for the user that sfsam itself works as.
    """
    with world.store.begin() as work:
        holder = _meant(work, command)
        if any(user.is_connected_user for user in holder.users):
            raise RefusedError(
                "sfsam works as this user; its name belongs to the connection.",
                "Connect the org by another user first.",
            )
        erasures = _erasures(world, work, holder)
        changes = work.people.erase(holder, erasures)
        preview = ErasurePreview(
            holder_id=holder.holder_id,
            users=tuple(user.user_id for user in holder.users),
            active_users=sum(user.is_active for user in holder.users),
            pseudonym=erasures[0].name,
            changes=dict(changes),
        )
        if not command.confirmed:  # leaving without a commit undoes it all
            raise NotConfirmed(
                f"Erasing changes {sum(changes.values())} rows and cannot be undone; nothing was changed.",
                "Look at what changes, then confirm.",
                document=preview.model_dump(mode="json"),
            )
        detail = {"users": [[user.org_id, user.user_id] for user in holder.users], "rows": dict(changes)}
        work.audit.append([entry(world, command.actor, "person.erased", holder.holder_id, detail=detail)])
        work.commit()
    return preview.model_copy(update={"erased": True})


def erased_among(work: UnitOfWork, persons: Iterable[Person]) -> set[str]:
    """The ids of those that were erased before, known again by what tells them apart."""
    known = [(erasure.salt, mark) for erasure in work.people.erasures() for mark in erasure.marks]
    salts = {salt for salt, _ in known}
    return {
        person.person_id
        for person in persons
        if any((salt, mark) in known for salt in salts for mark in marks(salt, person.keys))
    }


def _meant(work: UnitOfWork, command: ErasePerson) -> Holder:
    if command.holder_id is not None:
        holder = work.people.holder(command.holder_id)
    else:
        holder = work.people.holder_of(command.org_id or "", command.user_id or "")
    if holder is None:
        raise NotFound("There is nobody with this id.", "List the people, or open the person from a list of seats.")
    return holder


def _erasures(world: World, work: UnitOfWork, holder: Holder) -> list[Erasure]:
    """One for each user, and one for the entry in the directory."""
    now = world.clock.now()
    before = work.people.erasures()
    salt = before[0].salt if before else secrets.token_hex(16)  # one for all, so that an import hashes a value once
    pseudonym = secrets.token_hex(4)
    found = [
        Erasure(org_id=user.org_id, user_id=user.user_id, pseudonym=pseudonym, salt=salt, erased_at=now)
        for user in holder.users
    ]
    if holder.basis == Basis.PERSON and holder.person_id is not None:
        person = work.people.person(holder.person_id)
        known = marks(salt, person.keys if person else ())
        found.append(Erasure(pseudonym=pseudonym, salt=salt, marks=known, erased_at=now))
    return found
