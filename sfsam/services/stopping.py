"""The kill switch: one order stops all taking back and freezing, at once and until somebody allows it again."""

from __future__ import annotations

from sfsam.domain.answers import StopAnswer
from sfsam.domain.commands import AllowReclaiming, ShowStop, StopReclaiming
from sfsam.domain.identifiers import new_id
from sfsam.domain.stops import Stop
from sfsam.errors import RefusedError
from sfsam.services.world import World, entry


def stop(world: World, command: StopReclaiming) -> StopAnswer:
    """Stop. What is being sent at this moment is still answered and saved; nothing follows it."""
    made = Stop(stop_id=new_id(), reason=command.reason, stopped_by=command.actor, stopped_at=world.clock.now())
    with world.store.begin() as work:
        standing = work.stops.standing()
        if standing is None:
            work.stops.save(made)
            work.audit.append([entry(world, command.actor, "reclaim.stopped", made.stop_id, reason=command.reason)])
            work.commit()
    return _answer(standing or made)


def allow(world: World, command: AllowReclaiming) -> StopAnswer:
    """Allow it again. Raises RefusedError when nothing is stopped."""
    with world.store.begin() as work:
        standing = work.stops.standing()
        if standing is None:
            raise RefusedError("Nothing is stopped.", "There is nothing to allow.")
        lifted = {"lifted_by": command.actor, "lifted_at": world.clock.now()}
        work.stops.save(standing.model_copy(update=lifted))
        work.audit.append([entry(world, command.actor, "reclaim.allowed", standing.stop_id, reason=command.reason)])
        work.commit()
    return _answer(None)


def show(world: World, command: ShowStop) -> StopAnswer:
    return _answer(stopped(world))


def stopped(world: World) -> Stop | None:
    """The stop that stands, if any."""
    with world.store.begin() as work:
        return work.stops.standing()


def require_not_stopped(world: World) -> None:
    """Raise RefusedError while all sending is stopped."""
    if standing := stopped(world):
        raise RefusedError(
            f"{standing.stopped_by} stopped all reclaiming: {standing.reason}",
            "Allow it again on the page Removal candidates, or by: sfsam allow-reclaiming.",
            stopped_by=standing.stopped_by,
        )


def _answer(stop: Stop | None) -> StopAnswer:
    if stop is None:
        return StopAnswer(is_stopped=False)
    return StopAnswer(is_stopped=True, reason=stop.reason, stopped_by=stop.stopped_by, stopped_at=stop.stopped_at)
