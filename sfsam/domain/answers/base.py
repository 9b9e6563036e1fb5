"""How moments and amounts are written in JSON."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer


def _with_z(moment: datetime) -> str:
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return aware.isoformat().replace("+00:00", "Z")


Moment = Annotated[datetime, PlainSerializer(_with_z, return_type=str, when_used="json")]


Amount = Annotated[Decimal, PlainSerializer(str, return_type=str, when_used="json")]


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)
