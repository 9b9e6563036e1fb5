"""What is entered in Salesforce, and the project that enters it: types and fields of Salesforce fact sheet 1.10."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from sfsam.domain.playbook import STEPS, Page, RegistrationPath
from sfsam.domain.profiles import GrantType
from sfsam.ports import Registration
from sfsam.salesforce import metadata, registration
from sfsam.salesforce.checks import required_permissions

CALLBACK = "https://sfsam.example/oauth/callback"
URL = "https://acme.my.salesforce.com"
OAUTH = "commaSeparatedOauthScopes externalClientApplication label trustedIpRanges"
GLOBAL = (
    "externalClientApplication label callbackUrl certificate consumerKey consumerSecret idTokenConfig "
    "isClientCredentialsFlowEnabled isCodeCredFlowEnabled isConsumerSecretOptional isDeviceFlowEnabled "
    "isIntrospectAllTokens isNamedUserJwtEnabled isPkceRequired isRefreshTokenRotationEnabled "
    "isSecretRequiredForRefreshToken isSecretRequiredForTokenExchange isTokenExchangeEnabled "
    "shouldRotateConsumerKey shouldRotateConsumerSecret"
)
POLICIES = (
    "externalClientApplication label clientCredentialsFlowUser isClientCredentialsFlowEnabled "
    "permittedUsersPolicyType commaSeparatedPermissionSet commaSeparatedProfile ipRelaxationPolicyType "
    "refreshTokenPolicyType refreshTokenValidityPeriod refreshTokenValidityUnit requiredSessionLevel "
    "sessionTimeoutInMinutes"
)
APP = "label contactEmail description distributionState iconUrl logoUrl isProtected orgScopedExternalApp"
PLUGIN = "externalClientApplication label isEnabled isOauthPluginEnabled startPage"
PERMISSION_SET = "description hasActivationRequired label userPermissions"
# folder/suffix of the source format: root element, fields that the type has
KNOWN: dict[tuple[str, str], tuple[str, str]] = {
    ("externalClientApps", "eca"): ("ExternalClientApplication", APP),
    ("extlClntAppOauthSettings", "ecaOauth"): ("ExtlClntAppOauthSettings", OAUTH),
    ("extlClntAppGlobalOauthSets", "ecaGlblOauth"): ("ExtlClntAppGlobalOauthSettings", GLOBAL),
    ("extlClntAppOauthPolicies", "ecaOauthPlcy"): ("ExtlClntAppOauthConfigurablePolicies", POLICIES),
    ("extlClntAppPolicies", "ecaPlcy"): ("ExtlClntAppConfigurablePolicies", PLUGIN),
    ("permissionsets", "permissionset"): ("PermissionSet", PERMISSION_SET),
}
NAMESPACE = "{http://soap.sforce.com/2006/04/metadata}"


def chosen(grant: GrantType = GrantType.AUTHORIZATION_CODE, **more: str) -> Registration:
    fields = {"app_name": "License manager", "contact_email": "ada@acme.example", "callback_url": CALLBACK, **more}
    return Registration.model_validate({"path": RegistrationPath.EXTERNAL_CLIENT_APP, "grant": grant, **fields})


def parsed(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(text)  # noqa: S314 - we wrote it ourselves


def project(
    grant: GrantType = GrantType.AUTHORIZATION_CODE, *, with_reclaim: bool = True, **more: str
) -> dict[str, str]:
    return metadata.project(chosen(grant, **more), api_version="66.0", with_reclaim=with_reclaim)


def fields(files: dict[str, str], suffix: str) -> dict[str, str | None]:
    (text,) = [text for path, text in files.items() if path.endswith(f".{suffix}-meta.xml")]
    return {element.tag.removeprefix(NAMESPACE): element.text for element in parsed(text)}


def permissions(files: dict[str, str], name: str) -> set[str]:
    root = parsed(files[f"force-app/main/default/permissionsets/{name}.permissionset-meta.xml"])
    assert all(each.findtext(f"{NAMESPACE}enabled") == "true" for each in root.iter(f"{NAMESPACE}userPermissions"))
    return {str(each.findtext(f"{NAMESPACE}name")) for each in root.iter(f"{NAMESPACE}userPermissions")}


# ── The project ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("grant", GrantType)
def test_every_file_has_the_type_and_only_the_fields_that_salesforce_knows(grant: GrantType) -> None:
    files = project(grant, username="robot@acme.example", certificate="-----BEGIN CERTIFICATE-----")
    documents = {path: text for path, text in files.items() if path.endswith(".xml")}
    seen = set()
    for path, text in documents.items():
        *_, folder, file = path.split("/")
        name, _, suffix = file.removesuffix("-meta.xml").rpartition(".")
        root_name, known = KNOWN[folder, suffix]
        root = parsed(text)
        assert root.tag == NAMESPACE + root_name, path
        assert {element.tag.removeprefix(NAMESPACE) for element in root} <= set(known.split()), path
        assert name
        seen.add((folder, suffix))
    assert seen == set(KNOWN)
    assert json.loads(files["sfdx-project.json"])["packageDirectories"] == [{"path": "force-app", "default": True}]
    assert json.loads(files["sfdx-project.json"])["sourceApiVersion"] == "66.0"


@pytest.mark.parametrize("grant", GrantType)
def test_an_existing_connected_app_is_left_alone(grant: GrantType) -> None:
    asked = chosen(grant).model_copy(update={"path": RegistrationPath.CONNECTED_APP})
    files = metadata.project(asked, api_version="66.0", with_reclaim=True)
    assert {path.split("/")[-2] for path in files if path.endswith(".xml")} == {"permissionsets"}
    assert "is not changed" in files["README.md"]
    assert "External Client App" not in files["README.md"]


@pytest.mark.parametrize("grant", GrantType)
def test_the_app_is_as_strict_as_it_can_be(grant: GrantType) -> None:
    files = project(grant, username="robot@acme.example")
    public, policies = fields(files, "ecaGlblOauth"), fields(files, "ecaOauthPlcy")
    assert (public["isPkceRequired"], public["callbackUrl"]) == ("true", CALLBACK)
    assert public["isSecretRequiredForRefreshToken"] == "true"
    assert public["isConsumerSecretOptional"] == "false"
    is_credentials = grant is GrantType.CLIENT_CREDENTIALS
    assert public["isClientCredentialsFlowEnabled"] == str(is_credentials).lower()
    assert policies.get("clientCredentialsFlowUser") == ("robot@acme.example" if is_credentials else None)
    assert policies["permittedUsersPolicyType"] == "AdminApprovedPreAuthorized"
    assert policies["commaSeparatedPermissionSet"] == "sfsam_Read"
    assert policies["ipRelaxationPolicyType"] == "Enforce"
    assert fields(files, "eca")["distributionState"] == "Local"


def test_the_scopes_are_those_that_are_asked_for() -> None:
    assert fields(project(), "ecaOauth")["commaSeparatedOauthScopes"] == "Api, RefreshToken, Basic"
    robot = fields(project(GrantType.CLIENT_CREDENTIALS), "ecaOauth")
    assert robot["commaSeparatedOauthScopes"] == "Api, Basic"


def test_reading_may_change_nothing_and_reclaim_is_a_set_of_its_own() -> None:
    files = project()
    assert permissions(files, "sfsam_Read") == {"ApiEnabled", "MonitorLoginHistory", "ViewAllUsers", "ViewSetup"}
    assert permissions(files, "sfsam_Reclaim") - permissions(files, "sfsam_Read") == {
        "AssignPermissionSets",
        "FreezeUsers",
        "ManageInternalUsers",
    }
    listed = {name for each in required_permissions() for name in each.permission.split("|")}
    assert permissions(files, "sfsam_Reclaim") <= listed
    assert not [path for path in project(with_reclaim=False) if "Reclaim" in path]
    assert "Manage Package Licenses" in files["README.md"]
    assert "sf project deploy start" in files["README.md"]


def test_what_a_person_entered_cannot_break_the_xml() -> None:
    nasty = 'R&D <"sfsam"> ]]>'
    files = project(app_name=nasty, contact_email="a&b@acme.example", callback_url=f"{CALLBACK}?a=1&b=<2>")
    assert fields(files, "eca")["label"] == nasty
    assert fields(files, "eca")["contactEmail"] == "a&b@acme.example"
    assert fields(files, "ecaGlblOauth")["callbackUrl"] == f"{CALLBACK}?a=1&b=<2>"
    assert all("&" not in path and "<" not in path for path in files)


@pytest.mark.parametrize(
    ("label", "name"),
    [("sfsam", "sfsam"), ("License manager", "License_manager"), ("7 seas", "sfsam_7_seas"), ("ÄÖ", "sfsam")],
)
def test_an_api_name_is_one_that_salesforce_takes(label: str, name: str) -> None:
    assert metadata.api_name(label) == name


# ── The screens ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", RegistrationPath)
@pytest.mark.parametrize("grant", GrantType)
def test_every_step_says_what_to_enter_and_where(path: RegistrationPath, grant: GrantType) -> None:
    asked = chosen(grant, url=URL).model_copy(update={"path": path})
    values, links = registration.field_values(asked), registration.setup_links(asked)
    for step in STEPS:
        if step.page is Page.REGISTER_APPLICATION and step.is_for(path, grant):
            assert values[step.step], step.step
            assert all(name and value for name, value in values[step.step])
            if step.step != "deploy_metadata":
                assert links[step.step].startswith(f"{URL}/lightning/setup/")
    assert ("Callback URL", CALLBACK) in values["enable_oauth"]
    assert registration.setup_links(asked.model_copy(update={"url": ""})) == {}


def test_both_grants_differ_where_salesforce_differs() -> None:
    person = registration.field_values(chosen())
    robot = registration.field_values(chosen(GrantType.CLIENT_CREDENTIALS))
    key = registration.field_values(chosen(GrantType.JWT_BEARER))
    assert "Refresh Token Policy" in dict(person["set_policies"])
    assert "Run As" in dict(robot["set_policies"])
    assert [name for name, _ in key["copy_consumer_key"]] == ["Consumer Key"]
    assert "api" in str(robot["enable_oauth"])
    assert "refresh_token" not in str(robot["enable_oauth"])
