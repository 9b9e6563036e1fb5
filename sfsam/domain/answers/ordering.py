"""Orders that wait for a second person."""

from __future__ import annotations

from sfsam.domain.answers.base import Answer, Moment
from sfsam.domain.candidates import Action
from sfsam.domain.orders import OrderKind, OrderState


class OrderRow(Answer):
    """`profiles` by name; `numbers` are the candidates, `action` None: what each rule proposed."""

    order_id: str
    kind: OrderKind
    state: OrderState
    profiles: list[str]
    action: Action | None
    numbers: list[str]
    people: int
    reason: str
    requested_by: str
    requested_at: Moment
    expires_at: Moment
    decided_by: str
    decided_at: Moment | None
    decision: str
    job_id: str


class FourEyesAnswer(Answer):
    """`order_id`: of the order that waits for a second person, when it is to end."""

    profile: str
    four_eyes: bool
    order_id: str = ""
