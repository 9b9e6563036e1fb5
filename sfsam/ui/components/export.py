"""Export: a list as the page narrows it, as CSV, XLSX or Parquet, made when asked for by the command everyone uses."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from sfsam.domain.commands import Export, ExportRead, FileFormat, ListName, Narrowing
from sfsam.ui import frames, messages
from sfsam.ui.state import Scope

FORMATS: dict[FileFormat, str] = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
LABELS: dict[ListName, str] = {
    "unused": "Unused licenses",
    "subscriptions": "Subscriptions",
    "candidates": "Removal candidates",
    "position": "License position",
    "models": "Software models",
    "exclusions": "Exclusions",
    "audit": "Audit trail",
    "people": "People",
    "entitlements": "Entitlements",
    "renewals": "Renewals",
    "savings": "Savings",
    "consumption": "Consumption",
    "reconciliations": "Reconciliations",
}


EVERYTHING = Scope()


def menu(lists: Sequence[ListName], scope: Scope = EVERYTHING, *, within_days: int | None = None) -> None:
    """A button that opens the lists of this page, each in three formats. The filters and the search act on them, and
    on renewals how many days ahead the page looks."""
    narrowing = Narrowing(**scope.parameters(), within_days=within_days)
    with st.popover("Export", icon=":material/download:", type="tertiary", key="export"):
        for what in lists:
            st.markdown(f"**{LABELS[what]}**")
            with st.container(horizontal=True, gap="xsmall"):
                for file_format, mime in FORMATS.items():
                    st.download_button(
                        file_format.upper() if file_format != "parquet" else "Parquet",
                        data=partial(_file, what, file_format, narrowing),
                        file_name=f"sfsam-{what}.{file_format}",
                        mime=mime,
                        key=f"export_{what}_{file_format}",
                        on_click="ignore",
                    )
        st.caption(messages.EXPORT_NARROWED if scope.is_narrowed else messages.EXPORT_WHOLE)


def buttons(read: str, parameters: Mapping[str, Any], *, key: str) -> None:
    """The rows of a read, as it was asked: what a figure is drawn from."""
    for file_format in ("csv", "xlsx"):
        st.download_button(
            file_format.upper(),
            data=partial(_rows_file, read, file_format, dict(parameters)),
            file_name=f"sfsam-{read.replace('_', '-')}.{file_format}",
            mime=FORMATS[file_format],
            icon=":material/download:",
            type="tertiary",
            key=f"export_{key}_{read}_{file_format}",
            on_click="ignore",
        )


def _file(what: ListName, file_format: FileFormat, narrowing: Narrowing) -> bytes:
    with _folder(what, file_format) as path:
        frames.send(Export(what=what, format=file_format, output=str(path), narrowing=narrowing))
        return path.read_bytes()


def _rows_file(read: str, file_format: Literal["csv", "xlsx"], parameters: dict[str, Any]) -> bytes:
    with _folder(read, file_format) as path:
        frames.send(ExportRead(read=read, format=file_format, output=str(path), parameters=parameters))
        return path.read_bytes()


@contextmanager
def _folder(name: str, file_format: str) -> Iterator[Path]:
    """Where the file is made; gone when the browser has it."""
    with tempfile.TemporaryDirectory(prefix="sfsam-export-") as folder:
        yield Path(folder) / f"{name}.{file_format}"
