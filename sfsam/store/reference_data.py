"""The reference data shipped in data/: which licenses there are, what they cost, which applications are machines."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import duckdb

from sfsam.store.counting import price_licenses

TABLES = {
    "license_catalog": "license_catalog.csv",
    "license_alternative": "license_alternatives.csv",
    "list_price": "list_prices.csv",
    "machine_application": "machine_applications.csv",
    "feature_license": "feature_licenses.csv",
}

_ROWS = """SELECT * FROM read_csv(?, header = true, all_varchar = true, delim = ',', quote = '"')"""


def load(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Replace the reference tables by the CSV files in `folder`, in one transaction. An empty cell is NULL."""
    connection.execute("BEGIN")
    try:
        for table, file in TABLES.items():
            connection.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of ours
            connection.execute(f"INSERT INTO {table} BY NAME {_ROWS}", [str(folder / file)])
        if connection.execute("SELECT 1 FROM connection LIMIT 1").fetchall():
            price_licenses(connection)
        connection.execute("COMMIT")
    except duckdb.Error:
        with suppress(duckdb.TransactionException):  # a COMMIT that failed is undone already
            connection.execute("ROLLBACK")
        raise
