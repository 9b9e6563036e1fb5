"""The temporary tables behind the generating SQL: names, teams, and who is given what."""

from __future__ import annotations

from typing import Any

import duckdb

from sfsam.emulator.population import company, license_catalog
from sfsam.emulator.population.license_catalog import GROUPS, PERMISSION_SETS, PROFILES
from sfsam.emulator.population.names import FIRST_NAMES, LAST_NAMES, numbered
from sfsam.emulator.population.reference import (
    GROUP_NUMBERS,
    INTEGRATION_PERMISSION_SET,
    INTEGRATION_PROFILE,
    PERMISSION_SET_NUMBERS,
    PROFILE_NUMBERS,
    PSL_NUMBERS,
    ROLE_NUMBERS,
    group_permission_set,
)

_PLANS = """
CREATE TEMP TABLE first_name (i INTEGER, name VARCHAR, plain VARCHAR);
CREATE TEMP TABLE last_name (i INTEGER, name VARCHAR, plain VARCHAR);
CREATE TEMP TABLE team (team INTEGER, department VARCHAR, title VARCHAR, profile_number INTEGER, role_number INTEGER,
    cost_center VARCHAR, kind VARCHAR, user_type VARCHAR);
CREATE TEMP TABLE offer (permission_set INTEGER, permission_set_group INTEGER, first_team INTEGER, last_team INTEGER,
    share INTEGER);
CREATE TEMP TABLE need (permission_set INTEGER, permission_set_license INTEGER, first_team INTEGER, last_team INTEGER,
    share INTEGER);
CREATE TEMP TABLE held_without_need (permission_set_license INTEGER, first_team INTEGER, last_team INTEGER,
    share INTEGER);
CREATE TEMP TABLE package_offer (package_license INTEGER, first_team INTEGER, last_team INTEGER, share INTEGER);
CREATE TEMP TABLE integration_need (profile INTEGER, permission_set INTEGER, permission_set_license INTEGER);
"""


def fill_plans(connection: duckdb.DuckDBPyConnection) -> None:
    """Create and fill the temporary tables that the generating SQL joins."""
    connection.execute(_PLANS)
    plans: dict[str, list[tuple[Any, ...]]] = {
        "first_name": list(numbered(FIRST_NAMES)),
        "last_name": list(numbered(LAST_NAMES)),
        "team": _teams(),
        "offer": _offers(),
        "need": _needs(),
        "held_without_need": [(PSL_NUMBERS[name], *rest) for name, *rest in license_catalog.HELD_WITHOUT_NEED],
        "package_offer": [(i, *row[3:]) for i, row in enumerate(license_catalog.PACKAGES, 1) if row[5]],
        "integration_need": [
            (
                PROFILE_NUMBERS[INTEGRATION_PROFILE],
                PERMISSION_SET_NUMBERS[INTEGRATION_PERMISSION_SET],
                PSL_NUMBERS["SalesforceAPIIntegrationPsl"],
            )
        ],
    }
    for table, rows in plans.items():
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our tables


def _teams() -> list[tuple[Any, ...]]:
    user_types = {name: user_type for name, _, user_type, _, _ in PROFILES}
    return [
        (
            number,
            team.department,
            team.title,
            PROFILE_NUMBERS[team.profile],
            ROLE_NUMBERS[team.role] if team.role else None,
            team.cost_center,
            team.kind,
            user_types[team.profile],
        )
        for team in company.TEAMS
        for number in range(team.first, team.last + 1)
    ]


def _offers() -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [
        (PERMISSION_SET_NUMBERS[each.name], None, *given) for each in PERMISSION_SETS for given in each.given
    ]
    rows += [(group_permission_set(name), GROUP_NUMBERS[name], *given) for name, _, _, given in GROUPS]
    return rows


def _needs() -> list[tuple[Any, ...]]:
    psl_of = {each.name: PSL_NUMBERS.get(each.needed or "") for each in PERMISSION_SETS}
    rows = [
        (PERMISSION_SET_NUMBERS[each.name], psl_of[each.name], *given)
        for each in PERMISSION_SETS
        if psl_of[each.name]
        for given in each.given
    ]
    for name, _, parts, given in GROUPS:
        rows += [(group_permission_set(name), psl_of[part], *given) for part in parts if psl_of[part]]
    return rows
