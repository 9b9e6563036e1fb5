from __future__ import annotations

from pathlib import Path

import pytest

from sfsam.config import Settings
from sfsam.errors import AddressRefused, PermissionMissing, SetupError
from sfsam.ports import OrgSession, Salesforce
from sfsam.salesforce import HttpSalesforce
from sfsam.salesforce.client import HttpOrgSession
from tests.fakes.clock import FakeClock
from tests.salesforce.company import found_company
from tests.salesforce.conftest import KeptTokens, make_connection
from tests.salesforce.paper_org import ADMIN_ID, HOST, ORG_ID, PaperOrg


def test_the_org_says_what_it_is(org: PaperOrg, conversation: HttpOrgSession, tokens: KeptTokens) -> None:
    found_company(org)
    assert tokens.token is not None
    tokens.token = tokens.token.model_copy(update={"id_url": f"{HOST}/id/{ORG_ID[:15]}/{ADMIN_ID[:15]}"})
    found = conversation.identify()
    assert (found.org_id, found.user_id) == (ORG_ID, ADMIN_ID)  # both in their 18-character form
    assert (found.name, found.edition, found.is_sandbox) == ("Acme", "Enterprise Edition", False)
    assert (found.username, found.instance_url) == ("admin@acme.example", HOST)
    assert found.scopes == ("api", "refresh_token", "id")
    assert conversation.api_calls == len(org.requests)
    assert conversation.bytes_received > 0


def test_a_token_without_identity_is_a_setting(conversation: HttpOrgSession, tokens: KeptTokens) -> None:
    assert tokens.token is not None
    tokens.token = tokens.token.model_copy(update={"id_url": ""})
    with pytest.raises(SetupError, match="identity URL"):
        conversation.identify()


def test_an_org_that_does_not_show_itself(org: PaperOrg, conversation: HttpOrgSession) -> None:
    with pytest.raises(PermissionMissing, match="View Setup"):
        conversation.identify()


def test_a_connection_to_a_refused_address_is_not_opened(salesforce: HttpSalesforce) -> None:
    with pytest.raises(AddressRefused):
        salesforce.open(make_connection(url="https://evil.example"), "secret", KeptTokens())
    with pytest.raises(AddressRefused):
        salesforce.begin_authorization(make_connection(url="http://acme.my.salesforce.com"), "http://x/callback")


def test_a_further_certificate_authority_that_is_none_is_noticed(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, ca_file=tmp_path / "missing.pem")
    with pytest.raises(SetupError, match="SFSAM_CA_FILE"):
        HttpSalesforce(settings, FakeClock()).open(make_connection(), "secret", KeptTokens())


def test_the_ports_are_fitted(salesforce: HttpSalesforce, conversation: HttpOrgSession) -> None:
    port: Salesforce = salesforce
    opened: OrgSession = conversation
    assert port.check_url("acme.my.salesforce.com") == HOST
    assert opened.api_calls == 0
