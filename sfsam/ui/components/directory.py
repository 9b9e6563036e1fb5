"""The directory of people: importing it, its template, and rows that could not be taken."""

from __future__ import annotations

import base64
import secrets
from functools import partial
from typing import Any, Literal

import streamlit as st

from sfsam.charts.formats import counted, number
from sfsam.domain.commands import DropRows, ImportFile, ImportTemplate
from sfsam.domain.imports import ImportKind
from sfsam.ui import formats, frames, viewer
from sfsam.ui import people_messages as messages
from sfsam.ui.components import cards, failures, jobs, people, tables
from sfsam.ui.viewer import MANAGERS

KIND = ImportKind.DIRECTORY
SHOWN = 20
MIMES: dict[Literal["csv", "xlsx"], str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


def importing() -> None:
    """Choose a file, import it, or take the template away."""
    may_change = bool(viewer.person().roles & MANAGERS)
    with cards.card("import", "Import the directory"):
        st.caption(messages.IMPORT)
        file = st.file_uploader("File", type=["csv", "xlsx"], key="directory_file", disabled=not may_change)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                "Import",
                icon=":material/upload:",
                type="primary",
                key="import_directory",
                disabled=file is None or not may_change,
                on_click=_import,
                args=(file,),
            )
            for file_format, mime in MIMES.items():
                st.download_button(
                    f"Template ({file_format.upper()})",
                    data=partial(_template, file_format),
                    file_name=f"sfsam-directory-template.{file_format}",
                    mime=mime,
                    type="tertiary",
                    icon=":material/download:",
                    key=f"template_{file_format}",
                    on_click="ignore",
                )


def imported() -> None:
    """The newest imports, and the rows of them that were not taken."""
    files = frames.rows("imports", kinds_of_import=[KIND.value])
    if not files:
        return
    with cards.card("imports", "Imports", read="imports"):
        tables.small([_file(row) for row in files[:5]], alt="The newest imports of the directory")
    rows = frames.rows("import_rows", kinds_of_import=[KIND.value])
    if rows:
        title = f"{counted(len(rows), 'row was', 'rows were')} not taken"
        with cards.card("failed_rows", title, read="import_rows"):
            tables.small([_row(row) for row in rows[:SHOWN]], alt="Rows that were not taken, with the reason")
            st.caption("Repair them in your file and import it again, or leave them out for good.")
            st.button(
                "Leave them out",
                icon=":material/delete:",
                type="tertiary",
                key="drop_rows",
                on_click=_drop,
                args=(tuple(row["row_id"] for row in rows),),
            )


def _import(file: Any) -> None:
    """Save the upload where the worker reads it, and ask for the job."""
    folder = frames.system().settings.data_dir / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(8)}{'.xlsx' if file.name.lower().endswith('.xlsx') else '.csv'}"
    path.write_bytes(file.getbuffer())
    order = ImportFile(actor=viewer.person().name, kind=KIND, file=str(path), file_name=file.name, is_upload=True)
    jobs.start(order, key=f"import:{path.name}", slot=people.SLOT)


def _template(file_format: Literal["csv", "xlsx"]) -> bytes:
    return base64.b64decode(frames.send(ImportTemplate(kind=KIND, format=file_format)).content)


def _drop(row_ids: tuple[str, ...]) -> None:
    with failures.kept("match_refused"):
        frames.send(DropRows(actor=viewer.person().name, row_ids=row_ids))


def _file(row: dict[str, Any]) -> dict[str, str]:
    return {
        "File": formats.plain(row["file_name"]),
        "When": viewer.moment(row["imported_at"]),
        "Taken": number(row["rows_taken"]),
        "Known already": number(row["rows_unchanged"]),
        "Failed": number(row["rows_failed"]) if not row["reason"] else formats.plain(row["reason"]),
    }


def _row(row: dict[str, Any]) -> dict[str, str]:
    cells = frames.document(row["cells"])
    return {
        "Row": number(row["number"]),
        "Name": formats.plain(cells.get("name") or cells.get("email")),
        "Why": formats.plain(row["reason"]),
    }
