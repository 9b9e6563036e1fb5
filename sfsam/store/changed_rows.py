"""What an incremental download changes: the rows that differ, those that are gone, and whom all of it concerns.

Everything that is derived is derived per user. So it is enough to work it out anew for the users with a row that
differs, by the very statements that work it out for a whole org: they are given tables with the rows of those users
only. Some changes concern everybody (concerns_everybody.sql); then the tables have the rows of all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from sfsam.ports import StagedObject
from sfsam.store.erasing import hide_erased
from sfsam.store.pages import Pages, literal, quoted
from sfsam.store.salesforce_names import OWNERS, column_of, table_of

FEATURES = "sf_user_feature"
FEATURE_PREFIX = "UserPermissions"
_WRITES = Path(__file__).parent / "sql" / "writes"


class ChangedRows:
    """The changes of one incremental download of one org, in temporary tables.

    `changed_T` are rows to write, `gone_T` ids to delete; of feature licenses `gone_` are users, and theirs are written
    anew. An object that had to be read whole is compared row by row.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, org_id: str) -> None:
        self._cursor = cursor
        self._org_id = org_id
        self.tables: list[str] = []

    def take(self, part: StagedObject, columns: dict[str, str]) -> int:
        """Find what differs in the pages of this object; how many rows they hold. `columns` are the table's."""
        table, pages = table_of(part.name), Pages.of(part)
        fields = {name: kind for name, kind in columns.items() if name != "org_id"}
        self._cursor.execute(
            f"CREATE TEMP TABLE arrived_{table} AS SELECT $org_id AS org_id, * FROM ({pages.select(fields)})",  # noqa: S608
            {"org_id": self._org_id, **pages.parameters},
        )
        [(rows,)] = self._cursor.execute(f"SELECT count(*) FROM arrived_{table}").fetchall()  # noqa: S608
        if table == "sf_user":
            hide_erased(self._cursor, "arrived_sf_user")
            self._take_features(part, pages)
        differs = " OR ".join(f"t.{quoted(name)} IS DISTINCT FROM a.{quoted(name)}" for name in fields)
        self._execute(
            f"CREATE TEMP TABLE changed_{table} AS SELECT a.* FROM (SELECT DISTINCT ON (id) * FROM arrived_{table}) a"  # noqa: S608
            f" LEFT JOIN {table} t ON t.org_id = $org_id AND t.id = a.id WHERE t.id IS NULL OR {differs}"
        )
        self._execute(
            f"CREATE TEMP TABLE gone_{table} AS SELECT id FROM {table} WHERE org_id = $org_id"  # noqa: S608
            f" AND {self._is_in_groups(part)} AND id NOT IN (SELECT id FROM arrived_{table})",
        )
        self.tables.append(table)
        return int(rows)

    def stage(self, table: str) -> None:
        """The table as it will be: all of it, or the rows of the users whom something concerns."""
        concerned = f"({OWNERS[table]} IN (FROM affected_user) OR (SELECT of_everyone FROM affected))"  # noqa: S608
        rows = f"SELECT * FROM {table} WHERE org_id = $org_id AND {concerned}"  # noqa: S608
        if table in self.tables:
            replaced = f"FROM gone_{table}"
            if table != FEATURES:
                replaced += f" UNION ALL SELECT id FROM changed_{table}"  # noqa: S608
            rows += f" AND {_key(table)} NOT IN ({replaced}) UNION ALL BY NAME SELECT * FROM changed_{table}"  # noqa: S608
        self._execute(f"CREATE TEMP TABLE staged_{table} AS {rows}")

    def find_affected(self, *, concerns_everybody: bool) -> None:
        """Fill `affected_user` and `affected` (is it everybody?), once all objects are taken."""
        self._execute("CREATE OR REPLACE TEMP TABLE affected_user (user_id VARCHAR)")
        self._cursor.execute("CREATE OR REPLACE TEMP TABLE affected AS SELECT ? AS of_everyone", [concerns_everybody])
        if concerns_everybody:
            return
        owners = [(_WRITES / "affected_by_others.sql").read_text(encoding="utf-8")]
        for table in self.tables:
            owner = OWNERS[table]
            owners.append(f"SELECT {owner} FROM changed_{table}")  # noqa: S608
            if table != FEATURES:  # and whoever held a record that is gone, or that somebody else holds now
                replaced = f"(FROM gone_{table} UNION ALL SELECT id FROM changed_{table})"  # noqa: S608
                owners.append(f"SELECT {owner} FROM {table} WHERE org_id = $org_id AND id IN {replaced}")  # noqa: S608
        concerned = f"({' UNION ALL '.join(owners)}) WHERE user_id IS NOT NULL"
        self._execute(f"INSERT INTO affected_user SELECT DISTINCT user_id FROM {concerned}")  # noqa: S608

    def publish(self) -> None:
        """Write what differs, and only that."""
        for table in self.tables:
            gone = f"DELETE FROM {table} WHERE org_id = $org_id AND {_key(table)} IN (FROM gone_{table})"  # noqa: S608
            self._execute(gone)
            if table == FEATURES:
                self._cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM changed_{table}")  # noqa: S608
            else:
                self._cursor.execute(
                    f"MERGE INTO {table} t USING changed_{table} c ON t.org_id = c.org_id AND t.id = c.id"
                    " WHEN MATCHED THEN UPDATE BY NAME WHEN NOT MATCHED THEN INSERT BY NAME"
                )

    def _take_features(self, part: StagedObject, pages: Pages) -> None:
        """The feature licenses of the users that arrived and hold others than before."""
        features(self._cursor, "arrived_sf_user_feature", self._org_id, pages)
        self._execute((_WRITES / "changed_features.sql").read_text(encoding="utf-8"))
        self._execute(
            "CREATE TEMP TABLE changed_sf_user_feature AS"
            " SELECT * FROM arrived_sf_user_feature WHERE user_id IN (FROM gone_sf_user_feature)"
        )
        self.tables.append(FEATURES)

    def _is_in_groups(self, part: StagedObject) -> str:
        if not part.is_changes:
            return "true"
        if not part.groups:
            return "false"
        return f"{column_of(part.counted_by)} IN ({', '.join(map(literal, part.groups))})"

    def _execute(self, statement: str) -> Any:
        given = {"org_id": self._org_id} if "$org_id" in statement else {}
        return self._cursor.execute(statement, given)


def _key(table: str) -> str:
    return "user_id" if table == FEATURES else "id"


def features(cursor: duckdb.DuckDBPyConnection, table: str, org_id: str, pages: Pages) -> None:
    """Feature licenses are the UserPermissions… fields of User (fact sheet 4.1): one row per field that is true."""
    fields = [field for field in pages.fields if field.startswith(FEATURE_PREFIX)]
    flags = ", ".join(f"CASE WHEN {quoted(field)} = 'true' THEN {literal(field)} END" for field in fields)
    held = f'SELECT "Id" AS user_id, unnest([{flags or "NULL"}]::VARCHAR[]) AS field FROM {pages.rows}'  # noqa: S608
    cursor.execute(
        f"CREATE TEMP TABLE {table} AS SELECT $org_id AS org_id, * FROM ({held}) WHERE field IS NOT NULL",  # noqa: S608
        {"org_id": org_id, **pages.parameters},
    )
