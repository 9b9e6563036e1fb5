"""Four eyes: what one person asks for and another approves."""

from __future__ import annotations

from pydantic import Field

from sfsam.domain.commands.base import Command
from sfsam.domain.commands.reclaiming import Reclaim


class SetFourEyes(Command):
    """Ask for a second person before anything of this profile is taken back; only while people sign in.

    To end it takes a second person as well: that waits as an order. Answer: FourEyesAnswer.
    """

    profile: str
    enabled: bool
    reason: str = Field(min_length=1, max_length=300)


class RequestReclaim(Command):
    """Ask another person to approve this reclaim; which candidates it is for is settled now. Answer: OrderRow."""

    reclaim: Reclaim
    reason: str = Field(min_length=1, max_length=300)


class ListOrders(Command):
    """The newest orders first. Answer: list of OrderRow."""

    limit: int = Field(default=50, ge=1, le=1000)


class ApproveOrder(Command):
    """Have it done, as the second person. Answer: OrderRow, with the job that does it."""

    order_id: str
    reason: str = Field(default="", max_length=300)


class RefuseOrder(Command):
    """Not this. Answer: OrderRow."""

    order_id: str
    reason: str = Field(min_length=1, max_length=300)
