"""Ours, for one object: the same reader and the same load as a download, without the other objects.

Arguments: the org's https address, client id, client secret, the CA file, an empty folder, the object.
Prints one JSON line: seconds, page_seconds (from the finished job to the last page), peak_rss_mb, rows.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import duckdb

from sfsam.config import Settings
from sfsam.domain.profiles import Connection, GrantType
from sfsam.ports import StagedObject, Token
from sfsam.salesforce import HttpSalesforce, soql
from sfsam.salesforce.bulk import BulkReader
from sfsam.salesforce.pages import PageFolder
from sfsam.salesforce.rest import RestReader
from sfsam.store.changed_rows import features
from sfsam.store.database import configuration
from sfsam.store.migrations import apply, shipped
from sfsam.store.pages import Pages
from sfsam.store.salesforce_names import table_of

_ORG = "00D000000000001EAA"


class _Clock:
    def now(self) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251 - a process of its own, by the real clock


class _Watched(BulkReader):
    """Notes when the job was finished: the pages begin then."""

    finished_at = 0.0

    def _finished(self, job_id: str, checkpoint: Callable[[], None]) -> dict[str, Any]:
        job = super()._finished(job_id, checkpoint)
        self.finished_at = monotonic()
        return job


class _Tokens:
    def load(self) -> Token | None:
        return None

    def save(self, token: Token) -> None:
        return None


def main(url: str, client_id: str, client_secret: str, ca_file: str, folder: str, name: str) -> None:
    where = Path(folder)
    client = HttpSalesforce(Settings(data_dir=where, ca_file=Path(ca_file)), _Clock())
    connection = Connection(
        connection_id="c",
        profile_id="p",
        name="Bench",
        url=url,
        grant=GrantType.CLIENT_CREDENTIALS,
        client_id=client_id,
    )
    database = duckdb.connect(str(where / "ours.duckdb"), config=configuration(where / "ours.duckdb"))
    apply(database, shipped())
    opened = client.open(connection, client_secret, _Tokens())
    began = monotonic()
    session = opened._session
    selection = soql.load(name).select(RestReader(session).describe(name))
    bulk = _Watched(session)
    pages = PageFolder(where / "pages").pages(name, selection.columns, lambda rows: None)
    bulk.collect(bulk.start(selection.query()), pages)
    page_seconds = monotonic() - bulk.finished_at
    rows = _load(database, pages.staged("bulk"))
    database.close()
    sys.stdout.write(
        json.dumps(
            {
                "seconds": round(monotonic() - began, 2),
                "page_seconds": round(page_seconds, 2),
                "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                "rows": {name: rows},
            }
        )
    )


def _load(database: duckdb.DuckDBPyConnection, staged: StagedObject) -> int:
    """As a first load does: typed rows, counted and compared with what was announced, then merged into the table."""
    table, pages = table_of(staged.name), Pages.of(staged)
    columns = dict(
        database.execute(
            "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = ? AND column_name <> 'org_id'"
            " ORDER BY column_index",
            [table],
        ).fetchall()
    )
    typed = f"SELECT $org_id AS org_id, * FROM ({pages.select(columns)})"  # noqa: S608
    database.execute(f"CREATE TEMP TABLE staged AS {typed}", {"org_id": _ORG, **pages.parameters})
    [(rows,)] = database.execute("SELECT count(*) FROM staged").fetchall()
    assert rows == staged.rows
    features(database, "staged_feature", _ORG, pages)
    database.execute(f"INSERT INTO {table} BY NAME FROM staged")
    database.execute("INSERT INTO sf_user_feature BY NAME FROM staged_feature")
    return int(rows)


if __name__ == "__main__":
    main(*sys.argv[1:])
