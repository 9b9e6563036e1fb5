"""What describe says of an object, as far as it matters here (Salesforce fact sheet 2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sfsam.domain.profiles import Record
from sfsam.salesforce.shapes import expected

# Booleans on User that look like feature licenses and are settings (fact sheet 4.1).
_SETTINGS_NOT_LICENSES = frozenset({"UserPermissionsCallCenterAutoLogin", "UserPermissionsForecastEnabled"})
_FEATURE_PREFIX = "UserPermissions"


class DescribedField(Record):
    name: str
    type: str
    updateable: bool


class Described(Record):
    """One object as the connected user sees it; a field it may not see is not there."""

    name: str
    updateable: bool
    deletable: bool
    queryable: bool
    fields: dict[str, DescribedField]

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Described:
        with expected("an object"):
            fields = [
                DescribedField(name=item["name"], type=item["type"], updateable=bool(item.get("updateable")))
                for item in answer["fields"]
            ]
            return cls(
                name=answer["name"],
                updateable=bool(answer.get("updateable")),
                deletable=bool(answer.get("deletable")),
                queryable=bool(answer.get("queryable", True)),
                fields={field.name: field for field in fields},
            )

    @property
    def feature_licenses(self) -> tuple[str, ...]:
        """The boolean fields of User that are feature licenses, in the org's order."""
        return tuple(
            field.name
            for field in self.fields.values()
            if field.type == "boolean"
            and field.name.startswith(_FEATURE_PREFIX)
            and field.name not in _SETTINGS_NOT_LICENSES
        )
