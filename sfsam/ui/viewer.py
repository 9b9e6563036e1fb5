"""Who looks at the page: the person and the roles, the time zone, light or dark."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import streamlit as st

from sfsam.charts.theme import Mode
from sfsam.ui import formats, frames


class Role(StrEnum):
    """What a person may do here (product sheet O3)."""

    ADMIN = "admin"
    INTEGRATOR = "integrator"
    MANAGER = "manager"
    ANALYST = "analyst"


EVERYONE = frozenset(Role)
MANAGERS = frozenset({Role.ADMIN, Role.MANAGER})
INTEGRATORS = frozenset({Role.ADMIN, Role.INTEGRATOR})


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
