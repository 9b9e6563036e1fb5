"""Situations by name: which orgs there are, what they hide, and what is changed after the company was made.

docs/the-practice-org.md describes each of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sfsam.emulator.population.company import EMAIL_DOMAIN, OrgIdentity, org_identity
from sfsam.emulator.schema.usage import PRODUCTION_ONLY

_SQL = Path(__file__).with_name("sql") / "scenarios"


@dataclass(frozen=True)
class Scenario:
    """`hidden` is what no caller sees ("Object" or "Object.Field"); a script `<name>.sql` runs last if there is one."""

    name: str
    summary: str
    identity: Callable[[int], OrgIdentity] = org_identity
    hidden: tuple[str, ...] = ()

    def hidden_in(self, identity: OrgIdentity) -> tuple[str, ...]:
        """What no caller sees in that org; sandboxes lack some objects always (fact sheet 4.11)."""
        return (*self.hidden, *(PRODUCTION_ONLY if identity.is_sandbox else ()))

    @property
    def script(self) -> Path | None:
        """The SQL that makes the situation out of the company."""
        path = _SQL / f"{self.name.replace('-', '_')}.sql"
        return path if path.exists() else None


def _merging(index: int) -> OrgIdentity:
    if index == 0:
        return org_identity(0)
    lacking = org_identity(0).lacking
    return OrgIdentity(f"Contoso Trading {index}", "contoso.example", "", f"EU{70 + index}", lacking)


def _sandboxes(index: int) -> OrgIdentity:
    lacking = org_identity(0).lacking
    name = "uat" if index == 0 else f"dev{index}"
    return OrgIdentity(f"Northwind Industries {name.upper()}", EMAIL_DOMAIN, name, f"CS{108 + index}", lacking)


_HIDDEN = (
    "ActiveFeatureLicenseMetric",
    "AuthSession",
    "EventLogFile",
    "OauthToken",
    "PackageLicense",
    "PermissionSetGroup",
    "PermissionSetGroupComponent",
    "TenantUsageEntitlement",
    "UserAppInfo",
    "UserPackageLicense",
    "User.Division",
    "User.EmployeeNumber",
    "User.FederationIdentifier",
    "LoginHistory.LoginSubType",
    "UserLicense.MonthlyLoginsUsed",
)

SCENARIOS: dict[str, Scenario] = {
    each.name: each
    for each in (
        Scenario("company", "A company of 17 named people and everybody else; nothing special."),
        Scenario("merger", "Two companies become one: the same people with accounts in both.", _merging),
        Scenario("over-limit", "More seats of every kind are used than were bought."),
        Scenario("hidden-objects", "The org hides objects and fields that are nice to have.", hidden=_HIDDEN),
        Scenario("sandbox", "A full sandbox of the company, and smaller ones beside it.", _sandboxes),
        Scenario("unknown-licenses", "40 licenses that no catalog knows, with people on them."),
    )
}
