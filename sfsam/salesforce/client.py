"""The port Salesforce over HTTP: log-ins, and conversations with one org each."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from sfsam.config import Settings
from sfsam.domain.attempts import Attempt, PlannedCall
from sfsam.domain.holdings import Holding
from sfsam.domain.identifiers import to_18
from sfsam.domain.profiles import Check, ConnectedOrg, Connection, GrantType, Process
from sfsam.domain.restoring import FreeSeats
from sfsam.domain.subscriptions import Kind
from sfsam.errors import ObjectUnavailable, PermissionMissing, RefusedError, SetupError, SfsamError
from sfsam.ports import (
    AuthorizationStart,
    Clock,
    KnownOrg,
    Registration,
    Report,
    RowOutcome,
    ShouldStop,
    StagedDownload,
    Token,
    TokenKeeper,
)
from sfsam.salesforce import addresses, metadata, registration, soql
from sfsam.salesforce.acting import Actor
from sfsam.salesforce.batching import CompositeReader
from sfsam.salesforce.blockers import blockers
from sfsam.salesforce.checks import check_permissions, described_objects
from sfsam.salesforce.free_seats import free_seats
from sfsam.salesforce.holders import HolderReader
from sfsam.salesforce.oauth_faults import fault_of
from sfsam.salesforce.people import PeopleReader
from sfsam.salesforce.rest import RestReader
from sfsam.salesforce.session import CONNECT_SECONDS, READ_SECONDS, Session
from sfsam.salesforce.sign_in import SignIn
from sfsam.salesforce.staging import REST_ROW_LIMIT, Staging

_IDLE_SECONDS = 2.0


class HttpSalesforce:
    """Fits ports.Salesforce. `transport` and `pause` are for tests: where requests go, and how waiting is done."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        transport: httpx.BaseTransport | None = None,
        pause: Callable[[float], None] = time.sleep,
        rest_row_limit: int = REST_ROW_LIMIT,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._transport = transport
        self._pause = pause
        self._rest_row_limit = rest_row_limit

    def begin_authorization(self, connection: Connection, redirect_uri: str) -> AuthorizationStart:
        return self._sign_in(connection, "").begin(redirect_uri)

    def finish_authorization(
        self, connection: Connection, client_secret: str, *, code: str, code_verifier: str, redirect_uri: str
    ) -> Token:
        sign_in = self._sign_in(connection, client_secret)
        return sign_in.finish(code=code, code_verifier=code_verifier, redirect_uri=redirect_uri)

    def refusal(self, error: str, description: str) -> SfsamError:
        return fault_of(error, description)

    def check_url(self, url: str) -> str:
        return addresses.check_url(url, self._settings.allowed_hosts)

    def open(self, connection: Connection, credential: str, tokens: TokenKeeper) -> HttpOrgSession:
        """Begin a conversation. Nothing is sent before the first question."""
        session = Session(
            connection,
            self._sign_in(connection, credential),
            tokens,
            client=httpx.Client(follow_redirects=False, **self._client_options),
            clock=self._clock,
            api_version=self._settings.api_version,
            api_share=self._settings.api_share,
            allowed_hosts=self._settings.allowed_hosts,
            pause=self._pause,
        )
        return HttpOrgSession(
            session, rest_row_limit=self._rest_row_limit, logins_share=self._settings.login_history_share
        )

    def scopes(self, grant: GrantType) -> list[str]:
        return list(registration.scopes(grant))

    def field_values(self, chosen: Registration) -> dict[str, list[tuple[str, str]]]:
        return registration.field_values(chosen)

    def setup_links(self, chosen: Registration) -> dict[str, str]:
        return registration.setup_links(chosen)

    def metadata_project(self, chosen: Registration, *, with_reclaim: bool) -> dict[str, str]:
        return metadata.project(chosen, api_version=self._settings.api_version, with_reclaim=with_reclaim)

    def _sign_in(self, connection: Connection, credential: str) -> SignIn:
        return SignIn(
            connection,
            credential,
            allowed_hosts=self._settings.allowed_hosts,
            client_options=self._client_options,
            pause=self._pause,
        )

    @cached_property
    def _client_options(self) -> dict[str, Any]:
        options: dict[str, Any] = {
            "timeout": httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS),
            # A change must not meet a connection that the other side is just closing: its outcome would be unknown.
            "limits": httpx.Limits(keepalive_expiry=_IDLE_SECONDS),
        }
        if self._transport is not None:
            return options | {"transport": self._transport}
        # A proxy named in the environment is for real orgs; the practice org is on this machine.
        direct = {f"all://{host}": None for host in addresses.LOOPBACK_HOSTS}
        return options | {"verify": _trusted(self._settings.ca_file), "mounts": direct}


class HttpOrgSession:
    """Fits ports.OrgSession."""

    def __init__(self, session: Session, *, rest_row_limit: int = REST_ROW_LIMIT, logins_share: float = 1.0) -> None:
        self._session = session
        self._rest = RestReader(session)
        self._people = PeopleReader(self._rest)
        self._actor = Actor(session, self._rest)
        self._composite = CompositeReader(session)
        self._holders = HolderReader(self._rest, self._composite)
        self._rest_row_limit = rest_row_limit
        self._logins_share = logins_share

    @property
    def api_calls(self) -> int:
        return self._session.usage.api_calls

    @property
    def bytes_received(self) -> int:
        return self._session.usage.bytes_received

    @property
    def api_usage(self) -> tuple[int, int] | None:
        usage = self._session.usage
        return None if usage.used is None or usage.allowance is None else (usage.used, usage.allowance)

    def identify(self) -> ConnectedOrg:
        """Which org and which user the token is for. Raises PermissionMissing when the org does not show itself."""
        org_id, user_id = self._ids()
        organization = self._row(soql.by_ids("Organization", ("Name", "OrganizationType", "IsSandbox"), [org_id]))
        user = self._row(soql.by_ids("User", ("Username",), [user_id]))
        token = self._session.token
        return ConnectedOrg(
            org_id=org_id,
            name=organization["Name"],
            edition=organization["OrganizationType"],
            is_sandbox=organization["IsSandbox"],
            instance_url=token.instance_url,
            user_id=user_id,
            username=user["Username"],
            scopes=tuple(token.scope.split()),
        )

    def check(self, processes: Collection[Process] = tuple(Process)) -> list[Check]:
        self._describe_together(described_objects(processes))
        return check_permissions(self._rest, self._session.token.scope, processes)

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
        org_id, user_id = self._ids()
        staging = Staging(
            self._session,
            before,
            report=report,
            should_stop=should_stop,
            rest_row_limit=self._rest_row_limit,
            logins_share=self._logins_share,
            processes=processes,
        )
        return staging.run(folder, profile_id=profile_id, org_id=org_id, user_id=user_id)

    def holdings(self, user_ids: Sequence[str]) -> list[Holding]:
        return self._people.holdings(user_ids)

    def holders(self, kind: Kind, identifier: str) -> list[Holding]:
        return self._holders.holders(kind, identifier)

    def record_ids(self, kind: Kind, identifier: str) -> set[str]:
        return self._holders.record_ids(kind, identifier)

    def human_logins_since(self, user_ids: Sequence[str], since: datetime) -> dict[str, datetime]:
        return self._people.human_logins_since(user_ids, since)

    def blockers(self, user_ids: Collection[str]) -> dict[str, list[tuple[str, str]]]:
        return blockers(self._rest, user_ids)

    def free_seats(self, license_ids: Collection[str]) -> dict[str, FreeSeats]:
        return free_seats(self._rest, license_ids)

    def send(self, call: PlannedCall) -> list[RowOutcome]:
        return self._actor.send(call)

    def in_effect(self, attempts: Sequence[Attempt]) -> dict[str, bool]:
        return self._actor.in_effect(attempts)

    def close(self) -> None:
        self._session.close()

    def _describe_together(self, names: Sequence[str]) -> None:
        """Ask in one call; what it does not answer is asked one by one, by whoever needs it."""
        try:
            answers = self._composite.describes(names)
        except (ObjectUnavailable, PermissionMissing, RefusedError):
            return
        for name, answer in answers.items():
            if not isinstance(answer, SfsamError):
                self._rest.know(name, answer)

    def _ids(self) -> tuple[str, str]:
        """Org id and user id, from the path of the identity URL: /id/ORG/USER (fact sheet 1.4)."""
        parts = urlsplit(self._session.token.id_url).path.strip("/").split("/")
        try:
            return to_18(parts[-2]), to_18(parts[-1])
        except (IndexError, ValueError):
            raise SetupError(
                "Salesforce's token does not say which org and user it is for.",
                "Add the scope 'Access the identity URL service (id)' to the app and connect again.",
            ) from None

    def _row(self, query: str) -> dict[str, Any]:
        rows = self._rest.rows(query)
        if not rows:
            raise PermissionMissing(
                "The org does not show itself to the connected user.",
                "Give the connected user the permissions API Enabled and View Setup and Configuration.",
            )
        return rows[0]


def _trusted(ca_file: Path | None) -> ssl.SSLContext:
    """The certificate authorities that httpx trusts, and the further one of the settings."""
    context = httpx.create_ssl_context()
    if ca_file is not None:
        try:
            context.load_verify_locations(ca_file)
        except OSError as trouble:  # ssl.SSLError is one, too
            raise SetupError(
                f"The certificate authority in {ca_file} could not be read.",
                "Set SFSAM_CA_FILE to a PEM file, or leave it out.",
            ) from trouble
    return context
