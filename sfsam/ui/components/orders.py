"""What waits for a second person: who asks for what, its plan, and approve or refuse."""

from __future__ import annotations

import streamlit as st

from sfsam.domain.answers import OrderRow
from sfsam.domain.commands import ApproveOrder, ListOrders, PlanReclaim, RefuseOrder
from sfsam.domain.orders import OrderKind, OrderState
from sfsam.ui import formats, frames, state, viewer
from sfsam.ui import reclaim_messages as words
from sfsam.ui.components import cards, failures, plan

REFUSED = "order_refused"
LOOKED_AT = "order_looked_at"


def waiting() -> None:
    """A card for each order that nobody has decided about; nothing when there is none."""
    for name in (plan.REFUSED, REFUSED):
        if refused := state.remembered(name):
            failures.show(refused.what, refused.remedy, is_refusal=refused.family == "refused")
    orders = [order for order in _orders() if order.state is OrderState.PENDING]
    if not orders:
        return
    with cards.card("orders", "Waiting for a second person"):
        for order in orders:
            _order(order)


def _orders() -> list[OrderRow]:
    answer: list[OrderRow] = frames.send(ListOrders(limit=50))
    return answer


def _order(order: OrderRow) -> None:
    with st.container(key=f"order_{order.order_id}"):
        st.markdown(words.order_sentence(order))
        asked, expires = viewer.moment(order.requested_at), viewer.moment(order.expires_at)
        st.caption(f"{formats.plain(order.reason)} · asked {asked} · expires {expires}")
        is_own = order.requested_by == viewer.person().name
        if is_own:
            st.caption(words.OWN_ORDER)
        with st.container(horizontal=True):
            if order.kind is OrderKind.RECLAIM:
                st.button(
                    "Show the plan",
                    icon=":material/list:",
                    key=f"look_{order.order_id}",
                    on_click=state.remember,
                    args=(LOOKED_AT, order.order_id),
                )
            if not is_own:
                st.button(
                    "Approve",
                    type="primary",
                    icon=":material/check:",
                    key=f"approve_{order.order_id}",
                    on_click=_decide,
                    args=(order, True, ""),
                )
            _refusal(order, "Take it back…" if is_own else "Refuse…")
        if state.remembered(LOOKED_AT) == order.order_id:
            _plan(order)


def _refusal(order: OrderRow, label: str) -> None:
    with st.popover(label, icon=":material/close:", key=f"refuse_{order.order_id}"):
        reason = st.text_input("Why?", max_chars=300, key=f"refuse_reason_{order.order_id}") or ""
        st.button(
            label.rstrip("…"),
            disabled=not reason.strip(),
            key=f"refuse_confirm_{order.order_id}",
            on_click=_decide,
            args=(order, False, reason.strip()),
        )


def _plan(order: OrderRow) -> None:
    """What it would send, read fresh from the org."""
    with failures.told():
        asked = PlanReclaim(numbers=tuple(order.numbers), action=order.action, actor=viewer.person().name)
        answer = frames.send(asked)
        st.markdown(f"**{formats.plain(words.plan_title(order.action, answer))}**")
        plan.calls_table(answer.calls)
        for left in answer.left_out:
            plan.stays_out(left)
        plan.not_the_same(answer.not_the_same)


def _decide(order: OrderRow, is_approved: bool, reason: str) -> None:
    state.forget(REFUSED)
    state.forget(LOOKED_AT)
    actor = viewer.person().name
    with failures.kept(REFUSED):
        if not is_approved:
            frames.send(RefuseOrder(order_id=order.order_id, reason=reason, actor=actor))
            return
        answer: OrderRow = frames.send(ApproveOrder(order_id=order.order_id, reason=reason, actor=actor))
        if answer.job_id:
            state.remember(plan.SLOT, answer.job_id)
