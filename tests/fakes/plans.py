"""Plans as the services answer them: of a reclaim, and of giving back."""

from __future__ import annotations

from sfsam.domain.answers import LeftOut, PlanAnswer, PlannedCallRow, RestoreNeed, RestorePlanAnswer

RESTORE_PLAN = RestorePlanAnswer(
    planned_calls=2,
    users=1,
    calls=[PlannedCallRow(step="reactivate", method="PATCH", object="User", records=1, users=1)],
    needs=[RestoreNeed(license="Salesforce", needed=1, free=3)],
    left_out=[],
    not_the_same=["The assignments get new ids and new dates."],
)


def plan_for(numbers: tuple[str, ...]) -> PlanAnswer:
    """A plan in which the last of several people stays out; one for all that fit is for two of them."""
    numbers = numbers or ("RC0000001", "RC0000002")
    left = numbers[-1:] if len(numbers) > 2 else ()
    users = len(numbers) - len(left)
    return PlanAnswer(
        planned_calls=3,
        seats_freed=users * 2,
        users=users,
        potential_savings="2976.00",
        currency="EUR",
        calls=[
            PlannedCallRow(step="freeze", method="PATCH", object="UserLogin", records=users, users=users),
            PlannedCallRow(
                step="remove_permission_set_licenses",
                method="DELETE",
                object="PermissionSetLicenseAssign",
                records=users,
                users=users,
            ),
            PlannedCallRow(step="deactivate", method="PATCH", object="User", records=users, users=users),
        ],
        left_out=[
            LeftOut(
                number=number,
                user_principal_name="marek.nowak@northwind.example",
                reason="He is the default case owner in EMEA.",
                remedy="Choose another owner in Case Settings, then check again.",
            )
            for number in left
        ],
    )
