"""Taking seats back: what is done for one candidate, and how many people one run may touch."""

from __future__ import annotations

from typing import Any

from sfsam.domain.candidates import Action
from sfsam.domain.holdings import Change, Holding
from sfsam.domain.identifiers import to_18
from sfsam.domain.profiles import Record
from sfsam.domain.steps import STEPS, Step
from sfsam.domain.subscriptions import Kind
from sfsam.errors import GuardExceeded

MAX_USERS_FLOOR = 25
MAX_USERS_SHARE = 0.05


class Taking(Record):
    """One candidate on its way: what is done for it, out of what its person holds.

    `target_profile_id` is the Salesforce profile that the person gets when the license is changed.
    """

    number: str
    action: Action
    kind: Kind
    identifier: str
    holding: Holding
    target_profile_id: str = ""

    @property
    def user_id(self) -> str:
        return self.holding.user_id

    @property
    def seats(self) -> int:
        """Seats that this frees: all of the person's, or the one; freezing frees none (fact sheet 5.2)."""
        match self.action:
            case Action.DEACTIVATE:
                return self.holding.seats
            case Action.CHANGE_LICENSE:
                return 1
            case _:
                return len(self.rows)

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
            case Action.FREEZE | Action.CHANGE_LICENSE | Action.DEACTIVATE:
                return ()
        return tuple(row for row in held if row.get(name) == self.identifier)

    @property
    def permission_sets(self) -> tuple[dict[str, Any], ...]:
        """Those that go: all of a person who leaves, those made for the old license, those that need this one."""
        match self.action:
            case Action.DEACTIVATE:
                return self.holding.permission_sets
            case Action.CHANGE_LICENSE:
                return self.holding.bound_permission_sets
            case _:
                return self.holding.permission_sets_of(self.rows)

    def changes(self, step: Step) -> tuple[Change, ...]:
        """The records that `step` changes for this candidate; empty when there is nothing to do."""
        if step not in STEPS[self.action]:
            return ()
        return tuple(each.model_copy(update={"number": self.number}) for each in self._changes(step))

    def _changes(self, step: Step) -> tuple[Change, ...]:
        held, is_person = self.holding, self.action is Action.DEACTIVATE
        match step:
            case Step.FREEZE:
                return held.of_login(frozen=True)
            case Step.REMOVE_PERMISSION_SETS:
                return held.deletions(self.permission_sets)
            case Step.REMOVE_PERMISSION_SET_LICENSES:
                return held.deletions(held.permission_set_licenses if is_person else self.rows)
            case Step.REMOVE_PACKAGE_LICENSES:
                return held.deletions(held.package_licenses if is_person else self.rows)
            case Step.CLEAR_FEATURE_LICENSES:
                features = held.feature_licenses if is_person else tuple(self.identifier for _ in self.rows)
                return held.of_user(**dict.fromkeys(features, False)) if features else ()
            case Step.CHANGE_LICENSE:
                target = to_18(self.target_profile_id)
                return held.of_user(ProfileId=target) if target != to_18(held.profile_id) else ()
            case Step.DEACTIVATE:
                return held.of_user(IsActive=False) if held.is_active else ()
            case _:
                return ()


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
