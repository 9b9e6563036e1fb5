"""What a reconciliation came to."""

from __future__ import annotations

from datetime import date

from sfsam.domain.answers.base import Amount, Answer


class ReconciledTotal(Answer):
    """Sums over all licenses that totals count, in one currency. The three amounts are never added up."""

    currency: str
    annual_spend: Amount
    potential_savings: Amount
    over_licensed: Amount
    true_up: Amount


class ReconcileAnswer(Answer):
    day: date
    orgs: int
    licenses: int
    totals: list[ReconciledTotal]
