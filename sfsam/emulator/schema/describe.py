"""Describe answers, read off the declarations (Salesforce fact sheet 2.5)."""

from __future__ import annotations

from typing import Any

from sfsam.emulator.answers import Caller
from sfsam.emulator.permissions import WRITE_PERMISSIONS
from sfsam.emulator.schema.catalog import Catalog, visible_fields
from sfsam.emulator.schema.model import Field, SObject

Description = dict[str, Any]

_SOAP = {
    "base64": "xsd:base64Binary",
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "double": "xsd:double",
    "percent": "xsd:double",
    "datetime": "xsd:dateTime",
    "date": "xsd:date",
}


def describe_object(catalog: Catalog, item: SObject, caller: Caller) -> Description:
    """The full describe of an object as the caller sees it."""
    may_write = caller.may(*WRITE_PERMISSIONS.get(item.name, ()))
    children = [child for child in item.children if catalog.find(child.object, caller)]
    return {
        **describe_summary(item, caller),
        "fields": [_field(each, may_write) for each in visible_fields(item, caller)],
        "childRelationships": [
            {
                "cascadeDelete": True,
                "childSObject": child.object,
                "deprecatedAndHidden": False,
                "field": child.field,
                "junctionIdListNames": [],
                "junctionReferenceTo": [],
                "relationshipName": child.name,
                "restrictedDelete": False,
            }
            for child in children
        ],
        "recordTypeInfos": [],
        "namedLayoutInfos": [],
        "supportedScopes": [{"label": f"All {_plural(item)}", "name": "everything"}],
    }


def describe_summary(item: SObject, caller: Caller) -> Description:
    """One line of the global describe; links depend on the version asked for, so they are added at the wire."""
    may_write = caller.may(*WRITE_PERMISSIONS.get(item.name, ()))
    return {
        "name": item.name,
        "label": item.label or item.name,
        "labelPlural": _plural(item),
        "keyPrefix": item.prefix,
        "custom": False,
        "customSetting": False,
        "activateable": False,
        "createable": item.createable and may_write,
        "updateable": item.updateable and may_write,
        "deletable": item.deletable and may_write,
        "undeletable": False,
        "queryable": True,
        "retrieveable": True,
        "replicateable": item.stored,
        "searchable": item.name == "User",
        "triggerable": item.name == "User",
        "layoutable": item.name == "User",
        "mergeable": False,
        "feedEnabled": False,
        "mruEnabled": False,
        "hasSubtypes": False,
        "isSubtype": False,
        "isInterface": False,
        "deprecatedAndHidden": False,
    }


def _plural(item: SObject) -> str:
    return item.plural or f"{item.label or item.name}s"


def _field(item: Field, may_write: bool) -> Description:
    text = item.is_text
    return {
        "aggregatable": item.type != "boolean" and item.filterable,
        "autoNumber": False,
        "byteLength": item.length * 3 if text else item.length,
        "calculated": False,
        "caseSensitive": False,
        "compoundFieldName": "Name" if item.name in ("FirstName", "LastName") else None,
        "createable": item.createable and may_write,
        "custom": item.custom,
        "defaultValue": item.default if item.type == "boolean" else None,
        "defaultedOnCreate": item.default is not None or (item.name.startswith(("Created", "LastModified", "System"))),
        "deprecatedAndHidden": False,
        "digits": 9 if item.type == "int" else 0,
        "externalId": False,
        "filterable": item.filterable,
        "groupable": item.groupable,
        "idLookup": item.type == "id" or item.unique,
        "label": item.label,
        "length": item.length,
        "name": item.name,
        "nameField": item.name_field,
        "namePointing": len(item.targets) > 1,
        "nillable": item.nillable,
        "permissionable": item.custom,
        "picklistValues": [
            {"active": True, "defaultValue": False, "label": value, "validFor": None, "value": value}
            for value in item.values
        ],
        "polymorphicForeignKey": len(item.targets) > 1,
        "precision": 18 if item.type in ("double", "percent") else 0,
        "referenceTo": list(item.targets),
        "relationshipName": item.relationship,
        "restrictedPicklist": bool(item.values),
        "scale": 2 if item.type in ("double", "percent") else 0,
        "soapType": _SOAP.get(item.type, "xsd:string"),
        "sortable": item.sortable,
        "type": item.type,
        "unique": item.unique,
        "updateable": item.updateable and may_write,
    }
