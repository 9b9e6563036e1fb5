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
from sfsam.ports.rules import Renewed
from sfsam.store.reads import load_header
from sfsam.store.records import RecordTable

Changed = Callable[[], None]

WAITING = (State.AWAITING_USER, State.AWAITING_APPROVAL)  # of these, somebody was asked about what was seen then
IN_HAND = (State.READY, State.ATTENTION_REQUIRED)
_OWN_COLUMNS = ("org_id", "user_id", "user_principal_name", "kind", "identifier", "action", "justification")

CAUGHT_TABLE = """
    CREATE OR REPLACE TEMP TABLE caught (
        place INTEGER, rule VARCHAR, rule_id VARCHAR, org_id VARCHAR, user_id VARCHAR, user_principal_name VARCHAR,
        kind VARCHAR, identifier VARCHAR, action VARCHAR, justification VARCHAR, last_activity_at TIMESTAMP,
        inactive_days INTEGER, evidence JSON, is_first BOOLEAN
    )
"""
_CATCH = """
    INSERT INTO caught BY NAME
    SELECT
        b.place, $rule AS rule, b.rule_id, s.org_id, s.user_id, s.user_principal_name, s.kind, s.identifier,
        CASE WHEN list_contains($kinds_of_action::VARCHAR[], s.kind) THEN $chosen_action ELSE s.action END AS action,
        s.justification, s.last_activity_at, s.inactive_days, {evidence} AS evidence
    FROM ({sql}) s
    JOIN (
        SELECT unnest($places) AS place, unnest($rule_ids) AS rule_id, unnest($rule_names) AS rule_name,
            unnest($batch_models) AS model
    ) b ON b.model IS NULL OR b.model = s.model
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
        self._cursor.execute(CAUGHT_TABLE)
        for places, batch in batches(rules):
            run_rules(self._cursor, batch, org_id, places)
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


def batches(rules: Sequence[ReclamationRule]) -> list[tuple[list[int], list[ReclamationRule]]]:
    """The rules with their places, in groups that one statement can run: rules alike in everything but the software
    models of their scopes, none of which two of them share. So a rule for each model reads the seats but once."""
    grouped: dict[Any, tuple[list[int], list[ReclamationRule]]] = {}
    for place, rule in enumerate(rules):
        unlike = {"rule_id", "name", "scope", "is_made_at_publish", "changed_by", "changed_at"}
        key: Any = (
            rule.model_dump_json(exclude=unlike),
            rule.scope.model_copy(update={"models": ()}).model_dump_json(),
        )
        there = {model for known in grouped.get(key, ([], []))[1] for model in known.scope.models}
        if not rule.scope.models or there & set(rule.scope.models):
            key = place  # by itself
        places, batch = grouped.setdefault(key, ([], []))
        places.append(place)
        batch.append(rule)
    return list(grouped.values())


def run_rules(
    cursor: duckdb.DuckDBPyConnection, batch: Sequence[ReclamationRule], org_id: str, places: Sequence[int]
) -> None:
    """Append what these rules of one batch catch to the table `caught`: the same statement for a preview and a run."""
    models = tuple(model for rule in batch for model in rule.scope.models)
    all_of_them = batch[0].model_copy(update={"scope": batch[0].scope.model_copy(update={"models": models})})
    header = load_header("rules", all_of_them.rule_type)
    arguments = rule_arguments(all_of_them, org_id)
    of_model = [
        (place, rule.rule_id, rule.name, model)
        for place, rule in zip(places, batch, strict=True)
        for model in rule.scope.models or (None,)
    ]
    columns = zip(("places", "rule_ids", "rule_names", "batch_models"), zip(*of_model, strict=True), strict=True)
    chosen = all_of_them.action
    named = {
        "rule": all_of_them.rule_type.value,
        "kinds_of_action": [kind.value for kind, actions in ACTIONS.items() if chosen in actions],
        "chosen_action": chosen.value if chosen else "",
        **{name: list(values) for name, values in columns},
    }
    sql = _CATCH.format(evidence=_evidence(cursor, header.sql, arguments), sql=header.sql)
    cursor.execute(sql, arguments | named)


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
    pairs = ["'rule_id', b.rule_id", "'rule_name', b.rule_name"]
    for name, kind, *_ in described:
        if name in _OWN_COLUMNS:
            continue
        text = f's."{name}"::VARCHAR'
        value = (
            f"replace({text}, ' ', 'T') || 'Z'"
            if kind == "TIMESTAMP"
            else text
            if kind.startswith(("DECIMAL", "DATE"))
            else f's."{name}"'
        )
        pairs.append(f"'{name}', {value}")
    return f"json_object({', '.join(pairs)})"
