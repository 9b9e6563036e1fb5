"""Who looks at the page: the person and the roles, the time zone, light or dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from sfsam.charts.theme import Mode
from sfsam.domain import rights
from sfsam.domain.commands import Command
from sfsam.domain.roles import ADMINS, EVERYONE, INTEGRATORS, MANAGERS, Role
from sfsam.ui import formats, frames, identity
from sfsam.ui.identity import LOCAL_ADMIN, Person

__all__ = [
    "ADMINS",
    "EVERYONE",
    "INTEGRATORS",
    "LOCAL_ADMIN",
    "MANAGERS",
    "Person",
    "Role",
    "may",
    "may_open",
    "mode",
    "moment",
    "person",
    "why_not",
]


def person() -> Person:
    """Who looks at the page, as of now."""
    return identity.person()


def may(command: type[Command]) -> bool:
    """Whether this person may give commands of this class: whether its button is shown."""
    return rights.may(person().caller, command)


def why_not(command: type[Command]) -> str | None:
    """Why a button of this person is disabled, as its help; None when it is not."""
    return None if may(command) else f"For the role {rights.in_words(rights.COMMANDS[command])}."


def may_open(path: str) -> bool:
    """Whether the page in this file is for this person: whether a link to it is shown."""
    return bool(person().roles & rights.PAGES.get(Path(path).stem, ADMINS))


def mode() -> Mode:
    """Light or dark, as the browser shows the page now."""
    return "dark" if st.context.theme.type == "dark" else "light"


def moment(value: Any) -> str:
    """A naive UTC moment as the viewer's clock shows it: "today, 06:10"."""
    return formats.moment(value, now=frames.now(), zone=formats.viewer_zone(st.context.timezone))
