"""Four eyes: an order that one person gives and another approves before anything is sent (product.md R7).

The order holds exactly what was asked for. Only that is done, only once, and only within a week.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sfsam.domain.profiles import Record
from sfsam.errors import RefusedError

VALID_DAYS = 7
"""What nobody decided within a week, and what was approved and not done within a week of its request, has expired."""


class OrderKind(StrEnum):
    RECLAIM = "reclaim"
    END_FOUR_EYES = "end_four_eyes"  # or one person alone could switch it off, reclaim, and switch it on again


class OrderState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    USED = "used"


class Order(Record):
    """One order. `command` is the whole command as JSON, with its giver's name in it."""

    order_id: str
    kind: OrderKind = OrderKind.RECLAIM
    profile_ids: tuple[str, ...]
    command: dict[str, Any]
    people: int = 0
    reason: str
    requested_by: str
    requested_at: datetime
    state: OrderState = OrderState.PENDING
    decided_by: str = ""
    decided_at: datetime | None = None
    decision: str = ""
    used_at: datetime | None = None
    job_id: str = ""  # that did it

    @property
    def expires_at(self) -> datetime:
        return self.requested_at + timedelta(days=VALID_DAYS)

    def state_at(self, moment: datetime) -> OrderState:
        """The state as of a moment: nothing has to run for an order to expire."""
        open_states = (OrderState.PENDING, OrderState.APPROVED)
        return OrderState.EXPIRED if self.state in open_states and moment >= self.expires_at else self.state

    def approved(self, by: str, at: datetime, said: str = "") -> Order:
        """Raises RefusedError for whoever gave the order, and unless it is pending."""
        if by == self.requested_by:
            raise RefusedError(
                "Whoever asks cannot approve.",
                "Another person with the role manager or admin has to look at it.",
                order_id=self.order_id,
            )
        return self._decided(OrderState.APPROVED, by, at, said)

    def refused(self, by: str, at: datetime, said: str) -> Order:
        """Raises RefusedError unless it is pending. Whoever gave it may refuse it too: that takes it back."""
        return self._decided(OrderState.REFUSED, by, at, said)

    def used(self, command: dict[str, Any], at: datetime, job_id: str) -> Order:
        """The order as it is done now. Raises RefusedError unless it is approved, unused, and about this very command.

        It is used before the first call: what a crash leaves of it is settled, and needs an order of its own.
        """
        self._require(OrderState.APPROVED, at)
        if command != self.command:
            raise RefusedError(
                "What is to be done is not what was approved.",
                "Ask for exactly this, and have it approved.",
                order_id=self.order_id,
            )
        return self.model_copy(update={"state": OrderState.USED, "used_at": at, "job_id": job_id})

    def _decided(self, state: OrderState, by: str, at: datetime, said: str) -> Order:
        self._require(OrderState.PENDING, at)
        return self.model_copy(update={"state": state, "decided_by": by, "decided_at": at, "decision": said})

    def _require(self, wanted: OrderState, at: datetime) -> None:
        state = self.state_at(at)
        if state is not wanted:
            raise RefusedError(
                f"The order is {state}, not {wanted}.",
                "Ask anew for what is still to be done.",
                order_id=self.order_id,
                state=state,
            )
