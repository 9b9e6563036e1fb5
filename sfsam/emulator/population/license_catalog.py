"""What the company bought: user licenses, permission-set licenses, packages, profiles, and who gets them.

Keys and names are those of Salesforce fact sheet 6.1 and 6.2. A share is in thousandths of the team members
between two numbers of company.TEAMS (0 to 99).
"""

from __future__ import annotations

from dataclasses import dataclass

from sfsam.emulator.schema.permission_names import PERMISSIONS, UNLISTED_PERMISSIONS

USER_LICENSES: tuple[tuple[str, str, str], ...] = (
    ("SFDC", "Salesforce", "near_limit"),
    ("AUL", "Salesforce Platform", "full"),
    ("CSN_User", "Chatter Free", "ample"),
    ("PID_Customer_Community", "Customer Community", "ample"),
    ("PID_Customer_Community_Login", "Customer Community Login", "login"),
    ("PID_Partner_Community", "Partner Community", "over"),
    ("SALESFORCE_INTEGRATION_USER", "Salesforce Integration", "five"),
    ("INSIGHTS_INTEGRATION_USER", "Analytics Cloud Integration User", "five"),
    ("CLOUD_INTEGRATION_USER", "Cloud Integration User", "five"),
    ("PID_Guest", "Guest", "five"),
    ("PID_Partner_Community_Login", "Partner Community Login", "disabled"),
    ("PID_Customer_Community_Plus", "Customer Community Plus", "disabled"),
    ("PID_Customer_Community_Plus_Login", "Customer Community Plus Login", "disabled"),
    ("PID_Identity", "Identity", "unused"),
    ("PID_XOrg_Proxy_User", "XOrg Proxy User", "disabled"),
    ("PID_STRATEGIC_PRM", "Gold Partner", "disabled"),
    ("PID_Silver_Partner", "Silver Partner", "disabled"),
    ("PID_Partner_App_Subscription", "Partner App Subscription", "disabled"),
    ("Platform_Portal_User", "Authenticated Website", "disabled"),
    ("PID_High_Volume_Portal", "High Volume Customer Portal", "disabled"),
    ("PID_Customer_Portal_Basic", "Customer Portal Manager Custom", "disabled"),
    ("PID_Customer_Portal_Standard", "Customer Portal Manager Standard", "disabled"),
    ("PID_WorkDotCom_Only", "Work.com Only", "disabled"),
    ("PID_FDC_FREE", "Force.com - Free", "unused"),
    ("FDC_SUB", "Force.com - App Subscription", "disabled"),
    ("PID_External_Identity", "External Identity", "disabled"),
    ("PID_Chatter_External", "Chatter External", "unused"),
)
"""Key, label, and how the bought number relates to the used one."""


@dataclass(frozen=True)
class BoughtPermissionSetLicense:
    """`bought` as for user licenses; `license_keys` are the only user licenses it may be added to."""

    name: str
    label: str
    bought: str = "unused"
    counts_inactive: bool = True
    license_keys: tuple[str, ...] | None = None


_CORE = ("SFDC",)
_Psl = BoughtPermissionSetLicense

PERMISSION_SET_LICENSES: tuple[BoughtPermissionSetLicense, ...] = (
    _Psl("SalesUserPsl", "Sales User", "ample", license_keys=_CORE),
    _Psl("ServiceUserPsl", "Service Cloud User", "near_limit", license_keys=_CORE),
    _Psl("CRMUserPsl", "CRM User", "ample", license_keys=_CORE),
    _Psl("SalesConsoleUser", "Sales Console User", "ample", license_keys=_CORE),
    _Psl(
        "SalesforceAPIIntegrationPsl",
        "Salesforce API Integration",
        "five",
        license_keys=("SALESFORCE_INTEGRATION_USER",),
    ),
    _Psl("SalesforceCPQ_CPQStandardPerm", "Salesforce CPQ License", "full", False, _CORE),
    _Psl("SalesforceCPQ_CPQAAPerm", "CPQ AA (Advanced Approvals)", "ample", False, _CORE),
    _Psl("IdentityConnect", "Identity Connect", "ample"),
    _Psl("FieldServiceMobilePsl", "Field Service Mobile", "near_limit"),
    _Psl("FieldServiceDispatcherPsl", "Field Service Dispatcher", "ample"),
    _Psl("EinsteinGPTSalesEmailsPsl", "Einstein GPT Sales Emails", "ample", license_keys=_CORE),
    _Psl("EinsteinGPTPromptTemplatesPsl", "Prompt Templates", "ample"),
    _Psl("EinsteinAnalyticsPlusPsl", "CRM Analytics Plus", "ample"),
    _Psl("TableauBusinessUserPsl", "Tableau Business User", "ample"),
    _Psl("LiveMessageUserPsl", "Messaging User", "ample", license_keys=_CORE),
    _Psl("EmbeddedServiceMessagingUserPsl", "Enhanced Chat User", "ample", license_keys=_CORE),
    _Psl("SlackServiceUserPsl", "Slack Service User", "ample"),
    _Psl("AgentPlatformBuilderPsl", "Agent Platform Builder", "ample"),
    _Psl("NWRoute_RouteOptimizerPsl", "Northwind Route Optimizer", "ample"),
    _Psl("MortgagePsl", "Mortgage", "expired"),
    _Psl("AgentforceServiceAgentUserPsl", "Agentforce Service Agent User"),
    _Psl("AgentforceServiceAgentBuilderPsl", "Agentforce Service Agent Builder"),
    _Psl("EinsteinGPTCopilotPsl", "Agentforce (Default)"),
    _Psl("EinsteinGPTSalesSummariesPsl", "Einstein GPT Sales Summaries"),
    _Psl("EinsteinGPTSalesCallSummariesPsl", "Einstein GPT Sales Call Summaries"),
    _Psl("EinsteinGPTServiceEmailAssistantPsl", "Einstein GPT Service Email Assistant"),
    _Psl("EinsteinAssistantPsl", "Einstein Assistant"),
    _Psl("EinsteinSearchAnswersPsl", "Einstein Search Answers"),
    _Psl("GenerativeAISummarizationPsl", "Generative AI Summarization"),
    _Psl("InsightsBuilderPsl", "Insights Builder"),
    _Psl("TableauEinsteinUserPsl", "Tableau Einstein User"),
    _Psl("GenieDataPlatformStarterPsl", "Data Cloud"),
    _Psl("EmployeeSlackNotificationsPsl", "Employee Slack Notifications"),
    _Psl("OmniStudioDesigner", "OmniStudio Designer"),
    _Psl("OmniStudioRuntime", "OmniStudio Runtime"),
    _Psl("BRERuntime", "Business Rules Engine Runtime"),
    _Psl("DocumentChecklistPsl", "Document Checklist"),
    _Psl("AISearchUserPsl", "AI Search User"),
    _Psl("EnablementPsl", "Enablement"),
    _Psl("WalkthroughsPsl", "Walkthroughs"),
)

PACKAGES: tuple[tuple[str, str, str, int, int, int], ...] = (
    ("SBQQ", "Active", "ample", 0, 22, 500),
    ("dsfs", "Active", "full", 0, 58, 120),
    ("APXTConga4", "Active", "near_limit", 0, 54, 150),
    ("FSL", "Active", "site", 0, 0, 0),
    ("zoomapp", "Expired", "ample", 28, 47, 80),
    ("nwroute", "Trial", "ample", 59, 76, 60),
)
"""Namespace, status, bought, first and last team number, share in thousandths."""

_BASIC = ("ApiEnabled", "RunReports", "LightningExperienceUser")
_EVERYTHING = (*(name for name in PERMISSIONS if name != "ApiUserOnly"), *UNLISTED_PERMISSIONS)
_LICENSE_MANAGER = (
    "ApiEnabled",
    "ApiUserOnly",
    "ManageUsers",
    "CustomizeApplication",
    "ManagePartners",
    "ManageCssUsers",
    *UNLISTED_PERMISSIONS,
)

PROFILES: tuple[tuple[str, str, str, str, tuple[str, ...]], ...] = (
    ("System Administrator", "SFDC", "Standard", "Admin", _EVERYTHING),
    ("Standard User", "SFDC", "Standard", "Standard", (*_BASIC, "ViewSetup")),
    ("Sales Representative", "SFDC", "Standard", "Standard", _BASIC),
    ("Sales Manager", "SFDC", "Standard", "Standard", (*_BASIC, "ViewAllUsers")),
    ("Service Agent", "SFDC", "Standard", "ServiceCloud", _BASIC),
    ("Marketing User", "SFDC", "Standard", "MarketingProfile", _BASIC),
    ("Finance User", "SFDC", "Standard", "ContractManager", _BASIC),
    ("License Manager Integration", "SFDC", "Standard", "Standard", _LICENSE_MANAGER),
    ("API Only User", "SFDC", "Standard", "Standard", ("ApiEnabled", "ApiUserOnly")),
    ("Standard Platform User", "AUL", "Standard", "StandardAul", _BASIC),
    ("Field Technician", "AUL", "Standard", "StandardAul", _BASIC),
    ("Contractor", "AUL", "Standard", "StandardAul", ("LightningExperienceUser",)),
    ("Chatter Free User", "CSN_User", "CsnOnly", "Standard", ()),
    ("Customer Community User", "PID_Customer_Community", "CspLitePortal", "CSPLite", ("ApiEnabled",)),
    ("Customer Community Login User", "PID_Customer_Community_Login", "CspLitePortal", "CSPLite", ()),
    ("Partner Community User", "PID_Partner_Community", "PowerPartner", "Partner", ("ApiEnabled",)),
    (
        "Salesforce API Only System Integrations",
        "SALESFORCE_INTEGRATION_USER",
        "Standard",
        "Standard",
        ("ApiEnabled", "ApiUserOnly"),
    ),
    ("Analytics Cloud Integration User", "INSIGHTS_INTEGRATION_USER", "Standard", "Standard", ("ApiEnabled",)),
    ("Cloud Integration User", "CLOUD_INTEGRATION_USER", "CloudIntegrationUser", "Standard", ("ApiEnabled",)),
    ("Support Portal Profile", "PID_Guest", "Guest", "Guest", ()),
    ("Minimum Access - Salesforce", "SFDC", "Standard", "MinimumAccess", ()),
    ("Identity User", "PID_Identity", "Standard", "Standard", ()),
)
"""Name, user-license key, user type, profile type, permissions."""


@dataclass(frozen=True)
class OfferedPermissionSet:
    """A permission set: `license` is a permission-set license by name or a user license by key; `given` lists
    (first team number, last team number, share in thousandths)."""

    name: str
    label: str
    license: str | None = None
    given: tuple[tuple[int, int, int], ...] = ()
    permissions: tuple[str, ...] = ()
    type: str = "Regular"
    hidden_need: str | None = None

    @property
    def needed(self) -> str | None:
        """What a holder must have beside it: Salesforce does not always show this in LicenseId (fact sheet 4.7)."""
        return self.hidden_need or self.license


_Ps = OfferedPermissionSet

PERMISSION_SETS: tuple[OfferedPermissionSet, ...] = (
    _Ps("Sales_Console", "Sales Console", "SalesConsoleUser", ((0, 27, 350),)),
    _Ps("Sales_User", "Sales User", None, ((0, 27, 700),), type="Standard", hidden_need="SalesUserPsl"),
    _Ps("CPQ_User", "CPQ User", "SalesforceCPQ_CPQStandardPerm", ((0, 13, 550),)),
    _Ps("CPQ_Approver", "CPQ Approver", "SalesforceCPQ_CPQAAPerm", ((23, 27, 500),)),
    _Ps("Sales_Emails", "Einstein Sales Emails", "EinsteinGPTSalesEmailsPsl", ((0, 22, 150),)),
    _Ps("Service_Console", "Service Console", "ServiceUserPsl", ((28, 47, 700),)),
    _Ps("Messaging_Agent", "Messaging Agent", "LiveMessageUserPsl", ((28, 41, 300),)),
    _Ps("Enhanced_Chat", "Enhanced Chat", "EmbeddedServiceMessagingUserPsl", ((28, 37, 250),)),
    _Ps("Field_Mobile", "Field Service Mobile", "FieldServiceMobilePsl", ((59, 70, 700),)),
    _Ps("Dispatcher", "Dispatcher", "FieldServiceDispatcherPsl", ((71, 76, 300),)),
    _Ps("CRM_Analytics", "CRM Analytics", "EinsteinAnalyticsPlusPsl", ((23, 27, 400), (48, 56, 500))),
    _Ps("Tableau_Viewer", "Tableau Viewer", "TableauBusinessUserPsl", ((0, 58, 60),)),
    _Ps("Prompt_Designer", "Prompt Designer", "EinsteinGPTPromptTemplatesPsl", ((48, 51, 300),)),
    _Ps("Agent_Builder", "Agent Builder", "AgentPlatformBuilderPsl", ((55, 56, 300),)),
    _Ps("Route_Planner", "Route Planner", "NWRoute_RouteOptimizerPsl", ((71, 76, 250),)),
    _Ps("Knowledge_Author", "Knowledge Author", None, ((28, 47, 200),)),
    _Ps("Report_Builder", "Report Builder", None, ((0, 58, 300),), ("RunReports",)),
    _Ps("User_Desk", "User Desk", "SFDC", ((55, 56, 200),), ("ManageInternalUsers", "ViewSetup", "ResetPasswords")),
    _Ps("Integration_Data", "Integration Data", "SalesforceAPIIntegrationPsl", (), type="Integration"),
)

GROUPS: tuple[tuple[str, str, tuple[str, ...], tuple[int, int, int]], ...] = (
    ("Sales_Starter", "Sales Starter", ("Sales_Console", "Report_Builder"), (0, 27, 150)),
    ("Service_Starter", "Service Starter", ("Service_Console", "Messaging_Agent"), (28, 47, 150)),
)
"""Developer name, label, permission sets in it, who gets it."""

HELD_WITHOUT_NEED: tuple[tuple[str, int, int, int], ...] = (
    ("SalesUserPsl", 0, 27, 150),
    ("CRMUserPsl", 28, 47, 250),
    ("ServiceUserPsl", 28, 47, 60),
    ("SalesforceCPQ_CPQStandardPerm", 0, 22, 70),
    ("FieldServiceDispatcherPsl", 59, 70, 60),
    ("FieldServiceMobilePsl", 59, 76, 60),
    ("EinsteinAnalyticsPlusPsl", 0, 27, 40),
    ("TableauBusinessUserPsl", 28, 47, 30),
    ("SlackServiceUserPsl", 28, 47, 150),
    ("IdentityConnect", 0, 58, 20),
    ("MortgagePsl", 52, 54, 100),
)
"""Permission-set licenses assigned without a permission set that needs them: name, teams, share."""

FEATURE_SHARES: tuple[tuple[str, int, int, int], ...] = (
    ("MarketingUser", 48, 51, 800),
    ("MarketingUser", 23, 27, 200),
    ("SupportUser", 28, 47, 900),
    ("KnowledgeUser", 28, 47, 400),
    ("InteractionUser", 0, 58, 150),
    ("SFContentUser", 0, 58, 300),
    ("LiveAgentUser", 28, 37, 350),
    ("OfflineUser", 0, 27, 20),
    ("SiteforceContributorUser", 48, 51, 150),
    ("SiteforcePublisherUser", 48, 51, 60),
    ("WorkDotComUserFeature", 55, 58, 400),
    ("ChatterAnswersUser", 28, 47, 60),
)
FULL_FEATURES = frozenset({"KnowledgeUser"})
"""Features of which every bought seat is used."""
