from __future__ import annotations

from datetime import datetime
from typing import Any

import httpx
import orjson
import pytest

from sfsam.domain.attempts import Attempt, PlannedCall
from sfsam.domain.holdings import Change
from sfsam.domain.steps import Step
from sfsam.errors import OutcomeUnknown, PermissionMissing
from sfsam.salesforce.client import HttpOrgSession
from tests.salesforce.company import found_company, user_id
from tests.salesforce.paper_org import PaperOrg, drop, refusal, row_refusal, time_out


@pytest.fixture
def company(org: PaperOrg) -> PaperOrg:
    found_company(org)
    return org


def deactivation(*numbers: int) -> PlannedCall:
    changes = [Change(record_id=user_id(each), user_id=user_id(each), fields={"IsActive": False}) for each in numbers]
    return PlannedCall(step=Step.DEACTIVATE, object="User", method="PATCH", changes=tuple(changes))


def deletion(*record_ids: str) -> PlannedCall:
    changes = tuple(Change(record_id=each, user_id=user_id(0)) for each in record_ids)
    return PlannedCall(
        step=Step.REMOVE_PERMISSION_SET_LICENSES,
        object="PermissionSetLicenseAssign",
        method="DELETE",
        changes=changes,
    )


def attempt(step: Step, record_id: str, fields: dict[str, Any] | None = None) -> Attempt:
    return Attempt(
        attempt_id=f"attempt of {record_id}",
        request_id="r1",
        profile_id="p1",
        number="RC0000001",
        user_id=user_id(0),
        step=step,
        record_id=record_id,
        fields=fields,
        intended_at=datetime(2026, 11, 24),
    )


def test_an_update_goes_out_once_in_one_call(company: PaperOrg, conversation: HttpOrgSession) -> None:
    outcomes = conversation.send(deactivation(0, 2))
    assert [(each.record_id, each.success) for each in outcomes] == [(user_id(0), True), (user_id(2), True)]
    assert [row["IsActive"] for row in company.tables["User"]] == [False, True, False, True]
    sent = company.requests[-1]
    assert (sent.method, sent.url.path) == ("PATCH", "/services/data/v66.0/composite/sobjects")
    assert orjson.loads(sent.content) == {
        "allOrNone": False,
        "records": [
            {"attributes": {"type": "User"}, "id": user_id(0), "IsActive": False},
            {"attributes": {"type": "User"}, "id": user_id(2), "IsActive": False},
        ],
    }


def test_a_deletion_goes_out_once_in_one_call(company: PaperOrg, conversation: HttpOrgSession) -> None:
    record_id = company.tables["PermissionSetLicenseAssign"][0]["Id"]
    assert conversation.send(deletion(record_id))[0].success
    assert len(company.tables["PermissionSetLicenseAssign"]) == 2
    sent = company.requests[-1]
    assert (sent.method, dict(sent.url.params)) == ("DELETE", {"ids": record_id, "allOrNone": "false"})


def test_pitfall_23_failures_are_told_row_by_row(company: PaperOrg, conversation: HttpOrgSession) -> None:
    company.tables["User"][1]["blocked"] = "You cannot disable the Web to Lead Default Creator"
    outcomes = conversation.send(deactivation(0, 1, 2))
    assert [each.success for each in outcomes] == [True, False, True]
    assert outcomes[1].code == "FIELD_INTEGRITY_EXCEPTION"
    assert outcomes[1].message == "You cannot disable the Web to Lead Default Creator"


def test_pitfall_24_a_record_that_is_gone_already_is_deleted(company: PaperOrg, conversation: HttpOrgSession) -> None:
    record_id = company.tables["PermissionSetLicenseAssign"].pop(0)["Id"]
    outcome = conversation.send(deletion(record_id))[0]
    assert (outcome.success, outcome.code) == (True, "ENTITY_IS_DELETED")

    company.fault("composite", lambda _: httpx.Response(200, json=[row_refusal("INSUFFICIENT_ACCESS", "no")]))
    assert not conversation.send(deletion(record_id))[0].success
    company.fault("composite", lambda _: httpx.Response(200, json=[row_refusal("ENTITY_IS_DELETED", "gone")]))
    assert not conversation.send(deactivation(0))[0].success  # an update of a deleted record is no success


@pytest.mark.parametrize("fault", [drop, time_out])
def test_a_lost_answer_is_an_unknown_outcome(company: PaperOrg, conversation: HttpOrgSession, fault: object) -> None:
    company.fault("composite", fault, times=9)
    with pytest.raises(OutcomeUnknown, match="settle"):
        conversation.send(deactivation(0))
    assert len(company.paths("composite")) == 1


def test_an_answer_that_does_not_fit_is_an_unknown_outcome(company: PaperOrg, conversation: HttpOrgSession) -> None:
    for answer in ([], {"success": True}, None):
        company.fault("composite", lambda _, answer=answer: httpx.Response(200, json=answer))
        with pytest.raises(OutcomeUnknown):
            conversation.send(deactivation(0))


def test_a_call_refused_as_a_whole_changed_nothing(company: PaperOrg, conversation: HttpOrgSession) -> None:
    company.fault("composite", lambda _: refusal(403, "INSUFFICIENT_ACCESS", "insufficient access rights"))
    with pytest.raises(PermissionMissing):
        conversation.send(deactivation(0))


def test_a_call_of_more_than_200_records_is_not_sent(company: PaperOrg, conversation: HttpOrgSession) -> None:
    with pytest.raises(ValueError, match="200"):
        conversation.send(deactivation(*range(201)))
    with pytest.raises(ValueError, match="200"):
        conversation.send(deactivation())
    assert company.requests == []


def test_what_is_in_effect_is_read_back(company: PaperOrg, conversation: HttpOrgSession) -> None:
    there = company.tables["PermissionSetLicenseAssign"][0]["Id"]
    gone = company.tables["PermissionSetLicenseAssign"].pop(1)["Id"]
    company.tables["User"][0] |= {"IsActive": False, "UserPermissionsKnowledgeUser": True}
    asked = {
        "still there": attempt(Step.REMOVE_PERMISSION_SET_LICENSES, there),
        "gone": attempt(Step.REMOVE_PERMISSION_SET_LICENSES, gone),
        "inactive": attempt(Step.DEACTIVATE, user_id(0), {"IsActive": False}),
        "active": attempt(Step.DEACTIVATE, user_id(1), {"IsActive": False}),
        "unknown": attempt(Step.DEACTIVATE, user_id(9), {"IsActive": False}),
        "not frozen": attempt(Step.FREEZE, company.tables["UserLogin"][0]["Id"], {"IsFrozen": True}),
    }
    effects = conversation.in_effect(list(asked.values()))
    assert {name: effects[each.attempt_id] for name, each in asked.items()} == {
        "still there": False,
        "gone": True,
        "inactive": True,
        "active": False,
        "unknown": False,
        "not frozen": False,
    }
    assert len(company.paths("/query$")) == 3
