"""Export: a list as the page narrows it, as CSV, XLSX or Parquet, made when asked for by the command everyone uses."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import streamlit as st

from sfsam.domain.commands import Export, Narrowing
from sfsam.ui import frames, messages
from sfsam.ui.state import Scope

What = Literal["unused", "subscriptions", "candidates", "position", "audit"]
FileFormat = Literal["csv", "xlsx", "parquet"]
FORMATS: dict[FileFormat, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
LABELS: dict[What, str] = {
    "unused": "Unused licenses",
    "subscriptions": "Subscriptions",
    "candidates": "Removal candidates",
    "position": "License position",
    "audit": "Audit trail",
}


EVERYTHING = Scope()


def menu(lists: Sequence[What], scope: Scope = EVERYTHING) -> None:
    """A button that opens the lists of this page, each in three formats. The filters and the search act on them."""
    with st.popover("Export", icon=":material/download:", type="tertiary", key="export"):
        for what in lists:
            st.markdown(f"**{LABELS[what]}**")
            with st.container(horizontal=True, gap="xsmall"):
                for file_format, mime in FORMATS.items():
                    st.download_button(
                        file_format.upper() if file_format != "parquet" else "Parquet",
                        data=partial(_file, what, file_format, Narrowing(**scope.parameters())),
                        file_name=f"sfsam-{what}.{file_format}",
                        mime=mime,
                        key=f"export_{what}_{file_format}",
                        on_click="ignore",
                    )
        st.caption(messages.EXPORT_NARROWED if scope.parameters() else messages.EXPORT_WHOLE)


def _file(what: What, file_format: FileFormat, narrowing: Narrowing) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sfsam-export-") as folder:
        path = Path(folder) / f"{what}.{file_format}"
        frames.send(Export(what=what, format=file_format, output=str(path), narrowing=narrowing))
        return path.read_bytes()
