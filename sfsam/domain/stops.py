"""The kill switch: who stopped all sending, why, and who allowed it again."""

from __future__ import annotations

from datetime import datetime

from sfsam.domain.profiles import Record


class Stop(Record):
    """While `lifted_at` is empty nothing is taken back and nobody frozen, in any org. Giving back goes on."""

    stop_id: str
    reason: str
    stopped_by: str
    stopped_at: datetime
    lifted_by: str = ""
    lifted_at: datetime | None = None
