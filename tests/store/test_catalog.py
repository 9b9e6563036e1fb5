"""The shipped reference data about licenses: complete, dated, sourced, and without contradiction."""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal

from sfsam.config import PROJECT_DIR
from sfsam.domain.subscriptions import Kind
from sfsam.store.database import DuckDBStore

# Salesforce fact sheet 6.1 and 6.2: the keys that are known; a name with * stands for keys that nobody listed.
USER_KEYS = """
SFDC AUL AUL1 AUL_LIGHT FDC_ONE FDC_SUB PID_FDC_FREE PID_CHATTER CSN_User PID_CONTENT PID_KNOWLEDGE PID_IDEAS
PID_Ideas_Only_Portal PID_Ideas_Only_Site PID_Customer_Community PID_Customer_Community_Login
PID_Customer_Community_Plus PID_Customer_Community_Plus_Login PID_Partner_Community PID_Partner_Community_Login
PID_STRATEGIC_PRM POWER_PRM POWER_SSP PID_Customer_Portal_Basic PID_Customer_Portal_Standard
PID_Limited_Customer_Portal_Basic PID_Limited_Customer_Portal_Standard Platform_Portal_User
Overage_Platform_Portal_User SALESFORCE_INTEGRATION_USER INSIGHTS_INTEGRATION_USER CLOUD_INTEGRATION_USER
PID_XOrg_Proxy_User PID_DigitalAgent PID_DigitalAgentExternal PID_Guest
"""
PERMISSION_SET_KEYS = """
SalesUserPsl ServiceUserPsl CRMUserPsl SalesConsoleUser SalesforceAPIIntegrationPsl SalesforceCPQ_CPQStandardPerm
SalesforceCPQ_CPQAAPerm IdentityConnect FieldServiceMobilePsl FieldServiceDispatcherPsl FieldServiceSchedulingPsl
FieldServiceStandardPsl EinsteinFieldServicePsl EinsteinForFieldServiceMobilePsl AgentforceForFieldServicePsl
AgentforceServiceAgentUserPsl AgentforceServiceAgentUser AgentforceServiceAgentBuilderPsl AgentPlatformBuilderPsl
EinsteinGPTCopilotPsl EinsteinGPTPromptTemplatesPsl EinsteinGPTSalesEmailsPsl EinsteinGPTSalesSummariesPsl
EinsteinGPTSalesCallSummariesPsl EinsteinGPTCallExplorerPsl EinsteinGPTSalesMiningPsl
EinsteinGPTServiceEmailAssistantPsl EinsteinGPTSendMeetingRequestPsl EinsteinAssistantPsl EinsteinSearchAnswersPsl
GenerativeAISummarizationPsl EinsteinAnalyticsPlusPsl InsightsBuilderPsl TableauBusinessUserPsl
TableauEinsteinUserPsl GenieDataPlatformStarterPsl EmbeddedServiceMessagingUserPsl LiveMessageUserPsl
SlackServiceUserPsl EmployeeSlackNotificationsPsl OmniStudioDesigner OmniStudioRuntime BREDesigner BRERuntime
DecisionExplainerPSL DocumentChecklistPsl ServiceProcessPsl IndustriesServiceExcellencePsl FSCFoundationsPsl
FSCSalesPsl FSCServicePsl FSCInsurancePsl FSCComprehensivePsl FinServ_FinancialServicesCloudStandardPsl
FinServ_FinancialServicesCloudBasicPsl FinancialServicesCloudExtensionPsl EinsteinForFinancialServicesPsl
MortgagePsl HealthCloudGA_HealthCloudPsl RevLifecycleMgmtBillingPsl CorePricingDesignTime CorePricingRunTime
IndustriesConfiguratorPsl PricingAndBillingPSL RatingDesignTimePsl RatingRunTimePsl ContextServiceAdminPsl
ContextServiceRuntimePsl AISearchUserPsl EnablementPsl WalkthroughsPsl LoyaltyManagementPsl
GlobalPromotionsManagementPsl ScoringFrameworkPsl
"""

Row = dict[str, str]


def rows(file: str) -> list[Row]:
    with (PROJECT_DIR / "data" / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


CATALOG = {(row["kind"], row["identifier"]): row for row in rows("license_catalog.csv")}
PRICES = rows("list_prices.csv")
ALTERNATIVES = rows("license_alternatives.csv")


def test_the_catalog_knows_every_key_of_the_fact_sheet_once() -> None:
    assert len(CATALOG) == len(rows("license_catalog.csv"))
    wanted = {("user", key) for key in USER_KEYS.split()} | {
        ("permission_set", key) for key in PERMISSION_SET_KEYS.split()
    }
    assert sorted(wanted - CATALOG.keys()) == []


def test_every_row_has_its_kind_source_and_date() -> None:
    for row in [*CATALOG.values(), *PRICES, *ALTERNATIVES]:
        assert row["kind"] in set(Kind), row
        assert row["source"].startswith("Salesforce fact sheet"), row
        assert date.fromisoformat(row["as_of"]) <= date(2026, 11, 24), row
        assert all(value == value.strip() and value is not None for value in row.values()), row
    for row in CATALOG.values():
        assert row["publisher"] and row["product"]
        assert row["is_machine"] in ("true", "false")
        assert row["is_paid"] in ("true", "false", "")  # empty: not known; no price is guessed from a name


def test_no_permission_set_license_is_called_paid_or_free_without_a_price() -> None:
    """Fact sheet 6.2: orgs carry hundreds, many bundled; what they cost is in nobody's list."""
    priced = {(row["kind"], row["identifier"]) for row in PRICES}
    assert [
        key for key, row in CATALOG.items() if key[0] == "permission_set" and row["is_paid"] and key not in priced
    ] == []


def test_a_price_belongs_to_a_license_of_the_catalog_and_agrees_with_it() -> None:
    seen = [(row["kind"], row["identifier"], row["org_edition"]) for row in PRICES]
    assert len(seen) == len(set(seen))
    for row in PRICES:
        known = CATALOG[row["kind"], row["identifier"]]
        assert re.fullmatch(r"\d+\.\d\d", row["price_per_month"]) and re.fullmatch(r"[A-Z]{3}", row["currency"])
        assert known["is_paid"] in ("", "true" if Decimal(row["price_per_month"]) else "false")


def test_alternatives_exist_cost_less_where_prices_are_known_and_lead_nowhere_back() -> None:
    pairs = [(row["kind"], row["identifier"], row["alternative"]) for row in ALTERNATIVES]
    assert len(pairs) == len(set(pairs)) > 5
    for kind, identifier, alternative in pairs:
        assert {(kind, identifier), (kind, alternative)} <= CATALOG.keys()
        assert (kind, alternative, identifier) not in pairs and identifier != alternative
        before, after = _prices(kind, identifier), _prices(kind, alternative)
        assert not before or not after or max(after) < min(before)
    assert all(row["loses"] and row["condition"] for row in ALTERNATIVES)


def test_no_alternative_is_a_change_that_salesforce_refuses() -> None:
    """Fact sheet 5.8: from a core license there is no way to Chatter Free, Chatter External or Identity."""
    refused = {"CSN_User", "Chatter External", "Identity"}
    assert [row for row in ALTERNATIVES if row["alternative"] in refused] == []


def test_alternatives_of_a_license_are_shown_with_what_a_seat_saves(seeded: DuckDBStore) -> None:
    found = {row["alternative"]: row for row in seeded.reads.rows("alternatives")}
    assert found["AUL"]["saves_per_seat"] == Decimal("2100.00") - Decimal("300.00")
    assert found["SALESFORCE_INTEGRATION_USER"]["saves_per_seat"] is None
    assert "Leads" in found["AUL"]["loses"] and found["AUL"]["alternative_model"] == "Salesforce Platform"


def _prices(kind: str, identifier: str) -> list[Decimal]:
    return [Decimal(row["price_per_month"]) for row in PRICES if (row["kind"], row["identifier"]) == (kind, identifier)]
