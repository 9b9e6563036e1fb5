"""Fills an org's tables: reference rows, the cast, then everybody else set-wise."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from sfsam.emulator.database import insert
from sfsam.emulator.population import company, login_kinds
from sfsam.emulator.population.cast import fill_cast
from sfsam.emulator.population.company import OrgIdentity
from sfsam.emulator.population.license_catalog import FEATURE_SHARES
from sfsam.emulator.population.names import FIRST_NAMES, LAST_NAMES
from sfsam.emulator.population.places import PLACES, place_macros
from sfsam.emulator.population.plans import fill_plans
from sfsam.emulator.population.reference import Stamp, fill_reference
from sfsam.emulator.population.scenarios import Scenario
from sfsam.emulator.population.totals import set_totals
from sfsam.emulator.rules.blockers import BLOCKERS
from sfsam.emulator.schema.catalog import Catalog

MIN_USERS = 50
_SQL = Path(__file__).with_name("sql")
_KINDS = (
    "password",
    "password_mac",
    "saml_idp",
    "saml_sp",
    "lightning",
    "ios",
    "android",
    "failed_password",
    "failed_saml",
    "passwordless",
    "refresh",
)


class Population:
    """The made-up company of one org: `users` of them, the same for the same org number, seed and moment."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        catalog: Catalog,
        index: int,
        users: int,
        seed: int,
        now: datetime,
        scenario: Scenario,
    ) -> None:
        if users < MIN_USERS:
            raise ValueError(f"a practice org needs at least {MIN_USERS} users, not {users}")
        self._connection = connection
        self._catalog = catalog
        self._scenario = scenario
        self._identity: OrgIdentity = scenario.identity(index)
        self._index = index
        self._users = users
        self._seed = seed
        self._now = now.astimezone(UTC).replace(tzinfo=None, microsecond=0)

    def fill(self) -> None:
        """Insert everything."""
        connection, now = self._connection, self._now
        for macro in self._macros():
            connection.execute(macro)
        stamp = Stamp(now - timedelta(days=2900), company.ADMIN)
        fill_reference(connection, now, stamp)
        fill_plans(connection)
        self._fill_organization(stamp)
        fill_cast(connection, self._catalog, self._identity, now, stamp)
        for path in sorted(_SQL.glob("*.sql")):
            self._run(path)
        set_totals(connection, self._catalog, now)
        if self._scenario.script:
            self._run(self._scenario.script)
        for (table,) in connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall():
            connection.execute(f'DROP TABLE "{table}"')

    def _macros(self) -> list[str]:
        drawn = f"{self._seed}, {self._index}"
        return [
            f"CREATE OR REPLACE MACRO pick(u, salt, n) AS (hash(u, salt, {drawn}) % n)::INTEGER",
            f"CREATE OR REPLACE MACRO roll(u, k) AS (hash(u, k, {drawn}) % 1000)::INTEGER",
            f"CREATE OR REPLACE MACRO pick_person(p, salt, n) AS (hash(p, salt, {self._seed}) % n)::INTEGER",
            "CREATE OR REPLACE MACRO share(u, salt) AS pick(u, salt, 1000000) / 1000000.0",
            *place_macros(),
            f"CREATE OR REPLACE MACRO country_of(u) AS country_of_place(pick_person(u, 20, {len(PLACES)}))",
            f"CREATE OR REPLACE MACRO geo_of(u) AS pick_person(u, 20, {len(PLACES)}) + 1",
            "CREATE OR REPLACE MACRO source_ip(u) AS '203.0.113.' || (u % 254 + 1)",
            f"CREATE OR REPLACE MACRO login_url() AS '{self._identity.domain}'",
        ]

    def _run(self, path: Path) -> None:
        """Run one file; each statement is given the parameters it names."""
        given = self._parameters()
        script = path.read_text(encoding="utf-8").replace("/* features */", self._features())
        for statement in script.split(";\n"):
            if statement.strip():
                named = set(re.findall(r"\$(\w+)", re.sub(r"--.*", "", statement)))
                self._connection.execute(statement, {name: given[name] for name in named})

    def _parameters(self) -> dict[str, Any]:
        identity = self._identity
        return {
            "users": self._users,
            "org": self._index,
            "sandbox": identity.is_sandbox,
            "cast": len(company.CAST),
            "first_names": len(FIRST_NAMES.split()),
            "last_names": len(LAST_NAMES.split()),
            "now": self._now,
            "admin": company.ADMIN,
            "chief": company.CHIEF,
            "domain": identity.domain,
            "email_domain": company.EMAIL_DOMAIN,
            "username_suffix": identity.username_suffix,
            "email_suffix": identity.email_suffix,
            **{name: getattr(login_kinds, name.upper()) for name in _KINDS},
        }

    def _features(self) -> str:
        """One column per feature license that this org has; only our own names and numbers go in."""
        shares: dict[str, list[str]] = {}
        for salt, (feature, first, last, share) in enumerate(FEATURE_SHARES, 200):
            rule = f"(team BETWEEN {first} AND {last} AND pick(u, {salt}, 1000) < {share})"
            shares.setdefault(f"UserPermissions{feature}", []).append(rule)
        known = self._catalog["User"].by_name
        return " ".join(f'{" OR ".join(rules)} AS "{name}",' for name, rules in shares.items() if name.lower() in known)

    def _fill_organization(self, stamp: Stamp) -> None:
        identity = self._identity
        owners = {
            "WebToCaseDefaultCreatorId": company.CASE_OWNER,
            "WebToCaseDefaultOwnerId": company.CASE_OWNER,
            "WebToLeadDefaultOwnerId": company.LEAD_OWNER,
            "WebToLeadDefaultCreatorId": company.LEAD_OWNER,
        }
        row = {
            "Id": 1,
            "Name": identity.name,
            "OrganizationType": "Enterprise Edition",
            "InstanceName": identity.instance,
            "IsSandbox": identity.is_sandbox,
            "IsReadOnly": False,
            "PrimaryContact": "Astrid Lindqvist",
            "LanguageLocaleKey": "en_US",
            "DefaultLocaleSidKey": "en_US",
            "TimeZoneSidKey": "Europe/Berlin",
            "SignupCountryIsoCode": "DE",
            **owners,
            **stamp.columns(),
        }
        insert(self._connection, "Organization", [row])
        kinds = {company.RULE_RECIPIENT: "case_rules", company.WORKFLOW_USER: "default_workflow_user"}
        rows = [
            {"user_number": user, "code": BLOCKERS[kind].code, "message": BLOCKERS[kind].message}
            for user, kind in kinds.items()
        ]
        insert(self._connection, "blocker", rows)
