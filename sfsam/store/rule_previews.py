"""What a rule would catch, counted and shown, before anybody saves it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import duckdb

from sfsam.domain.rules import ReclamationRule
from sfsam.ports.rules import RuleAmount, RuleTotals
from sfsam.store.reads import load_header
from sfsam.store.rules import CAUGHT_TABLE, rule_arguments, run_rules

_TOTALS = """
    SELECT
        count(*), count(DISTINCT w.user_id), coalesce(sum(try_cast(w.evidence ->> '$.seats' AS BIGINT)), 0)::BIGINT,
        count(*) FILTER (o.user_id IS NULL AND k.user_id IS NULL), count(*) FILTER (k.user_id IS NOT NULL)
    FROM caught w
    LEFT JOIN (
        SELECT DISTINCT user_id, kind, identifier FROM removal_candidate
        WHERE profile_id = $profile_id AND state NOT LIKE 'closed%'
    ) o ON o.user_id = w.user_id AND o.kind = w.kind AND o.identifier = w.identifier
    LEFT JOIN (
        SELECT DISTINCT c.user_id, c.kind, c.identifier FROM removal_candidate c
        JOIN org ON org.org_id = c.org_id
        WHERE c.profile_id = $profile_id AND is_kept_on(c.evidence, org.taken_at::DATE)
    ) k ON k.user_id = w.user_id AND k.kind = w.kind AND k.identifier = w.identifier
"""
_AMOUNTS = """
    SELECT evidence ->> '$.currency' AS currency,
        sum(try_cast(evidence ->> '$.potential_savings' AS DECIMAL(18, 2))) AS potential_savings
    FROM caught
    WHERE evidence ->> '$.currency' IS NOT NULL
    GROUP BY currency ORDER BY currency
"""
_FIRST_ROWS = """
    SELECT
        user_id, user_principal_name, kind, identifier, action, justification, last_activity_at, inactive_days,
        evidence ->> '$.name' AS name, evidence ->> '$.department' AS department, evidence ->> '$.model' AS model,
        try_cast(evidence ->> '$.seats' AS BIGINT) AS seats,
        try_cast(evidence ->> '$.potential_savings' AS DECIMAL(18, 2)) AS potential_savings,
        evidence ->> '$.currency' AS currency
    FROM caught
    ORDER BY potential_savings DESC NULLS LAST, kind, identifier, user_id
    LIMIT ?
"""


def preview(
    cursor: duckdb.DuckDBPyConnection, rule: ReclamationRule, org_id: str, limit: int
) -> tuple[RuleTotals, list[dict[str, Any]]]:
    """What the rule catches now, by the statement of the run: counted, and the first rows, the dearest first."""
    cursor.execute(CAUGHT_TABLE)
    run_rules(cursor, [rule], org_id, [0])
    [(candidates, people, seats, new, kept)] = cursor.execute(_TOTALS, {"profile_id": rule.profile_id}).fetchall()
    amounts = cursor.execute(_AMOUNTS).fetchall()
    result = cursor.execute(_FIRST_ROWS, [limit])
    heads = [column[0] for column in result.description or ()]
    rows = [dict(zip(heads, row, strict=True)) for row in result.fetchall()]
    totals = RuleTotals(
        candidates=candidates,
        people=people,
        seats=seats,
        new=new,
        kept=kept,
        amounts=tuple(RuleAmount(currency=currency, potential_savings=str(worth)) for currency, worth in amounts),
    )
    return totals, rows


def counts_by_threshold(
    cursor: duckdb.DuckDBPyConnection, rule: ReclamationRule, org_id: str, days: Sequence[int]
) -> list[tuple[int, int]]:
    """(threshold, seats caught) for each threshold, by the same statement."""
    sql = f"SELECT count(*) FROM ({load_header('rules', rule.rule_type).sql})"  # noqa: S608 - our own file
    found = []
    for threshold in days:
        asked = rule.model_copy(update={"stale_after_days": threshold})
        [(seats,)] = cursor.execute(sql, rule_arguments(asked, org_id)).fetchall()
        found.append((threshold, int(seats)))
    return found
