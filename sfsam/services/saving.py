"""Savings that people enter with their proof; and freed ones that a returned seat takes back (product.md L4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sfsam.domain import money
from sfsam.domain.answers import SavingAnswer
from sfsam.domain.commands import EnterSaving, RemoveSaving
from sfsam.domain.entitlements import License
from sfsam.domain.identifiers import new_id
from sfsam.domain.savings import Cause, Saving
from sfsam.domain.subscriptions import Kind
from sfsam.errors import NotFound, RefusedError
from sfsam.ports import UnitOfWork
from sfsam.services.license_names import LicenseNames
from sfsam.services.world import World, entry


def enter(world: World, command: EnterSaving) -> SavingAnswer:
    """Enter a realized saving, or that a freed seat was given back. Raises RefusedError, NotFound."""
    returned = command.cause is Cause.SEAT_RETURNED
    found = _freed(world, command) if returned else _named(world, command)
    with world.store.begin() as work:
        if returned:
            _refuse_second_return(work, command.candidate_number)
        saving = Saving(
            saving_id=new_id(),
            cause=command.cause,
            candidate_number=command.candidate_number if returned else "",
            saved_on=command.saved_on,
            proof=command.proof.strip(),
            note=command.note.strip(),
            entered_by=command.actor,
            entered_at=world.clock.now(),
            **found,
        )
        work.savings.add(saving)
        work.audit.append([entry(world, command.actor, "saving.entered", saving.saving_id, detail=_said(saving))])
        work.commit()
    return SavingAnswer.model_validate(saving.model_dump())


def remove(world: World, command: RemoveSaving) -> SavingAnswer:
    """Take an entry back. Raises NotFound."""
    with world.store.begin() as work:
        saving = work.savings.find(command.saving_id)
        if saving is None:
            raise NotFound("That entry is gone.", "Open the page again.", saving_id=command.saving_id)
        work.savings.remove(saving.saving_id)
        work.audit.append([entry(world, command.actor, "saving.removed", saving.saving_id, detail=_said(saving))])
        work.commit()
    return SavingAnswer.model_validate(saving.model_dump())


def _named(world: World, command: EnterSaving) -> dict[str, Any]:
    """License, seats and money of a realized saving, as the person gives them."""
    try:
        names = LicenseNames.of(world)
        license_: License = names.find(command.license, command.kind, names.org_id(command.org)).license
        if command.amount is None:
            raise ValueError("A saving needs its amount")
        currency = money.currency_code(command.currency)
    except ValueError as trouble:
        raise RefusedError(f"{str(trouble)[:1].upper()}{str(trouble)[1:]}.", "Nothing was saved.") from None
    return {**license_.model_dump(), "seats": command.seats, "amount": command.amount, "currency": currency}


def _freed(world: World, command: EnterSaving) -> dict[str, Any]:
    """License, seats and money that the candidate had freed, to be taken back whole."""
    rows = world.store.reads.rows("freed_by_candidate", number=command.candidate_number)
    if not rows:
        raise RefusedError(
            f"Candidate {command.candidate_number or '(none)'} freed nothing that could be taken back.",
            "Give the number of a candidate that was closed as complete.",
        )
    freed = rows[0]
    return {
        "org_id": freed["org_id"],
        "kind": Kind(freed["kind"]),
        "identifier": freed["identifier"],
        "seats": freed["seats"] or 1,
        "amount": freed["amount"] if freed["amount"] is not None else Decimal(0),
        "currency": freed["currency"] or "",
    }


def _refuse_second_return(work: UnitOfWork, number: str) -> None:
    if work.savings.of_candidate(number):
        raise RefusedError(f"The seat of {number} was taken back already.", "Nothing was saved.")


def _said(saving: Saving) -> dict[str, Any]:
    return saving.model_dump(mode="json", exclude={"saving_id", "entered_by", "entered_at"})
