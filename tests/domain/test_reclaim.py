"""The steps of taking back, their calls, and the guard."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsam.domain.attempts import Attempt, Outcome, calls_of, planned_calls
from sfsam.domain.candidates import Action
from sfsam.domain.holdings import Holding
from sfsam.domain.reclaim import Taking, allowed_users, guard_size
from sfsam.domain.steps import STEPS, Step
from sfsam.domain.subscriptions import Kind
from sfsam.errors import GuardExceeded

NOON = datetime(2026, 11, 24, 12)


def holding(number: int = 1, **more: object) -> Holding:
    fields: dict[str, object] = {
        "user_id": f"005{number:015d}",
        "username": f"user{number}@acme.example",
        "is_active": True,
        "is_frozen": False,
        "user_login_id": f"0Yw{number:015d}",
        "profile_id": "00e000000000001AAA",
        "last_login_at": None,
        "system_modstamp": "2026-01-01T00:00:00.000+0000",
    }
    return Holding.model_validate(fields | more)


def taking(held: Holding, action: Action = Action.DEACTIVATE, identifier: str = "SFDC", **more: object) -> Taking:
    kind = {
        Action.REMOVE_PERMISSION_SET_LICENSE: Kind.PERMISSION_SET,
        Action.REMOVE_PACKAGE_LICENSE: Kind.PACKAGE,
        Action.CLEAR_FEATURE_LICENSE: Kind.FEATURE,
        Action.DEACTIVATE: Kind.USER,
    }[action]
    fields = {"number": f"RC{held.user_id[-7:]}", "action": action, "kind": kind, "identifier": identifier}
    return Taking.model_validate({**fields, "holding": held, **more})


def test_the_steps_follow_the_order_that_frees_everything() -> None:
    full = holding(
        permission_sets=({"Id": "0Pa1"},),
        permission_set_licenses=({"Id": "2LA1"},),
        package_licenses=({"Id": "0511"},),
        feature_licenses=("UserPermissionsKnowledgeUser",),
    )
    calls = planned_calls([taking(full)])
    assert [call.step for call in calls] == list(STEPS[Action.DEACTIVATE])
    assert [(call.method, call.object) for call in calls] == [
        ("PATCH", "UserLogin"),
        ("DELETE", "PermissionSetAssignment"),
        ("DELETE", "PermissionSetLicenseAssign"),
        ("DELETE", "UserPackageLicense"),
        ("PATCH", "User"),
        ("PATCH", "User"),
    ]
    assert calls[-1].changes[0].fields == {"IsActive": False}
    assert full.seats == 4


def test_pitfall_29_a_call_changes_one_object_type_only() -> None:
    people = [
        holding(number, permission_sets=({"Id": f"0Pa{number}"},), package_licenses=({"Id": f"051{number}"},))
        for number in range(3)
    ]
    prefixes = {"User": "005", "UserLogin": "0Yw", "PermissionSetAssignment": "0Pa", "UserPackageLicense": "051"}
    calls = planned_calls([taking(each) for each in people])
    assert {call.object for call in calls} == {"UserLogin", "PermissionSetAssignment", "UserPackageLicense", "User"}
    for call in calls:
        assert {change.record_id[:3] for change in call.changes} == {prefixes[call.object]}


def test_a_step_with_nothing_to_do_sends_nothing() -> None:
    assert [call.step for call in planned_calls([taking(holding(is_frozen=True))])] == [Step.DEACTIVATE]
    assert planned_calls([taking(holding(is_active=False, is_frozen=True))]) == []


MANY = {
    "permission_sets": ({"Id": "0Pa1"},),
    "permission_set_licenses": (
        {"Id": "2LA1", "PermissionSetLicense.DeveloperName": "SalesUserPsl"},
        {"Id": "2LA2", "PermissionSetLicense.DeveloperName": "CRMUserPsl"},
    ),
    "package_licenses": ({"Id": "0511", "PackageLicense.NamespacePrefix": "SBQQ"},),
    "feature_licenses": ("UserPermissionsKnowledgeUser", "UserPermissionsMarketingUser"),
}


@pytest.mark.parametrize(
    ("action", "identifier", "call", "record"),
    [
        (Action.REMOVE_PERMISSION_SET_LICENSE, "CRMUserPsl", ("DELETE", "PermissionSetLicenseAssign"), "2LA2"),
        (Action.REMOVE_PACKAGE_LICENSE, "SBQQ", ("DELETE", "UserPackageLicense"), "0511"),
        (Action.CLEAR_FEATURE_LICENSE, "UserPermissionsMarketingUser", ("PATCH", "User"), holding().user_id),
    ],
)
def test_taking_one_seat_back_touches_that_record_only(
    action: Action, identifier: str, call: tuple[str, str], record: str
) -> None:
    one = taking(holding(**MANY), action, identifier)
    [sent] = planned_calls([one])
    assert (sent.method, sent.object) == call
    [change] = sent.changes
    assert (change.record_id, change.number) == (record, one.number)
    assert change.fields == ({identifier: False} if action is Action.CLEAR_FEATURE_LICENSE else None)
    assert one.seats == 1


def test_a_record_stands_once_in_a_call() -> None:
    held = holding(**MANY)
    features = [taking(held, Action.CLEAR_FEATURE_LICENSE, name, number=name) for name in held.feature_licenses]
    calls = planned_calls(features)
    assert [len(call.changes) for call in calls] == [1, 1]
    assert [call.changes[0].number for call in calls] == list(held.feature_licenses)


@given(st.lists(st.integers(0, 7), max_size=60))
def test_every_change_is_in_exactly_one_call_of_at_most_the_batch_size(sizes: list[int]) -> None:
    people = [
        holding(number, permission_sets=tuple({"Id": f"0Pa{number}-{each}"} for each in range(size)))
        for number, size in enumerate(sizes)
    ]
    calls = calls_of(Step.REMOVE_PERMISSION_SETS, [taking(each) for each in people])
    sent = [change.record_id for call in calls for change in call.changes]
    assert sorted(sent) == sorted(row["Id"] for each in people for row in each.permission_sets)
    assert all(len(call.changes) <= call.step.batch_size for call in calls)
    assert Step.REMOVE_PERMISSION_SETS.batch_size < 50  # at 50 Salesforce leaves the licenses behind


def attempt() -> Attempt:
    return Attempt(
        attempt_id="a",
        request_id="r",
        profile_id="p",
        number="RC0000001",
        user_id="005",
        step=Step.DEACTIVATE,
        record_id="005",
        intended_at=NOON,
    )


@pytest.mark.parametrize(
    ("accepted", "in_effect", "outcome"),
    [
        (True, True, Outcome.DONE),
        (False, True, Outcome.DONE),
        (True, False, Outcome.REFUSED),
        (False, False, Outcome.REFUSED),
    ],
)
def test_reading_back_outweighs_the_answer(accepted: bool, in_effect: bool, outcome: Outcome) -> None:
    closed = attempt().closed(accepted=accepted, in_effect=in_effect, code="X", said="words", at=NOON)
    assert closed.outcome is outcome
    assert (closed.said == "") is (outcome is Outcome.DONE)


@pytest.mark.parametrize(
    ("active", "asked", "allowed"), [(0, None, 25), (400, None, 25), (2000, None, 100), (2000, 7, 7)]
)
def test_the_guard_allows_25_or_5_percent_or_what_was_asked(active: int, asked: int | None, allowed: int) -> None:
    assert allowed_users(active, asked) == allowed


def test_exceeding_the_guard_carries_its_numbers() -> None:
    with pytest.raises(GuardExceeded) as refused:
        guard_size(101, 2000, None)
    assert refused.value.values == {"selected": 101, "allowed": 100, "active_users": 2000}
    assert "--max-users 101" in refused.value.remedy
    guard_size(100, 2000, None)
