"""Course and outlook of one license: its seats over time, and what a straight line expects when its contract ends."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from sfsam import charts
from sfsam.charts import titles
from sfsam.charts.formats import is_missing
from sfsam.domain.forecast import Forecast, NoForecast, forecast
from sfsam.ui import frames, license_messages, messages
from sfsam.ui.components import cards


def card(license_: dict[str, Any], ends_on: Any) -> None:
    """The card of a license in an org (org_id, kind, identifier, owned); `ends_on` is the day, or missing."""
    history = frames.fetch("license_history", **{name: license_[name] for name in ("org_id", "kind", "identifier")})
    found = _forecast(history, ends_on)
    with cards.card("outlook", "Course and outlook", read="license_history"):
        st.caption(license_messages.NO_END if found is None else license_messages.outlook(found, license_["owned"]))
        if len(history) < 2:
            st.caption(messages.NO_HISTORY)
            return
        day, expected = (found.ends_on, found.expected) if isinstance(found, Forecast) else (None, None)
        rows = charts.outlook_rows(history, day, expected)
        cards.draw("outlook", charts.outlook_lines, rows, alt=titles.trend_title(history))


def _forecast(history: pd.DataFrame, ends_on: Any) -> Forecast | NoForecast | None:
    """None when no end is known."""
    if is_missing(ends_on):
        return None
    counts = [
        (pd.Timestamp(day).date(), int(seats)) for day, seats in zip(history["day"], history["assigned"], strict=True)
    ]
    return forecast(counts, pd.Timestamp(ends_on).date())
