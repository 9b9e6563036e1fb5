"""A conversation with an org on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from sfsam.config import Settings
from sfsam.domain.profiles import Connection, GrantType
from sfsam.ports import Token
from sfsam.salesforce.client import HttpOrgSession, HttpSalesforce
from sfsam.salesforce.rest import RestReader
from sfsam.salesforce.session import Session
from tests.fakes.clock import FakeClock
from tests.salesforce.paper_org import ADMIN_ID, CLIENT_SECRET, HOST, ORG_ID, PaperOrg


@dataclass
class KeptTokens:
    """A token keeper that remembers every token it was given."""

    token: Token | None = None
    saved: list[Token] = field(default_factory=list)

    def load(self) -> Token | None:
        return self.token

    def save(self, token: Token) -> None:
        self.saved.append(token)
        self.token = token


@dataclass
class Pauses:
    """Waits no time and remembers how long it should have been."""

    seconds: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


Connect = Callable[..., HttpOrgSession]


@pytest.fixture
def org() -> PaperOrg:
    return PaperOrg()


@pytest.fixture
def tokens(org: PaperOrg) -> KeptTokens:
    """A stored token that the org accepts."""
    org.valid_tokens.add("00Dxx0000001gPL!stored")
    return KeptTokens(
        Token(
            access_token="00Dxx0000001gPL!stored",
            refresh_token=org.refresh_token,
            instance_url=HOST,
            id_url=f"https://login.salesforce.com/id/{ORG_ID}/{ADMIN_ID}",
            scope="api refresh_token id",
        )
    )


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def connection() -> Connection:
    return make_connection()


def make_connection(grant: GrantType = GrantType.AUTHORIZATION_CODE, url: str = HOST) -> Connection:
    return Connection(connection_id="c1", profile_id="p1", name="Acme", url=url, grant=grant, client_id="3MVGkey")


@pytest.fixture
def salesforce(org: PaperOrg, clock: FakeClock, pauses: Pauses, tmp_path: Path) -> HttpSalesforce:
    settings = Settings(data_dir=tmp_path)
    return HttpSalesforce(settings, clock, transport=httpx.MockTransport(org), pause=pauses, rest_row_limit=5000)


@pytest.fixture
def conversation(salesforce: HttpSalesforce, connection: Connection, tokens: KeptTokens) -> Iterator[HttpOrgSession]:
    opened = salesforce.open(connection, CLIENT_SECRET, tokens)
    yield opened
    opened.close()


@pytest.fixture
def session(conversation: HttpOrgSession) -> Session:
    return conversation._session


@pytest.fixture
def rest(session: Session) -> RestReader:
    return RestReader(session)
