"""Importing entitlements, found again by license, contract and first day.

What a person entered wins: a row that says otherwise is not taken until somebody chooses to replace it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, ValidationError

from sfsam.domain.audit import AuditEntry
from sfsam.domain.entitlements import ENTERED, Entitlement, License, Period, Terms, key_of, other_currency
from sfsam.domain.imports import ImportKind
from sfsam.ports import UnitOfWork
from sfsam.services.cells import ReadCount, ReadCurrency, ReadDay, ReadKind, ReadPeriod, ReadPrice
from sfsam.services.entitling import (
    OTHER_CURRENCY,
    entitlement_of,
    entry_of,
    numbered,
    reason_of,
    sentence,
)
from sfsam.services.license_names import LicenseNames
from sfsam.services.row_kinds import TAKEN, UNCHANGED, Column, ImportContext, RowKind, Verdict, refused
from sfsam.services.world import World


class EntitlementRow(BaseModel):
    """The cells of one row of an import."""

    org: str = ""
    license: str
    kind: ReadKind | None = None
    quantity: ReadCount | None = None
    unit_price: ReadPrice | None = None
    price_period: ReadPeriod | None = None
    currency: ReadCurrency | None = None
    starts_on: ReadDay | None = None
    ends_on: ReadDay | None = None
    cost_center: str = ""
    contract: str = ""
    note: str = ""

    def terms(self) -> Terms:
        """What the row says. Raises ValueError when its cells do not go together."""
        beside = self.unit_price.currency if self.unit_price else None
        if beside and self.currency and beside != self.currency:
            raise ValueError(f"The price says {beside}, the column Currency {self.currency}")
        if self.unit_price is not None and self.price_period is None:
            raise ValueError("A unit price needs its period, month or year")
        return Terms(
            unit_price=self.unit_price.amount if self.unit_price else None,
            price_period=self.price_period or Period.MONTH,
            currency=self.currency or beside or "",
            **self.model_dump(include={"quantity", "starts_on", "ends_on", "cost_center", "contract", "note"}),
        )


def take(world: World, work: UnitOfWork, rows: Sequence[EntitlementRow], context: ImportContext) -> list[Verdict]:
    """Take imported rows; see row_kinds.RowKind."""
    return _Taking(world, work, context).take(rows)


class _Taking:
    """One batch of an import, with everything it is compared with."""

    def __init__(self, world: World, work: UnitOfWork, context: ImportContext) -> None:
        self._world, self._work, self._context = world, work, context
        self._names = LicenseNames.of(world)
        self._orgs: set[str] = set()  # whose entitlements are among the known ones
        self._known: dict[License, dict[Any, Entitlement]] = {}  # of each license by their keys
        self._changed: dict[str, Entitlement] = {}
        self._entries: list[AuditEntry] = []
        self._number = work.entitlements.last_number()

    def take(self, rows: Sequence[EntitlementRow]) -> list[Verdict]:
        verdicts = [self._one(row) for row in rows]
        self._work.entitlements.save(list(self._changed.values()))
        self._work.audit.append(self._entries)
        return verdicts

    def _one(self, row: EntitlementRow) -> Verdict:
        try:
            org_id = self._names.org_id(row.org)
            license_ = self._names.find(row.license, row.kind, org_id).license
            terms = row.terms()
        except ValidationError as trouble:
            return refused(" ".join(reason_of(error) for error in trouble.errors()))
        except ValueError as trouble:
            return refused(sentence(str(trouble)))
        key = key_of(license_, terms)
        known = self._of(license_)
        before = known.get(key)
        verdict = self._compare(license_, terms, before, [each for each in known.values() if each is not before])
        self._context.seen.add(key)
        return verdict

    def _compare(
        self, license_: License, terms: Terms, before: Entitlement | None, others: Iterable[Entitlement]
    ) -> Verdict:
        if before is not None and before.terms == terms:
            return UNCHANGED
        if before is not None and not self._context.replace:
            if before.source == ENTERED:
                return refused(
                    f"A person entered {before.number} and says {_difference(before.terms, terms)}.", replaceable=True
                )
            if before.source == self._context.import_id or before.key in self._context.seen:
                return refused(f"Another row of this file says otherwise ({before.number}).", replaceable=True)
        if clash := other_currency(terms, others):
            return refused(f"{OTHER_CURRENCY.format(number=clash.number, currency=clash.currency)}.")
        self._keep(license_, terms, before)
        return TAKEN

    def _keep(self, license_: License, terms: Terms, before: Entitlement | None) -> None:
        if before is None:
            self._number += 1
        saved = entitlement_of(
            license_,
            terms,
            before,
            number=before.number if before else numbered(self._number),
            source=self._context.import_id,
            by=self._context.by,
            at=self._context.at,
        )
        self._of(license_)[saved.key] = saved
        self._changed[saved.entitlement_id] = saved
        self._entries.append(entry_of(self._world, self._context.by, saved, before))

    def _of(self, license_: License) -> dict[Any, Entitlement]:
        if license_.org_id not in self._orgs:
            self._orgs.add(license_.org_id)
            for each in self._work.entitlements.of_orgs([license_.org_id]):
                self._known.setdefault(each.license, {})[each.key] = each
        return self._known.setdefault(license_, {})


ROWS = RowKind(
    kind=ImportKind.ENTITLEMENTS,
    title="Entitlements",
    columns=(
        Column(
            "org",
            "Org",
            "Name of the profile, or of the org, or the org's id. With one org it may stay empty.",
            "",
            aliases=("organization", "profile", "instance"),
        ),
        Column(
            "license",
            "License",
            "Identifier, label or software model, as the pages show it.",
            "SFDC",
            is_required=True,
            aliases=("license name", "software model", "model", "identifier", "product", "publisher part number"),
        ),
        Column(
            "kind",
            "Kind",
            "user, permission_set, package or feature; needed only where a name means two licenses.",
            "user",
            aliases=("license kind", "license type"),
        ),
        Column(
            "quantity",
            "Quantity",
            "Seats that the contract gives. Empty: as many as the org owns.",
            "250",
            aliases=("seats", "purchased rights", "rights", "licenses"),
        ),
        Column(
            "unit_price",
            "Unit price",
            "What one seat costs per period, with two decimals; a currency may stand beside it, as in EUR;200.",
            "142.50",
            aliases=("unit cost", "price", "cost"),
        ),
        Column(
            "price_period",
            "Period",
            "month or year: what the unit price is for.",
            "month",
            aliases=("price period", "per", "subscription period"),
        ),
        Column("currency", "Currency", "Code of ISO 4217. One currency for a license at a time.", "EUR"),
        Column(
            "starts_on",
            "Starts on",
            "First day, as 2026-01-01. Empty: since ever.",
            "2026-01-01",
            aliases=("start date", "start", "starts", "from"),
        ),
        Column(
            "ends_on",
            "Ends on",
            "Last day, as 2026-12-31. Empty: open.",
            "2026-12-31",
            aliases=("end date", "end", "ends", "until", "expires"),
        ),
        Column("cost_center", "Cost center", "Who pays.", "4711", aliases=("cost centre",)),
        Column(
            "contract",
            "Contract",
            "Number of the contract. License, contract and first day tell entitlements apart.",
            "C-2026-17",
            aliases=("contract number", "order", "agreement"),
        ),
        Column("note", "Note", "Anything else.", "", aliases=("comment", "notes")),
    ),
    row_model=EntitlementRow,
    take=take,
)


def _difference(ours: Terms, theirs: Terms) -> str:
    """The first thing in which they differ: "quantity 240, this row 250"."""
    for name, value in ours:
        other = getattr(theirs, name)
        if value != other:
            return f"{name.replace('_', ' ')} {_shown(value)}, this row {_shown(other)}"
    return "the same"


def _shown(value: object) -> str:
    return "nothing" if value in (None, "") else f"{value:f}" if isinstance(value, Decimal) else str(value)
