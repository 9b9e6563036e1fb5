"""A database of the first version, as its downloads left it, comes up to date without losing a row or a number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from sfsam.config import PROJECT_DIR
from sfsam.store import migrations
from sfsam.store.database import DuckDBStore, configuration
from tests.store.conftest import AUDIT_KEY

FIRST_VERSION = 4
REFERENCE = {
    "license_catalog": "license_catalog.csv",
    "list_price": "list_prices.csv",
    "machine_application": "machine_applications.csv",
    "feature_license": "feature_licenses.csv",
}
COMPARED = (
    "org_id, kind, identifier, model, owned, is_unlimited, assigned, active, stale, in_grace, machine, inactive_holder,"
    " unknown, available, needed, unit_cost, currency, price_source, reclaimable"
)

# Two orgs, the second a sandbox; 400 users of every sort in each, as a download of the first version left them.
SEED = """
INSERT INTO integration_profile BY NAME
SELECT 'p' || n AS profile_id, 'Org ' || n AS name, 'published' AS status, true AS reclaim_enabled,
    false AS is_practice, TIMESTAMP '2026-01-01' AS created_at, [] AS checks FROM range(1, 3) t(n);
INSERT INTO connection BY NAME
SELECT 'c' || n AS connection_id, 'p' || n AS profile_id, 'Org ' || n AS name, 'https://acme.my.salesforce.com' AS url,
    'client-credentials' AS "grant", 'id' AS client_id, '' AS client_secret, '' AS token,
    json_object('org_id', 'o' || n, 'name', 'Acme', 'edition', 'Enterprise Edition', 'is_sandbox', n = 2,
        'instance_url', 'https://x', 'user_id', 'u1', 'username', 'u1@acme.example', 'scopes', []) AS org,
    TIMESTAMP '2026-01-01' AS connected_at FROM range(1, 3) t(n);
INSERT INTO snapshot
SELECT 'p' || n, 'o' || n, 'j' || d, TIMESTAMP '2026-11-20 06:00:00' + to_days(d::INTEGER),
    TIMESTAMP '2026-11-20 06:01:00' + to_days(d::INTEGER), '{"User": 400}', '[]', '[]'
FROM range(1, 3) t(n), range(3) s(d);
INSERT INTO sf_organization BY NAME
SELECT 'o' || n AS org_id, 'o' || n AS id, 'Acme' AS name, 'Enterprise Edition' AS organization_type,
    n = 2 AS is_sandbox
FROM range(1, 3) t(n);
INSERT INTO sf_profile BY NAME
SELECT 'o' || n AS org_id, 'f' || f AS id, 'Profile ' || f AS name FROM range(1, 3) t(n), range(3) s(f);
INSERT INTO sf_user BY NAME
SELECT 'o' || n AS org_id, 'u' || i AS id, 'u' || i || '@acme.example' AS username, 'User ' || i AS name,
    i % 11 <> 0 AS is_active, 'Standard' AS user_type, 'f' || i % 3 AS profile_id,
    CASE WHEN i % 5 > 0 THEN 'Department ' || i % 5 END AS department,
    TIMESTAMP '2026-11-22 06:00:00' - to_days((i % 90)::INTEGER) AS created_date
FROM range(1, 3) t(n), range(400) s(i);
INSERT INTO user_activity
SELECT 'o' || n, 'u' || i,
    CASE WHEN i % 7 > 0 THEN TIMESTAMP '2026-11-22 06:00:00' - to_days((i % 130)::INTEGER)
        - CASE WHEN i % 2 = 0 THEN INTERVAL 1 MINUTE ELSE INTERVAL 0 MINUTE END END,
    'Interactive login', NULL, NULL, false, i % 13 = 0, NULL, i % 17 = 0, i % 19 = 0,
    TIMESTAMP '2026-11-22 06:00:00' - to_days((i % 90)::INTEGER), i % 23 > 0
FROM range(1, 3) t(n), range(400) s(i);
INSERT INTO license
SELECT 'o' || n, kind, identifier, label, owned, owned IS NULL, 3, 'Active', NULL, costs
FROM range(1, 3) t(n), (VALUES ('user', 'SFDC', 'Salesforce', 500, false), ('user', 'AUL', 'Platform', 50, false),
    ('permission_set', 'SalesUserPsl', 'Sales User', 90, true), ('package', 'SBQQ', 'SBQQ', NULL, true),
    ('user', 'NOBODY_KNOWS', 'New', 3, false)) l(kind, identifier, label, owned, costs);
INSERT INTO subscription
SELECT 'o' || n, concat('o', n, ':user:u', i), 'user', CASE WHEN i % 3 = 0 THEN 'AUL' ELSE 'SFDC' END, 'u' || i,
    'u' || i, NULL, true
FROM range(1, 3) t(n), range(400) s(i) WHERE i % 11 <> 0;
INSERT INTO subscription
SELECT 'o' || n, concat('o', n, ':permission_set:', i), 'permission_set', 'SalesUserPsl', 'u' || i, 'a' || i,
    TIMESTAMP '2026-01-01', i % 11 <> 0
FROM range(1, 3) t(n), range(0, 400, 4) s(i);
INSERT INTO subscription                               -- of a user who is hidden from us
SELECT 'o1', 'o1:package:1', 'package', 'SBQQ', 'hidden', 'k1', NULL, true;
INSERT INTO license_day
SELECT 'o1', 'user', 'SFDC', DATE '2026-11-20' + d::INTEGER, 500, 243, 100, 80, 20, 20, 0, 23 FROM range(3) s(d);
INSERT INTO sign_in_day
SELECT 'o1', 'u' || i, DATE '2026-11-20', 'Interactive login', false, 2, TIMESTAMP '2026-11-20 08:00:00'
FROM range(50) s(i);
INSERT INTO removal_candidate BY NAME
SELECT 'RC000000' || i AS number, 'p1' AS profile_id, 'o1' AS org_id, 'u' || i AS user_id,
    'u' || i || '@acme.example' AS user_principal_name, 'user' AS kind, 'SFDC' AS identifier,
    'unused_user_license' AS rule, 'low_usage' AS justification, 'deactivate' AS action, 'ready' AS state,
    '{}' AS evidence, '' AS message, TIMESTAMP '2026-11-20' AS opened_at, TIMESTAMP '2026-11-20' AS updated_at
FROM range(1, 9) s(i);
"""


@pytest.fixture(scope="module")
def before_and_after(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the old version said of its rows, by its own macros, and what the new one says."""
    path = tmp_path_factory.mktemp("old") / "sfsam.duckdb"
    with duckdb.connect(str(path), config=configuration(path)) as connection:
        assert migrations.apply(connection, migrations.shipped()[:FIRST_VERSION]) == [1, 2, 3, 4]
        for table, file in REFERENCE.items():
            rows = "SELECT * FROM read_csv(?, header = true, all_varchar = true, delim = ',', quote = '\"')"
            connection.execute(f"INSERT INTO {table} BY NAME {rows}", [str(PROJECT_DIR / "data" / file)])
        connection.execute(SEED)
        tables = _tables(connection)
        before = _said(connection, tables)
    return before, _upgraded(path, tables)


def test_no_row_is_lost(before_and_after: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = before_and_after
    assert before["rows"]["subscription"] == [(2 * (363 + 100) + 1,)]
    assert after["rows"] == before["rows"]


def test_every_seat_is_in_the_part_it_was_in(before_and_after: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = before_and_after
    assert {part for *_, part, _ in before["seats"]} == {
        *("active", "stale", "in_grace", "machine", "inactive_holder", "unknown")
    }
    assert after["seats"] == before["seats"]


def test_the_position_and_the_money_are_what_they_were(
    before_and_after: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    before, after = before_and_after
    assert len(before["position"]) == 10
    assert after["position"] == before["position"]


def test_candidates_are_worth_what_they_were_worth(before_and_after: tuple[dict[str, Any], dict[str, Any]]) -> None:
    before, after = before_and_after
    assert len(before["candidates"]) == 8
    assert after["candidates"] == before["candidates"]


def _tables(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE table_name <> 'schema_migration'"
    ).fetchall()
    return sorted({table for (table,) in rows} - REFERENCE.keys())


def _said(connection: duckdb.DuckDBPyConnection, tables: list[str]) -> dict[str, Any]:
    def asked(sql: str) -> list[tuple[Any, ...]]:
        return connection.execute(sql).fetchall()

    return {
        "rows": {table: asked(f"SELECT count(*) FROM {table}") for table in tables},  # noqa: S608
        "seats": asked(
            "SELECT org_id, subscription_id, user_id, name, department, part, annual_cost FROM subscriptions"
            " ORDER BY ALL"
        ),
        "position": asked(f"SELECT {COMPARED} FROM license_position(60, 30, NULL) ORDER BY ALL"),  # noqa: S608
        "candidates": asked(
            "SELECT number, state, model, potential_savings, currency FROM removal_candidates ORDER BY ALL"
        ),
    }


def _upgraded(path: Path, tables: list[str]) -> dict[str, Any]:
    store = DuckDBStore.open(path, audit_key=AUDIT_KEY)
    try:
        with store._cursor() as cursor:
            assert migrations.applied(cursor) == [migration.number for migration in migrations.shipped()]
            return _said(cursor, tables)
    finally:
        store.close()
