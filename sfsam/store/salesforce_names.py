"""Where a thing of Salesforce is kept: PermissionSetLicense in sf_permission_set_license, LoginTime in login_time."""

from __future__ import annotations

import re

# Tables with rows of single users, and which column says whose. The other tables of Salesforce's rows are small.
OWNERS = {
    "sf_user": "id",
    "sf_user_feature": "user_id",
    "sf_user_login": "user_id",
    "sf_user_app_info": "user_id",
    "sf_permission_set_license_assign": "assignee_id",
    "sf_permission_set_assignment": "assignee_id",
    "sf_user_package_license": "user_id",
}


def table_of(object_name: str) -> str:
    """The table of an object."""
    return f"sf_{column_of(object_name)}"


def column_of(field: str) -> str:
    """The column of a field."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", field).lower()
