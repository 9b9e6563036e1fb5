"""orders list, approve, refuse: what waits for a second person."""

from __future__ import annotations

from typing import Annotated

import typer

from sfsam.cli.asking import AsJson, actor, open_door
from sfsam.cli.output import print_answer, print_rows
from sfsam.domain.commands import ApproveOrder, ListOrders, RefuseOrder

Order = Annotated[str, typer.Argument(help="The order's id.")]
_LONGEST_ID = 36


def listing(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many of the newest.")] = 50, as_json: AsJson = False
) -> None:
    """Orders that wait for a second person, and what became of earlier ones."""
    with open_door() as door:
        rows = door.ask(ListOrders(actor=actor(), limit=limit))
    columns = ("order_id", "state", "people", "requested_by", "reason", "expires_at", "decided_by")
    print_rows(rows, columns, as_json=as_json, nothing="No order.", longest=_LONGEST_ID)


def approve(
    order_id: Order,
    reason: Annotated[str, typer.Option(help="Goes into the audit trail.")] = "",
    as_json: AsJson = False,
) -> None:
    """Approve an order, as the second person. Only whoever is signed in can, so here it says where."""
    with open_door() as door:
        answer = door.ask(ApproveOrder(actor=actor(), order_id=order_id, reason=reason))
    print_answer(answer, f"Approved; job {answer['job_id']} does it.", as_json=as_json)


def refuse(
    order_id: Order,
    reason: Annotated[str, typer.Option(help="Why; it goes into the audit trail.")],
    as_json: AsJson = False,
) -> None:
    """Refuse an order, or take one of your own back."""
    with open_door() as door:
        answer = door.ask(RefuseOrder(actor=actor(), order_id=order_id, reason=reason))
    print_answer(answer, f"Order {answer['order_id']} is refused.", as_json=as_json)
