"""A project for `sf project deploy start`: the External Client App and two least-privilege permission sets.

An existing connected app stays as it is, so that its project holds the permission sets alone.

Types, folders and fields are those of Salesforce fact sheet 1.10; the permissions come from
`data/required_permissions.csv`, so that what is deployed and what is checked are one list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from sfsam.domain.playbook import RegistrationPath
from sfsam.domain.profiles import GrantType, Process
from sfsam.ports import Registration
from sfsam.salesforce.checks import required_permissions
from sfsam.salesforce.registration import READ_SET, RECLAIM_SET, scopes

_NAMESPACE = "http://soap.sforce.com/2006/04/metadata"
_ROOT = "force-app/main/default"
_SCOPE_NAMES = {"api": "Api", "refresh_token": "RefreshToken", "id": "Basic"}
_READING = (Process.DOWNLOAD, Process.ACTIVITY, Process.CONSUMPTION)
# Salesforce's Metadata API does not know it reliably (fact sheet 5.6): it is ticked by hand, as README.md says.
_BY_HAND = frozenset({"ManagePackageLicenses"})
# Reading alone never needs a right to change; who is frozen is then not known, which the check says.
_ONLY_FOR_CHANGES = frozenset({"FreezeUsers"})
Fields = Mapping[str, str | bool]


def project(chosen: Registration, *, api_version: str, with_reclaim: bool) -> dict[str, str]:
    """Files (path: text) of the project. Without `with_reclaim` there is no permission set that may change anything."""
    name = api_name(chosen.app_name)
    files = {
        "sfdx-project.json": _project_file(name, api_version),
        "README.md": _readme(chosen, name, with_reclaim),
        **(_app(chosen, name) if _is_new(chosen) else {}),
        f"{_ROOT}/permissionsets/{READ_SET}.permissionset-meta.xml": _permission_set(
            "sfsam Read", "Lets sfsam read licenses, who holds them and how they are used.", read_permissions()
        ),
    }
    if with_reclaim:
        files[f"{_ROOT}/permissionsets/{RECLAIM_SET}.permissionset-meta.xml"] = _permission_set(
            "sfsam Reclaim",
            "Lets sfsam freeze and deactivate users and take licenses back. Holds what sfsam Read holds.",
            reclaim_permissions(),
        )
    return files


def _is_new(chosen: Registration) -> bool:
    return chosen.path is RegistrationPath.EXTERNAL_CLIENT_APP


def api_name(label: str) -> str:
    """A developer name: letters, digits and single underscores, beginning with a letter."""
    name = re.sub(r"[^A-Za-z0-9]+", "_", label).strip("_")
    return name if name[:1].isalpha() else f"sfsam_{name}".rstrip("_")


def read_permissions() -> list[str]:
    """The permissions that reading needs, each in its least form."""
    return sorted(_names(*_READING) - _ONLY_FOR_CHANGES)


def reclaim_permissions() -> list[str]:
    """Those of reading, and those of taking seats back."""
    return sorted(_names(*_READING, Process.RECLAIM))


def _names(*processes: Process) -> set[str]:
    """Of alternatives ("FreezeUsers|ManageUsers") the first, which is the smaller."""
    needed = (each.permission for each in required_permissions() if each.process in processes)
    return {permission.split("|")[0] for permission in needed if ":" not in permission} - _BY_HAND


def _app(chosen: Registration, name: str) -> dict[str, str]:
    owner: dict[str, str | bool] = {"externalClientApplication": name}
    application: Fields = {
        "contactEmail": chosen.contact_email or "admin@example.com",
        "description": "sfsam reads licenses and their use, and takes back what nobody uses.",
        "distributionState": "Local",
        "isProtected": False,
        "label": chosen.app_name,
    }
    oauth: Fields = {
        **owner,
        "commaSeparatedOauthScopes": ", ".join(_SCOPE_NAMES[scope] for scope in scopes(chosen.grant)),
        "label": f"{name}_oauth",
    }
    plugin: Fields = {**owner, "isEnabled": True, "isOauthPluginEnabled": True, "label": f"{name}_plcy"}
    documents: dict[str, tuple[str, Fields]] = {
        f"externalClientApps/{name}.eca": ("ExternalClientApplication", application),
        f"extlClntAppOauthSettings/{name}_oauth.ecaOauth": ("ExtlClntAppOauthSettings", oauth),
        f"extlClntAppGlobalOauthSets/{name}_oauth.ecaGlblOauth": (
            "ExtlClntAppGlobalOauthSettings",
            owner | _global_settings(chosen, name),
        ),
        f"extlClntAppOauthPolicies/{name}_oauthPlcy.ecaOauthPlcy": (
            "ExtlClntAppOauthConfigurablePolicies",
            owner | _policies(chosen, name),
        ),
        f"extlClntAppPolicies/{name}_plcy.ecaPlcy": ("ExtlClntAppConfigurablePolicies", plugin),
    }
    return {f"{_ROOT}/{path}-meta.xml": _document(*document) for path, document in documents.items()}


def _global_settings(chosen: Registration, name: str) -> dict[str, str | bool]:
    settings: dict[str, str | bool] = {
        "label": f"{name}_oauth",
        "callbackUrl": chosen.callback_url,
        "isClientCredentialsFlowEnabled": chosen.grant is GrantType.CLIENT_CREDENTIALS,
        "isConsumerSecretOptional": False,
        "isIntrospectAllTokens": False,
        "isPkceRequired": True,
        "isSecretRequiredForRefreshToken": True,
    }
    has_certificate = chosen.grant is GrantType.JWT_BEARER and chosen.certificate
    return settings | ({"certificate": chosen.certificate} if has_certificate else {})


def _policies(chosen: Registration, name: str) -> dict[str, str | bool]:
    policies: dict[str, str | bool] = {
        "label": f"{name}_oauthPlcy",
        "permittedUsersPolicyType": "AdminApprovedPreAuthorized",
        "commaSeparatedPermissionSet": READ_SET,
        "ipRelaxationPolicyType": "Enforce",
        "refreshTokenPolicyType": "Zero" if chosen.grant is GrantType.JWT_BEARER else "Infinite",
    }
    if chosen.grant is GrantType.CLIENT_CREDENTIALS:
        policies |= {"isClientCredentialsFlowEnabled": True}
        policies |= {"clientCredentialsFlowUser": chosen.username} if chosen.username else {}
    return policies


def _permission_set(label: str, description: str, permissions: list[str]) -> str:
    given = "".join(
        f"    <userPermissions>\n        <enabled>true</enabled>\n        <name>{name}</name>\n    </userPermissions>\n"
        for name in permissions
    )
    head: Fields = {"description": description, "hasActivationRequired": False, "label": label}
    return _document("PermissionSet", head, given)


def _document(kind: str, fields: Fields, more: str = "") -> str:
    lines = "".join(f"    <{name}>{_text(fields[name])}</{name}>\n" for name in sorted(fields))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{kind} xmlns="{_NAMESPACE}">\n{lines}{more}</{kind}>\n'


def _text(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else escape(value)


def _project_file(name: str, api_version: str) -> str:
    return json.dumps(
        {
            "packageDirectories": [{"path": "force-app", "default": True}],
            "name": name,
            "namespace": "",
            "sfdcLoginUrl": "https://login.salesforce.com",
            "sourceApiVersion": api_version,
        },
        indent=2,
    )


def _readme(chosen: Registration, name: str, with_reclaim: bool) -> str:
    sets = [READ_SET, RECLAIM_SET] if with_reclaim else [READ_SET]
    makes = "the External Client App that sfsam connects by, and its" if _is_new(chosen) else "sfsam's"
    lines = [
        f"# {chosen.app_name} for Salesforce",
        "",
        f"This project makes {makes} permission sets.",
        "",
        "    sf org login web --alias sfsam-target",
        "    sf project deploy start --target-org sfsam-target",
        *(
            f"    sf org assign permset --name {each} --on-behalf-of USER-NAME --target-org sfsam-target"
            for each in sets
        ),
        "",
        *(_about_new_app(chosen, name) if _is_new(chosen) else _about_existing_app(chosen)),
    ]
    if with_reclaim:
        lines += [
            f"- {RECLAIM_SET} belongs to the user that takes seats back, best a user of its own.",
            "- Taking package licenses back also needs Manage Package Licenses, which metadata cannot give: tick it",
            f"  by hand in {RECLAIM_SET} > System Permissions.",
        ]
    return "\n".join(lines) + "\n"


def _about_new_app(chosen: Registration, name: str) -> list[str]:
    lines = [
        f"Then open {name} in Setup > External Client App Manager > Settings > OAuth Settings,",
        "choose Consumer Key and Secret, and copy both into sfsam. A new app needs up to ten minutes until it works.",
        "",
        "- The org must allow External Client Apps (Setup > External Client App Settings).",
        f"- A deployment that ends with DUPLICATE_VALUE found the policy {name}_oauthPlcy, which Salesforce makes by",
        "  itself: remove the folder extlClntAppOauthPolicies, and set the policies in Setup as sfsam's page shows.",
        "- Redeploying the policies replaces all of them; what you changed in Setup is reset.",
    ]
    if chosen.grant is GrantType.CLIENT_CREDENTIALS and not chosen.username:
        lines.append("- Set the Run As user in the app's policies: an API-only user, by its user name.")
    return lines


def _about_existing_app(chosen: Registration) -> list[str]:
    return [
        f"The connected app {chosen.app_name} is not changed. Add {READ_SET} to its permission sets by hand",
        "(Setup > Manage Connected Apps), and set it up as sfsam's page shows.",
        "",
    ]
