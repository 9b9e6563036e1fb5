"""One practice org: the seam that the HTTP side calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time
from typing import Any

from sfsam.emulator import writes
from sfsam.emulator.answers import Caller, Change, ResultSet, RowResult
from sfsam.emulator.arranging import Arranging
from sfsam.emulator.behavior import Behavior
from sfsam.emulator.clock import OrgClock, real_now
from sfsam.emulator.database import insert
from sfsam.emulator.errors import SalesforceError, not_found
from sfsam.emulator.extra_users import add_extra_user
from sfsam.emulator.identifiers import to_18
from sfsam.emulator.org_data import EVERYTHING, OrgData, field_names
from sfsam.emulator.permissions import effective_permissions
from sfsam.emulator.population import company
from sfsam.emulator.population.scenarios import SCENARIOS, Scenario
from sfsam.emulator.results import StoredResult
from sfsam.emulator.schema.catalog import visible
from sfsam.emulator.schema.describe import describe_object, describe_summary
from sfsam.emulator.schema.model import SObject
from sfsam.emulator.sign_ins import REFRESH, SignIn, check_password, keep_sign_in, same_password
from sfsam.emulator.soql.compiler import check_bulk, compile_query
from sfsam.emulator.soql.parser import parse

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


class Org:
    """A Salesforce org in memory. Every method is safe to call from any thread.

    Every active user comes in with the same practice password, `admin_password`. `behavior` holds the switches for
    what is not documented; change them with `behave`.
    """

    def __init__(
        self, index: int, users: int, seed: int, anchor: datetime, clock: OrgClock, scenario: Scenario
    ) -> None:
        identity = scenario.identity(index)
        self.index = index
        self.clock = clock
        self.name = identity.name
        self.organization_type = "Enterprise Edition"
        self.is_sandbox = identity.is_sandbox
        self._data = OrgData(index, users, seed, anchor, clock, scenario)
        self.arranging = Arranging(self._data)
        ids = self._data.ids
        self.org_id = ids.id("00D", 1)
        self.admin_user_id = ids.id("005", company.ADMIN)
        self.run_as_user_id = ids.id("005", company.RUN_AS)
        self.admin_password = f"Practice-{seed}-{index}!"
        self.admin_username = str(self.user_summary(self.admin_user_id)["Username"])

    @property
    def behavior(self) -> Behavior:
        """The switches as they are."""
        return self._data.behavior

    def behave(self, **switches: Any) -> None:
        """Side door: set switches of `Behavior`. Raises ValueError for what is not one."""
        with self._data.lock:
            self._data.behavior.change(**switches)
            self._data.counts.forget()

    # -- people

    def caller(self, user_id: str) -> Caller:
        """The user with the permissions held at this moment. Raises NOT_FOUND."""
        number = self._data.user_number(user_id)
        with self._data.reading() as connection:
            found = connection.execute(
                """SELECT u."Username", u."IsActive", coalesce(l."IsFrozen", false) FROM "User" u
                LEFT JOIN (SELECT * FROM "UserLogin" WHERE "UserId" = $user) l ON l."UserId" = u."Id"
                WHERE u."Id" = $user""",
                {"user": number},
            ).fetchone()
            if found is None:
                raise not_found()
            permissions = effective_permissions(connection, number, self.behavior)
        return Caller(self._data.ids.id("005", number), found[0], permissions, found[1], found[2])

    def authenticate(self, username: str, password: str) -> Caller:
        """The user behind a user name and password; raises `invalid_grant` with the reason as message."""
        matches = same_password(password, self.admin_password)
        with self._data.lock:
            number = check_password(self._data.connection, self._data.numbers, username, matches, self.clock.now())
        return self.caller(self._data.ids.id("005", number))

    def user_summary(self, user_id: str) -> Record:
        """The user's fields that identity and userinfo show. Raises NOT_FOUND."""
        with self._data.lock:
            work = self._data.work(self._data.system())
            row = work.row("User", self._data.user_number(user_id))
        if row is None:
            raise not_found()
        item = self._data.catalog["User"]
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
        with self._data.writing():
            work = self._data.work(self._data.system())
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
        number = self._data.user_number(user_id)
        sign_in = SignIn(login_type, sub_type, application, status, api_type)
        moves = sub_type != REFRESH or self.behavior.refresh_moves_last_login
        with self._data.writing() as connection:
            keep_sign_in(connection, self._data.numbers, number, sign_in, at or self.clock.now(), moves=moves)

    # -- reading

    def query(self, soql: str, caller: Caller, *, all_rows: bool = False) -> ResultSet:
        """Run SOQL as the caller. Raises MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE and others."""
        query = parse(soql)
        self._data.counts.keep()
        connection = self._data.cursor()
        try:
            compiled = compile_query(self._data.setting(connection, soql, caller, all_rows=all_rows), query)
            return StoredResult(connection, compiled, self._data.catalog, self._data.ids)
        except BaseException:
            connection.close()
            raise

    def check_bulk_query(self, soql: str, caller: Caller) -> str:
        """The object of a query that Bulk API 2.0 accepts; raises the restriction otherwise (3.1)."""
        query = parse(soql)
        with self._data.reading() as connection:
            return check_bulk(self._data.setting(connection, soql, caller), query, self.behavior.without_bulk)

    def describe(self, object_name: str, caller: Caller) -> Record:
        """The full describe of an object as the caller sees it. Raises NOT_FOUND."""
        return describe_object(self._data.catalog, self._data.object(object_name, caller), caller)

    def describe_global(self, caller: Caller) -> list[Record]:
        """The objects that the caller sees."""
        seen = sorted((item for item in self._data.catalog if visible(item, caller)), key=lambda item: item.name)
        return [describe_summary(item, caller) for item in seen]

    def get(self, object_name: str, record_id: str, fields: list[str] | None, caller: Caller, version: str) -> Record:
        """One record in REST shape; all visible fields when `fields` is None."""
        item = self._data.object(object_name, caller)
        id18 = to_18(record_id)
        if id18 is None:
            raise SalesforceError(400, "MALFORMED_ID", f"malformed id {record_id}")
        names = field_names(item, fields, caller)
        soql = f"SELECT {', '.join(names)} FROM {item.name} WHERE Id = '{id18}'"  # noqa: S608 - checked names and id
        result = self.query(soql, caller)
        try:
            found = result.records(0, 1, version)
        finally:
            result.close()
        if not found:
            raise self._data.missing(item, id18)
        return found[0]

    def object_of(self, record_id: str) -> str:
        """The object an id belongs to. Raises MALFORMED_ID or NOT_FOUND."""
        return self._data.object_of(record_id).name

    def record_counts(self, names: Iterable[str]) -> dict[str, int]:
        """How many records each of the named objects has; unknown names are left out."""
        known = {item.name.lower(): item for item in self._data.catalog if item.stored}
        wanted = [known[name.lower()] for name in names if name.lower() in known]
        with self._data.reading() as connection:
            return {item.name: self._data.count(connection, item) for item in wanted}

    # -- writing

    def together(self) -> AbstractContextManager[None]:
        """What this thread writes inside becomes true together, and an exception undoes it (fact sheet 2.7)."""
        return self._data.joint()

    def create(
        self, object_name: str, records: Sequence[Record], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        """Create up to 200 records."""
        item = self._data.object(object_name, caller)
        with self._data.lock:
            return writes.create(self._data.work(caller, len(records)), item, records, all_or_none=all_or_none)

    def update(
        self, object_name: str, records: Sequence[Record], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        """Update up to 200 records; each carries "Id" in any case."""
        item = self._data.object(object_name, caller)
        with self._data.lock:
            return writes.update(self._data.work(caller, len(records)), item, records, all_or_none=all_or_none)

    def delete(
        self, object_name: str | None, ids: Sequence[str], caller: Caller, all_or_none: bool = False
    ) -> list[RowResult]:
        """Delete up to 200 records; None takes the object from each id's key prefix."""

        def object_of(record_id: str) -> SObject:
            name = self._data.object_of(record_id).name if object_name is None else object_name
            return self._data.object(name, caller)

        with self._data.lock:
            return writes.delete(self._data.work(caller, len(ids)), object_of, ids, all_or_none=all_or_none)

    # -- inside

    def _override(self, username: str, permissions: Iterable[str], *, held: bool) -> None:
        names = list(permissions)
        unknown = [name for name in names if name not in EVERYTHING]
        if unknown:
            raise ValueError(f"unknown permissions: {', '.join(unknown)}")
        with self._data.writing() as connection:
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
    chosen = SCENARIOS.get(scenario or "company")
    if chosen is None:
        raise ValueError(f"unknown scenario {scenario!r}; there are: {', '.join(SCENARIOS)}")
    today = datetime.combine(real_now().date(), time(), UTC)
    return [Org(index, users, seed, now or today, OrgClock(now or real_now()), chosen) for index in range(count)]
