"""One practice org: the seam that the HTTP side calls."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Any

import duckdb

from sfsam.emulator import writes
from sfsam.emulator.answers import Caller, Change, ResultSet, RowResult
from sfsam.emulator.clock import OrgClock, real_now
from sfsam.emulator.database import insert, open_database
from sfsam.emulator.errors import SalesforceError, not_found
from sfsam.emulator.extra_users import add_extra_user
from sfsam.emulator.identifiers import IdSpace, to_18
from sfsam.emulator.permissions import effective_permissions
from sfsam.emulator.population import company
from sfsam.emulator.population.build import Population
from sfsam.emulator.results import StoredResult
from sfsam.emulator.rules.work import Numbers, Work
from sfsam.emulator.schema.catalog import Catalog, visible, visible_fields
from sfsam.emulator.schema.describe import describe_object, describe_summary
from sfsam.emulator.schema.model import SObject
from sfsam.emulator.schema.permission_names import PERMISSIONS, UNLISTED_PERMISSIONS, with_dependencies
from sfsam.emulator.sign_ins import SignIn, check_password, keep_sign_in, same_password
from sfsam.emulator.soql.compiler import check_bulk, compile_query
from sfsam.emulator.soql.parser import parse
from sfsam.emulator.soql.scope import Setting

__all__ = [
    "SCENARIOS",
    "Caller",
    "Change",
    "Org",
    "OrgClock",
    "ResultSet",
    "RowResult",
    "SalesforceError",
    "build_orgs",
]

Record = dict[str, Any]

SCENARIOS = ("company",)
"""Populations that `build_orgs` knows by name; None is the first."""

_SUMMARY = (
    "Id",
    "Username",
    "Email",
    "FirstName",
    "LastName",
    "Alias",
    "CommunityNickname",
    "CompanyName",
    "Department",
    "Title",
    "Street",
    "City",
    "CountryCode",
    "Phone",
    "MobilePhone",
    "TimeZoneSidKey",
    "LocaleSidKey",
    "LanguageLocaleKey",
    "UserType",
    "IsActive",
    "ProfileId",
    "CreatedDate",
    "LastModifiedDate",
)
_EVERYTHING = with_dependencies((*PERMISSIONS, *UNLISTED_PERMISSIONS))


class Org:
    """A Salesforce org in memory. Every method is safe to call from any thread.

    Every active user comes in with the same practice password, `admin_password`. `blocker_code` is the errorCode
    with which a deactivation is refused that the configuration blocks (fact sheet 5.3: not documented).
    """

    def __init__(self, index: int, users: int, seed: int, anchor: datetime, clock: OrgClock) -> None:
        identity = company.org_identity(index)
        self.index = index
        self.clock = clock
        self.name = identity.name
        self.organization_type = "Enterprise Edition"
        self.is_sandbox = identity.is_sandbox
        self.blocker_code = "FIELD_INTEGRITY_EXCEPTION"
        self._ids = IdSpace(index)
        self._catalog = Catalog({"User": identity.lacking})
        self._connection = open_database(self._catalog, self._ids)
        self._lock = threading.RLock()
        self._numbers = Numbers()
        Population(self._connection, self._catalog, index, users, seed, anchor).fill()
        self.org_id = self._ids.id("00D", 1)
        self.admin_user_id = self._ids.id("005", company.ADMIN)
        self.run_as_user_id = self._ids.id("005", company.RUN_AS)
        self.admin_password = f"Practice-{seed}-{index}!"
        self.admin_username = str(self.user_summary(self.admin_user_id)["Username"])

    # -- people

    def caller(self, user_id: str) -> Caller:
        """The user with the permissions held at this moment. Raises NOT_FOUND."""
        number = self._user_number(user_id)
        with self._reading() as connection:
            found = connection.execute(
                """SELECT u."Username", u."IsActive", coalesce(l."IsFrozen", false) FROM "User" u
                LEFT JOIN (SELECT * FROM "UserLogin" WHERE "UserId" = $user) l ON l."UserId" = u."Id"
                WHERE u."Id" = $user""",
                {"user": number},
            ).fetchone()
            if found is None:
                raise not_found()
            permissions = effective_permissions(connection, number)
        return Caller(self._ids.id("005", number), found[0], permissions, found[1], found[2])

    def authenticate(self, username: str, password: str) -> Caller:
        """The user behind a user name and password; raises `invalid_grant` with the reason as message."""
        matches = same_password(password, self.admin_password)
        with self._lock:
            number = check_password(self._connection, self._numbers, username, matches, self.clock.now())
        return self.caller(self._ids.id("005", number))

    def user_summary(self, user_id: str) -> Record:
        """The user's fields that identity and userinfo show. Raises NOT_FOUND."""
        with self._lock:
            work = self._work(self._system())
            row = work.row("User", self._user_number(user_id))
        if row is None:
            raise not_found()
        item = self._catalog["User"]
        shown = {name: work.shown(item, item.by_name[name.lower()], row[name]) for name in _SUMMARY}
        return {**shown, "Name": " ".join(filter(None, (row["FirstName"], row["LastName"])))}

    def grant(self, username: str, permissions: Iterable[str]) -> None:
        """Side door: give a user permissions, effective at the next request. Raises ValueError."""
        self._override(username, permissions, held=True)

    def revoke(self, username: str, permissions: Iterable[str]) -> None:
        """Side door: take permissions from a user, effective at the next request. Raises ValueError."""
        self._override(username, permissions, held=False)

    def add_user(self, spec: Mapping[str, Any]) -> str:
        """Side door: add a user past seat checks; returns its id (see extra_users for what `spec` may name)."""
        with self._writing():
            work = self._work(self._system())
            work.unlimited = True
            return add_extra_user(work, spec)

    def record_login(
        self,
        user_id: str,
        *,
        login_type: str = "Application",
        sub_type: str | None = None,
        application: str = "Browser",
        status: str = "Success",
        at: datetime | None = None,
        api_type: str | None = None,
    ) -> None:
        """Append to LoginHistory and move LastLoginDate (at most once in 60 seconds, fact sheet 4.1)."""
        number = self._user_number(user_id)
        sign_in = SignIn(login_type, sub_type, application, status, api_type)
        with self._writing() as connection:
            keep_sign_in(connection, self._numbers, number, sign_in, at or self.clock.now())

    # -- reading

    def query(self, soql: str, caller: Caller, *, all_rows: bool = False) -> ResultSet:
        """Run SOQL as the caller. Raises MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE and others."""
        query = parse(soql)
        with self._lock:
            connection = self._connection.cursor()
        try:
            compiled = compile_query(self._setting(connection, soql, caller, all_rows=all_rows), query)
            return StoredResult(connection, compiled, self._catalog, self._ids)
        except BaseException:
            connection.close()
            raise

    def check_bulk_query(self, soql: str, caller: Caller) -> str:
        """The object of a query that Bulk API 2.0 accepts; raises the restriction otherwise (3.1)."""
        query = parse(soql)
        with self._reading() as connection:
            return check_bulk(self._setting(connection, soql, caller), query)

    def describe(self, object_name: str, caller: Caller) -> Record:
        """The full describe of an object as the caller sees it. Raises NOT_FOUND."""
        return describe_object(self._catalog, self._object(object_name, caller), caller)

    def describe_global(self, caller: Caller) -> list[Record]:
        """The objects that the caller sees."""
        seen = sorted((item for item in self._catalog if visible(item, caller)), key=lambda item: item.name)
        return [describe_summary(item, caller) for item in seen]

    def get(self, object_name: str, record_id: str, fields: list[str] | None, caller: Caller, version: str) -> Record:
        """One record in REST shape; all visible fields when `fields` is None."""
        item = self._object(object_name, caller)
        id18 = to_18(record_id)
        if id18 is None:
            raise SalesforceError(400, "MALFORMED_ID", f"malformed id {record_id}")
        names = self._field_names(item, fields, caller)
        soql = f"SELECT {', '.join(names)} FROM {item.name} WHERE Id = '{id18}'"  # noqa: S608 - checked names and id
        result = self.query(soql, caller)
        try:
            found = result.records(0, 1, version)
        finally:
            result.close()
        if not found:
            self._raise_missing(item, id18)
        return found[0]

    def object_of(self, record_id: str) -> str:
        """The object an id belongs to. Raises MALFORMED_ID or NOT_FOUND."""
        return self._object_of(record_id).name

    def record_counts(self, names: Iterable[str]) -> dict[str, int]:
        """How many records each of the named objects has; unknown names are left out."""
        known = {item.name.lower(): item for item in self._catalog if item.stored}
        wanted = [known[name.lower()] for name in names if name.lower() in known]
        with self._reading() as connection:
            return {item.name: _count(connection, item) for item in wanted}

    # -- writing

    def create(
        self, object_name: str, records: Sequence[Record], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        """Create up to 200 records."""
        item = self._object(object_name, caller)
        with self._lock:
            return writes.create(self._work(caller, len(records)), item, records, all_or_none=all_or_none)

    def update(
        self, object_name: str, records: Sequence[Record], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        """Update up to 200 records; each carries "Id" in any case."""
        item = self._object(object_name, caller)
        with self._lock:
            return writes.update(self._work(caller, len(records)), item, records, all_or_none=all_or_none)

    def delete(
        self, object_name: str | None, ids: Sequence[str], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        """Delete up to 200 records; None takes the object from each id's key prefix."""

        def object_of(record_id: str) -> SObject:
            name = self._object_of(record_id).name if object_name is None else object_name
            return self._object(name, caller)

        with self._lock:
            return writes.delete(self._work(caller, len(ids)), object_of, ids, all_or_none=all_or_none)

    # -- inside

    @contextmanager
    def _reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._lock:
            connection = self._connection.cursor()
        try:
            yield connection
        finally:
            connection.close()

    @contextmanager
    def _writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction of the org's own connection."""
        with self._lock:
            self._connection.begin()
            try:
                yield self._connection
            except BaseException:
                self._connection.rollback()
                raise
            self._connection.commit()

    def _setting(
        self, connection: duckdb.DuckDBPyConnection, soql: str, caller: Caller, *, all_rows: bool = False
    ) -> Setting:
        def estimated_rows(object_name: str) -> int:
            sql = "SELECT estimated_size FROM duckdb_tables() WHERE table_name = $name"
            found = connection.execute(sql, {"name": object_name}).fetchone()
            return int(found[0]) if found else 0

        return Setting(soql, self._catalog, self._ids, caller, self.clock.now(), estimated_rows, all_rows)

    def _work(self, caller: Caller, size: int = 1) -> Work:
        now = self.clock.now().replace(tzinfo=None, microsecond=0)
        return Work(
            self._connection,
            self._catalog,
            self._ids,
            caller,
            now,
            self._numbers,
            size=size,
            blocker_code=self.blocker_code,
        )

    def _system(self) -> Caller:
        """Salesforce itself."""
        return Caller(self._ids.id("005", company.ADMIN), "", _EVERYTHING)

    def _user_number(self, user_id: str) -> int:
        number = self._ids.number("005", user_id)
        if number is None:
            raise not_found()
        return number

    def _object(self, object_name: str, caller: Caller) -> SObject:
        item = self._catalog.find(object_name, caller)
        if item is None:
            raise not_found()
        return item

    def _object_of(self, record_id: str) -> SObject:
        id18 = to_18(record_id)
        if id18 is None:
            raise SalesforceError(400, "MALFORMED_ID", f"malformed id {record_id}")
        item = self._catalog.by_prefix(id18[:3])
        if item is None:
            raise not_found()
        return item

    @staticmethod
    def _field_names(item: SObject, fields: list[str] | None, caller: Caller) -> list[str]:
        if fields is None:
            return [each.name for each in visible_fields(item, caller)]
        for name in fields:
            each = item.by_name.get(name.lower())
            if each is None or not visible(each, caller):
                raise SalesforceError(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {item.name}")
        return list({name.lower(): item.by_name[name.lower()].name for name in fields}.values())

    def _raise_missing(self, item: SObject, id18: str) -> None:
        number = self._ids.number(item.prefix, id18)
        with self._lock:
            row = self._work(self._system()).row(item.name, number) if number is not None and item.stored else None
        if row and row.get("IsDeleted"):
            raise SalesforceError(404, "ENTITY_IS_DELETED", "entity is deleted")
        raise not_found()

    def _override(self, username: str, permissions: Iterable[str], *, held: bool) -> None:
        names = list(permissions)
        unknown = [name for name in names if name not in _EVERYTHING]
        if unknown:
            raise ValueError(f"unknown permissions: {', '.join(unknown)}")
        with self._writing() as connection:
            found = connection.execute(
                'SELECT "Id" FROM "User" WHERE lower("Username") = lower($name)', {"name": username}
            ).fetchone()
            if found is None:
                raise ValueError(f"this org has no user {username!r}")
            for name in names:
                sql = "DELETE FROM side_door_permission WHERE user_number = $user AND name = $name"
                connection.execute(sql, {"user": found[0], "name": name})
            rows = ({"user_number": found[0], "name": name, "held": held} for name in names)
            insert(connection, "side_door_permission", rows)


def build_orgs(count: int, users: int, seed: int, now: datetime | None, scenario: str | None) -> list[Org]:
    """`count` orgs of `users` users each, the same for the same arguments.

    With `now` both population and clock start at that moment; with None the population is anchored on the
    start of today (UTC) and the clock shows the real time. Raises ValueError for an unknown scenario.
    """
    if scenario is not None and scenario not in SCENARIOS:
        raise ValueError(f"unknown scenario {scenario!r}; there are: {', '.join(SCENARIOS)}")
    today = datetime.combine(real_now().date(), time(), UTC)
    return [Org(index, users, seed, now or today, OrgClock(now or real_now())) for index in range(count)]


def _count(connection: duckdb.DuckDBPyConnection, item: SObject) -> int:
    alive = 'WHERE NOT "IsDeleted"' if item.deletable else ""
    found = connection.execute(f'SELECT count(*) FROM "{item.name}" {alive}').fetchone()  # noqa: S608 - schema names
    return int(found[0]) if found else 0
