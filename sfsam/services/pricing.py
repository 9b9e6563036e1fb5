"""List prices: sfsam ships some; what a person enters goes before them, and can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from sfsam.domain import money
from sfsam.domain.answers import PriceAnswer
from sfsam.domain.audit import AuditEntry
from sfsam.domain.commands import RevertPrice, SavePrice
from sfsam.domain.entitlements import ENTERED
from sfsam.domain.identifiers import new_id
from sfsam.domain.imports import ImportKind
from sfsam.domain.prices import EnteredPrice
from sfsam.domain.subscriptions import Kind
from sfsam.errors import NotFound, RefusedError
from sfsam.ports import UnitOfWork
from sfsam.services.cells import ReadCurrency, ReadKind, ReadPrice
from sfsam.services.license_names import LicenseNames
from sfsam.services.row_kinds import TAKEN, UNCHANGED, Column, ImportContext, RowKind, Verdict, refused
from sfsam.services.world import World, entry


class PricedIdentifiers:
    """What a price can be entered for: licenses of connected orgs, and whatever has a shipped price."""

    def __init__(self, world: World) -> None:
        self._names = LicenseNames.of(world)
        self._shipped = {(Kind(row["kind"]), row["identifier"]) for row in world.store.reads.rows("prices")}

    def find(self, written: str, kind: Kind | None) -> tuple[Kind, str]:
        """Raises ValueError when there is none, or more than one."""
        wanted = written.strip()
        exact = [(of, it) for of, it in self._shipped if it == wanted and kind in (None, of)]
        if len(exact) == 1:
            return exact[0]
        found = self._names.find(wanted, kind)
        return found.kind, found.identifier


def save(world: World, command: SavePrice) -> PriceAnswer:
    """Enter a price; every number that uses it follows at once. Raises RefusedError."""
    try:
        kind, identifier = PricedIdentifiers(world).find(command.license, command.kind)
        currency = money.currency_code(command.currency)
    except ValueError as trouble:
        raise RefusedError(f"{str(trouble)[:1].upper()}{str(trouble)[1:]}.", "Nothing was saved.") from None
    with world.store.begin() as work:
        before = _find(work, kind, identifier, command.org_edition.strip())
        price = EnteredPrice(
            price_id=before.price_id if before else new_id(),
            kind=kind,
            identifier=identifier,
            org_edition=command.org_edition.strip(),
            price_per_month=command.price_per_month,
            currency=currency,
            note=command.note.strip(),
            source=ENTERED,
            entered_by=command.actor,
            entered_at=world.clock.now(),
        )
        work.prices.save([price])
        work.audit.append([_entry(world, command.actor, price, before)])
        work.commit()
    return _answer(price)


def revert(world: World, command: RevertPrice) -> PriceAnswer:
    """Take an entered price back. Raises NotFound when nobody entered one."""
    with world.store.begin() as work:
        found = _find(work, command.kind, command.identifier, command.org_edition)
        if found is None:
            raise NotFound("Nobody entered a price for that license.", "The shipped one counts already.")
        work.prices.remove(found.price_id)
        gone = entry(world, command.actor, "price.reverted", found.price_id, detail={"before": _said(found)})
        work.audit.append([gone])
        work.commit()
    return _answer(found)


class PriceRow(BaseModel):
    """The cells of one row of an import."""

    license: str
    kind: ReadKind | None = None
    org_edition: str = ""
    price_per_month: ReadPrice
    currency: ReadCurrency | None = None
    note: str = ""

    def its_currency(self) -> str:
        """From its own column or from beside the price. Raises ValueError."""
        beside = self.price_per_month.currency
        if beside and self.currency and beside != self.currency:
            raise ValueError(f"The price says {beside}, the column Currency {self.currency}.")
        if not (beside or self.currency):
            raise ValueError("A price needs its currency.")
        return self.currency or beside or ""


def take(world: World, work: UnitOfWork, rows: Sequence[PriceRow], context: ImportContext) -> list[Verdict]:
    """Take imported rows; see row_kinds.RowKind."""
    identifiers = PricedIdentifiers(world)
    known = {price.key: price for price in work.prices.all()}
    changed: dict[tuple[Kind, str, str], EnteredPrice] = {}
    entries: list[AuditEntry] = []
    verdicts = []
    for row in rows:
        try:
            made = _made(identifiers, row, context)
        except ValueError as trouble:
            verdicts.append(refused(f"{str(trouble)[:1].upper()}{str(trouble)[1:].rstrip('.')}."))
            continue
        before = known.get(made.key)
        verdict = _compared(made, before, context)
        verdicts.append(verdict)
        context.seen.add(made.key)
        if verdict is TAKEN:
            price = made.model_copy(update={"price_id": before.price_id}) if before else made
            known[made.key] = changed[made.key] = price
            entries.append(_entry(world, context.by, price, before))
    work.prices.save(list(changed.values()))
    work.audit.append(entries)
    return verdicts


def _compared(made: EnteredPrice, before: EnteredPrice | None, context: ImportContext) -> Verdict:
    if before is None:
        return TAKEN
    if _said(before) == _said(made):
        return UNCHANGED
    if not context.replace:
        if before.source == ENTERED:
            theirs = f"{before.currency} {before.price_per_month}"
            return refused(f"A person entered another price, {theirs} a month.", replaceable=True)
        if before.source == context.import_id or before.key in context.seen:
            return refused("Another row of this file has another price for the same license.", replaceable=True)
    return TAKEN


ROWS = RowKind(
    kind=ImportKind.PRICES,
    title="List prices",
    columns=(
        Column(
            "license",
            "License",
            "Identifier, label or software model, as the pages show it.",
            "SFDC",
            is_required=True,
            aliases=("license name", "software model", "model", "identifier", "product"),
        ),
        Column(
            "kind",
            "Kind",
            "user, permission_set, package or feature; needed only where a name means two licenses.",
            "user",
            aliases=("license kind", "license type"),
        ),
        Column(
            "org_edition",
            "Org edition",
            "As Salesforce names it, such as Enterprise Edition. Empty: any edition.",
            "Enterprise Edition",
            aliases=("edition",),
        ),
        Column(
            "price_per_month",
            "Price per month",
            "What one seat costs a month, with two decimals; a currency may stand beside it.",
            "165.00",
            is_required=True,
            aliases=("price", "list price", "unit price", "monthly price"),
        ),
        Column("currency", "Currency", "Code of ISO 4217.", "EUR"),
        Column("note", "Note", "Where the price comes from.", "Quote of March", aliases=("source", "comment")),
    ),
    row_model=PriceRow,
    take=take,
)


def _made(identifiers: PricedIdentifiers, row: PriceRow, context: ImportContext) -> EnteredPrice:
    kind, identifier = identifiers.find(row.license, row.kind)
    return EnteredPrice(
        price_id=new_id(),
        kind=kind,
        identifier=identifier,
        org_edition=row.org_edition.strip(),
        price_per_month=row.price_per_month.amount,
        currency=row.its_currency(),
        note=row.note,
        source=context.import_id,
        entered_by=context.by,
        entered_at=context.at,
    )


def _find(work: UnitOfWork, kind: Kind, identifier: str, org_edition: str) -> EnteredPrice | None:
    key = (kind, identifier, org_edition)
    return next((price for price in work.prices.all() if price.key == key), None)


def _entry(world: World, by: str, price: EnteredPrice, before: EnteredPrice | None) -> AuditEntry:
    detail: dict[str, Any] = {"after": _said(price), "source": price.source}
    if before is not None:
        detail["before"] = _said(before)
    return entry(world, by, "price.entered", price.price_id, detail=detail)


def _said(price: EnteredPrice) -> dict[str, Any]:
    said = {"kind", "identifier", "org_edition", "price_per_month", "currency", "note"}
    return price.model_dump(mode="json", include=said)


def _answer(price: EnteredPrice) -> PriceAnswer:
    return PriceAnswer.model_validate(price.model_dump())
