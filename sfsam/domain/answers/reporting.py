"""The renewal report as data; sfsam/charts/report.py makes the page of it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from sfsam.domain.answers.base import Amount, Answer, Moment
from sfsam.domain.subscriptions import Kind


class ReportedOrg(Answer):
    org: str
    edition: str | None
    taken_at: Moment | None


class ReportedMoney(Answer):
    """Sums of one currency, per year. The last three are never added up."""

    currency: str
    annual_spend: Amount
    potential_savings: Amount
    over_licensed: Amount | None
    true_up: Amount | None


class ReportedLicense(Answer):
    """One license in one org; amounts per year, in `currency`."""

    org: str
    kind: Kind
    model: str
    owned: int | None
    assigned: int
    active: int
    stale: int
    other: int
    available: int | None
    unit_cost: Amount | None
    price_source: Literal["contract", "list", "none"]
    currency: str | None
    potential_savings: Amount | None


class ReportedRenewal(Answer):
    """What ends: how many seats it gives, how many are needed, and what the difference costs per year."""

    ends_on: date
    days_left: int
    org: str
    model: str
    contract: str | None
    quantity: int | None
    seats_to_renew: int
    annual_cost: Amount | None
    at_stake: Amount | None
    currency: str | None
    is_renewed: bool


class Definition(Answer):
    title: str
    description: str


class RenewalReport(Answer):
    made_at: Moment
    within_days: int
    stale_after_days: int
    grace_days: int
    orgs: list[ReportedOrg]
    orgs_left_out: int = 0
    oldest_left_out: Moment | None = None
    money: list[ReportedMoney]
    owned: int | None
    assigned: int
    active: int
    stale: int
    percent_stale: float | None
    licenses: list[ReportedLicense]
    licenses_left_out: int
    renewals: list[ReportedRenewal]
    renewals_left_out: int = 0
    definitions: list[Definition]
