"""Taking seats back: the steps for one seat or person, the calls of a plan, and what became of each call.

Deactivating goes in the order of the Salesforce fact sheet 5.1: freeze, remove permission sets, remove what is
left of permission set licenses, remove package licenses, clear feature licenses, deactivate. A step that has
nothing to remove sends nothing. Taking back one seat is one of these steps, for the one record.

An *attempt* is one step for one record. Its outcome is open from the moment the intent is saved until the org
was read back; only then is it done, refused or not sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from sfsam.domain.candidates import Action
from sfsam.domain.profiles import Record
from sfsam.domain.subscriptions import Kind
from sfsam.errors import GuardExceeded

MAX_USERS_FLOOR = 25
MAX_USERS_SHARE = 0.05


class Step(StrEnum):
    """In the order in which they are sent."""

    FREEZE = "freeze"
    REMOVE_PERMISSION_SETS = "remove_permission_sets"
    REMOVE_PERMISSION_SET_LICENSES = "remove_permission_set_licenses"
    REMOVE_PACKAGE_LICENSES = "remove_package_licenses"
    CLEAR_FEATURE_LICENSES = "clear_feature_licenses"
    DEACTIVATE = "deactivate"


BATCH_SIZE: dict[Step, int] = {
    Step.FREEZE: 200,
    # Salesforce stops removing permission set licenses by itself at 50 permission sets a call (fact sheet 5.5).
    Step.REMOVE_PERMISSION_SETS: 49,
    Step.REMOVE_PERMISSION_SET_LICENSES: 200,
    Step.REMOVE_PACKAGE_LICENSES: 200,
    Step.CLEAR_FEATURE_LICENSES: 200,
    Step.DEACTIVATE: 200,
}

SALESFORCE_OBJECT: dict[Step, str] = {
    Step.FREEZE: "UserLogin",
    Step.REMOVE_PERMISSION_SETS: "PermissionSetAssignment",
    Step.REMOVE_PERMISSION_SET_LICENSES: "PermissionSetLicenseAssign",
    Step.REMOVE_PACKAGE_LICENSES: "UserPackageLicense",
    Step.CLEAR_FEATURE_LICENSES: "User",
    Step.DEACTIVATE: "User",
}


STEPS: dict[Action, tuple[Step, ...]] = {
    Action.REMOVE_PERMISSION_SET_LICENSE: (Step.REMOVE_PERMISSION_SET_LICENSES,),
    Action.REMOVE_PACKAGE_LICENSE: (Step.REMOVE_PACKAGE_LICENSES,),
    Action.CLEAR_FEATURE_LICENSE: (Step.CLEAR_FEATURE_LICENSES,),
    Action.DEACTIVATE: tuple(Step),
}


class Outcome(StrEnum):
    OPEN = "open"
    DONE = "done"
    REFUSED = "refused"
    NOT_SENT = "not_sent"


class Change(Record):
    """One record to change: `fields` None means delete it."""

    record_id: str
    user_id: str
    fields: dict[str, Any] | None = None
    number: str = ""  # of the candidate it is for


class Holding(Record):
    """What one person holds right now, read from the org just before anything is sent. Kept for the undo."""

    user_id: str
    username: str
    is_active: bool
    is_frozen: bool
    is_administrator: bool = False
    is_machine: bool = False
    user_login_id: str | None
    profile_id: str
    last_login_at: datetime | None
    system_modstamp: str
    permission_sets: tuple[dict[str, Any], ...] = ()
    permission_set_licenses: tuple[dict[str, Any], ...] = ()
    package_licenses: tuple[dict[str, Any], ...] = ()
    feature_licenses: tuple[str, ...] = ()

    @property
    def seats(self) -> int:
        """Seats that deactivating this person frees, each counted once."""
        return 1 + len(self.permission_set_licenses) + len(self.package_licenses) + len(self.feature_licenses)

    def changes(self, step: Step) -> tuple[Change, ...]:
        """The records that `step` changes for this person; empty when there is nothing to do."""
        match step:
            case Step.FREEZE:
                if self.is_frozen or self.user_login_id is None:
                    return ()
                return (Change(record_id=self.user_login_id, user_id=self.user_id, fields={"IsFrozen": True}),)
            case Step.REMOVE_PERMISSION_SETS:
                return self._deletions(self.permission_sets)
            case Step.REMOVE_PERMISSION_SET_LICENSES:
                return self._deletions(self.permission_set_licenses)
            case Step.REMOVE_PACKAGE_LICENSES:
                return self._deletions(self.package_licenses)
            case Step.CLEAR_FEATURE_LICENSES:
                if not self.feature_licenses:
                    return ()
                cleared = dict.fromkeys(self.feature_licenses, False)
                return (Change(record_id=self.user_id, user_id=self.user_id, fields=cleared),)
            case Step.DEACTIVATE:
                if not self.is_active:
                    return ()
                return (Change(record_id=self.user_id, user_id=self.user_id, fields={"IsActive": False}),)

    def _deletions(self, rows: tuple[dict[str, Any], ...]) -> tuple[Change, ...]:
        return tuple(Change(record_id=row["Id"], user_id=self.user_id) for row in rows)


class Taking(Record):
    """One candidate on its way: what is done for it, out of what its person holds."""

    number: str
    action: Action
    kind: Kind
    identifier: str
    holding: Holding

    @property
    def user_id(self) -> str:
        return self.holding.user_id

    @property
    def seats(self) -> int:
        """Seats that this frees: all of the person's, or the one."""
        return self.holding.seats if self.action is Action.DEACTIVATE else len(self.rows)

    @property
    def rows(self) -> tuple[dict[str, Any], ...]:
        """The assignments in which the one seat consists; a feature license is a field and has none."""
        match self.action:
            case Action.REMOVE_PERMISSION_SET_LICENSE:
                held, name = self.holding.permission_set_licenses, "PermissionSetLicense.DeveloperName"
            case Action.REMOVE_PACKAGE_LICENSE:
                held, name = self.holding.package_licenses, "PackageLicense.NamespacePrefix"
            case Action.CLEAR_FEATURE_LICENSE:
                return ({"Id": self.user_id},) if self.identifier in self.holding.feature_licenses else ()
            case Action.DEACTIVATE:
                return ()
        return tuple(row for row in held if row.get(name) == self.identifier)

    def changes(self, step: Step) -> tuple[Change, ...]:
        """The records that `step` changes for this candidate."""
        if step not in STEPS[self.action]:
            return ()
        if self.action is Action.DEACTIVATE:
            return tuple(each.model_copy(update={"number": self.number}) for each in self.holding.changes(step))
        fields = {self.identifier: False} if self.action is Action.CLEAR_FEATURE_LICENSE else None
        return tuple(
            Change(record_id=row["Id"], user_id=self.user_id, fields=fields, number=self.number) for row in self.rows
        )


class PlannedCall(Record):
    """One request to Salesforce: at most 200 records of one object and one step."""

    step: Step
    object: str
    method: str
    changes: tuple[Change, ...]


class Attempt(Record):
    """One change of one record: saved before it is sent, closed when the org was read back."""

    attempt_id: str
    request_id: str
    profile_id: str
    number: str
    user_id: str
    step: Step
    record_id: str
    fields: dict[str, Any] | None = None
    outcome: Outcome = Outcome.OPEN
    code: str = ""
    said: str = ""
    intended_at: datetime
    closed_at: datetime | None = None

    def closed(self, *, accepted: bool, in_effect: bool, code: str, said: str, at: datetime) -> Attempt:
        """What became of it. What the org shows on reading back outweighs what it answered.

        A refused deletion of a row that is gone is done; an accepted change that is not there is refused.
        """
        if in_effect:
            outcome, code, said = Outcome.DONE, "", ""
        elif accepted:
            outcome, code = Outcome.REFUSED, "NOT_IN_EFFECT"
            said = "Salesforce accepted the change, but reading it back shows the old value."
        else:
            outcome = Outcome.REFUSED
        return self._ended(outcome, code, said, at)

    def not_sent(self, said: str, at: datetime) -> Attempt:
        """Closed without effect: it never reached the org, or the org shows that nothing happened."""
        return self._ended(Outcome.NOT_SENT, "", said, at)

    def _ended(self, outcome: Outcome, code: str, said: str, at: datetime) -> Attempt:
        return self.model_copy(update={"outcome": outcome, "code": code, "said": said, "closed_at": at})


class Request(Record):
    """One order to take back the seats of some people; `holdings` is the state before, for the undo."""

    request_id: str
    profile_id: str
    job_id: str
    requested_by: str
    requested_at: datetime
    holdings: tuple[Holding, ...] = Field(default=(), repr=False)


def planned_calls(takings: Sequence[Taking]) -> list[PlannedCall]:
    """Every request, in the order of sending, that takes all these seats back.

    Permission set licenses that Salesforce removes by itself with the permission set stay in the plan: whether
    it did is known only after reading back, and then the call shrinks or vanishes.
    """
    return [call for step in Step for call in calls_of(step, takings)]


def calls_of(step: Step, takings: Sequence[Taking]) -> list[PlannedCall]:
    """The requests of one step for these candidates, in batches of at most BATCH_SIZE[step] records.

    A record stands once in a call: Salesforce refuses a call that names one twice.
    """
    rounds = _rounds([change for taking in takings for change in taking.changes(step)])
    size = BATCH_SIZE[step]
    method = "PATCH" if step in (Step.FREEZE, Step.CLEAR_FEATURE_LICENSES, Step.DEACTIVATE) else "DELETE"
    return [
        PlannedCall(
            step=step,
            object=SALESFORCE_OBJECT[step],
            method=method,
            changes=tuple(changes[start : start + size]),
        )
        for changes in rounds
        for start in range(0, len(changes), size)
    ]


def _rounds(changes: Sequence[Change]) -> list[list[Change]]:
    """The changes in as many rounds as the most often changed record needs."""
    rounds: list[list[Change]] = []
    seen: Counter[str] = Counter()
    for change in changes:
        turn = seen[change.record_id]
        seen[change.record_id] += 1
        if turn == len(rounds):
            rounds.append([])
        rounds[turn].append(change)
    return rounds


def allowed_users(active_users: int, asked_for: int | None) -> int:
    """How many people one run may touch: 25 or 5 % of the active users, or the number asked for."""
    if asked_for is not None:
        return asked_for
    return max(MAX_USERS_FLOOR, int(active_users * MAX_USERS_SHARE))


def guard_size(selected: int, active_users: int, asked_for: int | None) -> None:
    """Raise GuardExceeded, with its numbers, when more people are selected than one run may touch."""
    allowed = allowed_users(active_users, asked_for)
    if selected > allowed:
        raise GuardExceeded(
            f"{selected} users are selected and one run may touch {allowed} of {active_users} active users.",
            f"Select fewer, or raise the limit on purpose on the command line: --max-users {selected}.",
            selected=selected,
            allowed=allowed,
            active_users=active_users,
        )
