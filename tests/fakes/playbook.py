"""Set-up playbooks in memory: the real rule of order, and just enough of an answer for the pages."""

from __future__ import annotations

import base64
from typing import Any

from sfsam.domain.answers import (
    ActivityRow,
    ConnectionAnswer,
    KeyPairAnswer,
    MetadataAnswer,
    PageRow,
    PlaybookAnswer,
    PublishAnswer,
    RegistrationAnswer,
    StepRow,
    ValidationAnswer,
)
from sfsam.domain.commands import (
    Command,
    MakeKeyPair,
    MarkComplete,
    MetadataProject,
    Publish,
    RemoveConnection,
    SaveConnection,
    SaveDetails,
    SaveRegistration,
    SaveSteps,
    SetReclaim,
    ShowActivityLog,
    ShowPlaybook,
    StartPlaybook,
)
from sfsam.domain.playbook import OPTIONAL_PAGES, Page, Playbook
from sfsam.domain.profiles import PARENT_ALIAS, Check, ConnectedOrg, Process, ProfileStatus, Purpose
from sfsam.errors import NotFound
from tests.fakes.frames import NOW, PRODUCTION

CALLBACK = "http://127.0.0.1:8501/oauth/callback"
ORG = ConnectedOrg(
    org_id=PRODUCTION,
    name="Northwind",
    edition="Enterprise Edition",
    is_sandbox=False,
    instance_url="https://northwind.my.salesforce.com",
    user_id="005000000000001AAA",
    username="sfsam@northwind.example",
    scopes=("api", "refresh_token"),
)
CHECKS = [
    Check(process=Process.DOWNLOAD, permission="API Enabled", ok=True, needed_for="every call"),
    Check(process=Process.DOWNLOAD, permission="View Setup and Configuration", ok=True, needed_for="licenses"),
    Check(process=Process.ACTIVITY, permission="Monitor Login History", ok=True, needed_for="sign-ins"),
    Check(process=Process.RECLAIM, permission="Manage Package Licenses", ok=None, needed_for="packages"),
    Check(process=Process.CONSUMPTION, permission="Read entitlements", ok=True, needed_for="units"),
]
MISSING = Check(
    process=Process.RECLAIM, permission="Manage Users", ok=False, remedy="Assign sfsam_Reclaim.", needed_for="all"
)
COMPLETE_BEFORE = {page: tuple(Page)[: list(Page).index(page)] for page in Page}


class FakePlaybooks:
    """One playbook, of the profile p1. Change `book` and the others to stand where a test begins."""

    def __init__(self) -> None:
        self.book: Playbook | None = None
        self.name = "Salesforce CRM"
        self.status = ProfileStatus.DRAFT
        self.reclaim_enabled = True
        self.read: ConnectionAnswer | None = None
        self.act: ConnectionAnswer | None = None
        self.checks: list[Check] | None = None
        self.fits = True
        self.links = False

    def stand_at(self, page: Page) -> None:
        """Everything before this page is complete, and the org answered if that comes before."""
        self.book = Playbook(profile_id="p1", complete=COMPLETE_BEFORE[page], updated_at=NOW)
        if list(Page).index(page) > list(Page).index(Page.CONNECTION_AND_CREDENTIAL):
            self.connect()

    def connect(self) -> None:
        self.read = connection(org=ORG)

    def answer(self, command: Command) -> Any:
        match command:
            case StartPlaybook():
                self.book = Playbook(profile_id="p1", updated_at=NOW)
            case ShowActivityLog():
                return [ActivityRow(number=1, at=NOW, actor="mia", action="playbook.saved", page="", detail={"a": 1})]
            case MetadataProject():
                return MetadataAnswer(file_name="x.zip", content=base64.b64encode(b"PK").decode(), files=["x"])
            case MakeKeyPair(profile=profile):
                return KeyPairAnswer(profile_id=profile, certificate="-----BEGIN", sha256="00", expires_at=NOW)
            case Publish(profile=profile):
                self.status = ProfileStatus.PUBLISHED
                return PublishAnswer(profile_id=profile, status=self.status, job_id="job-1")
            case ShowPlaybook(profile="no-such"):
                raise NotFound("There is no such profile.", "Open the profiles.")
            case ShowPlaybook():
                self.book = self.book or Playbook(profile_id="p1", updated_at=NOW)
            case _:
                self._change(command)
        return self.shown()

    def _change(self, command: Command) -> None:
        assert self.book
        match command:
            case SaveSteps(page=page, done=done):
                self.book = self.book.ticked(page, done)
            case SaveRegistration(path=path, grant=grant, app_name=app_name, contact_email=mail, url=url):
                more = {"path": path, "grant": grant, "app_name": app_name, "contact_email": mail, "url": url}
                self.book = self.book.model_copy(update=more).entered(Page.REGISTER_APPLICATION)
            case SaveDetails(name=name):
                self.name = name
            case SaveConnection(purpose=purpose, url=url, grant=grant, client_id=client_id, client_secret=secret):
                given = connection(purpose=purpose, url=url, grant=grant, client_id=client_id, has_secret=bool(secret))
                if purpose is Purpose.READ and (self.read is None or self.read.org is None):
                    self.read = given
                if purpose is Purpose.ACT:
                    self.act = given
            case RemoveConnection():
                self.act = None
            case MarkComplete(page=page):
                self.book = self.book.completed(page)
            case SetReclaim(enabled=enabled):
                self.reclaim_enabled = enabled

    def shown(self) -> PlaybookAnswer:
        assert self.book
        book = self.book
        validation = self.checks and ValidationAnswer(
            profile_id="p1",
            fingerprint="f1",
            at=NOW,
            passed=all(check.ok is not False for check in self.checks),
            fits=self.fits,
            checks=self.checks,
        )
        return PlaybookAnswer(
            profile_id="p1",
            name=self.name,
            status=self.status,
            is_practice=False,
            profile_type="Salesforce CRM",
            download_subflow="Salesforce CRM Download Subscriptions",
            reclaim_subflow="Salesforce CRM Reclaim Subscription",
            consumption_subflow="Salesforce CRM Download Consumption",
            reclaim_enabled=self.reclaim_enabled,
            consumption_enabled=True,
            current=book.current(),
            pages=[self._page(page) for page in Page],
            registration=RegistrationAnswer(
                path=book.path,
                grant=book.grant,
                app_name=book.app_name,
                contact_email=book.contact_email,
                url=book.url,
                callback_url=CALLBACK,
                scopes=["api", "refresh_token"],
                setup_links={},
            ),
            read=self.read,
            act=self.act,
            free_aliases=[PARENT_ALIAS],
            validation=validation or None,
        )

    def _page(self, page: Page) -> PageRow:
        assert self.book
        return PageRow(
            page=page,
            status=self.book.status(page),
            optional=page in OPTIONAL_PAGES,
            waits_for=self.book.waits_for(page),
            steps=[
                StepRow(
                    step=step.step,
                    required=step.required,
                    done=self.book.is_done(step),
                    values=[("Callback URL", CALLBACK)] if step.step == "enable_oauth" else [],
                    link="https://northwind.my.salesforce-setup.com/x" if self.links else "",
                )
                for step in self.book.steps(page)
            ],
        )


def connection(**given: Any) -> ConnectionAnswer:
    return ConnectionAnswer(
        **{
            "purpose": Purpose.READ,
            "name": "Northwind",
            "alias": PARENT_ALIAS,
            "url": "https://northwind.my.salesforce.com",
            "grant": "authorization-code",
            "client_id": "3MVG9",
            "has_secret": True,
            "username": "",
            "certificate": "",
            "org": None,
            "connected_at": NOW if given.get("org") else None,
            "trouble": None,
            "reconnect_required": False,
            **given,
        }
    )
