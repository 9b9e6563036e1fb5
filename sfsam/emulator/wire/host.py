"""One org with everything the wire keeps for it, and where it can be reached."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from starlette.requests import Request

from sfsam.emulator.identifiers import IdSpace
from sfsam.emulator.org import Caller, Org, SalesforceError
from sfsam.emulator.wire.bulk_jobs import BulkJobs
from sfsam.emulator.wire.callers import Callers
from sfsam.emulator.wire.client_app import ClientApp
from sfsam.emulator.wire.cursors import Cursors
from sfsam.emulator.wire.device_codes import DeviceCodes
from sfsam.emulator.wire.faults import Faults
from sfsam.emulator.wire.ingest_jobs import IngestJobs
from sfsam.emulator.wire.metering import Meter
from sfsam.emulator.wire.request_log import RequestLog
from sfsam.emulator.wire.settings import Settings
from sfsam.emulator.wire.sign_ins import SignIns
from sfsam.emulator.wire.tokens import TokenStore
from sfsam.emulator.wire.versions import VERSIONS

_BASE_ALLOWANCE = 100_000
_ALLOWANCE_PER_USER = 1_000


@dataclass
class OrgHost:
    """An org and its address: `ports` maps "http" and "https" to the port that this org listens on.

    `app` is the client app that the org's administrator registered; `apps` are all that the org knows, by id.
    """

    org: Org
    ports: dict[str, int]
    app: ClientApp = field(init=False)
    apps: dict[str, ClientApp] = field(init=False)
    settings: Settings = field(init=False)
    meter: Meter = field(init=False)
    tokens: TokenStore = field(init=False)
    sign_ins: SignIns = field(init=False)
    schema_changed_at: datetime = field(init=False)
    callers: Callers = field(init=False)
    cursors: Cursors = field(init=False)
    bulk_jobs: BulkJobs = field(init=False)
    ingest_jobs: IngestJobs = field(init=False)
    device_codes: DeviceCodes = field(init=False)
    log: RequestLog = field(init=False)
    faults: Faults = field(init=False)

    def __post_init__(self) -> None:
        users = self.org.record_counts(["User"])["User"]
        ids = IdSpace(self.org.index)
        self.app = ClientApp.of_org(self.org.org_id)
        self.apps = {app.client_id: app for app in (self.app, ClientApp.command_line())}
        self.settings = Settings(daily_api_requests=_BASE_ALLOWANCE + users * _ALLOWANCE_PER_USER)
        self.meter = Meter(self.org.clock, self.settings)
        self.tokens = TokenStore(self.org.org_id, self.org.clock, self.settings, self.app.client_id)
        self.sign_ins = SignIns()
        self.schema_changed_at = self.org.clock.now()
        self.callers = Callers(self.org)
        self.cursors = Cursors(ids, self.org.clock, self.settings)
        self.bulk_jobs = BulkJobs(self.org, ids, self.settings)
        self.ingest_jobs = IngestJobs(self.org, ids, self.settings)
        self.device_codes = DeviceCodes(self.org.clock)
        self.log = RequestLog(self.org.clock)
        self.faults = Faults()

    def base_url(self, request: Request) -> str:
        """This org's address, by the scheme and host name that the request came by."""
        return f"{request.url.scheme}://{request.url.hostname}:{self.ports[request.url.scheme]}"

    def living_caller(self, user_id: str) -> Caller | None:
        """The user behind a session; None, and every session of theirs ended, when they may not log in."""
        try:
            caller = self.callers.find(user_id)
        except SalesforceError:
            return None
        if caller.is_active and not caller.is_frozen:
            return caller
        self.tokens.revoke_user(user_id)
        self.sign_ins.forget_user(user_id)
        return None

    def user_id_of(self, username: str) -> str | None:
        """The id of the user with this name, whatever their case; None when there is none."""
        quoted = username.replace("\\", "\\\\").replace("'", "\\'")
        admin = self.org.caller(self.org.admin_user_id)
        result = self.org.query(f"SELECT Id FROM User WHERE Username = '{quoted}'", admin)  # noqa: S608 - quoted above
        records = result.records(0, 1, VERSIONS[-1])
        result.close()
        return str(records[0]["Id"]) if records else None

    def identity_url(self, site_base: str, user_id: str) -> str:
        """The user's identity URL on the site that the request came to (Salesforce fact sheet 1.4)."""
        return f"{site_base}/id/{self.org.org_id}/{user_id}"


def site_base(request: Request) -> str:
    """Scheme, host and port that the request came by."""
    parts = urlsplit(str(request.url))
    return f"{parts.scheme}://{parts.netloc}"
