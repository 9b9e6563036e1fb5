"""Everything that goes wrong with Salesforce gives a sentence with a remedy, and the data before stays as it was.

Each trouble meets two installations at once, one asked with --json and one without, so that both ways of answering
are seen. A trouble that passes (once) is got over silently, one that stays ends the command by its exit code.
"""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from sfsam.cli.asking import done
from sfsam.cli.door import Door
from sfsam.domain.commands import BeginAuthorization, Connect, Download, DraftProfile, Enqueue, FinishAuthorization
from sfsam.domain.profiles import GrantType
from tests.e2e.journey import (
    Answer,
    CommandLine,
    PracticeProcess,
    answer_of,
    log_in_and_allow,
    practice_org,
    wait_until,
)

pytestmark = pytest.mark.emulator

USERS = 400  # enough sign-ins for the Bulk API
FOR_EVER = 1000
CALLBACK = "http://127.0.0.1:8501/oauth/callback"
QUERY_USERS = "query.*FROM(%20|\\+)User(&|$)"
BULK_PAGE = "/jobs/query/[^/]+/results"
DOWNLOAD = ("download", "Production", "--full")


@dataclass
class Installations:
    """Two copies of one installation: the same org, the same data, asked in two ways."""

    practice: PracticeProcess
    scripted: CommandLine
    read: CommandLine
    stands: dict[str, tuple[int, int]] = field(init=False)

    def __post_init__(self) -> None:
        self.stands = self.scripted.what_stands()

    def ask(self, *arguments: str, **environment: str) -> tuple[Answer, Answer]:
        """Both answers, with --json and without; they agree on the exit code, and neither betrays a secret."""
        with ThreadPoolExecutor(2) as pool:
            with_json = pool.submit(self.scripted.run, *arguments, **environment)
            plain = pool.submit(self.read.run_plain, *arguments, **environment)
            answers = with_json.result(), plain.result()
        for answer in answers:
            self._betrays_nothing(answer)
        assert answers[0].code == answers[1].code, answers
        return answers

    def refuse(self, *arguments: str, **environment: str) -> dict[str, Any]:
        """Ask what must fail; the error. Both ways say the same, and nothing that was downloaded has changed."""
        with_json, plain = self.ask(*arguments, **environment)
        error: dict[str, Any] = with_json.json["error"]
        assert with_json.code == error["exit_code"] != 0
        assert error["what"].endswith(".")
        assert error["remedy"]
        for answer in (with_json, plain):  # numbers differ where both count the same org's calls
            assert _without_numbers(f"{error['what']}\n{error['remedy']}") in _without_numbers(answer.stderr)
        self.nothing_changed()
        return error

    def nothing_changed(self) -> None:
        assert self.scripted.what_stands() == self.read.what_stands() == self.stands

    def _betrays_nothing(self, answer: Answer) -> None:
        said = answer.stdout + answer.stderr
        secrets = [self.practice.orgs[0][name] for name in ("client_secret", "access_token", "refresh_token")]
        assert not [secret for secret in (*secrets, "!AQ", WRONG_SECRET) if secret in said], said


def _without_numbers(text: str) -> str:
    return re.sub(r"\d", "#", text)


@pytest.fixture(scope="module")
def installations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installations]:
    folder = tmp_path_factory.mktemp("troubles")
    with practice_org(users=USERS, orgs=2) as practice:
        first = folder / "scripted"
        first.mkdir()
        scripted = CommandLine(first)
        scripted.connect(practice.orgs[0])
        scripted.done(*DOWNLOAD)
        scripted.done("identify")
        yield Installations(practice, scripted, scripted.copied_to(folder / "read"))


@pytest.fixture
def practice(installations: Installations) -> Iterator[PracticeProcess]:
    """The org, calm again after each test."""
    practice = installations.practice
    usual = practice.side_door("settings")
    yield practice
    practice.clear_faults()
    practice.side_door("settings", usual)


# ── Connecting ───────────────────────────────────────────────────────────────────────────────

WRONG_SECRET = "a-secret-that-is-wrong"
MY_DOMAIN = "https://YOUR-DOMAIN.my.salesforce.com"


@pytest.mark.parametrize(
    ("url", "error", "what", "remedy"),
    [
        ("https://login.salesforce.com", "AddressRefused", "common log-in host", MY_DOMAIN),
        ("https://acme.lightning.force.com", "AddressRefused", "not its API", "https://acme.my.salesforce.com"),
        ("http://acme.my.salesforce.com", "AddressRefused", "unencrypted", "https://acme.my.salesforce.com"),
        ("https://acme.example.com", "AddressRefused", "not a Salesforce My Domain host", MY_DOMAIN),
        ("not an address", "AddressRefused", "not the name of a host", MY_DOMAIN),
    ],
)
def test_a_wrong_url_is_refused_before_anything_is_sent(
    installations: Installations, url: str, error: str, what: str, remedy: str
) -> None:
    org = installations.practice.orgs[0] | {"base_url": url}
    said = installations.refuse(*CommandLine.connect_arguments(org, "Second"), SFSAM_TEST_SECRET="x")
    assert (said["name"], said["exit_code"]) == (error, 78)
    assert what in said["what"]
    assert remedy in said["remedy"]


@pytest.mark.parametrize(
    ("change", "secret", "code", "error", "what", "remedy"),
    [
        ({}, WRONG_SECRET, 78, "ClientRejected", "client secret is wrong", "Copy the Consumer Secret"),
        ({"client_id": "3MVG9.unknown"}, "", 78, "ClientRejected", "client id", "Copy the Consumer Key"),
        ({"base_url": "http://127.0.0.1:9"}, "", 75, "SalesforceUnavailable", "did not answer", "Check the URL"),
    ],
    ids=["wrong secret", "unknown client id", "nobody there"],
)
def test_what_is_entered_wrong_is_named(
    installations: Installations,
    change: dict[str, str],
    secret: str,
    code: int,
    error: str,
    what: str,
    remedy: str,
) -> None:
    org = installations.practice.orgs[1]
    arguments = CommandLine.connect_arguments(org | change, f"Mistaken {what[:6]}")
    said = installations.refuse(*arguments, SFSAM_TEST_SECRET=secret or org["client_secret"])
    assert (said["name"], said["exit_code"]) == (error, code)
    assert what in said["what"]
    assert remedy in said["remedy"]


# ── Downloading ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Trouble:
    """Something that stays: how it is made, and what must be said about it."""

    code: int
    error: str
    what: str
    remedy: str
    faults: tuple[dict[str, Any], ...] = ()
    calls_left: int | None = None


def page(kind: str, **more: Any) -> dict[str, Any]:
    return {"match": QUERY_USERS, "kind": kind, "times": FOR_EVER, **more}


LATER = "try again in some minutes"
CUT_PAGE = {"match": BULK_PAGE, "kind": "truncate", "silent": True, "times": FOR_EVER}
TROUBLES = {
    "HTML 503": Trouble(75, "SalesforceUnavailable", "HTTP 503", LATER, (page("html"),)),
    "JSON cut short": Trouble(75, "SalesforceUnavailable", "not JSON", LATER, (page("truncate", silent=True),)),
    "drop amid a page": Trouble(75, "AnswerTruncated", "broke off", LATER, (page("truncate"),)),
    "truncated CSV page": Trouble(75, "AnswerTruncated", "A page of a Bulk answer", LATER, (CUT_PAGE,)),
    "daily limit reached": Trouble(75, "RequestLimitReached", "calls for the last 24 hours", "hours", (page("limit"),)),
    "our share reached": Trouble(75, "RequestLimitReached", "sfsam stops at 80%", " UTC", calls_left=10),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_a_trouble_that_stays_ends_the_download_and_leaves_the_data(
    installations: Installations, practice: PracticeProcess, name: str
) -> None:
    trouble = TROUBLES[name]
    if trouble.calls_left is not None:
        used = practice.side_door("stats")["api_usage"]
        practice.side_door("settings", {"daily_api_requests": used + trouble.calls_left})
    practice.fault(*trouble.faults)
    said = installations.refuse(*DOWNLOAD)
    assert (said["name"], said["exit_code"]) == (trouble.error, trouble.code)
    assert trouble.what in said["what"]
    assert trouble.remedy in said["remedy"]
    assert not installations.scripted.staging_dirs


PASSING = (
    {"match": "FROM(%20|\\+)UserLicense(&|$)", "kind": "html"},
    {"match": "FROM(%20|\\+)Profile(&|$)", "kind": "html", "status": 200},
    {"match": QUERY_USERS, "kind": "truncate"},
    {"match": "FROM(%20|\\+)PermissionSet(&|$)", "kind": "expire_token"},
    {"match": "FROM(%20|\\+)UserLogin(&|$)", "kind": "drop"},
    {"match": BULK_PAGE, "kind": "truncate", "silent": True, "nth": 1},
    {"match": BULK_PAGE, "kind": "truncate", "nth": 2},
)


def test_troubles_that_pass_are_got_over(
    installations: Installations, practice: PracticeProcess, tmp_path: Path
) -> None:
    practice.side_door("settings", {"bulk_latency_seconds": 0.0})
    sfsam = installations.scripted.copied_to(tmp_path / "copy")
    in_peace = sfsam.done(*DOWNLOAD)
    practice.fault(*PASSING)
    answer = sfsam.done(*DOWNLOAD)
    assert (answer["rows"], answer["warnings"]) == (in_peace["rows"], [])
    assert answer["api_calls"] >= in_peace["api_calls"] + len(PASSING) - 1  # a dropped call has no answer to count


# ── The connected user ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def connected_user(installations: Installations) -> dict[str, Any]:
    """The user that the installations are connected as; "login_id" is their UserLogin."""
    practice = installations.practice
    (profile,) = [row for row in installations.scripted.done("profiles") if row["name"] == "Production"]
    (user,) = [row for row in practice.dump("User").values() if row["Username"] == profile["username"]]
    (login,) = [row for row in practice.dump("UserLogin").values() if row["UserId"] == user["Id"]]
    return {**user, "login_id": login["Id"]}


@pytest.mark.parametrize("how", ["frozen", "inactive"])
def test_a_connected_user_who_may_not_log_in_is_named(
    installations: Installations, practice: PracticeProcess, connected_user: dict[str, Any], how: str
) -> None:
    path, field_name, bad = {
        "frozen": (f"sobjects/UserLogin/{connected_user['login_id']}", "IsFrozen", True),
        "inactive": (f"sobjects/User/{connected_user['Id']}", "IsActive", False),
    }[how]
    practice.rest("PATCH", path, {field_name: bad})
    try:
        said = installations.refuse(*DOWNLOAD)
    finally:
        practice.rest("PATCH", path, {field_name: not bad})
    assert (said["name"], said["exit_code"]) == ("SetupError", 78)
    assert "Run As user" in said["what"]


def test_without_view_setup_the_download_is_refused(
    installations: Installations, practice: PracticeProcess, connected_user: dict[str, Any]
) -> None:
    with _lacking(practice, connected_user, "ViewSetup"):
        said = installations.refuse(*DOWNLOAD)
    assert (said["name"], said["exit_code"]) == ("PermissionMissing", 78)
    assert "View Setup and Configuration" in said["remedy"]


def test_without_manage_users_it_downloads_with_warnings_and_sends_nothing(
    installations: Installations, practice: PracticeProcess, connected_user: dict[str, Any], tmp_path: Path
) -> None:
    sfsam = installations.scripted.copied_to(tmp_path / "copy")
    (ready, *_) = sfsam.done("candidates", "--state", "ready")
    reclaim = ("reclaim", "--number", ready["number"], "--yes")
    log = practice.log()
    brought = ("ManageUsers", "ManageInternalUsers", "FreezeUsers", "MonitorLoginHistory")
    with _lacking(practice, connected_user, *brought):
        said = installations.refuse(*reclaim)
        answer = sfsam.done(*DOWNLOAD)
        checked = sfsam.run("profile", "validate", "Production")
    assert (said["name"], said["exit_code"]) == ("PermissionMissing", 78)
    assert "nothing was sent" in said["what"]
    assert "Manage Users" in said["remedy"]
    assert practice.log() == log
    assert {"Login history", "Frozen users"} <= {warning.split(" could")[0] for warning in answer["warnings"]}
    assert checked.code == 78
    assert all(check["remedy"] for check in checked.json["checks"] if check["ok"] is False)


@contextmanager
def _lacking(practice: PracticeProcess, user: dict[str, Any], *permissions: str) -> Iterator[None]:
    practice.side_door("permissions", {"username": user["Username"], "revoke": permissions})
    try:
        yield
    finally:
        practice.side_door("permissions", {"username": user["Username"], "grant": permissions})


def test_a_revoked_access_token_is_renewed_and_a_revoked_grant_is_named(
    practice: PracticeProcess, tmp_path: Path
) -> None:
    org = practice.orgs[1]
    sfsam = CommandLine(tmp_path)
    _log_in(sfsam, org)
    practice.fault({"match": QUERY_USERS, "kind": "expire_token"}, org=1)
    sfsam.done("download", "Sandbox")
    before = sfsam.what_stands()
    practice.revoke_tokens_of(org["admin_user_id"], org=1)
    refused = sfsam.run("download", "Sandbox")
    assert (refused.code, refused.json["error"]["name"]) == (78, "ReconnectRequired")
    assert "Log in again" in refused.json["error"]["remedy"]
    assert sfsam.what_stands() == before


def _log_in(sfsam: CommandLine, org: dict[str, Any]) -> None:
    """Connect by the authorization code grant, with the browser's part played by HTTP."""
    profile = {"name": "Sandbox", "url": org["base_url"], "grant": GrantType.AUTHORIZATION_CODE}
    with Door(sfsam.settings) as door:
        door.ask(DraftProfile(**profile, client_id=org["client_id"], client_secret=org["client_secret"]))
        url = door.ask(BeginAuthorization(profile="Sandbox"))["url"]
        back = log_in_and_allow(url, org["admin_username"], org["admin_password"], CALLBACK)
        door.ask(FinishAuthorization(state=back["state"], code=back["code"]))
        assert done(door, Connect(profile="Sandbox", publish=True, download=False))["status"] == "published"


# ── This machine ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("kilobytes", "page_rows", "what"),
    [(16, 50_000, "sfsam.duckdb"), (256, 50_000, "pages of Production"), (256, 1_000, "sfsam.duckdb")],
    ids=["the job's progress", "a page", "the load"],
)
def test_a_full_disk_leaves_the_data(
    installations: Installations,
    practice: PracticeProcess,
    tmp_path: Path,
    kilobytes: int,
    page_rows: int,
    what: str,
) -> None:
    practice.side_door("settings", {"bulk_page_rows": page_rows})
    sfsam = installations.scripted.copied_to(tmp_path / "copy")
    process = sfsam.start(*DOWNLOAD, "--json")
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (kilobytes * 1024, kilobytes * 1024))
    answer = answer_of(process)
    assert answer.code == 78, answer
    assert answer.json["error"]["name"] == "StorageFull"
    assert what in answer.json["error"]["what"]
    assert "Make room" in answer.json["error"]["remedy"]
    assert sfsam.what_stands() == installations.stands
    assert sfsam.done(*DOWNLOAD)["state"] == "succeeded"


def test_who_comes_second_asks_the_first(
    installations: Installations, practice: PracticeProcess, tmp_path: Path
) -> None:
    sfsam = installations.scripted.copied_to(tmp_path / "copy")
    jobs_before = {job["job_id"] for job in sfsam.done("jobs")}
    position = sfsam.done("position")
    practice.fault({"match": QUERY_USERS, "kind": "slow", "seconds": 120})
    first = sfsam.start(*DOWNLOAD, "--json")
    wait_until(practice.held, "the first download to be held")
    assert sfsam.done("position") == position, "it answers at once, by the data before"
    second = sfsam.start(*DOWNLOAD, "--json")
    (job,) = [job for job in sfsam.done("jobs") if job["job_id"] not in jobs_before]
    assert job["state"] == "running"
    with Door(sfsam.settings) as door:
        assert not door.owned
        order = Enqueue(job=Download(profile="Production", full=True, identify=False), key="download-full:Production")
        assert door.ask(order)["job_id"] == job["job_id"], "a second click finds the job of the first"
    practice.clear_faults()
    answers = [answer_of(process) for process in (first, second)]
    assert [answer.code for answer in answers] == [0, 0]
    assert {answer.json["job_id"] for answer in answers} == {job["job_id"]}
    assert len({job["job_id"] for job in sfsam.done("jobs")} - jobs_before) == 1
