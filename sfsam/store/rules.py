"""Reclamation rules, and their run: what they catch is compared with the candidates there are as sets, in SQL.

A million people make a hundred thousand candidates; none of them passes through Python. Fits ports.Rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb

from sfsam.domain.candidates import ACTIONS, Candidate, State
from sfsam.domain.rules import MANUAL, ReclamationRule
from sfsam.ports.rules import Renewed, RuleAmount, RuleTotals
from sfsam.store.reads import load_header
from sfsam.store.records import RecordTable

Changed = Callable[[], None]

WAITING = (State.AWAITING_USER, State.AWAITING_APPROVAL)  # of these, somebody was asked about what was seen then
IN_HAND = (State.READY, State.ATTENTION_REQUIRED)
_OWN_COLUMNS = ("org_id", "user_id", "user_principal_name", "kind", "identifier", "action", "justification")

_TABLE = """
    CREATE OR REPLACE TEMP TABLE caught (
        place INTEGER, rule VARCHAR, rule_id VARCHAR, org_id VARCHAR, user_id VARCHAR, user_principal_name VARCHAR,
        kind VARCHAR, identifier VARCHAR, action VARCHAR, justification VARCHAR, last_activity_at TIMESTAMP,
        inactive_days INTEGER, evidence JSON, is_first BOOLEAN
    )
"""
_CATCH = """
    INSERT INTO caught BY NAME
    SELECT
        $place AS place, $rule AS rule, $rule_id AS rule_id, org_id, user_id, user_principal_name, kind, identifier,
        CASE WHEN list_contains($kinds_of_action::VARCHAR[], kind) THEN $chosen_action ELSE action END AS action,
        justification, last_activity_at, inactive_days, {evidence} AS evidence
    FROM ({sql})
"""
_FIRST = """
    UPDATE caught SET is_first = true
    FROM (
        SELECT user_id, kind, identifier, min(place) AS place FROM caught GROUP BY user_id, kind, identifier
    ) f
    WHERE caught.user_id = f.user_id AND caught.kind = f.kind AND caught.identifier = f.identifier
        AND caught.place = f.place
"""
_UPDATE = """
    UPDATE removal_candidate SET
        rule = w.rule, rule_id = w.rule_id, action = w.action, justification = w.justification,
        last_activity_at = w.last_activity_at, inactive_days = w.inactive_days, evidence = w.evidence, updated_at = $at
    FROM caught w
    WHERE w.is_first AND removal_candidate.profile_id = $profile_id
        AND list_contains($in_hand::VARCHAR[], removal_candidate.state) AND removal_candidate.rule <> $manual
        AND w.user_id = removal_candidate.user_id AND w.kind = removal_candidate.kind
        AND w.identifier = removal_candidate.identifier
        AND (w.rule_id, w.action, w.justification, w.evidence::VARCHAR) IS DISTINCT FROM (
            removal_candidate.rule_id, removal_candidate.action, removal_candidate.justification,
            removal_candidate.evidence::VARCHAR)
"""
_INSERT = """
    INSERT INTO removal_candidate BY NAME
    SELECT
        printf('RC%07d', $last + row_number() OVER (ORDER BY w.place, w.kind, w.identifier, w.user_id)) AS number,
        $profile_id AS profile_id, w.org_id, w.user_id, w.user_principal_name, w.kind, w.identifier, w.rule, w.rule_id,
        w.justification, w.action, $ready AS state, w.last_activity_at, w.inactive_days, w.evidence, '' AS message,
        $at AS opened_at, $at AS updated_at
    FROM caught w
    ANTI JOIN (
        SELECT user_id, kind, identifier FROM removal_candidate
        WHERE profile_id = $profile_id AND (state NOT LIKE 'closed%' OR is_kept_on(evidence, $at::DATE))
    ) c ON c.user_id = w.user_id AND c.kind = w.kind AND c.identifier = w.identifier
    WHERE w.is_first
"""
_CAUGHT_AGAIN = """
    SELECT count(*) FROM removal_candidate c
    SEMI JOIN caught w ON w.user_id = c.user_id AND w.kind = c.kind AND w.identifier = c.identifier
    WHERE c.profile_id = $profile_id AND c.state NOT LIKE 'closed%'
"""
_FALLEN = """
    profile_id = $1 AND rule <> $2 AND (
        list_contains($3::VARCHAR[], state)
        AND (user_id, kind, identifier) NOT IN (SELECT (user_id, kind, identifier) FROM caught)
        OR list_contains($4::VARCHAR[], state)
        AND (user_id, kind, identifier, rule_id) NOT IN (SELECT (user_id, kind, identifier, rule_id) FROM caught)
    )
"""
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
_USED_MODELS = """
    SELECT DISTINCT l.model
    FROM license_seat_count c
    JOIN priced_license l ON l.org_id = c.org_id AND l.kind = c.kind AND l.identifier = c.identifier
    WHERE c.org_id = ? AND c.kind = 'user' AND c.holder_is_active AND NOT c.is_machine
    ORDER BY l.model
"""


class StoredRules:
    """The rules, and one run of them at a time."""

    def __init__(self, cursor: duckdb.DuckDBPyConnection, changed: Changed) -> None:
        self._cursor = cursor
        self._changed = changed
        self._rules = RecordTable(cursor, ReclamationRule, "reclamation_rule", "rule_id")
        self._candidates = RecordTable(cursor, Candidate, "removal_candidate", "number")

    def of_profile(self, profile_id: str, *, with_removed: bool = False) -> list[ReclamationRule]:
        found = self._rules.select("profile_id = ? AND (? OR removed_at IS NULL)", [profile_id, with_removed])
        return sorted(found, key=lambda rule: rule.precedence)

    def find(self, rule_id: str) -> ReclamationRule | None:
        return self._rules.first("rule_id = ?", [rule_id])

    def save(self, rules: Sequence[ReclamationRule]) -> None:
        if rules:
            self._rules.save(rules)
            self._changed()

    def used_models(self, org_id: str) -> list[str]:
        return [model for (model,) in self._cursor.execute(_USED_MODELS, [org_id]).fetchall()]

    # ── A run ──

    def catch(self, rules: Sequence[ReclamationRule], org_id: str) -> None:
        self._cursor.execute(_TABLE)
        for place, rule in enumerate(rules):
            run_rule(self._cursor, rule, org_id, place)
        self._cursor.execute(_FIRST)

    def renew(self, profile_id: str, at: datetime) -> Renewed:
        named = {"profile_id": profile_id, "at": at}
        updated = self._number(_CAUGHT_AGAIN, {"profile_id": profile_id})
        self._cursor.execute(_UPDATE, named | {"in_hand": list(IN_HAND), "manual": MANUAL})
        last = self._number(
            "SELECT coalesce(max(try_cast(regexp_extract(number, '\\d+$') AS BIGINT)), 0) FROM removal_candidate", {}
        )
        created = self._number(_INSERT, named | {"last": last, "ready": State.READY})
        by_rule = self._cursor.execute("SELECT rule, count(*) FROM caught WHERE is_first GROUP BY rule ORDER BY rule")
        self._changed()
        return Renewed(created=created, updated=updated, by_rule=Counter(dict(by_rule.fetchall())))

    def fallen(self, profile_id: str) -> list[Candidate]:
        return self._candidates.select(
            _FALLEN, [profile_id, MANUAL, list(IN_HAND), list(WAITING)], tail="ORDER BY number"
        )

    def proposed(self, profile_id: str) -> list[Candidate]:
        return self._candidates.select(
            "profile_id = ? AND rule = ? AND state NOT LIKE 'closed%'", [profile_id, MANUAL], tail="ORDER BY number"
        )

    def candidates_of(self, rule_id: str) -> list[Candidate]:
        return self._candidates.select("rule_id = ? AND state NOT LIKE 'closed%'", [rule_id], tail="ORDER BY number")

    def _number(self, sql: str, parameters: Mapping[str, Any]) -> int:
        [(number,)] = self._cursor.execute(sql, dict(parameters)).fetchall()
        return int(number)


def preview(
    cursor: duckdb.DuckDBPyConnection, rule: ReclamationRule, org_id: str, limit: int
) -> tuple[RuleTotals, list[dict[str, Any]]]:
    """What the rule catches now, by the statement of the run: counted, and the first rows, the dearest first."""
    cursor.execute(_TABLE)
    run_rule(cursor, rule, org_id)
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


def run_rule(cursor: duckdb.DuckDBPyConnection, rule: ReclamationRule, org_id: str, place: int = 0) -> None:
    """Append what the rule catches to the table `caught`: the same statement for a preview and for the run."""
    header = load_header("rules", rule.rule_type)
    arguments = rule_arguments(rule, org_id)
    of_action = [kind.value for kind, actions in ACTIONS.items() if rule.action in actions]
    sql = _CATCH.format(evidence=_evidence(cursor, header.sql, arguments), sql=header.sql)
    named = {"place": place, "rule": rule.rule_type.value, "rule_id": rule.rule_id, "rule_name": rule.name}
    chosen = {"kinds_of_action": of_action, "chosen_action": rule.action.value if rule.action else ""}
    cursor.execute(sql, arguments | named | chosen)


def rule_arguments(rule: ReclamationRule, org_id: str) -> dict[str, Any]:
    """The parameters of the rule's statement; an empty choice is NULL, which means everywhere."""
    known = load_header("rules", rule.rule_type).parameters
    scope = {name: list(values) or None for name, values in rule.scope.model_dump(mode="json").items()}
    given = {
        **scope,
        **rule.thresholds.model_dump(),
        "org_id": org_id,
        "target_profile_id": rule.target_profile_id,
        "included_in": list(rule.included_in),
    }
    return {name: given[name] for name in known}


def _evidence(cursor: duckdb.DuckDBPyConnection, sql: str, arguments: Mapping[str, Any]) -> str:
    """A JSON object of the rule's further columns: moments as ISO 8601 with Z, amounts as decimal strings."""
    described = cursor.execute(f"DESCRIBE {sql}", dict(arguments)).fetchall()
    pairs = ["'rule_id', $rule_id", "'rule_name', $rule_name"]
    for name, kind, *_ in described:
        if name in _OWN_COLUMNS:
            continue
        text = f'"{name}"::VARCHAR'
        value = (
            f"replace({text}, ' ', 'T') || 'Z'"
            if kind == "TIMESTAMP"
            else text
            if kind.startswith(("DECIMAL", "DATE"))
            else f'"{name}"'
        )
        pairs.append(f"'{name}', {value}")
    return f"json_object({', '.join(pairs)})"
