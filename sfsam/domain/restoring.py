"""Giving back what was taken: the difference between what a person held before and what they hold now.

What cannot be the same again is said before anything is sent: new ids and dates of the assignments, ended sessions,
revoked tokens, a password that may have expired (Salesforce fact sheet 5.10).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sfsam.domain.candidates import Action
from sfsam.domain.holdings import Change, Holding, natural_key
from sfsam.domain.identifiers import to_18
from sfsam.domain.profiles import Record
from sfsam.domain.steps import Step
from sfsam.domain.subscriptions import Kind

Row = dict[str, Any]


class FreeSeats(Record):
    """What is left of one license; `seats` None: unlimited or not known. One that has ended cannot be assigned."""

    label: str
    seats: int | None
    has_ended: bool = False


class Giving(Record):
    """One candidate whose person gets back what was taken: `before` is the state to return to.

    `lost` are ids of licenses that have ended since, or had ended before: nobody can be assigned to them.
    """

    number: str
    action: Action
    kind: Kind
    identifier: str
    before: Holding
    now: Holding
    lost: frozenset[str] = frozenset()

    @property
    def user_id(self) -> str:
        return self.now.user_id

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to give back."""
        return not any(self.changes(step) for step in Step)

    @property
    def seats(self) -> tuple[str, ...]:
        """Ids of the licenses of which one more seat is taken, as Salesforce counts them; a feature by its field."""
        user = self.before.user_license_id if self.changes(Step.REACTIVATE) or self._is_moved else ""
        assigned = [
            str((change.fields or {})[name])
            for step, name in (
                (Step.ASSIGN_PERMISSION_SET_LICENSES, "PermissionSetLicenseId"),
                (Step.ASSIGN_PACKAGE_LICENSES, "PackageLicenseId"),
            )
            for change in self.changes(step)
        ]
        return tuple(filter(None, (user, *assigned, *self._features)))

    def changes(self, step: Step) -> tuple[Change, ...]:
        """The records that `step` changes for this candidate; empty when there is nothing to do."""
        return tuple(each.model_copy(update={"number": self.number}) for each in self._changes(step))

    def _changes(self, step: Step) -> tuple[Change, ...]:
        match step:
            case Step.CHANGE_LICENSE_BACK:
                return self.now.of_user(ProfileId=to_18(self.before.profile_id)) if self._is_moved else ()
            case Step.REACTIVATE:
                is_off = self.action is Action.DEACTIVATE and self.before.is_active and not self.now.is_active
                return self.now.of_user(IsActive=True) if is_off else ()
            case Step.ASSIGN_PERMISSION_SET_LICENSES:
                return self._assignments("permission_set_licenses", _as_permission_set_license)
            case Step.ASSIGN_PERMISSION_SETS:
                return self._assignments("permission_sets", _as_permission_set)
            case Step.ASSIGN_PACKAGE_LICENSES:
                return self._assignments("package_licenses", _as_package_license)
            case Step.SET_FEATURE_LICENSES:
                return self.now.of_user(**dict.fromkeys(self._features, True)) if self._features else ()
            case Step.UNFREEZE:
                was_frozen_by_us = self.action in (Action.FREEZE, Action.DEACTIVATE) and not self.before.is_frozen
                return self.now.of_login(frozen=False) if was_frozen_by_us else ()
            case _:
                return ()

    @property
    def _is_moved(self) -> bool:
        changed = to_18(self.before.profile_id) != to_18(self.now.profile_id)
        return self.action is Action.CHANGE_LICENSE and changed

    @property
    def _features(self) -> tuple[str, ...]:
        if self.action not in (Action.DEACTIVATE, Action.CLEAR_FEATURE_LICENSE):
            return ()
        missing = [each for each in self.before.feature_licenses if each not in self.now.feature_licenses]
        return tuple(each for each in missing if self.action is Action.DEACTIVATE or each == self.identifier)

    def _assignments(self, what: str, as_fields: Any) -> tuple[Change, ...]:
        held = {natural_key(as_fields(row)) for row in getattr(self.now, what)}
        wanted = {natural_key(fields): fields for fields in map(as_fields, self._taken(what))}
        return tuple(
            Change(record_id=key, user_id=self.user_id, fields=fields)
            for key, fields in wanted.items()
            if key not in held and not self.lost.intersection(fields.values())
        )

    @property
    def _licenses(self) -> tuple[Row, ...]:
        """The assignments of the one permission set license that this candidate is about."""
        held = self.before.permission_set_licenses
        return tuple(row for row in held if row.get("PermissionSetLicense.DeveloperName") == self.identifier)

    def _taken(self, what: str) -> tuple[Row, ...]:
        """The rows of before that this action may have taken."""
        rows: tuple[Row, ...] = getattr(self.before, what)
        match self.action, what:
            case Action.DEACTIVATE, _:
                return rows
            case Action.CHANGE_LICENSE, "permission_sets":
                return self.before.bound_permission_sets
            case Action.REMOVE_PERMISSION_SET_LICENSE, "permission_set_licenses":
                return self._licenses
            case Action.REMOVE_PERMISSION_SET_LICENSE, "permission_sets":
                return self.before.permission_sets_of(self._licenses)
            case Action.REMOVE_PACKAGE_LICENSE, "package_licenses":
                return tuple(row for row in rows if row.get("PackageLicense.NamespacePrefix") == self.identifier)
            case _:
                return ()


def merged(holdings: Sequence[Holding]) -> Holding:
    """The state before several takings of the same person, oldest first: what the first found, and whatever a later
    one found beside it."""
    return holdings[0].model_copy(
        update={
            "permission_sets": _union(each.permission_sets for each in holdings),
            "permission_set_licenses": _union(each.permission_set_licenses for each in holdings),
            "package_licenses": _union(each.package_licenses for each in holdings),
            "feature_licenses": tuple(dict.fromkeys(name for each in holdings for name in each.feature_licenses)),
            "is_active": any(each.is_active for each in holdings),
            "is_frozen": all(each.is_frozen for each in holdings),
        }
    )


def _union(parts: Iterable[tuple[Row, ...]]) -> tuple[Row, ...]:
    return tuple({row["Id"]: row for rows in parts for row in rows}.values())


def _as_permission_set_license(row: Row) -> Row:
    return {"AssigneeId": row["AssigneeId"], "PermissionSetLicenseId": row["PermissionSetLicenseId"]}


def _as_permission_set(row: Row) -> Row:
    """A group is assigned as a group; Salesforce finds the permission set behind it."""
    if row.get("PermissionSetGroupId"):
        return {"AssigneeId": row["AssigneeId"], "PermissionSetGroupId": row["PermissionSetGroupId"]}
    return {"AssigneeId": row["AssigneeId"], "PermissionSetId": row["PermissionSetId"]}


def _as_package_license(row: Row) -> Row:
    return {"PackageLicenseId": row["PackageLicenseId"], "UserId": row["UserId"]}
