"""What the page of candidates offers: actions, all that fit, giving back, the kill switch, a second person."""

from __future__ import annotations

import json
from typing import Any

from streamlit.testing.v1 import AppTest

from sfsam.domain.answers import OrderRow, RunLimit
from sfsam.domain.candidates import Action
from sfsam.domain.commands import (
    AllowReclaiming,
    ApproveOrder,
    PlanReclaim,
    Reclaim,
    RefuseOrder,
    RequestReclaim,
    Restore,
    SetFourEyes,
    StopReclaiming,
)
from sfsam.domain.orders import OrderKind, OrderState
from sfsam.ui.components.plan import possible
from tests.fakes.frames import NOW
from tests.fakes.system import FakeSystem
from tests.ui.conftest import Open, said
from tests.ui.test_pages import _states, tick

PAGE = "pages/reclaim/candidates.py"


def test_the_gentlest_action_comes_first_and_the_rules_own_is_chosen(full: FakeSystem, visit: Open) -> None:
    app = tick(visit(PAGE), [0])
    choice = _choice(app)
    assert (choice.options, choice.value) == (["Freeze", "Deactivate"], "Deactivate")
    assert full.orders(PlanReclaim)[-1].action is None
    choice.set_value("Freeze").run()
    assert full.orders(PlanReclaim)[-1].action is Action.FREEZE
    assert app.button(key="reclaim").label == "Freeze 1 person…"
    assert "no seat freed" in said(app)


def test_only_what_is_possible_for_all_of_them_can_be_chosen() -> None:
    user = {"kind": "user", "action": "deactivate", "evidence": "{}"}
    cheaper = {"kind": "user", "action": "change_license", "evidence": json.dumps({"target_profile_id": "00e1"})}
    package = {"kind": "package", "action": "remove_package_license", "evidence": "{}"}
    assert possible([user]) == [Action.FREEZE, Action.DEACTIVATE]
    assert possible([cheaper]) == [Action.FREEZE, Action.CHANGE_LICENSE, Action.DEACTIVATE]
    assert possible([user, cheaper]) == [None, Action.FREEZE, Action.DEACTIVATE]
    assert possible([package]) == [Action.REMOVE_PACKAGE_LICENSE]
    assert possible([user, package]) == [None]


def test_all_that_fit_is_one_order_bound_to_its_plan(full: FakeSystem, visit: Open) -> None:
    limit = RunLimit(profile="Production", is_sandbox=True, selected=12, allowed=25, active_users=402)
    full.plan = {"fingerprint": "f1", "limits": [limit], "not_the_same": ["The assignments get new ids."]}
    app = visit(PAGE)
    box = app.checkbox(key="all_ready")
    assert box.label == "All 12 that fit the search and the filters"
    box.check().run()
    assert full.orders(PlanReclaim)[-1].matching is not None
    text = said(app).replace("\\", "")
    assert "12 of at most 25 people in one run, of 402 active users." in text
    assert "Sandbox: frees no paid seat." in text
    assert "The assignments get new ids." in text
    _confirm(app)
    [order] = full.orders(Reclaim)
    assert (order.numbers, order.fingerprint, order.matching.search) == ((), "f1", "")
    assert not app.checkbox(key="all_ready").value


def test_where_a_second_person_is_needed_the_button_asks_for_approval(full: FakeSystem, visit: Open) -> None:
    full.plan = {"needs_second_person": True}
    app = tick(visit(PAGE), [0])
    app.button(key="reclaim").click().run()
    app.checkbox(key="has_read_plan").check().run()
    assert app.button(key="confirm_reclaim").label == "Ask for approval"
    assert app.button(key="confirm_reclaim").disabled
    app.text_input(key="request_reason").input("Unused for a year").run()
    app.button(key="confirm_reclaim").click().run()
    assert [order.reason for order in full.orders(RequestReclaim)] == ["Unused for a year"]
    assert not full.orders(Reclaim)


def test_another_person_approves_or_refuses_and_nobody_their_own(full: FakeSystem, visit: Open) -> None:
    full.waiting = [_order("one", "mia"), _order("two", "local")]
    app = visit(PAGE)
    text = said(app)
    assert "**mia** asks to take back 1 candidate of 1 person in Production." in text
    assert "You asked for this." in text
    assert {button.key for button in app.button if str(button.key).startswith("approve_")} == {"approve_one"}
    app.button(key="look_one").click().run()
    assert full.orders(PlanReclaim)[-1].numbers == ("RC0000003",)
    app.text_input(key="refuse_reason_two").input("A mistake").run()
    app.button(key="refuse_confirm_two").click().run()
    app.button(key="approve_one").click().run()
    assert [order.order_id for order in full.orders(RefuseOrder)] == ["two"]
    assert [order.order_id for order in full.orders(ApproveOrder)] == ["one"]
    assert "63% done" in said(app)


def test_all_reclaiming_can_be_stopped_and_the_page_says_so_until_it_is_allowed(full: FakeSystem, visit: Open) -> None:
    app = visit(PAGE)
    assert app.button(key="stop_confirm").disabled
    app.text_input(key="stop_reason").input("Somebody complained").run()
    app.button(key="stop_confirm").click().run()
    assert full.orders(StopReclaiming)[0].reason == "Somebody complained"
    assert "mia stopped all reclaiming.** Somebody complained" in said(app)
    app.text_input(key="allow_reason").input("Clarified").run()
    app.button(key="allow_confirm").click().run()
    assert full.orders(AllowReclaiming)
    assert "stopped all reclaiming" not in said(app)


def test_a_complete_candidate_can_be_given_back_after_its_plan(full: FakeSystem, visit: Open) -> None:
    app = visit(PAGE)
    _states(app).set_value("Complete").run()
    app.button(key="give_back").click().run()
    text = said(app).replace("\\", "")
    assert "1 person gets back what was taken: 2 calls" in text
    assert "The assignments get new ids and new dates." in text
    assert not full.orders(Restore)
    app.button(key="confirm_restore").click().run()
    [order] = full.orders(Restore)
    assert len(order.numbers) == 1
    assert "63% done" in said(app)


def test_attention_says_what_to_do_and_whoever_is_frozen_can_be_unfrozen(full: FakeSystem, visit: Open) -> None:
    rows = full.reads.fetch("candidates")
    seen = {"code": "DUPLICATE_VALUE", "remedy": "Choose another owner.", "frozen_at": "2026-07-01T10:00:00Z"}
    full.reads.replace("candidates", rows.assign(evidence=json.dumps(seen)))
    app = visit(PAGE)
    assert "Frozen since 1 Jul 2026; every seat is still taken." in said(app)
    assert app.button(key="give_back").label == "Unfreeze…"
    _states(app).set_value("Attention").run()
    text = said(app).replace("\\", "")
    assert "Choose another owner." in text and "DUPLICATE_VALUE" in text
    assert {"Back to Ready", "Unfreeze…"} <= {button.label for button in app.button}


def test_a_second_person_can_be_asked_for_only_where_people_sign_in(full: FakeSystem, visit: Open) -> None:
    record = "pages/operations/integration_profile.py"
    assert "once people sign in" in said(visit(record, profile="p1"))
    assert not full.orders(SetFourEyes)


def _choice(app: AppTest) -> Any:
    [choice] = [each for each in app.get("button_group") if str(each.key).startswith("plan_action")]
    return choice


def _confirm(app: AppTest) -> None:
    app.button(key="reclaim").click().run()
    app.checkbox(key="has_read_plan").check().run()
    app.button(key="confirm_reclaim").click().run()


def _order(order_id: str, requested_by: str) -> OrderRow:
    return OrderRow(
        order_id=order_id,
        kind=OrderKind.RECLAIM,
        state=OrderState.PENDING,
        profiles=["Production"],
        action=None,
        numbers=["RC0000003"],
        people=1,
        reason="Unused",
        requested_by=requested_by,
        requested_at=NOW,
        expires_at=NOW,
        decided_by="",
        decided_at=None,
        decision="",
        job_id="",
    )
