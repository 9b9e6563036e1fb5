"""Who looks at the page: the person and the roles, the time zone, light or dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from sfsam.charts.theme import Mode
from sfsam.domain.roles import EVERYONE, INTEGRATORS, MANAGERS, Role
from sfsam.ui import formats, frames

__all__ = ["EVERYONE", "INTEGRATORS", "LOCAL_ADMIN", "MANAGERS", "Person", "Role", "mode", "moment", "person"]


@dataclass(frozen=True)
class Person:
    """Who is signed in. The name goes into jobs and the audit trail."""

    name: str
    roles: frozenset[Role]


LOCAL_ADMIN = Person(name="local", roles=frozenset({Role.ADMIN}))


def person() -> Person:
    """Without a sign-in service the app answers this machine only, and whoever uses it is its administrator."""
    return LOCAL_ADMIN


def mode() -> Mode:
    """Light or dark, as the browser shows the page now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def moment(value: Any) -> str:
    """A naive UTC moment as the viewer's clock shows it: "today, 06:10"."""
    return formats.moment(value, now=frames.now(), zone=formats.viewer_zone(st.context.timezone))
