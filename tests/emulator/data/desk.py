"""An org with somebody sitting at it, and short ways to ask and to write."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from sfsam.emulator.org import Caller, Org, ResultSet, RowResult, SalesforceError

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Desk:
    """An org with somebody sitting at it."""

    def __init__(self, org: Org, user_id: str | None = None) -> None:
        self.org = org
        self.user_id = user_id or org.admin_user_id

    @property
    def caller(self) -> Caller:
        return self.org.caller(self.user_id)

    def result(self, soql: str, *, all_rows: bool = False, **given: str) -> ResultSet:
        """The cursor; `:name` in the query stands for a given value, quoted."""
        return self.org.query(bound(soql, **given), self.caller, all_rows=all_rows)

    def query(self, soql: str, **more: Any) -> list[dict[str, Any]]:
        result = self.result(soql, **more)
        try:
            return [_plain(record) for record in result.records(0, result.total_size, "66.0")]
        finally:
            result.close()

    def count(self, soql: str, **more: Any) -> int:
        result = self.result(soql, **more)
        result.close()
        return result.total_size

    def value(self, soql: str, **given: str) -> Any:
        record = self.query(soql, **given)[0]
        return next(iter(record.values()))

    def sql(self, statement: str, *bound: Any) -> list[tuple[Any, ...]]:
        """Hand-written SQL over the tables, as the other way to the same truth."""
        return self.org._data.connection.cursor().execute(statement, list(bound)).fetchall()

    def refused(self, soql: str, **more: Any) -> SalesforceError:
        with pytest.raises(SalesforceError) as caught:
            self.query(soql, **more)
        return caught.value

    def create(self, name: str, **values: Any) -> RowResult:
        return self.org.create(name, [values], self.caller)[0]

    def update(self, name: str, record_id: str, **values: Any) -> RowResult:
        return self.org.update(name, [{"Id": record_id, **values}], self.caller)[0]

    def delete(self, name: str, record_id: str) -> RowResult:
        return self.org.delete(name, [record_id], self.caller)[0]

    def add_user(self, **spec: Any) -> str:
        return self.org.add_user(spec)

    def named(self, object_name: str, name: str, column: str = "Name") -> str:
        """The id of the one record of that name."""
        rows = self.query("SELECT Id, " + column + " FROM " + object_name)  # noqa: S608 - our own words
        return next(row["Id"] for row in rows if row[column] == name)

    def license(self, developer_name: str) -> str:
        return self.named("PermissionSetLicense", developer_name, "DeveloperName")

    def permission_set(self, name: str) -> str:
        return self.named("PermissionSet", name)

    def profile(self, name: str) -> str:
        return self.named("Profile", name)

    def open_seats(self) -> None:
        """Buy plenty of every license."""
        for statement in (
            'UPDATE "UserLicense" SET "TotalLicenses" = 100000',
            'UPDATE "PermissionSetLicense" SET "TotalLicenses" = 100000',
            'UPDATE "PackageLicense" SET "AllowedLicenses" = 100000 WHERE "AllowedLicenses" >= 0',
            "UPDATE feature_license SET total = 100000",
        ):
            self.org._data.connection.execute(statement)


def bound(soql: str, **given: str) -> str:
    """The query with each `:name` replaced by its value as a literal."""
    for name, value in given.items():
        literal = value.replace("\\", "\\\\").replace("'", "\\'")
        soql = re.sub(rf":{name}\b", lambda _, literal=literal: f"'{literal}'", soql)
    return soql


def _plain(record: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key != "attributes"}


def code_of(result: RowResult) -> str:
    """The errorCode of a refused row."""
    assert not result.success
    assert len(result.errors) == 1
    assert {change.result for change in result.changes} <= {result.errors[0].code}
    return result.errors[0].code
