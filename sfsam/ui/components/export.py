"""Export: a whole list as CSV, XLSX or Parquet, made when it is asked for, by the command everyone uses."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Literal

import streamlit as st

from sfsam.domain.commands import Export
from sfsam.ui import frames

What = Literal["unused", "subscriptions", "candidates", "position", "audit"]
FileFormat = Literal["csv", "xlsx", "parquet"]
FORMATS: dict[FileFormat, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
LABELS: dict[What, str] = {
    "unused": "Unused licenses",
    "subscriptions": "All subscriptions",
    "candidates": "All removal candidates",
    "position": "The license position",
    "audit": "The audit trail",
}


def menu(lists: Sequence[What]) -> None:
    """A button that opens the lists of this page, each in three formats. Filters do not act on an export."""
    with st.popover("Export", icon=":material/download:", type="tertiary", key="export"):
        for what in lists:
            st.markdown(f"**{LABELS[what]}**")
            with st.container(horizontal=True, gap="xsmall"):
                for file_format, mime in FORMATS.items():
                    st.download_button(
                        file_format.upper() if file_format != "parquet" else "Parquet",
                        data=_maker(what, file_format),
                        file_name=f"sfsam-{what}.{file_format}",
                        mime=mime,
                        key=f"export_{what}_{file_format}",
                        on_click="ignore",
                    )
        st.caption("Whole lists, whatever the filters say. Moments are in UTC.")


def _maker(what: What, file_format: FileFormat) -> Callable[[], bytes]:
    return partial(_file, what, file_format)


def _file(what: What, file_format: FileFormat) -> bytes:
    with tempfile.TemporaryDirectory(prefix="sfsam-export-") as folder:
        path = Path(folder) / f"{what}.{file_format}"
        frames.send(Export(what=what, format=file_format, output=str(path)))
        return path.read_bytes()
