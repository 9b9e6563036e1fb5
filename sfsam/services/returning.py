"""Seats that came back after they were freed: what they had saved is taken off again, by itself (product.md L4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import Candidate
from sfsam.domain.identifiers import new_id
from sfsam.domain.savings import Cause, Saving
from sfsam.domain.subscriptions import Kind
from sfsam.ports import StagedDownload, UnitOfWork
from sfsam.services.world import World, entry

HOLDINGS = frozenset({"User", "PermissionSetLicenseAssign", "UserPackageLicense"})


def book_returned(world: World, staged: StagedDownload, actor: str) -> int:
    """Book what this download, already loaded, shows again; the number of entries. Nothing is booked twice.

    An object that was not read completely keeps the rows of the download before, from when the seat may have been
    held still: then nothing is booked, and the next whole download does it.
    """
    if not {part.name for part in staged.objects if part.complete} >= HOLDINGS:
        return 0
    rows = world.store.reads.rows("returned_seats", org_ids=[staged.org_id])
    if not rows:
        return 0
    savings = [_saving(world, staged, actor, row) for row in rows]
    with world.store.begin() as work:
        for saving in savings:
            work.savings.add(saving)
        work.audit.append([_entry(world, saving) for saving in savings])
        work.commit()
    return len(savings)


def book_restored(world: World, work: UnitOfWork, candidate: Candidate, actor: str) -> None:
    """Book that this candidate's seats were given back by us, as far as no download has booked it already."""
    booked = [each for each in work.savings.of_candidate(candidate.number) if each.cause is Cause.SEAT_RETURNED]
    seats = int(candidate.evidence.get("seats") or 1) - sum(each.seats for each in booked)
    amount = Decimal(candidate.evidence.get("potential_savings") or 0) - sum(each.amount for each in booked)
    if seats < 1:
        return
    now = world.clock.now()
    saving = Saving(
        saving_id=new_id(),
        cause=Cause.SEAT_RETURNED,
        org_id=candidate.org_id,
        kind=candidate.kind,
        identifier=candidate.identifier,
        candidate_number=candidate.number,
        seats=seats,
        amount=max(amount, Decimal(0)),
        currency=str(candidate.evidence.get("currency") or ""),
        saved_on=now.date(),
        proof="sfsam gave it back.",
        entered_by=actor,
        entered_at=now,
    )
    work.savings.add(saving)
    work.audit.append([_entry(world, saving)])


def _saving(world: World, staged: StagedDownload, actor: str, row: dict[str, Any]) -> Saving:
    return Saving(
        saving_id=new_id(),
        cause=Cause.SEAT_RETURNED,
        org_id=row["org_id"],
        kind=Kind(row["kind"]),
        identifier=row["identifier"],
        candidate_number=row["candidate_number"],
        seats=row["seats"],
        amount=row["amount"],
        currency=row["currency"],
        saved_on=staged.taken_at.date(),
        proof=f"The download of {staged.taken_at:%d %b %Y, %H:%M} UTC shows the seat again.",
        entered_by=actor,
        entered_at=world.clock.now(),
    )


def _entry(world: World, saving: Saving) -> AuditEntry:
    said = saving.model_dump(mode="json", exclude={"saving_id", "entered_by", "entered_at"})
    return entry(world, saving.entered_by, "saving.returned", saving.saving_id, detail=said)
