"""List prices: what sfsam ships (data/list_prices.csv), and what a person or an import put in its place."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from pydantic import Field

from sfsam.domain.profiles import Record
from sfsam.domain.subscriptions import Kind

ANY_EDITION = ""


class EnteredPrice(Record):
    """A price per seat and month that goes before the shipped one. `org_edition` empty: of any edition.

    `source` is domain.entitlements.ENTERED or the import that brought it.
    """

    price_id: str
    kind: Kind
    identifier: str
    org_edition: str = ANY_EDITION
    price_per_month: Decimal = Field(ge=0)
    currency: str
    note: str = ""
    source: str
    entered_by: str
    entered_at: datetime

    @property
    def key(self) -> tuple[Kind, str, str]:
        return self.kind, self.identifier, self.org_edition
