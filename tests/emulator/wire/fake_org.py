"""A tiny org behind the seam: a few hundred users in a dict, no SOQL engine, no rules."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sfsam.emulator.clock import OrgClock
from sfsam.emulator.errors import not_found
from sfsam.emulator.identifiers import IdSpace
from sfsam.emulator.org import Caller, Change, RowResult, SalesforceError

MOMENT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PASSWORD = "practice"
ALL = frozenset({"ApiEnabled", "ManageUsers", "ViewSetup"})


class FakeResult:
    """The chosen columns of the rows as they were."""

    def __init__(self, entity: str, columns: list[str], rows: list[dict[str, Any]], count_only: bool) -> None:
        self.entity, self.columns, self.count_only = entity, columns, count_only
        self._rows = [dict(row) for row in rows]
        self.total_size = len(rows)
        self.is_closed = False

    def records(self, offset: int, limit: int, version: str) -> list[dict[str, Any]]:
        assert not self.is_closed
        return [self._record(row, version) for row in self._rows[offset : offset + limit]]

    def csv(self, offset: int, limit: int, delimiter: str = ",", line_ending: str = "\n") -> bytes:
        assert not self.is_closed
        lines = [self.columns, *([row[c] for c in self.columns] for row in self._rows[offset : offset + limit])]
        return "".join(delimiter.join(f'"{value}"' for value in line) + line_ending for line in lines).encode()

    def column_metadata(self) -> dict[str, Any]:
        return {"entityName": self.entity, "columnMetadata": [{"columnName": name} for name in self.columns]}

    def close(self) -> None:
        self.is_closed = True

    def _record(self, row: dict[str, Any], version: str) -> dict[str, Any]:
        url = f"/services/data/v{version}/sobjects/{self.entity}/{row['Id']}"
        return {"attributes": {"type": self.entity, "url": url}} | {name: row[name] for name in self.columns}


class FakeOrg:
    """One org with `users` users; the first is the administrator, the second runs the integration."""

    def __init__(self, index: int = 0, users: int = 25) -> None:
        ids = IdSpace(index)
        self.index = index
        self.org_id = ids.id("00D", 1)
        self.name = f"Fake {index}"
        self.organization_type, self.is_sandbox = "Enterprise Edition", False
        self.clock = OrgClock(MOMENT)
        self.rows = {
            ids.id("005", number): {
                "Id": ids.id("005", number),
                "Username": f"user{number}@fake{index}.example",
                "LastName": f"Last{number}",
                "IsActive": True,
            }
            for number in range(1, users + 1)
        }
        self.admin_user_id, self.run_as_user_id = [*self.rows][:2]
        self.admin_username, self.admin_password = f"user1@fake{index}.example", PASSWORD
        self.callers = {i: Caller(i, str(row["Username"]), ALL) for i, row in self.rows.items()}
        self.logins: list[tuple[str, str, str | None]] = []
        self.query_seconds = 0.0

    def caller(self, user_id: str) -> Caller:
        if user_id not in self.rows:
            raise not_found()
        return replace(self.callers[user_id], is_active=bool(self.rows[user_id]["IsActive"]))

    def authenticate(self, username: str, password: str) -> Caller:
        for caller in self.callers.values():
            if caller.username == username and password == PASSWORD:
                return caller
        raise SalesforceError(400, "invalid_grant", "authentication failure")

    def user_summary(self, user_id: str) -> dict[str, Any]:
        name = self.rows[user_id]["Username"]
        return {"Username": name, "Name": name, "Email": name, "UserType": "Standard", "IsActive": True}

    def query(self, soql: str, caller: Caller, *, all_rows: bool = False) -> FakeResult:
        time.sleep(self.query_seconds)
        match = re.fullmatch(r"SELECT (.+) FROM (\w+)( ORDER BY Id| WHERE Username = '(.*)')?", soql)
        if match is None:
            raise SalesforceError(400, "MALFORMED_QUERY", f"unexpected token: '{soql}'")
        if match[2] != "User":
            raise SalesforceError(400, "INVALID_TYPE", f"sObject type '{match[2]}' is not supported.")
        columns = [name.strip() for name in match[1].split(",")]
        rows = [row for row in self.rows.values() if match[4] in (None, row["Username"])]
        return FakeResult("User", columns, rows, columns == ["COUNT()"])

    def check_bulk_query(self, soql: str, caller: Caller) -> str:
        if "COUNT()" in soql:
            raise SalesforceError(400, "API_ERROR", "Implementation restriction")
        if "FROM User" not in soql:
            raise SalesforceError(400, "INVALIDENTITY", "Entity is not supported by the Bulk API.")
        return "User"

    def describe(self, object_name: str, caller: Caller) -> dict[str, Any]:
        if object_name.lower() != "user":
            raise not_found()
        fields = [{"name": n, "idLookup": n in ("Id", "Username")} for n in ("Id", "Username", "LastName", "IsActive")]
        return {"name": "User", "keyPrefix": "005", "fields": fields}

    def describe_global(self, caller: Caller) -> list[dict[str, Any]]:
        return [{"name": "User", "keyPrefix": "005"}]

    def get(
        self, object_name: str, record_id: str, fields: list[str] | None, caller: Caller, version: str
    ) -> dict[str, Any]:
        if record_id not in self.rows:
            raise not_found()
        if object_name.lower() != "user":
            raise not_found()
        columns = fields or ["Id", "Username", "IsActive"]
        return FakeResult("User", columns, [self.rows[record_id]], False).records(0, 1, version)[0]

    def create(
        self, object_name: str, records: Sequence[dict[str, Any]], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        results = [self._create(record) for record in records]
        if all_or_none and not all(result.success for result in results):
            rolled_back = SalesforceError(400, "ALL_OR_NONE_OPERATION_ROLLED_BACK", "Record rolled back")
            return [RowResult(None, False, (rolled_back,)) if result.success else result for result in results]
        return results

    def update(
        self, object_name: str, records: Sequence[dict[str, Any]], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        return [self._update(record) for record in records]

    def delete(
        self, object_name: str | None, ids: Sequence[str], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        error = SalesforceError(400, "DELETE_FAILED", "Users cannot be deleted")
        return [RowResult(record_id, False, (error,)) for record_id in ids]

    @contextmanager
    def together(self) -> Iterator[None]:
        before = {row_id: dict(row) for row_id, row in self.rows.items()}
        try:
            yield
        except BaseException:
            self.rows = before
            raise

    def object_of(self, record_id: str) -> str:
        names = {"005": "User", "2LA": "PermissionSetLicenseAssign"}
        if record_id[:3] not in names:
            raise SalesforceError(400, "MALFORMED_ID", "malformed id")
        return names[record_id[:3]]

    def record_counts(self, names: Iterable[str]) -> dict[str, int]:
        return {name: len(self.rows) for name in names}

    def grant(self, username: str, permissions: Iterable[str]) -> None:
        self._set(username, lambda held: held | set(permissions))

    def revoke(self, username: str, permissions: Iterable[str]) -> None:
        self._set(username, lambda held: held - set(permissions))

    def add_user(self, spec: dict[str, Any]) -> str:
        return f"added {spec['Username']}"

    def record_login(
        self, user_id: str, *, login_type: str = "Application", sub_type: str | None = None, **_: Any
    ) -> None:
        self.logins.append((user_id, login_type, sub_type))

    def _set(self, username: str, change: Any) -> None:
        [user_id] = [i for i, c in self.callers.items() if c.username == username]
        held = self.callers[user_id]
        self.callers[user_id] = replace(held, permissions=frozenset(change(held.permissions)))

    def _create(self, record: dict[str, Any]) -> RowResult:
        if not record.get("LastName"):
            message = "Required fields are missing: [LastName]"
            error = SalesforceError(400, "REQUIRED_FIELD_MISSING", message, ("LastName",))
            return RowResult(None, False, (error,))
        row_id = IdSpace(self.index).id("005", len(self.rows) + 1)
        self.rows[row_id] = {"Id": row_id, "Username": None, "IsActive": True} | record
        self.callers[row_id] = Caller(row_id, str(record.get("Username")), ALL)
        return RowResult(row_id, True, (), (Change("User", row_id, "Id", None, row_id),))

    def _update(self, record: dict[str, Any]) -> RowResult:
        values = {name: value for name, value in record.items() if name.lower() != "id"}
        [record_id] = [value for name, value in record.items() if name.lower() == "id"]
        if record_id not in self.rows:
            return RowResult(record_id, False, (SalesforceError(404, "NOT_FOUND", "The requested resource"),))
        row = self.rows[record_id]
        changes = tuple(Change("User", record_id, name, row[name], value) for name, value in values.items())
        row.update(values)
        return RowResult(record_id, True, (), changes)
