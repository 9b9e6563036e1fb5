"""The license position, folded to one row per license for the row bars."""

from __future__ import annotations

import pandas as pd

COUNTS = ["owned", "assigned", "active", "stale", "available", "needed"]
OTHER_PARTS = ["in_grace", "machine", "inactive_holder", "unknown"]


def paid(position: pd.DataFrame) -> pd.DataFrame:
    """The licenses that cost something; all of them while none does. Many free seats would dwarf the paid ones."""
    priced = position[pd.to_numeric(position["unit_cost"]).fillna(0) > 0]
    return priced if len(priced) else position


def license_rows(position: pd.DataFrame, limit: int) -> pd.DataFrame:
    """The `limit` licenses with the most to say, over all orgs: money in stale seats first, then stale seats.

    `position` as of the read of that name. Columns: model, currency, owned, assigned, active, stale, available,
    needed, other, potential_savings. A license with an unknown count of owned seats keeps it unknown.
    """
    held = position[(position["assigned"] > 0) | (position["owned"].fillna(0) > 0)].copy()
    held[COUNTS] = held[COUNTS].apply(pd.to_numeric)  # a column of unknown counts alone arrives without a type
    held["other"] = held[OTHER_PARTS].sum(axis=1)
    held["potential_savings"] = pd.to_numeric(held["potential_savings"])
    held["currency"] = held["currency"].astype(object).where(held["currency"].notna(), None)
    sums = held.groupby(["model", "currency"], dropna=False, sort=False)[[*COUNTS, "other", "potential_savings"]].sum(
        min_count=1
    )
    folded = sums.reset_index()
    order = ["potential_savings", "stale", "assigned"]
    return folded.sort_values(order, ascending=False, na_position="last").head(limit).reset_index(drop=True)
