"""How is this computed: the header of a read and its SQL, behind every number."""

from __future__ import annotations

import streamlit as st

from sfsam.ui import formats, frames

SHORT_LINES = 12


def button(read: str, *, label: str = "", key: str = "lead") -> None:
    """A button that opens the read's title, description, parameters and SQL."""
    header = frames.header(read)
    icon = ":material/function:"
    with st.popover(label or icon, icon=icon if label else None, type="tertiary", key=f"explain_{key}_{read}"):
        st.markdown(f"**{formats.plain(header.title)}**")
        st.text(header.description)
        if header.parameters:
            used = {name: frames.JUDGED_BY[name] for name in header.parameters if name in frames.JUDGED_BY}
            if used:
                st.caption(" · ".join(f"{formats.words(name)}: {_shown(value)}" for name, value in used.items()))
        sql = header.sql.strip()
        st.code(sql, language="sql", wrap_lines=True, height=320 if sql.count("\n") > SHORT_LINES else "content")


def _shown(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
