"""DataFrame in, plotly figure out. `theme` is the one place for looks, `titles` for the sentence above a figure."""

from sfsam.charts.activity import last_activity_bars
from sfsam.charts.consumption import consumption_bars, consumption_course, consumption_rows
from sfsam.charts.licenses import license_rows, paid
from sfsam.charts.outlook import outlook_lines, outlook_rows
from sfsam.charts.rows import center_bars, department_bars, license_bars, org_bars, part_bars
from sfsam.charts.trends import sparkline, trend_lines
from sfsam.charts.what_if import what_if_line

__all__ = [
    "center_bars",
    "consumption_bars",
    "consumption_course",
    "consumption_rows",
    "department_bars",
    "last_activity_bars",
    "license_bars",
    "license_rows",
    "org_bars",
    "outlook_lines",
    "outlook_rows",
    "paid",
    "part_bars",
    "sparkline",
    "trend_lines",
    "what_if_line",
]
