"""The unmodified `sf` command line against the practice org (Salesforce fact sheet 7.3)."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from sfsam.domain.playbook import RegistrationPath
from sfsam.domain.profiles import GrantType
from tests.e2e.foreign_tools import ForeignTools
from tests.e2e.journey import PracticeProcess, practice_org
from tests.e2e.metadata_projects import Definitions, known_types, members_of, parsed, tree, unpack_project
from tests.e2e.signing_key import write_key

pytestmark = [pytest.mark.emulator, pytest.mark.conformance]

USERS = 600
QUERY = "SELECT Id, Username, Profile.Name FROM User ORDER BY Username"


class SalesforceCommand:
    """`sf` with a home of its own, which trusts the practice org's CA."""

    def __init__(self, tools: ForeignTools, practice: PracticeProcess, home: Path) -> None:
        self.command = [str(tools.node), str(tools.modules / "@salesforce" / "cli" / "bin" / "run.js")]
        self.home = home
        self.environment = tools.environment(
            HOME=str(home),
            NODE_EXTRA_CA_CERTS=practice.ca_file,
            SF_USE_GENERIC_UNIX_KEYCHAIN="true",
            SF_DISABLE_DNS_CHECK="true",
            SF_DISABLE_TELEMETRY="true",
            SF_AUTOUPDATE_DISABLE="true",
            SF_SKIP_NEW_VERSION_CHECK="true",
        )

    def text(self, *arguments: str, folder: Path | None = None, **environment: str) -> str:
        """What a command that succeeds prints, run in this folder or at home."""
        done = subprocess.run(
            [*self.command, *arguments],
            cwd=folder or self.home,
            env=self.environment | environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"sf {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def texts(self, *commands: tuple[str, ...]) -> list[str]:
        """What several commands that only read print; they run at the same time."""
        with ThreadPoolExecutor(len(commands)) as pool:
            return [*pool.map(lambda command: self.text(*command), commands)]

    def result(self, *arguments: str, folder: Path | None = None, **environment: str) -> Any:
        """The result of a command with --json."""
        return result_of(self.text(*arguments, "--json", folder=folder, **environment))


def result_of(text: str) -> Any:
    """The result inside what a command with --json prints."""
    answer = json.loads(text)
    assert answer["status"] == 0
    return answer["result"]


@pytest.fixture(scope="module")
def practice(foreign_tools: ForeignTools) -> Iterator[PracticeProcess]:
    with practice_org(users=USERS, seed=9) as started:
        started.side_door("settings", {"query_page_rows": 250, "bulk_page_rows": 250})
        yield started


@pytest.fixture(scope="module")
def sf(
    foreign_tools: ForeignTools, practice: PracticeProcess, tmp_path_factory: pytest.TempPathFactory
) -> SalesforceCommand:
    """Logged in by the administrator's access token, as "practice"."""
    sf = SalesforceCommand(foreign_tools, practice, tmp_path_factory.mktemp("home"))
    org = practice.orgs[0]
    login = ("org", "login", "access-token", "--instance-url", org["base_url"], "--no-prompt", "--alias", "practice")
    assert sf.result(*login, SF_ACCESS_TOKEN=org["access_token"])["username"] == org["admin_username"]
    return sf


def test_display_the_org(sf: SalesforceCommand, practice: PracticeProcess) -> None:
    shown = sf.result("org", "display", "-o", "practice")
    assert (shown["id"], shown["connectedStatus"]) == (practice.orgs[0]["org_id"], "Connected")


def test_query_over_several_pages_as_table_csv_and_json(sf: SalesforceCommand, practice: PracticeProcess) -> None:
    users, profiles = practice.dump("User"), practice.dump("Profile")
    names = {None: ""} | {profile_id: row["Name"] for profile_id, row in profiles.items()}
    expected = {user_id: (row["Username"], names[row["ProfileId"]]) for user_id, row in users.items()}
    ask = ("data", "query", "-o", "practice", "-q", QUERY)
    table, as_csv, as_json = sf.texts(ask, (*ask, "--result-format", "csv"), (*ask, "--json"))
    found = result_of(as_json)
    assert (found["totalSize"], found["done"]) == (len(users), True)
    assert {r["Id"]: (r["Username"], (r["Profile"] or {"Name": ""})["Name"]) for r in found["records"]} == expected
    assert {r["Id"]: (r["Username"], r["Profile.Name"]) for r in csv.DictReader(io.StringIO(as_csv))} == expected
    assert f"Total number of records retrieved: {len(users)}." in table
    assert all(username in table for username, _ in [*expected.values()][::50])


def test_describe_list_and_limits(sf: SalesforceCommand) -> None:
    org = ("-o", "practice", "--json")
    described, objects, limits = map(
        result_of,
        sf.texts(
            ("sobject", "describe", "-s", "User", *org), ("sobject", "list", *org), ("org", "list", "limits", *org)
        ),
    )
    assert {"Id", "IsActive", "LastLoginDate"} <= {field["name"] for field in described["fields"]}
    assert {"User", "UserLicense", "PermissionSetLicenseAssign"} <= set(objects)
    calls = next(limit for limit in limits if limit["name"] == "DailyApiRequests")
    assert 0 < calls["remaining"] < calls["max"]


def test_update_and_delete_a_record(sf: SalesforceCommand, practice: PracticeProcess) -> None:
    user_id = somebody(practice)
    record = ("-o", "practice", "-s", "User", "-i", user_id)
    sf.result("data", "update", "record", *record, "-v", "Department=Elsewhere")
    assert sf.result("data", "get", "record", *record)["Department"] == "Elsewhere"
    assignment = next(iter(practice.dump("UserPackageLicense")))
    sf.result("data", "delete", "record", "-o", "practice", "-s", "UserPackageLicense", "-i", assignment)
    assert assignment not in practice.dump("UserPackageLicense")
    assert [entry["method"] for entry in practice.log()[-2:]] == ["PATCH", "DELETE"]


def test_a_license_that_is_there_already_is_assigned_as_far_as_sf_cares(
    sf: SalesforceCommand, practice: PracticeProcess
) -> None:
    """The refusal of a duplicate begins with the words that `sf` takes for success."""
    user, licenses = practice.dump("User"), practice.dump("PermissionSetLicense")
    held = next(
        row for row in practice.dump("PermissionSetLicenseAssign").values() if user[row["AssigneeId"]]["IsActive"]
    )
    name = licenses[held["PermissionSetLicenseId"]]["DeveloperName"]
    username = user[held["AssigneeId"]]["Username"]
    told = sf.result("org", "assign", "permsetlicense", "-o", "practice", "-n", name, "-b", username)
    assert ([row["name"] for row in told["successes"]], told["failures"]) == ([username], [])
    assert practice.log()[-1]["answer"][0]["errorCode"] == "DUPLICATE_VALUE"


def test_pitfall_03_export_by_bulk_ends(sf: SalesforceCommand, practice: PracticeProcess) -> None:
    file = sf.home / "users.csv"
    order = ("-q", "SELECT Id, Username FROM User", "--output-file", str(file), "-r", "csv", "--wait", "2")
    done = sf.result("data", "export", "bulk", "-o", "practice", *order)
    with file.open(newline="") as rows:
        exported = {row["Id"]: row["Username"] for row in csv.DictReader(rows)}
    assert done["totalSize"] == len(exported)
    assert exported == {user_id: row["Username"] for user_id, row in practice.dump("User").items()}


def test_update_and_delete_by_bulk(sf: SalesforceCommand, practice: PracticeProcess) -> None:
    user_id, file = somebody(practice), sf.home / "changes.csv"
    file.write_text(f"Id,Department\n{user_id},By bulk\n")
    done = sf.result("data", "update", "bulk", "-o", "practice", "-s", "User", "-f", str(file), "--wait", "2")
    assert (done["processedRecords"], done["successfulRecords"], done["failedRecords"]) == (1, 1, 0)
    assert practice.dump("User")[user_id]["Department"] == "By bulk"
    assignment = next(iter(practice.dump("UserPackageLicense")))
    file.write_text(f"Id\n{assignment}\n")
    order = ("-s", "UserPackageLicense", "-f", str(file), "--wait", "2")
    sf.result("data", "delete", "bulk", "-o", "practice", *order)
    assert assignment not in practice.dump("UserPackageLicense")


def test_log_in_by_jwt(sf: SalesforceCommand, practice: PracticeProcess) -> None:
    org, key_file = practice.orgs[0], sf.home / "app.key"
    practice.side_door("settings", {"jwt_certificate": write_key(key_file)})
    who = ("--client-id", org["client_id"], "--jwt-key-file", str(key_file), "--username", org["admin_username"])
    for address in (org["login_url"], org["tls_url"]):
        shown = sf.result("org", "login", "jwt", *who, "--instance-url", address, "--alias", "by-jwt")
        assert shown["orgId"] == org["org_id"]
    counted = sf.result("data", "query", "-o", "by-jwt", "-q", "SELECT COUNT() FROM User")
    assert counted["totalSize"] == len(practice.dump("User"))


@pytest.mark.parametrize("app", ["PlatformCLI", "registered"])
def test_log_in_by_url(sf: SalesforceCommand, practice: PracticeProcess, app: str) -> None:
    """A refresh token over https: by the command line's own app, without a secret, and by the org's."""
    org, file = practice.orgs[0], sf.home / "login.txt"
    who = "PlatformCLI:" if app == "PlatformCLI" else f"{org['client_id']}:{org['client_secret']}"
    file.write_text(f"force://{who}:{org['refresh_token']}@{urlsplit(org['tls_url']).netloc}")
    shown = sf.result("org", "login", "sfdx-url", "--sfdx-url-file", str(file), "--alias", "by-url")
    assert (shown["orgId"], shown["username"]) == (org["org_id"], org["admin_username"])


# ── The downloadable project ─────────────────────────────────────────────────────────────────

SETS = {"PermissionSet": {"sfsam_Read", "sfsam_Reclaim"}}
APP_AND_SETS = SETS | {
    "ExternalClientApplication": {"R_D_licenses"},
    "ExtlClntAppOauthSettings": {"R_D_licenses_oauth"},
    "ExtlClntAppGlobalOauthSettings": {"R_D_licenses_oauth"},
    "ExtlClntAppOauthConfigurablePolicies": {"R_D_licenses_oauthPlcy"},
    "ExtlClntAppConfigurablePolicies": {"R_D_licenses_plcy"},
}


@pytest.mark.parametrize(
    ("path", "grant"),
    [
        *((RegistrationPath.EXTERNAL_CLIENT_APP, grant) for grant in GrantType),
        (RegistrationPath.CONNECTED_APP, GrantType.CLIENT_CREDENTIALS),
    ],
)
def test_sf_converts_the_downloaded_project_whole(
    sf: SalesforceCommand, foreign_tools: ForeignTools, tmp_path: Path, path: RegistrationPath, grant: GrantType
) -> None:
    """Offline, by the tool that deploys it: nothing is dropped, and every field is one that Salesforce defines."""
    folder = tmp_path / "project"
    unpack_project(path, grant, folder, tmp_path / "data")
    sf.result("project", "convert", "source", "--root-dir", "force-app", "--output-dir", "out", folder=folder)
    members = APP_AND_SETS if path is RegistrationPath.EXTERNAL_CLIENT_APP else SETS
    assert members_of(folder / "out" / "package.xml") == members
    written = {file.name: tree(parsed(file)) for file in (folder / "out").glob("*/*")}
    source = {
        file.name.removesuffix("-meta.xml"): tree(parsed(file)) for file in folder.glob("force-app/main/default/*/*")
    }
    assert written == source
    types, definitions = known_types(foreign_tools.modules), Definitions(foreign_tools.modules)
    for file in (folder / "out").glob("*/*"):
        kind = types[source[file.name][0]]
        assert (file.parent.name, file.suffix) == (kind["directoryName"], f".{kind['suffix']}")
        assert definitions.faults(source[file.name]) == []


def test_what_salesforce_does_not_define_is_found(foreign_tools: ForeignTools) -> None:
    definitions = Definitions(foreign_tools.modules)
    wrong = ("ExtlClntAppConfigurablePolicies", "", [("isOauthPluginEnabled", "yes", []), ("isPaid", "true", [])])
    assert definitions.faults(wrong) == [
        "ExtlClntAppConfigurablePolicies.externalClientApplication is missing",
        "ExtlClntAppConfigurablePolicies.isEnabled is missing",
        "ExtlClntAppConfigurablePolicies.isOauthPluginEnabled is no boolean: yes",
        "ExtlClntAppConfigurablePolicies.isPaid is unknown",
    ]
    policy = [("externalClientApplication", "x", []), ("permittedUsersPolicyType", "Everybody", [])]
    [fault] = definitions.faults(("ExtlClntAppOauthConfigurablePolicies", "", policy))
    assert fault.endswith("is none of ['AdminApprovedPreAuthorized', 'AllSelfAuthorized']: Everybody")


def somebody(practice: PracticeProcess) -> str:
    """An active user with a department, who is not the administrator."""
    admin = practice.orgs[0]["admin_user_id"]
    return next(i for i, r in practice.dump("User").items() if r["IsActive"] and r["Department"] and i != admin)
