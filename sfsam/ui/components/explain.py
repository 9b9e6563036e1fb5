"""How is this computed: a number's formula in words, its inputs as they are now, its SQL, and the rows behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from sfsam.ui import formats, frames, state
from sfsam.ui.components import export, filters
from sfsam.ui.state import Scope

SHORT_LINES = 12


@dataclass(frozen=True)
class Behind:
    """What stands behind a number on this page: the scope it was asked for, and the way to its rows.

    `worked` are sentences with today's values in the formula; `rows` is (page path, label, query of its address).
    """

    scope: Scope
    worked: tuple[str, ...] = ()
    rows: tuple[str, str, dict[str, Any]] | None = None


def button(read: str, *, label: str = "", key: str = "lead", behind: Behind | None = None) -> None:
    """A button that opens the read's title, its formula, its inputs, its SQL, and its rows to take away."""
    header = frames.header(read)
    icon = ":material/function:"
    with st.popover(
        label or icon, icon=icon if label else None, type="tertiary", key=f"explain_{key}_{read}", help=header.title
    ):
        st.markdown(f"**{formats.plain(header.title)}**")
        st.text(header.description)
        if behind and behind.worked:
            st.markdown("\n".join(f"- {sentence}" for sentence in behind.worked))
        _inputs(read, behind.scope if behind else Scope())
        if behind:
            _rows(read, key, behind)
        sql = header.sql.strip()
        st.code(sql, language="sql", wrap_lines=True, height=320 if sql.count("\n") > SHORT_LINES else "content")


def _inputs(read: str, scope: Scope) -> None:
    """The thresholds and the filters that the read was asked with."""
    asked = frames.asked(read, **scope.parameters())
    said = [f"{formats.words(name)}: {_shown(asked[name])}" for name in frames.JUDGED_BY if name in asked]
    said += [f"{name}: {words}" for name, words in filters.words(scope).items()]
    if said:
        st.caption(formats.plain(" · ".join(said)))


def _rows(read: str, key: str, behind: Behind) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if behind.rows:
            path, label, query = behind.rows
            # A link would leave the filters of this page in force where both pages have them.
            if st.button(label, icon=":material/arrow_forward:", type="tertiary", key=f"open_{key}_{read}"):
                state.go(path, query)
        export.buttons(read, frames.asked(read, **behind.scope.parameters()), key=key)


def _shown(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
