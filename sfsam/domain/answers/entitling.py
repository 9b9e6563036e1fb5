"""Entitlements, list prices and savings that people entered."""

from __future__ import annotations

from datetime import date

from sfsam.domain.answers.base import Amount, Answer, Moment
from sfsam.domain.entitlements import EntitlementState, Period
from sfsam.domain.savings import Cause
from sfsam.domain.subscriptions import Kind


class EntitlementAnswer(Answer):
    """`unit_price` is per seat and `price_period`; `state` is as of today. `source`: entered, or an import's id."""

    entitlement_id: str
    number: str
    org: str
    org_id: str
    kind: Kind
    identifier: str
    model: str
    state: EntitlementState
    quantity: int | None
    unit_price: Amount | None
    price_period: Period
    currency: str
    starts_on: date | None
    ends_on: date | None
    cost_center: str
    contract: str
    note: str
    source: str
    entered_by: str
    updated_at: Moment


class PriceAnswer(Answer):
    """A price per seat and month that goes before the shipped one."""

    kind: Kind
    identifier: str
    org_edition: str
    price_per_month: Amount
    currency: str
    note: str
    source: str
    entered_by: str
    entered_at: Moment


class SavingAnswer(Answer):
    """A saving as it was entered; `amount` is for a year, and a returned seat takes it from what was freed."""

    saving_id: str
    cause: Cause
    org_id: str
    kind: Kind
    identifier: str
    candidate_number: str
    seats: int
    amount: Amount
    currency: str
    saved_on: date
    proof: str
    note: str
    entered_by: str
    entered_at: Moment
