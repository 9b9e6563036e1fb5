"""Every rule by its worked example, its scope, and the comparison of what is caught with the candidates there are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sfsam.domain.candidates import Action, Candidate, Justification, State
from sfsam.domain.rules import ReclamationRule, RuleScope, RuleType
from sfsam.domain.subscriptions import Kind
from sfsam.store.database import DuckDBStore
from sfsam.store.rules import batches
from tests.store import tiny_org
from tests.store.conftest import AUDIT_KEY
from tests.store.tiny_org import OBJECTS, ORG_ID, TAKEN_AT, rule

PLATFORM = "00e-platform"
OVERLAP = {"scope": RuleScope(identifiers=("CRMUserPsl",)), "included_in": ("SalesUserPsl",)}
NEEDED: dict[RuleType, dict[str, Any]] = {
    RuleType.OVERLAPPING_LICENSE: OVERLAP,
    RuleType.CHEAPER_LICENSE: {"scope": RuleScope(profiles=("Standard User",)), "target_profile_id": PLATFORM},
}
CAUGHT = {  # (user, identifier, action) by the tables of tiny_org and of platform_org below
    RuleType.UNUSED_USER_LICENSE: [("cleo", "SFDC", "deactivate"), ("ben", "SFDC", "deactivate")],
    RuleType.ORPHAN_PERMISSION_SET_LICENSE: [("ada", "CRMUserPsl", "remove_permission_set_license")],
    RuleType.INACTIVE_HOLDER: [
        ("gus", "SBQQ", "remove_package_license"),
        ("gus", "SalesUserPsl", "remove_permission_set_license"),
    ],
    RuleType.OVERLAPPING_LICENSE: [("ada", "CRMUserPsl", "remove_permission_set_license")],
    RuleType.CHEAPER_LICENSE: [("hal", "SFDC", "change_license")],
    RuleType.UNLICENSED: [("cleo", "SBQQ", "remove_package_license")],
}


@pytest.fixture(scope="module")
def platform_org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBStore]:
    """The tiny org with the Platform license. Hal holds the permission set Reports, which is tied to no license, Dan
    the permission set Full, which is tied to the Salesforce license. Cleo got her package license last."""
    objects = dict(OBJECTS)

    def with_rows(name: str, *rows: list[str | None]) -> None:
        objects[name] = (OBJECTS[name][0], [*OBJECTS[name][1], *rows])

    with_rows("UserLicense", ["100-5", "AUL", "Platform", "Salesforce Platform", "Active", "9", "0", None, None])
    with_rows("Profile", [PLATFORM, "Platform User", "100-5", "Standard", "false"])
    with_rows("PermissionSet", ["0PS-9", "Full", "false", None, "false", "false", "100-1"])
    with_rows(
        "PermissionSetAssignment",
        ["0Pa-8", "005-hal", "0PS-2", None],
        ["0Pa-9", "005-dan", "0PS-9", None],
    )
    head, packages = OBJECTS["UserPackageLicense"]
    newest = [[*row[:3], "2026-03-02T00:00:00.000Z"] if row[1] == "005-cleo" else row for row in packages]
    objects["UserPackageLicense"] = (head, newest)
    store = DuckDBStore.open(":memory:", audit_key=AUDIT_KEY)
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path_factory.mktemp("platform"), objects))
    yield store
    store.close()


def test_every_rule_catches_exactly_its_worked_example(platform_org: DuckDBStore, store: DuckDBStore) -> None:
    for rule_type in RuleType:
        needed = NEEDED.get(rule_type, {})
        found = tiny_org.caught(platform_org, rule_type, **needed)
        seen = [(row["user_id"].removeprefix("005-"), row["identifier"], row["action"]) for row in found]
        assert seen == CAUGHT[rule_type], rule_type
        assert tiny_org.caught(platform_org, rule_type, org_id="00D-nobody", **needed) == []
        assert tiny_org.caught(store, rule_type, **needed) == []  # an empty database


def test_a_change_of_license_is_worth_the_difference_and_carries_its_evidence(platform_org: DuckDBStore) -> None:
    named = {"scope": RuleScope(profiles=("Standard User",))}
    [row] = tiny_org.caught(platform_org, "cheaper_license", target_profile_id=PLATFORM, **named)
    assert (row["potential_savings"], row["currency"]) == (Decimal("1800.00"), "USD")  # 12 × 175 less 12 × 25
    assert (row["permission_sets_to_check"], row["target_profile"]) == ("Reports", "Platform User")
    assert (row["target_license"], row["target_seats_free"]) == ("Salesforce Platform", 9)
    assert "5.8" in row["source"]
    assert tiny_org.caught(platform_org, "cheaper_license", target_profile_id="00e-standard", **named) == []
    assert tiny_org.caught(platform_org, "cheaper_license", target_profile_id=PLATFORM) == []  # nobody was named


@pytest.mark.parametrize(
    ("scope", "caught"),
    [
        (RuleScope(), ["ben", "cleo"]),
        (RuleScope(kinds=(Kind.USER,), models=("Salesforce",)), ["ben", "cleo"]),
        (RuleScope(models=("Salesforce Platform",)), []),
        (RuleScope(kinds=(Kind.PACKAGE,)), []),
        (RuleScope(identifiers=("SFDC", "AUL")), ["ben", "cleo"]),
        (RuleScope(profiles=("Standard User",), departments=("Sales",)), ["ben"]),
        (RuleScope(departments=("No department",)), ["cleo"]),
        (RuleScope(profiles=("System Administrator",)), []),
        (RuleScope(departments=("Sales' OR true --",)), []),
    ],
)
def test_a_scope_narrows_the_statement_itself(platform_org: DuckDBStore, scope: RuleScope, caught: list[str]) -> None:
    found = tiny_org.caught(platform_org, "unused_user_license", scope=scope)
    assert sorted(row["user_id"].removeprefix("005-") for row in found) == caught
    totals, rows = platform_org.preview_rule(rule("unused_user_license", scope=scope), org_id=ORG_ID, limit=1)
    assert (totals.candidates, totals.people, len(rows)) == (len(caught), len(caught), min(len(caught), 1))


def test_a_preview_counts_people_seats_and_money_and_saves_nothing(platform_org: DuckDBStore) -> None:
    low_usage = rule("unused_user_license")
    totals, rows = platform_org.preview_rule(low_usage, org_id=ORG_ID, limit=20)
    assert (totals.candidates, totals.people, totals.seats, totals.new, totals.kept) == (2, 2, 7, 2, 0)
    assert [(each.currency, each.potential_savings) for each in totals.amounts] == [("USD", "4200.00")]
    assert {row["name"] for row in rows} == {"Ben", "Cleo"}
    assert platform_org.rule_by_threshold(low_usage, org_id=ORG_ID, days=[30, 60, 65, 90]) == [
        (30, 3),  # Hal used the mobile app 54 days ago
        (60, 2),
        (65, 2),
        (90, 1),  # Ben's last sign-in is 65 days old
    ]
    with platform_org.begin() as work:
        assert work.candidates.select() == []


def _run(store: DuckDBStore, *rules: ReclamationRule, days_later: int = 0) -> tuple[int, int, list[str]]:
    """(created, updated, numbers that fell) of a run, committed."""
    with store.begin() as work:
        work.rules.catch(sorted(rules, key=lambda each: each.precedence), ORG_ID)
        made = work.rules.renew("p1", TAKEN_AT + timedelta(days=days_later))
        fallen = [each.number for each in work.rules.fallen("p1")]
        work.commit()
    return made.created, made.updated, fallen


def _all(store: DuckDBStore) -> dict[str, Candidate]:
    with store.begin() as work:
        return {each.number: each for each in work.candidates.select()}


def test_a_run_makes_updates_and_drops_candidates_as_sets(store: DuckDBStore, tmp_path: Path) -> None:
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path))
    low_usage, inactive = rule("unused_user_license"), rule("inactive_holder")
    assert _run(store, low_usage, inactive) == (4, 0, [])
    made = _all(store)
    ben = next(each for each in made.values() if each.user_id == "005-ben")
    assert (ben.rule, ben.rule_id, ben.action, ben.justification) == (
        "unused_user_license",
        "r-unused_user_license",
        Action.DEACTIVATE,
        Justification.LOW_USAGE,
    )
    assert (ben.state, ben.inactive_days, ben.opened_at) == (State.READY, 65, TAKEN_AT)
    evidence = {name: ben.evidence[name] for name in ("rule_name", "seats", "potential_savings", "snapshot_taken_at")}
    assert evidence == {
        "rule_name": "unused_user_license",
        "seats": 4,
        "potential_savings": "2100.00",
        "snapshot_taken_at": "2026-11-24T12:00:00Z",
    }
    assert sorted(made) == [f"RC{number:07d}" for number in range(1, 5)]
    assert _run(store, low_usage, inactive) == (0, 4, [])
    assert _all(store) == made  # nothing changed, so nothing was written

    gentler = rule("unused_user_license", action=Action.FREEZE, scope=RuleScope(departments=("Sales",)))
    gentler = gentler.model_copy(update={"rule_id": "r-freeze", "name": "Freeze Sales first"})
    assert _run(store, low_usage, gentler, days_later=1) == (0, 2, ["RC0000001", "RC0000002"])  # no more inactive ones
    after = _all(store)[ben.number]
    assert (after.rule_id, after.action, after.opened_at) == ("r-freeze", Action.FREEZE, TAKEN_AT)  # the narrowest wins
    assert after.updated_at == TAKEN_AT + timedelta(days=1)


def test_what_was_kept_asked_or_proposed_is_left_as_it_is(store: DuckDBStore, tmp_path: Path) -> None:
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path))
    low_usage = rule("unused_user_license")
    _run(store, low_usage)
    by_user = {each.user_id: each for each in _all(store).values()}
    until = TAKEN_AT.date() + timedelta(days=10)
    kept, _ = by_user["005-ben"].keep(until=until, reason="on leave", actor="ada", at=TAKEN_AT)
    asked, _ = by_user["005-cleo"].move(State.AWAITING_USER, reason="asked", actor="ada", at=TAKEN_AT)
    with store.begin() as work:
        work.candidates.save([kept, asked])
        work.commit()
    other = low_usage.model_copy(update={"rule_id": "r-other", "scope": RuleScope(kinds=(Kind.USER,))})
    assert _run(store, low_usage, other) == (0, 1, [])
    assert _all(store)[asked.number] == asked  # her own rule still catches her; what she was asked about stays
    assert _run(store, other) == (0, 1, [asked.number])  # only another one does: nobody waits for that answer
    totals, _ = store.preview_rule(low_usage, org_id=ORG_ID, limit=0)
    assert (totals.candidates, totals.new, totals.kept) == (2, 0, 1)
    assert _run(store, low_usage, days_later=9)[0] == 0
    assert _run(store, low_usage, days_later=10)[0] == 1  # the day to ask again has come
    proposed = by_user["005-cleo"].model_copy(update={"rule": "manual", "rule_id": "", "number": asked.number})
    with store.begin() as work:
        work.candidates.save([proposed])
        work.commit()
    assert _run(store, low_usage)[2] == []
    assert _all(store)[asked.number] == proposed


def test_rules_of_several_models_are_run_as_one_and_each_keeps_its_seats(store: DuckDBStore, tmp_path: Path) -> None:
    def of(model: str, **more: Any) -> ReclamationRule:
        made = rule("unused_user_license", scope=RuleScope(models=(model,)), **more)
        return made.model_copy(update={"rule_id": f"r-{model}", "name": model})

    rules = [of("Salesforce"), of("Salesforce Platform"), of("Salesforce", stale_after_days=90), rule("unlicensed")]
    again = of("Salesforce").model_copy(update={"rule_id": "r-again"})
    grouped = [[each.rule_id for each in batch] for _, batch in batches([*rules, again])]
    assert grouped == [["r-Salesforce", "r-Salesforce Platform"], ["r-Salesforce"], ["r-unlicensed"], ["r-again"]]
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path))
    assert _run(store, of("Salesforce"), of("Salesforce Platform")) == (2, 0, [])
    assert {each.rule_id for each in _all(store).values()} == {"r-Salesforce"}
    assert {each.evidence["rule_name"] for each in _all(store).values()} == {"Salesforce"}
