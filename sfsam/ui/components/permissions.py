"""What the connected user may do: each permission, what it needs it for, and whether it is there now."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sfsam.charts.formats import counted
from sfsam.domain.profiles import Check
from sfsam.ui import formats
from sfsam.ui.components import tables

NOW = {
    True: ":green[:material/check_circle:] Granted",
    False: ":red[:material/cancel:] Missing",
    None: ":gray[:material/schedule:] Not known until first use",
}


def table(checks: Sequence[Check]) -> None:
    """How many permissions are there, all of them folded, and a sentence with the remedy for each that is not."""
    granted = sum(check.ok is True for check in checks)
    unknown = sum(check.ok is None for check in checks)
    later = f", {unknown} not known until first use" if unknown else ""
    with st.expander(f"{granted} of {counted(len(checks), 'permission', 'permissions')} granted{later}"):
        tables.small([_line(check) for check in checks], alt="Permissions of the connected user")
    missing(checks)


def missing(checks: Sequence[Check]) -> None:
    """What is missing, each with its remedy. Without what is not required a process works, but knows less."""
    for is_required, mark in ((True, ":red[:material/cancel:]"), (False, ":orange[:material/warning:]")):
        for remedy, names in _missing([check for check in checks if check.required is is_required]).items():
            verb = "is" if len(names) == 1 else "are"
            st.markdown(f"{mark} **{formats.plain(', '.join(names))} {verb} missing.** {formats.plain(remedy)}")


def _missing(checks: Sequence[Check]) -> dict[str, list[str]]:
    """For each remedy what it brings: several processes miss the same, and one permission opens several objects."""
    by_remedy: dict[str, dict[str, None]] = {}
    for check in checks:
        if check.ok is False:
            by_remedy.setdefault(check.remedy, {})[check.permission] = None
    return {remedy: list(names) for remedy, names in by_remedy.items()}


def _line(check: Check) -> dict[str, str]:
    return {
        "Permission": formats.plain(check.permission),
        "Needed for": formats.words(check.process.value),
        "Now": NOW[check.ok],
    }
