"""The candidates of a reclaim that are on their way together, and what leaves the snapshot when they arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sfsam.domain.attempts import Attempt, Outcome
from sfsam.domain.candidates import Action, Candidate
from sfsam.domain.holdings import Holding
from sfsam.domain.reclaim import Taking
from sfsam.domain.steps import Step
from sfsam.ports import UnitOfWork


class Batch:
    """Candidates that are still on their way, by number, with what their people hold."""

    def __init__(self, going: Sequence[tuple[Candidate, Taking]]) -> None:
        self._candidates = {candidate.number: candidate for candidate, _ in going}
        self._takings = {taking.number: taking for _, taking in going}
        self._seats_before = {taking.number: taking.seats for _, taking in going}
        self.first, self.org_id = going[0][0], going[0][0].org_id

    def candidates(self) -> list[Candidate]:
        return list(self._candidates.values())

    def takings(self) -> list[Taking]:
        return [self._takings[number] for number in self._candidates]

    def leaving(self) -> list[str]:
        """The users that are to be deactivated."""
        return [each.user_id for each in self._candidates.values() if each.action is Action.DEACTIVATE]

    def has(self, number: str) -> bool:
        return number in self._candidates

    def seats_before(self, number: str) -> int:
        """The seats that this was to free before anything was sent, each counted once."""
        return self._seats_before[number]

    def replace(self, candidate: Candidate) -> None:
        self._candidates[candidate.number] = candidate

    def refresh(self, holdings: Mapping[str, Holding]) -> None:
        """Put what these people hold now in the place of what they held."""
        for number, taking in self._takings.items():
            if taking.user_id in holdings:
                self._takings[number] = taking.model_copy(update={"holding": holdings[taking.user_id]})

    def drop(self, number: str) -> Candidate:
        return self._candidates.pop(number)


def free_what_came_back(work: UnitOfWork, org_id: str, closed: Sequence[Attempt]) -> None:
    """Let what is verified as taken back leave the snapshot at once, so that no page waits for a download."""
    done = [attempt for attempt in closed if attempt.outcome is Outcome.DONE]
    deactivated = [attempt.user_id for attempt in done if attempt.step is Step.DEACTIVATE]
    if deactivated:
        work.seats.free_all(org_id, deactivated)
    records = [attempt.record_id for attempt in done if attempt.fields is None]
    features = [
        (each.user_id, name) for each in done if each.step is Step.CLEAR_FEATURE_LICENSES for name in each.fields or ()
    ]
    moved = [each.user_id for each in done if each.step is Step.CHANGE_LICENSE]
    if records or features or moved:
        work.seats.free(org_id, records, features, moved)
