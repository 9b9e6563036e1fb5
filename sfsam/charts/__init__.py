"""DataFrame in, plotly figure out. `theme` is the one place for looks, `titles` for the sentence above a figure."""

from sfsam.charts.activity import last_activity_bars
from sfsam.charts.licenses import license_rows, paid
from sfsam.charts.rows import department_bars, license_bars, org_bars
from sfsam.charts.trends import sparkline, trend_lines

__all__ = [
    "department_bars",
    "last_activity_bars",
    "license_bars",
    "license_rows",
    "org_bars",
    "paid",
    "sparkline",
    "trend_lines",
]
