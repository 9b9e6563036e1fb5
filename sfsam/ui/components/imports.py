"""Importing files: choosing one, its template, what became of the newest ones, and rows that wait for repair."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import pandas as pd
import streamlit as st

from sfsam.charts.formats import counted, number
from sfsam.domain.commands import DropRows, ImportFile, ImportTemplate, RepairRow
from sfsam.domain.imports import ImportKind
from sfsam.ui import entitlement_messages as messages
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui.components import cards, failures, jobs, tables
from sfsam.ui.viewer import MANAGERS

SLOT = "import_job"
REFUSED = "repair_refused"
SHOWN_FILES = 5
SHOWN_ROWS = 200
TITLES = {"entitlements": "Entitlements", "prices": "List prices", "directory": "Directory of people"}
MIMES: dict[Literal["csv", "xlsx"], str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}


def section(kinds: Sequence[str]) -> None:
    """Everything about importing these kinds of rows."""
    _choosing(kinds)
    _repairing(kinds)
    _newest(kinds)


def _choosing(kinds: Sequence[str]) -> None:
    may_change = bool(viewer.person().roles & MANAGERS)
    with cards.card("import", "Import a file"):
        st.caption(f"{messages.IMPORT_LEAD} {messages.FORMULAS}")
        kind = st.segmented_control(
            "Rows are",
            list(kinds),
            default=kinds[0],
            required=True,
            format_func=lambda each: TITLES[each],
            key="import_kind",
        )
        kind = str(kind or kinds[0])
        file = st.file_uploader(
            "File", type=["csv", "xlsx"], max_upload_size=20, key="import_upload", disabled=not may_change
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                f"Import {TITLES[kind].lower()}",
                icon=":material/upload:",
                type="primary",
                key="import_start",
                disabled=file is None or not may_change,
                on_click=_import,
                args=(kind, file),
            )
            for file_format, mime in MIMES.items():
                st.download_button(
                    f"Template ({file_format.upper()})",
                    data=partial(_template, kind, file_format),
                    file_name=f"sfsam-{kind}-template.{file_format}",
                    mime=mime,
                    type="tertiary",
                    icon=":material/download:",
                    key=f"template_{kind}_{file_format}",
                    on_click="ignore",
                )


def _repairing(kinds: Sequence[str]) -> None:
    """Rows that failed: their reasons, their cells to edit, and what to do with each."""
    if refused := state.remembered(REFUSED):
        state.forget(REFUSED)
        failures.show(refused.what, refused.remedy, is_refusal=True)
    rows = frames.rows("import_rows", kinds_of_import=list(kinds))
    if not rows:
        return
    title = f"{counted(len(rows), 'row waits', 'rows wait')} for repair"
    with cards.card("failed_rows", title, read="import_rows"):
        shown = rows[:SHOWN_ROWS]
        selected = tables.grid(
            pd.DataFrame(shown),
            [
                tables.Column("Row", lambda row: number(row["number"]), 60, is_number=True),
                tables.text("File", "file_name", 170),
                tables.Column("Why", lambda row: row["reason"], 560),
                tables.Column("Person's word", lambda row: "Yes" if row["replaceable"] else "No", 104),
            ],
            key="failed_rows",
            identity="row_id",
            alt="Rows that were not taken, with the reason",
            height=min(len(shown) + 1, 9) * tables.ROW_HEIGHT + 3,
            on_select="rerun",
            selection_mode=["single-cell"],
        ).selection
        place = min(selected.cells[0][0] if selected.cells else 0, len(shown) - 1)
        _repair(shown[place], tuple(row["row_id"] for row in rows))


def _repair(row: dict[str, Any], every_row: tuple[str, ...]) -> None:
    may_change = bool(viewer.person().roles & MANAGERS)
    cells = frames.document(row["cells"])
    with st.form(f"repair_{row['row_id']}"):
        st.markdown(f"**Row {number(row['number'])} of {formats.plain(row['file_name'])}**")
        st.markdown(f":orange[:material/warning:] {formats.plain(row['reason'])}")
        with st.grid(3, min_column_width=180, gap="small", key="repair_cells"):
            for name in _columns(row["kind"], cells):
                st.text_input(formats.words(name), cells.get(name, ""), key=_key(row, name), disabled=not may_change)
        if row["replaceable"]:
            st.checkbox("Replace what was entered before by this row", key=_key(row, "_replace"))
        with st.container(horizontal=True):
            st.form_submit_button(
                "Try again",
                type="primary",
                icon=":material/refresh:",
                disabled=not may_change,
                on_click=_try,
                args=(row,),
            )
            st.form_submit_button(
                "Leave it out",
                icon=":material/delete:",
                disabled=not may_change,
                on_click=_drop,
                args=((row["row_id"],),),
            )
            if len(every_row) > 1:
                st.form_submit_button(
                    f"Leave all {number(len(every_row))} out",
                    disabled=not may_change,
                    on_click=_drop,
                    args=(every_row,),
                )


def _newest(kinds: Sequence[str]) -> None:
    files = frames.rows("imports", kinds_of_import=list(kinds))
    if files:
        with cards.card("imports", "Newest imports", read="imports"):
            tables.small([_file(row) for row in files[:SHOWN_FILES]], alt="The newest imports and what became of them")


def _import(kind: str, file: Any) -> None:
    """Save the upload where the worker reads it, and ask for the job."""
    folder = frames.system().settings.data_dir / "uploads"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{secrets.token_hex(8)}{'.xlsx' if file.name.lower().endswith('.xlsx') else '.csv'}"
    path.write_bytes(file.getbuffer())
    order = ImportFile(
        actor=viewer.person().name, kind=ImportKind(kind), file=str(path), file_name=file.name, is_upload=True
    )
    jobs.start(order, key=f"import:{path.name}", slot=SLOT)


def _template(kind: str, file_format: Literal["csv", "xlsx"]) -> bytes:
    answer = frames.send(ImportTemplate(kind=ImportKind(kind), format=file_format))
    return bytes(answer.data)


def _try(row: dict[str, Any]) -> None:
    cells = frames.document(row["cells"])
    edited = {name: st.session_state.get(_key(row, name), "") for name in _columns(row["kind"], cells)}
    order = RepairRow(
        actor=viewer.person().name,
        row_id=row["row_id"],
        cells={name: value.strip() for name, value in edited.items() if value.strip()},
        replace=bool(st.session_state.get(_key(row, "_replace"), False)),
    )
    with failures.kept(REFUSED):
        frames.send(order)


def _drop(row_ids: tuple[str, ...]) -> None:
    with failures.kept(REFUSED):
        frames.send(DropRows(actor=viewer.person().name, row_ids=row_ids))


def _columns(kind: str, cells: dict[str, str]) -> list[str]:
    """The columns of the kind, in the order of its template, then whatever else the row holds."""
    known = {
        "entitlements": (
            "org license kind quantity unit_price price_period currency starts_on ends_on cost_center contract note"
        ),
        "prices": "license kind org_edition price_per_month currency note",
    }.get(kind, "")
    return list(dict.fromkeys([*known.split(), *cells]))


def _key(row: dict[str, Any], name: str) -> str:
    return f"cell_{row['row_id']}_{name}"


def _file(row: dict[str, Any]) -> dict[str, str]:
    return {
        "File": formats.plain(row["file_name"]),
        "Rows are": TITLES.get(row["kind"], row["kind"]),
        "When": viewer.moment(row["imported_at"]),
        "Taken": number(row["rows_taken"]),
        "Known already": number(row["rows_unchanged"]),
        "Failed": number(row["rows_failed"]) if not row["reason"] else formats.plain(row["reason"]),
        "By": formats.plain(row["imported_by"]),
    }
