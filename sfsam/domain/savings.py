"""Savings that no org can tell, entered by people with their proof (product.md L4).

Three kinds of savings are never added up. *Potential* is computed from seats, *freed* from closed candidates; what is
entered here is *realized*, or takes a freed one back.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from pydantic import Field

from sfsam.domain.profiles import Record
from sfsam.domain.subscriptions import Kind


class Cause(StrEnum):
    """Why money was saved; a returned seat takes back what its candidate had freed."""

    RENEWAL_WITH_FEWER_SEATS = "renewal_with_fewer_seats"
    PURCHASE_AVOIDED = "purchase_avoided"
    SEAT_RETURNED = "seat_returned"

    @property
    def is_realized(self) -> bool:
        return self is not Cause.SEAT_RETURNED


class Saving(Record):
    """`amount` is positive and for a year; the cause says which way it counts. `proof` names the document."""

    saving_id: str
    cause: Cause
    org_id: str
    kind: Kind
    identifier: str
    candidate_number: str = ""
    seats: int = Field(ge=1)
    amount: Decimal = Field(ge=0)
    currency: str
    saved_on: date
    proof: str
    note: str = ""
    entered_by: str
    entered_at: datetime
