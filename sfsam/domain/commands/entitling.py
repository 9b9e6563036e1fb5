"""Entitlements, list prices and savings: what people enter about money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from pydantic import Field

from sfsam.domain.commands.base import Command
from sfsam.domain.entitlements import Period
from sfsam.domain.money import MOST_AMOUNT, MOST_PRICE
from sfsam.domain.savings import Cause
from sfsam.domain.subscriptions import Kind


class ListEntitlements(Command):
    """Entitlements with their state and price. Answer: list of EntitlementAnswer."""

    profile: str | None = None


class SaveEntitlement(Command):
    """Enter an entitlement, or change the one of that id. Answer: EntitlementAnswer.

    `org` is a profile's name, an org's name or its id; `license` an identifier, a label or a model as people write it,
    and `kind` tells two of the same name apart. Without a quantity it is as many as the org owns.
    """

    entitlement_id: str = ""
    org: str = ""
    kind: Kind | None = None
    license: str = Field(min_length=1)
    quantity: int | None = None
    unit_price: Decimal | None = None
    price_period: Period = Period.MONTH
    currency: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    cost_center: str = Field(default="", max_length=200)
    contract: str = Field(default="", max_length=200)
    note: str = Field(default="", max_length=2000)


class RemoveEntitlement(Command):
    """Forget an entitlement; its past stays in the audit trail. Answer: EntitlementAnswer, as it was."""

    entitlement_id: str


class SavePrice(Command):
    """Enter a price that goes before the list price. Answer: PriceAnswer."""

    kind: Kind | None = None
    license: str = Field(min_length=1)
    org_edition: str = ""
    price_per_month: Decimal = Field(ge=0, decimal_places=2, lt=MOST_PRICE)
    currency: str
    note: str = Field(default="", max_length=2000)


class RevertPrice(Command):
    """Take an entered price back, so that the shipped one counts again. Answer: PriceAnswer, as it was."""

    kind: Kind
    identifier: str
    org_edition: str = ""


class EnterSaving(Command):
    """Enter a realized saving with its proof, or that a freed seat was returned. Answer: SavingAnswer.

    For a returned seat give the candidate; its org, license, amount and currency are the candidate's own.
    """

    cause: Cause
    candidate_number: str = ""
    org: str = ""
    kind: Kind | None = None
    license: str = ""
    seats: int = Field(default=1, ge=1, le=100_000_000)
    amount: Decimal | None = Field(default=None, ge=0, decimal_places=2, lt=MOST_AMOUNT)
    currency: str = ""
    saved_on: date
    proof: str = Field(min_length=1, max_length=500)
    note: str = Field(default="", max_length=2000)


class RemoveSaving(Command):
    """Take an entered saving back; it stays in the audit trail. Answer: SavingAnswer, as it was."""

    saving_id: str
