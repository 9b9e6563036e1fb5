"""Taking seats back, org by org and batch by batch: who may go is looked at again, then step by step it is sent.

Thousands of seats of one license are read by the license instead of by the person, and read back together: a few
reads instead of some for each batch. Between the call and the reading back the attempts are open, as always.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from sfsam.domain.answers import OutcomeRow, ReclaimAnswer
from sfsam.domain.attempts import Attempt, Outcome, PlannedCall, Request, RequestKind, calls_of, planned_calls
from sfsam.domain.audit import AuditEntry
from sfsam.domain.candidates import Action, Candidate, Justification, State
from sfsam.domain.commands import Reclaim
from sfsam.domain.holdings import Holding
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job
from sfsam.domain.profiles import Profile, Purpose
from sfsam.domain.steps import Step
from sfsam.errors import OutcomeUnknown
from sfsam.ports import OrgSession
from sfsam.services.notifying import notify
from sfsam.services.objections import sort_out
from sfsam.services.ordering import require_second_person
from sfsam.services.planning import (
    known,
    people_of,
    require_as_planned,
    require_guard,
    require_permissions,
    selection,
)
from sfsam.services.reclaim_batch import Batch
from sfsam.services.reclaim_moves import Moves
from sfsam.services.running import JobControl, Phases
from sfsam.services.sending import Sender, Sent
from sfsam.services.stopping import stopped
from sfsam.services.world import World, conversation

PEOPLE_PER_BATCH = 25
"""Of people who are deactivated or changed in several steps: what a crash leaves half done stays small."""
SEATS_PER_BATCH = 200
"""Of seats that one call each takes back, and of people who are frozen."""
READ_BY_LICENSE_FROM = 400
"""From so many seats of one license on, everybody who holds it is read at once."""


def reclaim(world: World, command: Reclaim, job: Job, control: JobControl) -> ReclaimAnswer:
    """Take back the seats of the chosen candidates, or freeze their people."""
    parts = selection(world, command)
    for profile, candidates in parts:
        require_guard(world, profile, people_of(candidates), command.max_users)
    require_as_planned(command, parts)
    require_second_person(world, command, [profile for profile, _ in parts], job)
    asked, parts = _ask_first(world, command, parts)
    phases = Phases(control, [profile.name for profile, _ in parts] or ["Nothing is ready"])
    runs = [_OrgReclaim(world, profile, candidates, command, job) for profile, candidates in parts]
    for run in runs:
        run.apply(phases)
    return ReclaimAnswer(
        planned_calls=sum(run.planned for run in runs),
        seats_freed=sum(run.seats_freed for run in runs),
        outcomes=[*asked, *(outcome for run in runs for outcome in run.outcomes)],
    )


def _ask_first(
    world: World, command: Reclaim, parts: Sequence[tuple[Profile, list[Candidate]]]
) -> tuple[list[OutcomeRow], list[tuple[Profile, list[Candidate]]]]:
    """Write to the holders of seats whose rule notifies: what became of these, and the parts without them.

    Freezing asks nobody, and what was decided after a notice is not asked again (product.md R5).
    """
    if command.after_notice:
        return [], list(parts)
    with world.store.begin() as work:
        rules = {each.rule_id: each for profile, _ in parts for each in work.rules.of_profile(profile.profile_id)}
    notifying = {rule_id for rule_id, rule in rules.items() if rule.notify_user}

    def is_asked(candidate: Candidate) -> bool:
        return candidate.rule_id in notifying and candidate.action is not Action.FREEZE

    to_ask = [each for _, members in parts for each in members if is_asked(each)]
    left = [(profile, [each for each in members if not is_asked(each)]) for profile, members in parts]
    return notify(world, command.actor, to_ask), [(profile, members) for profile, members in left if members]


@dataclass(frozen=True)
class _Group:
    """Candidates that are treated alike. `holders` is given when they are read by their license."""

    candidates: Sequence[Candidate]
    size: int
    holders: Sequence[Holding] | None = None

    def batches(self) -> Iterator[Sequence[Candidate]]:
        for start in range(0, len(self.candidates), self.size):
            yield self.candidates[start : start + self.size]


@dataclass
class _Sending:
    """One batch on its way, under its request; `unread` are calls that were answered and not yet read back."""

    session: OrgSession
    sender: Sender
    request: Request
    batch: Batch
    unread: list[Sent] = field(default_factory=list)


class _OrgReclaim:
    """One org's part of a reclaim."""

    def __init__(self, world: World, profile: Profile, candidates: list[Candidate], command: Reclaim, job: Job) -> None:
        self._world = world
        self._profile = profile
        self._candidates = candidates
        self._actor = command.actor
        self._job = job
        self._worths = _worth_by_number(world, candidates)
        self._moves = Moves(world, command.actor)
        self.planned = 0
        self.seats_freed = 0

    @property
    def outcomes(self) -> list[OutcomeRow]:
        return self._moves.outcomes

    def apply(self, phases: Phases) -> None:
        phases.begin(self._profile.name, expected=len(self._candidates))
        with conversation(self._world, self._profile, Purpose.ACT) as (session, _):
            require_permissions(session)
            for group in _groups(self._candidates, session):
                self._reclaim_group(session, group, phases)
        phases.end(self._profile.name, rows=len(self.outcomes))

    def _reclaim_group(self, session: OrgSession, group: _Group, phases: Phases) -> None:
        sent: list[_Sending] = []
        for chosen in group.batches():
            if phases.should_stop() or stopped(self._world):
                break
            sending = self._send_batch(session, self._as_they_are(chosen), group.holders)
            sent += [sending] if sending else []
            if sending and group.holders is None:
                self._finish(sending)
            phases.advance(self._profile.name, len(self.outcomes))
        if group.holders is not None:
            self._read_back_together(session, sent)

    def _as_they_are(self, chosen: Sequence[Candidate]) -> list[Candidate]:
        """The candidates as the store has them now: an earlier batch, or somebody else, may have closed some."""
        with self._world.store.begin() as work:
            found = {each.number: each for each in work.candidates.of_numbers([each.number for each in chosen])}
        return [
            found[each.number].model_copy(update={"action": each.action})
            for each in chosen
            if each.number in found and found[each.number].state is each.state
        ]

    def _send_batch(
        self, session: OrgSession, chosen: Sequence[Candidate], holders: Sequence[Holding] | None
    ) -> _Sending | None:
        """Look again, leave out, and send everything for the others. None when nobody is left."""
        if not chosen:
            return None
        around = known(self._world, self._profile, chosen)
        going, staying = sort_out(session, around, chosen, self._world.clock.now(), holders)
        self._moves.leave_out(staying)
        if not going:
            return None
        batch = Batch(going)
        request = self._begin(batch)
        self.planned += len(planned_calls(batch.takings()))
        sending = _Sending(session, Sender(self._world, session, request, batch.org_id), request, batch)
        for step in Step:
            self._take_step(sending, step, read_back=holders is None)
        return sending

    def _begin(self, batch: Batch) -> Request:
        """First transaction: the request with the state before, and every candidate on its way."""
        is_freezing = batch.first.action is Action.FREEZE  # a batch is of one action
        request = Request(
            request_id=new_id(),
            profile_id=self._profile.profile_id,
            job_id=self._job.job_id,
            kind=RequestKind.FREEZE if is_freezing else RequestKind.RECLAIM,
            numbers=tuple(candidate.number for candidate in batch.candidates()),
            requested_by=self._actor,
            requested_at=self._world.clock.now(),
            holdings=tuple({taking.user_id: taking.holding for taking in batch.takings()}.values()),
        )
        moves = [] if is_freezing else [self._on_its_way(each, request) for each in batch.candidates()]
        for moved, _ in moves:
            batch.replace(moved)
        with self._world.store.begin() as work:
            work.requests.add(request)
            work.candidates.save([moved for moved, _ in moves])
            work.audit.append([trace for _, trace in moves])
            work.commit()
        return request

    def _on_its_way(self, candidate: Candidate, request: Request) -> tuple[Candidate, AuditEntry]:
        moved, trace = candidate.move(
            State.AWAITING_REVOCATION,
            reason="Reclaim was confirmed.",
            actor=self._actor,
            at=request.requested_at,
            detail={"request_id": request.request_id},
        )
        return moved.model_copy(update={"evidence": {**moved.evidence, **self._worth(moved)}}), trace

    def _worth(self, candidate: Candidate) -> dict[str, object]:
        return self._worths.get(candidate.number, {})

    def _take_step(self, sending: _Sending, step: Step, *, read_back: bool) -> None:
        batch = sending.batch
        if step is Step.REMOVE_PERMISSION_SET_LICENSES and (leaving := batch.leaving()):
            # Removing permission sets has removed most of these by itself; read what is left (fact sheet 5.5).
            batch.refresh({holding.user_id: holding for holding in sending.session.holdings(leaving)})
        for call in calls_of(step, batch.takings()):
            if stop := stopped(self._world):
                self._halt(batch, f"Sending was stopped by {stop.stopped_by}: {stop.reason}")
                return
            try:
                if read_back:
                    self._stop_refused(batch, sending.sender.send(call))
                else:
                    sending.unread.append(sending.sender.send_unread(call))
            except OutcomeUnknown as trouble:
                self._leave_open(batch, call, trouble)

    def _read_back_together(self, session: OrgSession, sent: Sequence[_Sending]) -> None:
        """One look at the license tells for every call of the group whether it is in effect."""
        if not any(sending.unread for sending in sent):
            return
        taking = sent[0].batch.first
        there = session.record_ids(taking.kind, taking.identifier)
        for sending in sent:
            attempts = [attempt for part in sending.unread for attempt in part.attempts]
            effects = {each.attempt_id: each.record_id not in there for each in attempts}
            self._stop_refused(sending.batch, sending.sender.close(sending.unread, effects))
            self._finish(sending)

    def _stop_refused(self, batch: Batch, closed: Sequence[Attempt]) -> None:
        for attempt in closed:
            if attempt.outcome is not Outcome.DONE and batch.has(attempt.number):
                self._moves.stop(batch.drop(attempt.number), attempt)

    def _halt(self, batch: Batch, reason: str) -> None:
        """Nothing more is sent: whoever is on the way needs a person's attention."""
        for candidate in batch.candidates():
            self._moves.need_attention(batch.drop(candidate.number), reason)

    def _leave_open(self, batch: Batch, call: PlannedCall, trouble: OutcomeUnknown) -> None:
        """No answer came. The attempts stay open and the candidates stay where they are, until `settle`."""
        for number in dict.fromkeys(change.number for change in call.changes):
            if batch.has(number):
                self._moves.tell(batch.drop(number), str(trouble))

    def _finish(self, sending: _Sending) -> None:
        """Close whoever got to the end, and the request."""
        batch = sending.batch
        done = [(each, batch.seats_before(each.number), self._worth(each)) for each in batch.candidates()]
        self.seats_freed += sum(seats for _, seats, _ in done)
        self._moves.complete(done)
        sending.sender.end()


def _is_alone(candidate: Candidate) -> bool:
    """Whether nothing but the one assignment goes, so that the license alone tells what became of it."""
    match candidate.action:
        case Action.REMOVE_PERMISSION_SET_LICENSE:
            return candidate.justification is Justification.UNALLOCATED
        case Action.REMOVE_PACKAGE_LICENSE | Action.CLEAR_FEATURE_LICENSE:
            return True
        case _:
            return False


def _groups(candidates: Sequence[Candidate], session: OrgSession) -> Iterator[_Group]:
    """People who leave first, because their other seats go with them; seats of one license together."""

    def sort_key(candidate: Candidate) -> tuple[bool, str, str]:
        return candidate.action is not Action.DEACTIVATE, candidate.action, candidate.identifier

    for (_, name, identifier), members in groupby(sorted(candidates, key=sort_key), key=sort_key):
        together, action = list(members), Action(name)
        is_one_call = action not in (Action.DEACTIVATE, Action.CHANGE_LICENSE)
        by_license = len(together) >= READ_BY_LICENSE_FROM and all(map(_is_alone, together))
        yield _Group(
            together,
            SEATS_PER_BATCH if is_one_call else PEOPLE_PER_BATCH,
            session.holders(together[0].kind, identifier) if by_license else None,
        )


def _worth_by_number(world: World, candidates: Sequence[Candidate]) -> dict[str, dict[str, object]]:
    """Seats and yearly cost of each candidate before it is taken back; afterwards the rows behind them are gone.

    What another action than the proposed one saves, nobody has worked out: then it is not known.
    """
    actions = {each.number: each.action for each in candidates}
    rows = world.store.reads.rows("candidates", numbers=[each.number for each in candidates])
    return {
        row["number"]: {
            "seats": row["seats"],
            "potential_savings": None if amount is None else str(amount),
            "currency": row["currency"],
        }
        for row in rows
        for amount in [row["potential_savings"] if row["action"] == actions[row["number"]] else None]
    }
