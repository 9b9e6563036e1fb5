"""The company behind the orgs: its orgs, departments, roles, and the few people every org needs by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OrgIdentity:
    """What tells one org of the company from the next; `sandbox` is a sandbox's own name, empty for production,
    `lacking` are User fields it was never given."""

    name: str
    domain: str
    sandbox: str
    instance: str
    lacking: tuple[str, ...]

    @property
    def is_sandbox(self) -> bool:
        """Whether it is a copy to try things in."""
        return self.sandbox != ""

    @property
    def username_suffix(self) -> str:
        """A sandbox keeps production's user names with its own name behind them."""
        return f".{self.sandbox}" if self.is_sandbox else ""

    @property
    def email_suffix(self) -> str:
        """A sandbox makes addresses undeliverable."""
        return ".invalid" if self.is_sandbox else ""


EMAIL_DOMAIN = "northwind.example"
_RETIRED = tuple(f"UserPermissions{name}User" for name in ("Avantgo", "Wireless", "JigsawProspecting", "Mobile"))
"""Feature licenses that no org is given any more; their fields are not there (fact sheet 4.1)."""

_KNOWN = (
    OrgIdentity("Northwind Industries", EMAIL_DOMAIN, "", "EU42S", _RETIRED),
    OrgIdentity(
        "Northwind Field Services",
        "fieldservices.northwind.example",
        "",
        "USA84",
        (*_RETIRED, "UserPermissionsLiveAgentUser", "UserPermissionsWorkDotComUserFeature"),
    ),
    OrgIdentity(
        "Northwind Industries UAT",
        EMAIL_DOMAIN,
        "uat",
        "CS108",
        (*_RETIRED, "UserPermissionsSiteforceContributorUser", "UserPermissionsSiteforcePublisherUser"),
    ),
)


def org_identity(index: int) -> OrgIdentity:
    """The org of that number: a production org, its sister, the first one's sandbox, then acquired companies."""
    if index < len(_KNOWN):
        return _KNOWN[index]
    return OrgIdentity(f"Contoso Company {index}", f"company{index}.contoso.example", "", f"EU{50 + index}", _RETIRED)


@dataclass(frozen=True)
class Team:
    """Every hundredth employee from `first` to `last` (0 to 99) works here."""

    first: int
    last: int
    department: str
    title: str
    profile: str
    role: str | None
    cost_center: str
    kind: str = "employee"


TEAMS: tuple[Team, ...] = (
    Team(0, 13, "Sales", "Account Executive", "Sales Representative", "Sales Team", "CC-1100"),
    Team(14, 22, "Sales", "Sales Development Representative", "Sales Representative", "Sales Team", "CC-1110"),
    Team(23, 27, "Sales", "Sales Manager", "Sales Manager", "Sales Management", "CC-1120"),
    Team(28, 41, "Service", "Service Agent", "Service Agent", "Service Team", "CC-2100"),
    Team(42, 47, "Service", "Senior Service Agent", "Service Agent", "Service Team", "CC-2110"),
    Team(48, 51, "Marketing", "Campaign Manager", "Marketing User", "Marketing", "CC-3100"),
    Team(52, 54, "Finance", "Controller", "Finance User", "Finance", "CC-4100"),
    Team(55, 56, "IT", "Business Analyst", "Standard User", "IT", "CC-5100"),
    Team(57, 58, "Human Resources", "HR Partner", "Standard Platform User", "Human Resources", "CC-6100"),
    Team(59, 70, "Field Operations", "Field Technician", "Field Technician", "Field Operations", "CC-7100"),
    Team(71, 76, "Logistics", "Logistics Planner", "Standard Platform User", "Logistics", "CC-7200"),
    Team(77, 80, "Field Operations", "Contractor", "Contractor", "Field Operations", "CC-7900", "contractor"),
    Team(81, 83, "Manufacturing", "Shift Lead", "Chatter Free User", None, "CC-8100"),
    Team(84, 93, "", "", "Customer Community User", None, "", "customer"),
    Team(94, 96, "", "", "Customer Community Login User", None, "", "customer"),
    Team(97, 98, "", "", "Partner Community User", None, "", "partner"),
    Team(99, 99, "Legal", "Counsel", "Standard User", "Legal", "CC-6200"),
)

ROLES: tuple[tuple[str, str | None], ...] = (
    ("Executive Board", None),
    ("Sales Management", "Executive Board"),
    ("Sales Team", "Sales Management"),
    ("Service Management", "Executive Board"),
    ("Service Team", "Service Management"),
    ("Marketing", "Executive Board"),
    ("Finance", "Executive Board"),
    ("IT", "Executive Board"),
    ("Human Resources", "Executive Board"),
    ("Field Operations", "Executive Board"),
    ("Logistics", "Field Operations"),
    ("Legal", "Executive Board"),
)


@dataclass(frozen=True)
class NamedUser:
    """A user that every org has; `activity` is human, machine, stale or none."""

    first_name: str | None
    last_name: str
    local_part: str
    profile: str | None
    user_type: str
    department: str
    title: str
    activity: str
    login: str | None = None


CAST: tuple[NamedUser, ...] = (
    NamedUser(
        "Astrid", "Lindqvist", "admin", "System Administrator", "Standard", "IT", "Salesforce Administrator", "human"
    ),
    NamedUser("Kofi", "Mensah", "kofi.mensah", "System Administrator", "Standard", "IT", "Platform Owner", "human"),
    NamedUser(
        None,
        "License Manager Integration",
        "license.manager",
        "License Manager Integration",
        "Standard",
        "IT",
        "Integration",
        "none",
    ),
    NamedUser("Helena", "Marchetti", "helena.marchetti", "Standard User", "Standard", "Executive", "CEO", "human"),
    NamedUser(None, "ERP Sync", "erp.sync", "API Only User", "Standard", "IT", "Integration", "machine", "ERP Sync"),
    NamedUser(
        None, "Web Shop", "web.shop", "API Only User", "Standard", "IT", "Integration", "machine", "Web Shop (JWT)"
    ),
    NamedUser(
        None,
        "Data Warehouse",
        "data.warehouse",
        "Salesforce API Only System Integrations",
        "Standard",
        "IT",
        "Integration",
        "machine",
        "Data Warehouse",
    ),
    NamedUser(
        None,
        "Telephony Connector",
        "telephony",
        "Salesforce API Only System Integrations",
        "Standard",
        "IT",
        "Integration",
        "machine",
        "Telephony (SOAP)",
    ),
    NamedUser(
        None,
        "Retired Connector",
        "retired.connector",
        "Salesforce API Only System Integrations",
        "Standard",
        "IT",
        "Integration",
        "stale",
    ),
    NamedUser("Automated", "Process", "autoproc", None, "AutomatedProcess", "", "", "none"),
    NamedUser(
        "Platform",
        "Integration User",
        "cloud",
        "Cloud Integration User",
        "CloudIntegrationUser",
        "",
        "",
        "none",
    ),
    NamedUser("Integration", "User", "integration", "Analytics Cloud Integration User", "Standard", "", "", "none"),
    NamedUser("Support Portal", "Site Guest User", "guest", "Support Portal Profile", "Guest", "", "", "none"),
    NamedUser("Tomasz", "Wrona", "tomasz.wrona", "Service Agent", "Standard", "Service", "Case Router", "stale"),
    NamedUser("Beatriz", "Fonseca", "beatriz.fonseca", "Sales Manager", "Standard", "Sales", "Lead Desk", "stale"),
    NamedUser("Gareth", "Pryce", "gareth.pryce", "Service Agent", "Standard", "Service", "Escalation Desk", "stale"),
    NamedUser("Noriko", "Hayashi", "noriko.hayashi", "Standard User", "Standard", "IT", "Workflow Owner", "human"),
)
"""Users 1, 2, 3, … of every org; ADMIN and the others below are positions in it."""

ADMIN, RUN_AS, CHIEF = 1, 3, 4
CASE_OWNER, LEAD_OWNER, RULE_RECIPIENT, WORKFLOW_USER = 14, 15, 16, 17
