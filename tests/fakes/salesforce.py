"""An org in memory behind the Salesforce port: what it was sent can be seen, what it answers can be set."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sfsam.domain.attempts import Attempt, PlannedCall
from sfsam.domain.holdings import Holding
from sfsam.domain.profiles import Check, ConnectedOrg, Connection, GrantType, Process, Purpose
from sfsam.domain.restoring import FreeSeats
from sfsam.domain.steps import Step
from sfsam.domain.subscriptions import Kind
from sfsam.errors import OutcomeUnknown, SetupError, SfsamError
from sfsam.ports import (
    AuthorizationStart,
    KnownOrg,
    Registration,
    Report,
    RowOutcome,
    ShouldStop,
    StagedDownload,
    Token,
    TokenKeeper,
)

ORG_ID = "00D000000000001EAA"
VERIFIER = "pkce-verifier"


@dataclass
class Person:
    """One user of the fake org, with the rows that hang on them."""

    user_id: str
    is_active: bool = True
    is_frozen: bool = False
    is_administrator: bool = False
    is_machine: bool = False
    permission_sets: list[str] = field(default_factory=list)
    permission_set_licenses: list[str] = field(default_factory=list)
    package_licenses: list[str] = field(default_factory=list)
    features: set[str] = field(default_factory=set)
    tied: dict[str, str] = field(default_factory=dict)  # permission set -> the permission set license that it needs
    seen_at: datetime | None = None
    profile_id: str = "00e000000000001AAA"
    created_at: datetime | None = None


class Killed(BaseException):
    """The process died here. Not an Exception: nothing of ours may catch it."""


class FakeOrg:
    """People, and the record of every call that reached the org."""

    def __init__(self, people: Sequence[Person] = ()) -> None:
        self.people = {person.user_id: person for person in people}
        self.sent: list[PlannedCall] = []
        self.refusals: dict[tuple[Step, str], tuple[str, str]] = {}
        self.checks: list[Check] = [Check(process=Process.DOWNLOAD, permission="View Setup", ok=True)]
        self.org = ConnectedOrg(
            org_id=ORG_ID,
            name="Acme",
            edition="Enterprise Edition",
            is_sandbox=False,
            instance_url="http://127.0.0.1:9999",
            user_id="005000000000999AAA",
            username="robot@acme.example",
        )
        self.staged: StagedDownload | None = None
        self.trouble: SfsamError | None = None
        self.blocked: dict[str, list[tuple[str, str]]] = {}
        self.on_send: dict[int, str] = {}  # call number -> "kill before", "kill after", "no answer", "lost"
        self.kill_on_read_back: int | None = None
        self.reads_by_license = 0
        self.free: dict[str, FreeSeats] = {}
        self.read_backs = 0

    def records_changed(self) -> list[tuple[Step, str]]:
        return [(call.step, change.record_id) for call in self.sent for change in call.changes]

    def apply(self, call: PlannedCall) -> list[RowOutcome]:
        return [self._apply_one(call.step, change.record_id, change.user_id, change.fields) for change in call.changes]

    def _apply_one(self, step: Step, record_id: str, user_id: str, fields: dict[str, Any] | None) -> RowOutcome:
        if (step, user_id) in self.refusals:
            code, message = self.refusals[step, user_id]
            return RowOutcome(record_id=record_id, success=False, code=code, message=message)
        person = self.people[user_id]
        match step:
            case Step.FREEZE | Step.UNFREEZE:
                person.is_frozen = step is Step.FREEZE
            case Step.DEACTIVATE | Step.REACTIVATE:
                person.is_active = step is Step.REACTIVATE
            case Step.CHANGE_LICENSE | Step.CHANGE_LICENSE_BACK:
                person.profile_id = (fields or {})["ProfileId"]
            case Step.CLEAR_FEATURE_LICENSES:
                person.features -= set(fields or ())
            case Step.SET_FEATURE_LICENSES:
                person.features |= set(fields or ())
            case _ if step.method == "POST":
                getattr(person, step.removeprefix("assign_")).append(_assigned(fields or {}))
            case _:
                getattr(person, step.removeprefix("remove_")).remove(record_id)
        return RowOutcome(record_id=record_id, success=True)


class FakeSession:
    """A conversation with a FakeOrg."""

    api_calls = 7
    bytes_received = 1234
    api_usage = (60, 15_000)

    def __init__(self, org: FakeOrg) -> None:
        self._org = org

    def identify(self) -> ConnectedOrg:
        self._raise_trouble()
        return self._org.org

    def check(self, processes: Collection[Process] = tuple(Process)) -> list[Check]:
        self._raise_trouble()
        return [check for check in self._org.checks if check.process in processes]

    def stage(
        self,
        folder: Path,
        *,
        profile_id: str,
        before: KnownOrg | None,
        report: Report,
        should_stop: ShouldStop,
        processes: Collection[Process] = tuple(Process),
    ) -> StagedDownload:
        self._raise_trouble()
        assert folder.is_dir()
        assert self._org.staged is not None
        return self._org.staged.model_copy(update={"profile_id": profile_id})

    def holdings(self, user_ids: Sequence[str]) -> list[Holding]:
        self._raise_trouble()
        return [_holding(self._org.people[each]) for each in user_ids if each in self._org.people]

    def holders(self, kind: Kind, identifier: str) -> list[Holding]:
        self._org.reads_by_license += 1
        found = [_holding(person) for person in self._org.people.values()]
        return [each for each in found if self._records(each, kind, identifier)]

    def record_ids(self, kind: Kind, identifier: str) -> set[str]:
        self._org.reads_by_license += 1
        found = [_holding(person) for person in self._org.people.values()]
        return {record for each in found for record in self._records(each, kind, identifier)}

    @staticmethod
    def _records(held: Holding, kind: Kind, identifier: str) -> list[str]:
        """Ids of the assignments of this license that somebody holds."""
        match kind:
            case Kind.PERMISSION_SET:
                rows, name = held.permission_set_licenses, "PermissionSetLicense.DeveloperName"
            case Kind.PACKAGE:
                rows, name = held.package_licenses, "PackageLicense.NamespacePrefix"
            case _:
                return [held.user_id] if identifier in held.feature_licenses else []
        return [row["Id"] for row in rows if row[name] == identifier]

    def human_logins_since(self, user_ids: Sequence[str], since: datetime) -> dict[str, datetime]:
        people = [self._org.people[each] for each in user_ids if each in self._org.people]
        return {each.user_id: each.seen_at for each in people if each.seen_at and each.seen_at > since}

    def blockers(self, user_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        return {each: said for each, said in self._org.blocked.items() if each in user_ids}

    def free_seats(self, license_ids: Collection[str]) -> dict[str, FreeSeats]:
        return {each: free for each, free in self._org.free.items() if each in license_ids}

    def send(self, call: PlannedCall) -> list[RowOutcome]:
        what = self._org.on_send.get(len(self._org.sent))
        if what == "kill before":
            raise Killed
        if what == "lost":
            self._org.on_send.pop(len(self._org.sent))
            raise OutcomeUnknown("No answer came.", "Run settle.")
        self._org.sent.append(call)
        outcomes = self._org.apply(call)
        if what == "kill after":
            raise Killed
        if what == "no answer":
            raise OutcomeUnknown("No answer came.", "Run settle.")
        return outcomes

    def in_effect(self, attempts: Sequence[Attempt]) -> dict[str, bool]:
        self._org.read_backs += 1
        if self._org.kill_on_read_back == self._org.read_backs:
            raise Killed
        return {each.attempt_id: self._shows(each) for each in attempts}

    def close(self) -> None:
        pass

    def _shows(self, attempt: Attempt) -> bool:
        person = self._org.people[attempt.user_id]
        match attempt.step:
            case Step.FREEZE | Step.UNFREEZE:
                return person.is_frozen is (attempt.step is Step.FREEZE)
            case Step.DEACTIVATE | Step.REACTIVATE:
                return person.is_active is (attempt.step is Step.REACTIVATE)
            case Step.CHANGE_LICENSE | Step.CHANGE_LICENSE_BACK:
                return person.profile_id == (attempt.fields or {})["ProfileId"]
            case Step.CLEAR_FEATURE_LICENSES:
                return not person.features & set(attempt.fields or ())
            case Step.SET_FEATURE_LICENSES:
                return set(attempt.fields or ()) <= person.features
            case _ if attempt.step.method == "POST":
                return _assigned(attempt.fields or {}) in getattr(person, attempt.step.removeprefix("assign_"))
            case _:
                return attempt.record_id not in getattr(person, attempt.step.removeprefix("remove_"))

    def _raise_trouble(self) -> None:
        if self._org.trouble is not None:
            raise self._org.trouble


class FakeSalesforce:
    """The Salesforce port over one FakeOrg."""

    def __init__(self, org: FakeOrg, acting_org: FakeOrg | None = None) -> None:
        self.org = org
        self.acting_org = acting_org  # what the connection for acting sees; None: the same
        self.id_path = "/id"  # of the identity URL of the next log-in
        self.begun = 0

    def check_url(self, url: str) -> str:
        return url.rstrip("/")

    def begin_authorization(self, connection: Connection, redirect_uri: str) -> AuthorizationStart:
        self.begun += 1
        return AuthorizationStart(
            url=f"{connection.url}/authorize?redirect_uri={redirect_uri}",
            state=f"state-{self.begun}",
            code_verifier=VERIFIER,
        )

    def finish_authorization(
        self, connection: Connection, client_secret: str, *, code: str, code_verifier: str, redirect_uri: str
    ) -> Token:
        assert (code_verifier, client_secret) == (VERIFIER, "s3cret")
        return Token(
            access_token=f"00D!{code}",
            refresh_token="refresh-marked",
            instance_url=connection.url,
            id_url=connection.url + self.id_path,
        )

    def open(self, connection: Connection, credential: str, tokens: TokenKeeper) -> FakeSession:
        return FakeSession(self.acting_org if connection.purpose is Purpose.ACT and self.acting_org else self.org)

    def refusal(self, error: str, description: str) -> SfsamError:
        return SetupError(f"Salesforce said {error}.", "Start again.", said=description)

    def scopes(self, grant: GrantType) -> list[str]:
        return ["api"]

    def field_values(self, registration: Registration) -> dict[str, list[tuple[str, str]]]:
        return {"enable_oauth": [("Callback URL", registration.callback_url)]}

    def setup_links(self, registration: Registration) -> dict[str, str]:
        return {"enable_oauth": f"{registration.url}/setup"} if registration.url else {}

    def metadata_project(self, registration: Registration, *, with_reclaim: bool) -> dict[str, str]:
        return {"README.md": registration.app_name}


def _holding(person: Person) -> Holding:
    return Holding(
        user_id=person.user_id,
        username=f"{person.user_id}@acme.example",
        is_active=person.is_active,
        is_frozen=person.is_frozen,
        is_administrator=person.is_administrator,
        is_machine=person.is_machine,
        user_login_id=f"0Yw{person.user_id[3:]}",
        profile_id=person.profile_id,
        user_license_id="100000000000001AAA",
        created_at=person.created_at,
        last_login_at=person.seen_at,
        system_modstamp="",
        permission_sets=tuple(
            {
                "Id": each,
                "AssigneeId": person.user_id,
                "PermissionSetId": each,
                "PermissionSet.Name": each,
                "PermissionSet.LicenseId": person.tied.get(each),
            }
            for each in person.permission_sets
        ),
        permission_set_licenses=tuple(
            {
                "Id": each,
                "AssigneeId": person.user_id,
                "PermissionSetLicenseId": f"0PL-{each}",
                "PermissionSetLicense.DeveloperName": _license(each),
            }
            for each in person.permission_set_licenses
        ),
        package_licenses=tuple(
            {
                "Id": each,
                "UserId": person.user_id,
                "PackageLicenseId": each,
                "PackageLicense.NamespacePrefix": _license(each),
            }
            for each in person.package_licenses
        ),
        feature_licenses=tuple(sorted(person.features)),
    )


def _license(record_id: str) -> str:
    """The license that a record is of: what stands before the colon of "SalesUserPsl:2LA1"."""
    return record_id.split(":")[0]


def _assigned(fields: dict[str, Any]) -> str:
    """What the person holds again, by the name it has in Person."""
    return str(next(fields[name] for name in sorted(fields) if name not in ("AssigneeId", "UserId"))).removeprefix(
        "0PL-"
    )
