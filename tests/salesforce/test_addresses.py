from __future__ import annotations

import pytest

from sfsam.errors import AddressRefused
from sfsam.salesforce.addresses import check_instance_url, check_url


@pytest.mark.parametrize(
    ("entered", "dialled"),
    [
        ("https://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("  https://Acme.My.Salesforce.com/ ", "https://acme.my.salesforce.com"),
        ("acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com:443", "https://acme.my.salesforce.com"),
        ("https://acme--uat.sandbox.my.salesforce.com", "https://acme--uat.sandbox.my.salesforce.com"),
        ("https://acme.my.salesforce.mil", "https://acme.my.salesforce.mil"),
        ("https://acme.my.salesforce.com.cn", "https://acme.my.salesforce.com.cn"),
        ("http://127.0.0.1:8601", "http://127.0.0.1:8601"),
        ("https://localhost:9443", "https://localhost:9443"),
        ("https://gateway.acme.example", "https://gateway.acme.example"),
        ("https://gateway.acme.example:8443", "https://gateway.acme.example:8443"),
    ],
)
def test_allowed_addresses(entered: str, dialled: str) -> None:
    assert check_url(entered, ("gateway.acme.example", "gateway.acme.example:8443")) == dialled


@pytest.mark.parametrize(
    ("entered", "says"),
    [
        ("", "My Domain URL"),
        ("http://acme.my.salesforce.com", "https://acme.my.salesforce.com"),
        ("https://login.salesforce.com", "My Domain URL"),
        ("https://test.salesforce.com", "My Domain URL"),
        ("https://acme.lightning.force.com", "https://acme.my.salesforce.com"),
        ("https://acme--uat.sandbox.lightning.force.com", "https://acme--uat.sandbox.my.salesforce.com"),
        ("https://acme.my.salesforce-setup.com", "https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com/lightning/page", "Enter only https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com?x=1", "Enter only https://acme.my.salesforce.com"),
        ("https://user:secret@acme.my.salesforce.com", "Enter only https://acme.my.salesforce.com"),
        ("https://acme.my.salesforce.com@evil.example", "user name"),
        ("https://acme.my.salesforce.com:8443", "Leave the port out"),
        ("https://acme.my.salesforce.com:port", "not an address"),
        ("https://evil.example", "SFSAM_ALLOWED_HOSTS"),
        ("https://my.salesforce.com", "not a Salesforce My Domain host"),
        ("https://.my.salesforce.com", "not the name of a host"),
        ("https://acme.my.salesforce.com.evil.example", "not a Salesforce My Domain host"),
        ("https://evil.example\\.my.salesforce.com", "not the name of a host"),
        ("https://127.0.0.1.my.salesforce.com.", "not the name of a host"),
        ("https://10.0.0.7", "not a Salesforce My Domain host"),
        ("https://2130706433", "not a Salesforce My Domain host"),
        ("ftp://acme.my.salesforce.com", "not a web address"),
        ("javascript:alert(1)", "not an address"),
        ("https://gateway.acme.example:9", "Leave the port out"),
        ("http://gateway.acme.example", "unencrypted"),
    ],
)
def test_refused_addresses_say_what_to_enter_instead(entered: str, says: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        check_url(entered, ("gateway.acme.example",))
    assert says in str(refused.value)
    assert "secret" not in str(refused.value)


def test_a_real_org_cannot_send_the_token_to_this_machine() -> None:
    with pytest.raises(AddressRefused, match="this machine"):
        check_instance_url("http://127.0.0.1:1", "https://acme.my.salesforce.com")
    assert check_instance_url("http://127.0.0.1:1", "http://localhost:2") == "http://127.0.0.1:1"
