"""The one place for a figure's looks: what each colour means, and the template of each mode.

Petrol is "in use" and "do this"; amber is "stale", paid for nothing, everywhere. The same colours stand in
.streamlit/config.toml for what Streamlit draws itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Mode = Literal["light", "dark"]

FONT = "'IBM Plex Sans', system-ui, 'Segoe UI', sans-serif"


@dataclass(frozen=True)
class Roles:
    """Colours by what they mean, never by how they look."""

    ink: str
    muted: str
    active: str
    stale: str
    stale_text: str
    other: str  # in grace, machine, not known: held, and neither used by a person nor stale
    free: str
    owned: str
    over: str  # beyond what is owned; only ever as words
    grid: str
    ground: str
    hairline: str


ROLES: dict[Mode, Roles] = {
    "light": Roles(
        ink="#18232A",
        muted="#55646B",
        active="#0B6A73",
        stale="#CF7F1A",
        stale_text="#8A4B00",
        other="#8BC3C6",
        free="#DCE4E6",
        owned="#55646B",
        over="#9C241D",
        grid="#EDF1F2",
        ground="#FFFFFF",
        hairline="#DBE2E4",
    ),
    "dark": Roles(
        ink="#E4EAEB",
        muted="#A9B7BC",
        active="#45AEB6",
        stale="#E9A04A",
        stale_text="#F0B66F",
        other="#23727B",
        free="#36444A",
        owned="#A9B7BC",
        over="#F5A49D",
        grid="#263238",
        ground="#182125",
        hairline="#2F3C42",
    ),
}


def config(name: str) -> dict[str, Any]:
    """How a figure behaves: nothing to zoom or drag, and one button, to keep it as a drawing (SVG)."""
    return {
        "displayModeBar": "hover",
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": "svg", "filename": f"sfsam-{name}"},
        "responsive": True,
    }


@cache
def template(mode: Mode) -> dict[str, Any]:
    """The house's form of a figure: no axes, no legend, no margins. To be read only: every figure shares it."""
    roles = ROLES[mode]
    axis = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "fixedrange": True,
        "automargin": False,
        "tickfont": {"color": roles.muted, "size": 12.5},
        "tickangle": 0,
        "title": {"text": ""},
    }
    return {
        "layout": {
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "font": {"family": FONT, "size": 12.5, "color": roles.ink},
            "showlegend": False,
            "bargap": 0.42,
            "barmode": "stack",
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
            "xaxis": axis,
            "yaxis": axis,
            "dragmode": False,
            "hoverlabel": {
                "bgcolor": roles.ground,
                "bordercolor": roles.hairline,
                "font": {"family": FONT, "size": 12.5, "color": roles.ink},
                "align": "left",
            },
        }
    }
