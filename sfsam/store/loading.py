"""Loading a download: pages to staging tables beside the data, then one short exchange.

Everything slow happens in temporary tables of this cursor, without the write lock: reading the pages, judging
sign-ins, working out activity, seats and licenses. `publish` then replaces the org's rows in one transaction.
An object that was not read completely takes part with the rows of the snapshot before, and keeps them. Of an
incremental download only the users are worked out anew whom a change concerns (changed_rows.py).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb

from sfsam.domain.subscriptions import Thresholds
from sfsam.errors import AnswerTruncated
from sfsam.ports import StagedDownload, StagedObject
from sfsam.store import counting, people
from sfsam.store.changed_rows import ChangedRows, features
from sfsam.store.erasing import forget_sign_ins, hide_erased
from sfsam.store.history import keep_seat_periods
from sfsam.store.pages import Pages, readable
from sfsam.store.reconciling import record_day
from sfsam.store.salesforce_names import OWNERS, table_of
from sfsam.store.sign_in_days import SignInDays

WRITES = Path(__file__).parent / "sql" / "writes"
_FEW = 20_000
_USERS_AT_ONCE = 250_000
DERIVED = ("user_activity", "license", "subscription")


class Loading:
    """One load of one org. Call `prepare`, then `publish`; `rows` says how many rows each object has in the org."""

    def __init__(
        self,
        cursor: duckdb.DuckDBPyConnection,
        staged: StagedDownload,
        thresholds: Thresholds,
        *,
        is_confirmed: bool = False,
    ) -> None:
        self._cursor = cursor
        self._staged = staged
        self._thresholds = thresholds
        self._is_confirmed = is_confirmed
        self._complete = {part.name: part for part in staged.objects if part.complete}
        self._replaced: list[str] = []
        self._changes = ChangedRows(cursor, staged.org_id)
        self._sign_ins = SignInDays(cursor, staged)
        self._of_everyone = True
        self.rows = {part.name: part.rows_in_org for part in staged.objects}

    def prepare(self) -> None:
        """Fill the staging tables. Raises AnswerTruncated when a page cannot be read or rows are missing."""
        tables = self._salesforce_tables()
        for table, columns in tables.items():
            self._take(table, columns)
        self._run("stage_license_identifiers")
        self._run("stage_special_permission_sets")
        self._find_affected()
        for table in [table for table in OWNERS if table not in self._replaced]:
            self._changes.stage(table)
        hide_erased(self._cursor, "staged_sf_user")
        self._run("stage_privileges")
        self._run("stage_machine_users")
        self._sign_ins.stage()
        self._run(
            "stage_user_activity",
            taken_at=self._staged.taken_at,
            is_known=self._is_activity_known(),
            kept_before=self._sign_ins.kept_before,
            drops_recent=self._sign_ins.continues,
        )
        self._stage_subscriptions()
        self._run("stage_held")
        self._run("stage_licenses")

    def publish(self, job_id: str) -> None:
        """Replace the org's rows by the staged ones: all of them or, when anything fails, none."""
        self._cursor.execute("BEGIN")
        try:
            for table in self._replaced:
                self._replace(table)
            self._changes.publish()
            has_moved = self._replace_derived()
            self._sign_ins.replace()
            self._run("judge_sign_ins")
            forget_sign_ins(self._cursor, self._staged.org_id)
            if self._concerned:
                few = self._few_users()
                people.resolve(self._cursor, self._staged.taken_at, self._staged.org_id, few)
                counting.value_people(self._cursor, self._staged.org_id, few)
                keep_seat_periods(
                    self._cursor, self._staged, of_everyone=self._of_everyone, may_shrink=self._is_confirmed
                )
            if self._concerned or has_moved:
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

    def _take(self, table: str, columns: dict[str, str]) -> None:
        """The rows of one object: whole ones as they will be, of an incremental one what differs."""
        part = next((part for part in self._complete.values() if table_of(part.name) == table), None)
        if part is None:
            if table not in OWNERS:
                self._stage_rows_before(table)
            return
        if table in OWNERS and self._staged.is_incremental:
            self._check_rows(part, self._changes.take(part, columns))
            return
        pages = Pages.of(part)
        fields = {name: kind for name, kind in columns.items() if name != "org_id"}
        with readable(part):
            self._cursor.execute(
                f"CREATE TEMP TABLE staged_{table} AS SELECT $org_id AS org_id, * FROM ({pages.select(fields)})",  # noqa: S608
                {"org_id": self._staged.org_id, **pages.parameters},
            )
            if part.name == "User":
                features(self._cursor, "staged_sf_user_feature", self._staged.org_id, pages)
                self._replaced.append("sf_user_feature")
        [(loaded,)] = self._cursor.execute(f"SELECT count(*) FROM staged_{table}").fetchall()  # noqa: S608
        self._check_rows(part, loaded)
        self._replaced.append(table)

    def _stage_rows_before(self, table: str) -> None:
        self._cursor.execute(
            f"CREATE TEMP TABLE staged_{table} AS SELECT * FROM {table} WHERE org_id = ?",  # noqa: S608
            [self._staged.org_id],
        )

    def _check_rows(self, part: StagedObject, loaded: int) -> None:
        if loaded != part.rows:
            raise AnswerTruncated(
                f"{part.name} should have {part.rows} rows, and its pages hold {loaded}.",
                "Download again; the data before stays in use.",
                object=part.name,
                expected=part.rows,
                loaded=loaded,
            )

    def _find_affected(self) -> None:
        """Whom the changes concern: of a full download everybody."""
        self._sign_ins.stage_users()
        self._of_everyone = (
            not self._staged.is_incremental
            or (self._sign_ins.are_known and not self._sign_ins.continues)
            or self._staged.earlier_logins is not None
            or self._is_otherwise_complete()
            or bool(self._value("concerns_everybody"))
        )
        self._changes.find_affected(concerns_everybody=self._of_everyone)

    def _is_otherwise_complete(self) -> bool:
        """Whether other objects are missing than the last time, or the sign-ins are known now and were not."""
        [(incomplete, is_known)] = self._cursor.execute(
            "SELECT (SELECT arg_max(incomplete, taken_at) FROM snapshot WHERE org_id = $org_id),"
            " (SELECT bool_or(is_known) FROM user_activity WHERE org_id = $org_id)",
            {"org_id": self._staged.org_id},
        ).fetchall()
        before = set(json.loads(incomplete or "[]"))
        return before != self._incomplete or is_known is not self._is_activity_known()

    def _is_activity_known(self) -> bool:
        """Whether the org shows sign-ins at all: LastLoginDate or LoginHistory, now or in the snapshot before."""
        user = self._complete.get("User")
        if "LoginHistory" in self._complete or (user and "LastLoginDate" in Pages.of(user).fields):
            return True
        [(known,)] = self._cursor.execute(
            "SELECT coalesce(bool_or(is_known), false) FROM user_activity WHERE org_id = ?", [self._staged.org_id]
        ).fetchall()
        return bool(known)

    def _stage_subscriptions(self) -> None:
        """Part by part of the users: a million of them at once would not fit into the memory that a download has."""
        self._cursor.execute("CREATE TEMP TABLE staged_subscription AS FROM subscription LIMIT 0")
        [(users,)] = self._cursor.execute("SELECT count(*) FROM staged_sf_user").fetchall()
        parts = 1 + users // _USERS_AT_ONCE
        for part in range(parts):
            self._run("stage_subscriptions", taken_at=self._staged.taken_at, parts=parts, part=part)

    # ── The exchange ─────────────────────────────────────────────────────────────────────────

    def _replace(self, table: str) -> None:
        self._cursor.execute(f"DELETE FROM {table} WHERE org_id = ?", [self._staged.org_id])  # noqa: S608
        self._cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM staged_{table}")  # noqa: S608

    def _replace_derived(self) -> bool:
        """Write what was worked out, for whom it was; whether an age of somebody else moved on with the time."""
        if self._of_everyone:
            for table in DERIVED:
                self._replace(table)
            return False
        [(aged,)] = self._run("age_subscriptions", taken_at=self._staged.taken_at).fetchall()
        if self._concerned:
            for table in ("user_activity", "subscription"):
                self._cursor.execute(
                    f"DELETE FROM {table} WHERE org_id = ? AND user_id IN (FROM affected_user)",  # noqa: S608
                    [self._staged.org_id],
                )
                self._cursor.execute(f"INSERT INTO {table} BY NAME SELECT * FROM staged_{table}")  # noqa: S608
        self._replace("license")
        return bool(aged)

    def _few_users(self) -> list[str] | None:
        """The users whom the changes concern; None when they are so many that everybody is better looked at."""
        if self._of_everyone or self._concerned > _FEW:
            return None
        return [user for (user,) in self._cursor.execute("FROM affected_user").fetchall()]

    @property
    def _concerned(self) -> int:
        """How many users the changes concern; at least one when it is everybody."""
        [(users,)] = self._cursor.execute("SELECT count(*) FROM affected_user").fetchall()
        return max(int(users), int(self._of_everyone))

    @property
    def _incomplete(self) -> set[str]:
        return {part.name for part in self._staged.objects if not part.complete}

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
            is_incremental=staged.is_incremental,
            read_columns=json.dumps({name: part.columns for name, part in self._complete.items()}),
            logins_whole_until=staged.logins_whole_until if "LoginHistory" in self._complete else None,
            is_confirmed=self._is_confirmed,
            logins_since=staged.logins_since,
        )
        counting.price_licenses(self._cursor)
        day = staged.taken_at.date()
        record_day(self._cursor, staged.org_id, day=day, reconciled_at=staged.taken_at, thresholds=self._thresholds)
        self._cursor.execute("DELETE FROM consumption_day WHERE org_id = ? AND day = ?", [staged.org_id, day])
        self._run("record_consumption_day", taken_at=staged.taken_at)

    def _run(self, name: str, **parameters: Any) -> duckdb.DuckDBPyConnection:
        statement = _statement(name)
        given = {"org_id": self._staged.org_id, "of_everyone": self._of_everyone, **parameters}
        used = {key: value for key, value in given.items() if f"${key}" in statement}
        return self._cursor.execute(statement, used)

    def _value(self, name: str) -> Any:
        [(value,)] = self._run(name).fetchall()
        return value

    def _undo(self) -> None:
        try:
            self._cursor.execute("ROLLBACK")
        except duckdb.TransactionException:
            return  # a COMMIT that failed has undone everything already


def _statement(name: str) -> str:
    return (WRITES / f"{name}.sql").read_text(encoding="utf-8")
