"""The steps in which seats are taken and given back: what each changes in Salesforce, and how much fits in a call.

Taking goes in the order of the Salesforce fact sheet 5.1: freeze, remove permission sets, remove what is left of
permission set licenses, remove package licenses, clear feature licenses, change the license, deactivate. Giving back
goes the other way (fact sheet 5.10): the license and the person first, because nothing can be assigned to a license
that is not there, and the log-in last, so that nobody works with half of what they had.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, NamedTuple

from sfsam.domain.candidates import Action


class Step(StrEnum):
    """In the order in which they are sent."""

    FREEZE = "freeze"
    REMOVE_PERMISSION_SETS = "remove_permission_sets"
    REMOVE_PERMISSION_SET_LICENSES = "remove_permission_set_licenses"
    REMOVE_PACKAGE_LICENSES = "remove_package_licenses"
    CLEAR_FEATURE_LICENSES = "clear_feature_licenses"
    CHANGE_LICENSE = "change_license"
    DEACTIVATE = "deactivate"

    CHANGE_LICENSE_BACK = "change_license_back"
    REACTIVATE = "reactivate"
    ASSIGN_PERMISSION_SET_LICENSES = "assign_permission_set_licenses"
    ASSIGN_PERMISSION_SETS = "assign_permission_sets"
    ASSIGN_PACKAGE_LICENSES = "assign_package_licenses"
    SET_FEATURE_LICENSES = "set_feature_licenses"
    UNFREEZE = "unfreeze"

    @property
    def object(self) -> str:
        """The Salesforce object whose records it changes."""
        return _FACTS[self].object

    @property
    def method(self) -> Method:
        return _FACTS[self].method

    @property
    def batch_size(self) -> int:
        """How many records go into one call."""
        return _FACTS[self].batch_size

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


Method = Literal["PATCH", "DELETE", "POST"]


class _Facts(NamedTuple):
    object: str
    method: Method
    batch_size: int = 200  # the most that sObject collections take (fact sheet 2.6)


_FACTS: dict[Step, _Facts] = {
    Step.FREEZE: _Facts("UserLogin", "PATCH"),
    # Salesforce stops removing permission set licenses by itself at 50 permission sets a call (fact sheet 5.5).
    Step.REMOVE_PERMISSION_SETS: _Facts("PermissionSetAssignment", "DELETE", 49),
    Step.REMOVE_PERMISSION_SET_LICENSES: _Facts("PermissionSetLicenseAssign", "DELETE"),
    Step.REMOVE_PACKAGE_LICENSES: _Facts("UserPackageLicense", "DELETE"),
    Step.CLEAR_FEATURE_LICENSES: _Facts("User", "PATCH"),
    Step.CHANGE_LICENSE: _Facts("User", "PATCH"),
    Step.DEACTIVATE: _Facts("User", "PATCH"),
    Step.CHANGE_LICENSE_BACK: _Facts("User", "PATCH"),
    Step.REACTIVATE: _Facts("User", "PATCH"),
    Step.ASSIGN_PERMISSION_SET_LICENSES: _Facts("PermissionSetLicenseAssign", "POST"),
    Step.ASSIGN_PERMISSION_SETS: _Facts("PermissionSetAssignment", "POST"),
    Step.ASSIGN_PACKAGE_LICENSES: _Facts("UserPackageLicense", "POST"),
    Step.SET_FEATURE_LICENSES: _Facts("User", "PATCH"),
    Step.UNFREEZE: _Facts("UserLogin", "PATCH"),
}

GIVING = tuple(Step)[tuple(Step).index(Step.CHANGE_LICENSE_BACK) :]
"""What an undo may need, in its order; steps that find nothing to give back send nothing."""

STEPS: dict[Action, tuple[Step, ...]] = {
    Action.FREEZE: (Step.FREEZE,),
    # Permission sets that need it go first, and may take the license with them (fact sheet 5.5).
    Action.REMOVE_PERMISSION_SET_LICENSE: (Step.REMOVE_PERMISSION_SETS, Step.REMOVE_PERMISSION_SET_LICENSES),
    Action.REMOVE_PACKAGE_LICENSE: (Step.REMOVE_PACKAGE_LICENSES,),
    Action.CLEAR_FEATURE_LICENSE: (Step.CLEAR_FEATURE_LICENSES,),
    # Permission sets that are made for the old license go first (fact sheet 5.8).
    Action.CHANGE_LICENSE: (Step.REMOVE_PERMISSION_SETS, Step.CHANGE_LICENSE),
    Action.DEACTIVATE: (
        Step.FREEZE,
        Step.REMOVE_PERMISSION_SETS,
        Step.REMOVE_PERMISSION_SET_LICENSES,
        Step.REMOVE_PACKAGE_LICENSES,
        Step.CLEAR_FEATURE_LICENSES,
        Step.DEACTIVATE,
    ),
}
"""What each action sends, in order; the last step is the one that frees the seat."""
