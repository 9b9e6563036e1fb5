"""Every sealed value of the store, in one list, so that a key can be changed for all of them at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import duckdb

from sfsam.errors import SecretUnreadable

SEALED: dict[tuple[str, str], tuple[str, ...]] = {  # (table, key column): its sealed columns
    ("connection", "connection_id"): ("client_secret", "token", "private_key"),
    ("authorization_request", "state"): ("code_verifier",),
    ("audit_key", "from_number"): ("sealed",),
}


class StoredSecrets:
    """Fits ports.Secrets."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def reseal(self, reseal: Callable[[str], str]) -> tuple[int, int]:
        """Replace every sealed value by what `reseal` makes of it; (done, unreadable). Those stay as they are."""
        done = unreadable = 0
        for table, key, column, record, sealed in self._sealed():
            value = _opened(reseal, sealed)
            if value is None:
                unreadable += 1
                continue
            update = f"UPDATE {table} SET {column} = ? WHERE {key} = ?"  # noqa: S608 - our own names
            self._cursor.execute(update, [value, record])
            done += 1
        return done, unreadable

    def tried(self, reseal: Callable[[str], str]) -> tuple[int, dict[str, int]]:
        """Change nothing: how many sealed values can be opened, and how many of each table cannot."""
        opened = [(table, _opened(reseal, sealed) is not None) for table, _, _, _, sealed in self._sealed()]
        return sum(well for _, well in opened), Counter(table for table, well in opened if not well)

    def _sealed(self) -> Iterator[tuple[str, str, str, object, str]]:
        """Table, key column, sealed column, key and sealed value of each."""
        for (table, key), columns in SEALED.items():
            for column in columns:
                sql = f"SELECT {key}, {column} FROM {table} WHERE {column} <> ''"  # noqa: S608 - our own names
                for record, sealed in self._cursor.execute(sql).fetchall():
                    yield table, key, column, record, sealed


def _opened(reseal: Callable[[str], str], sealed: str) -> str | None:
    try:
        return reseal(sealed)
    except SecretUnreadable:
        return None
