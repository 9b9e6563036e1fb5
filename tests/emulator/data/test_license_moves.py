"""Every pair of license types of Salesforce fact sheet 5.8, and the text of each refusal."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sfsam.emulator.behavior import Behavior
from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.org import build_orgs
from sfsam.emulator.rules.user_licenses import check_move
from tests.emulator.data.desk import NOW, Desk

CORE = ("SFDC", "AUL", "FDC_SUB", "PID_FDC_FREE", "FDC_ONE", "PID_WorkDotCom_Only", "PID_KNOWLEDGE")
CHATTER = ("CSN_User", "PID_Chatter_External")
INTEGRATION = ("SALESFORCE_INTEGRATION_USER",)
IDENTITY = ("PID_Identity",)
CUSTOMER = (
    "PID_Customer_Community",
    "PID_Customer_Community_Login",
    "PID_High_Volume_Portal",
    "Platform_Portal_User",
    "PID_External_Identity",
)
PLUS = ("PID_Customer_Community_Plus", "PID_Customer_Community_Plus_Login")
PARTNER = ("PID_Partner_Community", "PID_Partner_Community_Login", "PID_STRATEGIC_PRM", "PID_Silver_Partner")

TO_CHATTER = "It is not permitted to change user type from Standard to CSN Only(db=n,api=CsnOnly)"
NOT_ALLOWED = "This change in license types is not allowed"
ONLY_CURRENT = "You can only reassign this user to a profile of the current license."

MATRIX: list[tuple[tuple[str, ...], tuple[str, ...], str | None]] = [
    (CORE, CORE, None),
    (CHATTER, CORE, None),
    (CORE, CHATTER, TO_CHATTER),
    (CORE, IDENTITY, NOT_ALLOWED),
    (INTEGRATION, CHATTER, TO_CHATTER),
    (INTEGRATION, IDENTITY, NOT_ALLOWED),
    (PARTNER, IDENTITY, ONLY_CURRENT),
    (CUSTOMER, CUSTOMER, None),
    (CUSTOMER, PLUS, None),
    (CUSTOMER, PARTNER, None),
    (PLUS, CUSTOMER, ONLY_CURRENT),
    (PARTNER, CUSTOMER, ONLY_CURRENT),
    (PARTNER, PARTNER, None),
    (CUSTOMER, CORE, ONLY_CURRENT),
    (CORE, CUSTOMER, NOT_ALLOWED),
]
PAIRS = [(a, b, said) for froms, tos, said in MATRIX for a in froms for b in tos if a != b]


def profile(key: str) -> dict[str, Any]:
    kinds = dict.fromkeys(CHATTER, "CsnOnly") | dict.fromkeys(CUSTOMER + PLUS, "CspLitePortal")
    return {"LicenseDefinitionKey": key, "UserType": kinds.get(key, "Standard")}


@pytest.mark.parametrize(("before", "after", "said"), PAIRS)
def test_a_move_between_license_types(before: str, after: str, said: str | None) -> None:
    work: Any = SimpleNamespace(behavior=Behavior())
    if said is None:
        check_move(work, profile(before), profile(after))
        return
    with pytest.raises(SalesforceError) as caught:
        check_move(work, profile(before), profile(after))
    assert (caught.value.code, caught.value.message) == ("FIELD_INTEGRITY_EXCEPTION", said)


def test_forecasts_drop_with_the_full_license() -> None:
    desk = Desk(build_orgs(1, 60, 4, NOW, None)[0])
    desk.open_seats()
    user = desk.add_user(ForecastEnabled=True)
    assert desk.update("User", user, ProfileId=desk.profile("Standard Platform User")).success
    assert desk.query("SELECT ForecastEnabled FROM User WHERE Id = :user", user=user) == [{"ForecastEnabled": False}]
