"""How long our own history is kept: days of use, periods of seats, the position of each day (product.md D8)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from sfsam.domain.answers import HousekeepAnswer
from sfsam.domain.commands import Housekeep
from sfsam.services.excluding import refresh_exclusions
from sfsam.services.world import World, entry


def housekeep(world: World, command: Housekeep) -> HousekeepAnswer:
    """End exclusions that are over, and forget what is older than the setting says. Done twice it changes nothing."""
    refresh_exclusions(world, world.clock.now().date(), actor=command.actor)
    before = months_before(world.clock.now().date(), world.settings.history_months)
    with world.store.begin() as work:
        gone = {table: rows for table, rows in work.history.prune(before).items() if rows}
        if gone:
            detail = {"before": before.isoformat(), "rows": gone}
            work.audit.append([entry(world, command.actor, "history.pruned", "history", detail=detail)])
        work.commit()
    return HousekeepAnswer(before=before.isoformat(), gone=gone)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last one of a month that is too short."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
