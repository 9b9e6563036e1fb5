"""Loading a download: pages to staging tables beside the data, then one short exchange.

Everything slow happens in temporary tables of this cursor, without the write lock: reading the pages, judging
sign-ins, working out activity, seats and licenses. `publish` then replaces the org's rows in one transaction.
An object that was not read completely takes part with the rows of the snapshot before, and keeps them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from sfsam.domain.subscriptions import Thresholds
from sfsam.errors import AnswerTruncated
from sfsam.ports import StagedDownload, StagedObject
from sfsam.store import counting, people
from sfsam.store.erasing import forget_sign_ins, hide_erased
from sfsam.store.history import keep_seat_periods
from sfsam.store.pages import Pages, literal, quoted
from sfsam.store.reconciling import record_day

WRITES = Path(__file__).parent / "sql" / "writes"
SIGN_IN_BATCH_BYTES = 24 * 2**20
FEATURE_PREFIX = "UserPermissions"
DERIVED = ("user_activity", "license", "subscription")
LOGIN_COLUMNS = dict.fromkeys(
    ("user_id", "login_time", "login_type", "login_sub_type", "status", "application"), "VARCHAR"
)


class Loading:
    """One load of one org. Call `prepare`, then `publish`; `rows` says how many rows each object had."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, staged: StagedDownload, thresholds: Thresholds) -> None:
        self._cursor = cursor
        self._staged = staged
        self._thresholds = thresholds
        self._complete = {part.name: part for part in staged.objects if part.complete}
        self._replaced: list[str] = []
        self.rows = {part.name: part.rows for part in staged.objects}

    def prepare(self) -> None:
        """Fill the staging tables. Raises AnswerTruncated when a page cannot be read or rows are missing."""
        for table, columns in self._salesforce_tables().items():
            self._stage_table(table, columns)
        hide_erased(self._cursor, "staged_sf_user")
        self._stage_features()
        self._run("stage_privileges")
        self._run("stage_machine_users")
        self._stage_sign_ins()
        self._run("stage_user_activity", taken_at=self._staged.taken_at, is_known=self._is_activity_known())
        self._run("stage_license_identifiers")
        self._run("stage_subscriptions", taken_at=self._staged.taken_at)
        self._run("stage_licenses")

    def publish(self, job_id: str) -> None:
        """Replace the org's rows by the staged ones: all of them or, when anything fails, none."""
        self._cursor.execute("BEGIN")
        try:
            for table in (*self._replaced, *DERIVED):
                self._replace(table)
            self._replace_sign_ins()
            forget_sign_ins(self._cursor, self._staged.org_id)
            people.resolve(self._cursor, self._staged.taken_at, self._staged.org_id)
            keep_seat_periods(self._cursor, self._staged)
            counting.exclude_users(self._cursor, self._staged.org_id, self._staged.taken_at.date())
            self._record(job_id)
            self._cursor.execute("COMMIT")
        except BaseException:
            self._undo()
            raise

    # ── Staging ──────────────────────────────────────────────────────────────────────────────

    def _salesforce_tables(self) -> dict[str, dict[str, str]]:
        """Each table of Salesforce's rows with its columns and types, sf_user_feature aside."""
        rows = self._cursor.execute(
            "SELECT table_name, column_name, data_type FROM duckdb_columns()"
            " WHERE table_name LIKE 'sf\\_%' ESCAPE '\\' AND database_name = current_database() AND NOT internal"
            " ORDER BY table_name, column_index"
        ).fetchall()
        tables: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            if table != "sf_user_feature":
                tables.setdefault(table, {})[column] = kind
        return tables

    def _stage_table(self, table: str, columns: dict[str, str]) -> None:
        part = next((part for part in self._complete.values() if _table_of(part.name) == table), None)
        if part is None:
            self._stage_rows_before(table)
            return
        pages = Pages.of(part)
        fields = {name: kind for name, kind in columns.items() if name != "org_id"}
        with _readable(part):
            self._cursor.execute(
                f"CREATE TEMP TABLE staged_{table} AS SELECT $org_id AS org_id, * FROM ({pages.select(fields)})",  # noqa: S608
                {"org_id": self._staged.org_id, **pages.parameters},
            )
        self._check_rows(part, table)
        self._replaced.append(table)

    def _stage_rows_before(self, table: str) -> None:
        self._cursor.execute(
            f"CREATE TEMP TABLE staged_{table} AS SELECT * FROM {table} WHERE org_id = ?",  # noqa: S608
            [self._staged.org_id],
        )

    def _check_rows(self, part: StagedObject, table: str) -> None:
        [(loaded,)] = self._cursor.execute(f"SELECT count(*) FROM staged_{table}").fetchall()  # noqa: S608
        if loaded != part.rows:
            raise AnswerTruncated(
                f"{part.name} should have {part.rows} rows, and its pages hold {loaded}.",
                "Download again; the data before stays in use.",
                object=part.name,
                expected=part.rows,
                loaded=loaded,
            )

    def _stage_features(self) -> None:
        """Feature licenses are the UserPermissions… fields of User (fact sheet 4.1): one row per field that is true."""
        part = self._complete.get("User")
        if part is None:
            self._stage_rows_before("sf_user_feature")
            return
        pages = Pages.of(part)
        fields = [field for field in pages.fields if field.startswith(FEATURE_PREFIX)]
        flags = ", ".join(f"CASE WHEN {quoted(field)} = 'true' THEN {literal(field)} END" for field in fields)
        held = f'SELECT "Id" AS user_id, unnest([{flags or "NULL"}]::VARCHAR[]) AS field FROM {pages.rows}'  # noqa: S608
        with _readable(part):
            self._cursor.execute(
                f"CREATE TEMP TABLE staged_sf_user_feature AS SELECT $org_id AS org_id, * FROM ({held})"  # noqa: S608
                " WHERE field IS NOT NULL",
                {"org_id": self._staged.org_id, **pages.parameters},
            )
        self._replaced.append("sf_user_feature")

    def _stage_sign_ins(self) -> None:
        """Page by page, a few megabytes at a time: the number of sign-ins must not decide how much memory it takes."""
        self._cursor.execute(
            "CREATE TEMP TABLE staged_sign_in_day AS"
            " SELECT * EXCLUDE (org_id), false AS explains_last_login FROM sign_in_day LIMIT 0"
        )
        part = self._complete.get("LoginHistory")
        if part is None:
            return
        statement = _statement("stage_sign_ins")
        for pages in Pages.of(part).batches(SIGN_IN_BATCH_BYTES):
            page = f"WITH page AS ({pages.select(LOGIN_COLUMNS)}), "
            with _readable(part):
                self._cursor.execute(statement.replace("WITH ", page, 1), pages.parameters)

    def _is_activity_known(self) -> bool:
        """Whether the org shows sign-ins at all: LastLoginDate or LoginHistory, now or in the snapshot before."""
        user = self._complete.get("User")
        if "LoginHistory" in self._complete or (user and "LastLoginDate" in Pages.of(user).fields):
            return True
        [(known,)] = self._cursor.execute(
            "SELECT coalesce(bool_or(is_known), false) FROM user_activity WHERE org_id = ?", [self._staged.org_id]
        ).fetchall()
        return bool(known)

    # ── The exchange ─────────────────────────────────────────────────────────────────────────

    def _replace(self, table: str) -> None:
        self._cursor.execute(f"DELETE FROM {table} WHERE org_id = ?", [self._staged.org_id])  # noqa: S608
        self._cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM staged_{table}")  # noqa: S608

    def _replace_sign_ins(self) -> None:
        """From the first staged day on the staged sign-ins are all there are; the days before are our own history."""
        self._cursor.execute(
            "DELETE FROM sign_in_day WHERE org_id = ? AND day >= (SELECT min(day) FROM staged_sign_in_day)",
            [self._staged.org_id],
        )
        self._cursor.execute(
            "INSERT INTO sign_in_day BY NAME"
            " SELECT ? AS org_id, * EXCLUDE (explains_last_login) FROM staged_sign_in_day",
            [self._staged.org_id],
        )

    def _record(self, job_id: str) -> None:
        staged = self._staged
        self._run(
            "record_snapshot",
            profile_id=staged.profile_id,
            job_id=job_id,
            taken_at=staged.taken_at,
            object_rows=json.dumps(self.rows),
            incomplete=json.dumps([part.name for part in staged.objects if not part.complete]),
            warnings=json.dumps(staged.warnings),
        )
        counting.price_licenses(self._cursor)
        day = staged.taken_at.date()
        record_day(self._cursor, staged.org_id, day=day, reconciled_at=staged.taken_at, thresholds=self._thresholds)
        self._cursor.execute("DELETE FROM consumption_day WHERE org_id = ? AND day = ?", [staged.org_id, day])
        self._run("record_consumption_day", taken_at=staged.taken_at)

    def _run(self, name: str, **parameters: Any) -> None:
        statement = _statement(name)
        given = {"org_id": self._staged.org_id, **parameters}
        used = {key: value for key, value in given.items() if f"${key}" in statement}
        self._cursor.execute(statement, used)

    def _undo(self) -> None:
        try:
            self._cursor.execute("ROLLBACK")
        except duckdb.TransactionException:
            return  # a COMMIT that failed has undone everything already


def _statement(name: str) -> str:
    return (WRITES / f"{name}.sql").read_text(encoding="utf-8")


def _table_of(object_name: str) -> str:
    """PermissionSetLicense is kept in sf_permission_set_license."""
    return "sf_" + re.sub(r"(?<!^)(?=[A-Z])", "_", object_name).lower()


@contextmanager
def _readable(part: StagedObject) -> Iterator[None]:
    try:
        yield
    except (duckdb.ConversionException, duckdb.InvalidInputException) as trouble:
        raise AnswerTruncated(
            f"A page of {part.name} could not be read.",
            "Download again; the data before stays in use.",
            said=str(trouble).split("\n", 1)[0],
        ) from trouble
