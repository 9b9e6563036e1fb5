"""The whole client against the practice org as a process of its own, over http and https."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sfsam.config import Settings
from sfsam.domain.attempts import Attempt, PlannedCall, calls_of
from sfsam.domain.candidates import Action
from sfsam.domain.holdings import Holding
from sfsam.domain.identifiers import new_id
from sfsam.domain.profiles import Connection, GrantType
from sfsam.domain.reclaim import Taking
from sfsam.domain.restoring import Giving
from sfsam.domain.steps import GIVING, STEPS, Step
from sfsam.domain.subscriptions import Kind
from sfsam.errors import (
    AddressRefused,
    ClientRejected,
    OutcomeUnknown,
    PermissionMissing,
    RequestLimitReached,
    SetupError,
)
from sfsam.ports import StagedDownload
from sfsam.salesforce import HttpSalesforce
from sfsam.salesforce.client import HttpOrgSession
from sfsam.vault.key_pairs import make_key_pair
from tests.e2e.journey import PracticeProcess, log_in_and_allow, practice_org
from tests.salesforce.conftest import KeptTokens

pytestmark = pytest.mark.emulator
CALLBACK = "http://127.0.0.1:8501/oauth/callback"


class UtcClock:
    def now(self) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251 - the practice org runs by the real clock


def leaving(person: Holding) -> Taking:
    return Taking(number="RC1", action=Action.DEACTIVATE, kind=Kind.USER, identifier="SFDC", holding=person)


def coming_back(before: Holding, now: Holding, lost: frozenset[str] = frozenset()) -> Giving:
    return Giving(
        number="RC1", action=Action.DEACTIVATE, kind=Kind.USER, identifier="SFDC", before=before, now=now, lost=lost
    )


def _carry_out(opened: HttpOrgSession, calls: list[PlannedCall]) -> None:
    for call in calls:
        answers = opened.send(call)
        assert [row.success for row in answers] == [True] * len(call.changes), answers
        assert set(opened.in_effect(attempts(call)).values()) == {True}


def _what(person: Holding) -> tuple[object, ...]:
    """What somebody holds, without the ids of the rows, which are new after an undo."""
    return (
        person.is_active,
        person.is_frozen,
        person.profile_id,
        {(row["PermissionSetId"], row["PermissionSetGroupId"]) for row in person.permission_sets},
        {row["PermissionSetLicenseId"] for row in person.permission_set_licenses},
        {row["PackageLicenseId"] for row in person.package_licenses},
        set(person.feature_licenses),
    )


@pytest.fixture(scope="module")
def practice() -> Iterator[PracticeProcess]:
    with practice_org(users=300, seed=5) as started:
        yield started


@pytest.fixture
def salesforce(practice: PracticeProcess, tmp_path: Path) -> HttpSalesforce:
    settings = Settings(data_dir=tmp_path, ca_file=Path(practice.ca_file))
    return HttpSalesforce(settings, UtcClock(), pause=lambda seconds: None, rest_row_limit=100)


@pytest.fixture
def opened(practice: PracticeProcess, salesforce: HttpSalesforce) -> Iterator[HttpOrgSession]:
    conversation = connect(practice, salesforce)
    yield conversation
    conversation.close()
    practice.clear_faults()


def connection(
    practice: PracticeProcess, url: str = "base_url", grant: GrantType = GrantType.CLIENT_CREDENTIALS
) -> Connection:
    org = practice.orgs[0]
    return Connection(
        connection_id="c1",
        profile_id="p1",
        name="Practice",
        url=org[url],
        grant=grant,
        client_id=org["client_id"],
    )


def connect(practice: PracticeProcess, salesforce: HttpSalesforce, url: str = "base_url") -> HttpOrgSession:
    return salesforce.open(connection(practice, url), practice.orgs[0]["client_secret"], KeptTokens())


def download(opened: HttpOrgSession, folder: Path) -> StagedDownload:
    return opened.stage(folder, profile_id="p1", before=None, report=lambda phase: None, should_stop=lambda: False)


def ids(staged: StagedDownload, name: str) -> list[str]:
    found = []
    for path in next(each for each in staged.objects if each.name == name).files:
        with path.open(encoding="utf-8", newline="") as file:
            found += [row["Id"] for row in csv.DictReader(file)]
    return sorted(found)


def attempts(call: PlannedCall) -> list[Attempt]:
    return [
        Attempt(
            attempt_id=new_id(),
            request_id="r1",
            profile_id="p1",
            number="RC0000001",
            user_id=change.user_id,
            step=call.step,
            record_id=change.record_id,
            fields=change.fields,
            intended_at=datetime(2026, 11, 24),
        )
        for change in call.changes
    ]


@pytest.mark.parametrize("url", ["base_url", "tls_url"])
def test_it_says_what_it_is_over_http_and_https(
    practice: PracticeProcess, salesforce: HttpSalesforce, url: str
) -> None:
    found = connect(practice, salesforce, url).identify()
    assert (found.org_id, found.name) == (practice.orgs[0]["org_id"], practice.orgs[0]["name"])
    assert "api" in found.scopes


def test_the_checks_are_given_but_for_what_cannot_be_probed(opened: HttpOrgSession) -> None:
    assert Counter(check.ok for check in opened.check())[False] == 0
    assert [check.permission for check in opened.check() if check.ok is None] == ["Manage Package Licenses"]


def test_everything_is_downloaded_by_rest_and_by_bulk(
    practice: PracticeProcess, opened: HttpOrgSession, tmp_path: Path
) -> None:
    staged = download(opened, tmp_path / "pages")
    assert staged.warnings == ()
    sources = {each.name: each.source for each in staged.objects}
    assert (sources["UserLicense"], sources["User"], sources["LoginHistory"]) == ("rest", "bulk", "bulk")
    for name in ("User", "UserLicense", "PermissionSetLicenseAssign", "UserPackageLicense", "PermissionSetAssignment"):
        assert ids(staged, name) == sorted(practice.dump(name)), name
    jobs = practice.side_door("stats")["api_calls"]
    assert jobs["jobs/query/resultPages"] > 0


@pytest.mark.parametrize("kind", ["drop", "truncate", "expire_token", "html"])
@pytest.mark.parametrize("match", ["/query\\?", "/jobs/query/[^/]+/results"])
def test_a_download_survives_one_trouble(
    practice: PracticeProcess, opened: HttpOrgSession, tmp_path: Path, match: str, kind: str
) -> None:
    status = {"status": 503} if kind == "html" else {}
    practice.fault({"match": match, "nth": 2, "times": 1, "kind": kind, **status})
    staged = download(opened, tmp_path / "pages")
    assert ids(staged, "User") == sorted(practice.dump("User"))
    assert staged.warnings == ()


def test_a_used_up_day_stops_the_download(practice: PracticeProcess, opened: HttpOrgSession, tmp_path: Path) -> None:
    practice.fault({"match": "/query", "nth": 3, "times": 99, "kind": "limit"})
    with pytest.raises(RequestLimitReached):
        download(opened, tmp_path / "pages")


def test_missing_view_setup_is_named(practice: PracticeProcess, salesforce: HttpSalesforce, tmp_path: Path) -> None:
    opened = connect(practice, salesforce)
    username = opened.identify().username
    practice.side_door("permissions", {"username": username, "revoke": ["ViewSetup"]})
    try:
        missing = [check.permission for check in opened.check() if check.ok is False]
        assert "View Setup and Configuration" in missing
        with pytest.raises(PermissionMissing, match="View Setup"):
            download(opened, tmp_path / "pages")
    finally:
        practice.side_door("permissions", {"username": username, "grant": ["ViewSetup"]})


def test_one_person_is_taken_through_every_step(practice: PracticeProcess, opened: HttpOrgSession) -> None:
    before = practice.dump("User")
    holdings = opened.holdings(list(before))
    assert len(holdings) == len(before)
    spared = {opened.identify().user_id}
    person = max(
        (
            each
            for each in holdings
            if each.is_active and not each.is_administrator and not each.is_machine and each.user_id not in spared
        ),
        key=lambda each: each.seats,
    )
    for step in STEPS[Action.DEACTIVATE]:
        _carry_out(opened, calls_of(step, [leaving(opened.holdings([person.user_id])[0])]))
    after = opened.holdings([person.user_id])[0]
    assert (after.is_active, after.is_frozen, after.seats) == (False, True, 1)
    changed = {user_id for user_id, row in practice.dump("User").items() if row != before[user_id]}
    assert changed == {person.user_id}
    again = calls_of(Step.REMOVE_PERMISSION_SETS, [leaving(person)])
    assert {(row.success, row.code) for call in again for row in opened.send(call)} <= {(True, "ENTITY_IS_DELETED")}
    ended = frozenset(
        seat for seat, free in opened.free_seats(coming_back(person, after).seats).items() if free.has_ended
    )
    for step in GIVING:
        now = opened.holdings([person.user_id])[0]
        _carry_out(opened, calls_of(step, [coming_back(person, now, lost=ended)]))
    packages = tuple(row for row in person.package_licenses if row["PackageLicenseId"] not in ended)
    before = person.model_copy(update={"package_licenses": packages})
    assert _what(opened.holdings([person.user_id])[0]) == _what(before)


def test_the_holders_of_a_license_are_read_like_the_people_themselves(
    practice: PracticeProcess, opened: HttpOrgSession
) -> None:
    people = {each.user_id: each for each in opened.holdings(list(practice.dump("User")))}
    for kind, held_as, name in (
        (Kind.PERMISSION_SET, "permission_set_licenses", "PermissionSetLicense.DeveloperName"),
        (Kind.PACKAGE, "package_licenses", "PackageLicense.NamespacePrefix"),
    ):
        rows = [(each, row) for each in people.values() for row in getattr(each, held_as)]
        identifier = Counter(row[name] for _, row in rows).most_common(1)[0][0]
        holding = {each.user_id: row["Id"] for each, row in rows if row[name] == identifier}
        found = {each.user_id: each for each in opened.holders(kind, identifier)}
        assert {user_id: getattr(each, held_as)[0]["Id"] for user_id, each in found.items()} == holding
        for user_id, each in found.items():
            same = {"is_active", "is_administrator", "is_machine", "profile_id", "user_license_id", "created_at"}
            assert each.model_dump(include=same) == people[user_id].model_dump(include=same)
            needing = {row["Id"] for row in each.permission_sets}
            assert needing <= {row["Id"] for row in people[user_id].permission_sets}
        assert opened.record_ids(kind, identifier) == set(holding.values())
    field = people[next(iter(people))].feature_licenses
    feature = field[0] if field else "UserPermissionsKnowledgeUser"
    assert {each.user_id for each in opened.holders(Kind.FEATURE, feature)} == {
        each.user_id for each in people.values() if feature in each.feature_licenses
    }


def test_a_lost_answer_is_settled_by_reading_back(practice: PracticeProcess, opened: HttpOrgSession) -> None:
    holdings = opened.holdings(list(practice.dump("User")))
    person = next(each for each in holdings if each.is_active and not each.is_frozen and not each.is_administrator)
    (call,) = calls_of(Step.FREEZE, [leaving(person)])
    practice.fault({"match": "composite", "nth": 1, "times": 1, "kind": "drop"})
    with pytest.raises(OutcomeUnknown):
        opened.send(call)
    is_frozen = practice.dump("UserLogin")[call.changes[0].record_id]["IsFrozen"]
    assert list(opened.in_effect(attempts(call)).values()) == [is_frozen]


def test_somebody_who_comes_back_is_seen(practice: PracticeProcess, opened: HttpOrgSession) -> None:
    since = UtcClock().now() - timedelta(days=60)
    everybody = [user_id for user_id, row in practice.dump("User").items() if row["IsActive"]]
    seen = opened.human_logins_since(everybody, since)
    absent = next(each for each in opened.holdings(everybody) if each.user_id not in seen and not each.is_machine)
    practice.side_door("activity", {"username": absent.username, "type": "Application"})
    assert absent.user_id in opened.human_logins_since([absent.user_id], since)


def test_a_person_logs_in_with_the_authorize_page(practice: PracticeProcess, salesforce: HttpSalesforce) -> None:
    org = practice.orgs[0]
    asked = connection(practice, grant=GrantType.AUTHORIZATION_CODE)
    start = salesforce.begin_authorization(asked, CALLBACK)
    back = log_in_and_allow(start.url, org["admin_username"], org["admin_password"], CALLBACK)
    assert back["state"] == start.state
    kept = KeptTokens()
    exchange = {"code": back["code"], "code_verifier": start.code_verifier, "redirect_uri": CALLBACK}
    kept.token = salesforce.finish_authorization(asked, org["client_secret"], **exchange)
    opened = salesforce.open(asked, org["client_secret"], kept)
    assert opened.identify().user_id == org["admin_user_id"]
    before = kept.token.access_token
    practice.fault({"match": "/query", "nth": 1, "times": 1, "kind": "expire_token"})
    opened.identify()
    assert kept.token.access_token != before
    assert kept.token.refresh_token


def test_a_key_pair_acts_as_its_user_once_the_certificate_is_uploaded(
    practice: PracticeProcess, salesforce: HttpSalesforce
) -> None:
    org = practice.orgs[0]
    pair, another = (make_key_pair("sfsam", UtcClock().now()) for _ in range(2))
    asked = connection(practice, grant=GrantType.JWT_BEARER).model_copy(update={"username": org["admin_username"]})
    usual = practice.side_door("settings")
    practice.side_door(
        "settings",
        {
            "jwt_certificate": pair.certificate,
            "permitted_users": "AdminApprovedPreAuthorized",
            "preauthorized_users": [org["admin_username"]],
        },
    )
    try:
        assert salesforce.open(asked, pair.private_key, KeptTokens()).identify().user_id == org["admin_user_id"]
        with pytest.raises(SetupError, match="assertion"):
            salesforce.open(asked, another.private_key, KeptTokens()).identify()
    finally:
        practice.side_door("settings", usual)


def test_a_wrong_secret_and_a_wrong_address_are_named(practice: PracticeProcess, salesforce: HttpSalesforce) -> None:
    with pytest.raises(ClientRejected, match="secret"):
        salesforce.open(connection(practice), "wrong", KeptTokens()).identify()
    with pytest.raises(AddressRefused, match="My Domain"):
        salesforce.check_url("https://login.salesforce.com")
