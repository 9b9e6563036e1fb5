"""Entitlements: what a contract gives of one license in one org, and what a seat of it costs.

Nobody publishes an entitlement: it is upcoming, active or ended by its days (servicenow.md 3.5, without Build). Both
days belong to it; a day that is not given leaves that side open.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field, model_validator

from sfsam.domain.money import MOST_AMOUNT, MOST_PRICE
from sfsam.domain.profiles import Record
from sfsam.domain.subscriptions import Kind

ENTERED = "entered"  # the source of what a person typed; anything else names the import that brought it
MOST_SEATS = 100_000_000
_MONTHS = {"month": 12, "year": 1}


class Period(StrEnum):
    """What the unit price is paid for."""

    MONTH = "month"
    YEAR = "year"


class EntitlementState(StrEnum):
    UPCOMING = "upcoming"
    ACTIVE = "active"
    ENDED = "ended"


class Terms(Record):
    """What a contract says. `quantity` None: as many as the org owns; `unit_price` None: not known."""

    quantity: int | None = Field(default=None, ge=0, le=MOST_SEATS)
    unit_price: Decimal | None = Field(default=None, ge=0, lt=MOST_PRICE)
    price_period: Period = Period.MONTH
    currency: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    cost_center: str = ""
    contract: str = ""
    note: str = ""

    @model_validator(mode="after")
    def _hold_together(self) -> Terms:
        if self.starts_on and self.ends_on and self.starts_on > self.ends_on:
            raise ValueError(f"It ends on {self.ends_on}, before it starts on {self.starts_on}")
        if self.unit_price is not None and not self.currency:
            raise ValueError("A unit price needs its currency")
        if (
            self.quantity
            and self.unit_price
            and self.quantity * self.unit_price * _MONTHS[self.price_period] > MOST_AMOUNT
        ):
            raise ValueError("Seats times price is more than a contract can be")
        return self


class License(Record):
    """One license of one org, by which everything about it is found."""

    org_id: str
    kind: Kind
    identifier: str


class Entitlement(Terms):
    """An entitlement as it is kept. `source` is ENTERED or the import that brought it."""

    entitlement_id: str
    number: str
    org_id: str
    kind: Kind
    identifier: str
    source: str = ENTERED
    entered_by: str
    entered_at: datetime
    updated_at: datetime

    @property
    def license(self) -> License:
        return License(org_id=self.org_id, kind=self.kind, identifier=self.identifier)

    @property
    def terms(self) -> Terms:
        return Terms.model_validate(self.model_dump(include=set(Terms.model_fields)))

    @property
    def key(self) -> tuple[License, str, date | None]:
        """What tells it apart when it is imported again: license, contract and first day."""
        return key_of(self.license, self)


def key_of(license_: License, terms: Terms) -> tuple[License, str, date | None]:
    return license_, terms.contract.casefold(), terms.starts_on


def state_on(terms: Terms, day: date) -> EntitlementState:
    """Where the entitlement stands on this day."""
    if terms.starts_on and terms.starts_on > day:
        return EntitlementState.UPCOMING
    return EntitlementState.ENDED if terms.ends_on and terms.ends_on < day else EntitlementState.ACTIVE


def overlaps(one: Terms, other: Terms) -> bool:
    """Whether there is a day on which both are active."""
    begin_in_time = one.starts_on is None or other.ends_on is None or one.starts_on <= other.ends_on
    return begin_in_time and (other.starts_on is None or one.ends_on is None or other.starts_on <= one.ends_on)


def other_currency(terms: Terms, others: Iterable[Entitlement]) -> Entitlement | None:
    """One of the others, of the same license and priced in another currency for some of the same days.

    A seat has one price, and amounts of two currencies are never added up, so such two cannot stand together.
    """
    if terms.unit_price is None:
        return None
    return next(
        (
            other
            for other in others
            if other.unit_price is not None and other.currency != terms.currency and overlaps(terms, other)
        ),
        None,
    )
