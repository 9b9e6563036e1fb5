"""Which addresses may be dialled. A token is sent to no other (Salesforce fact sheet 0.2)."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from sfsam.errors import AddressRefused

MY_DOMAIN_SUFFIXES = (".my.salesforce.com", ".my.salesforce.mil", ".my.salesforce.com.cn")
LOOPBACK_HOSTS = ("127.0.0.1", "localhost")
_LOG_IN_HOSTS = ("login.salesforce.com", "test.salesforce.com")
_SCREEN_SUFFIXES = (".lightning.force.com", ".my.salesforce-setup.com", ".salesforce-setup.com")
_HOST = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_MY_DOMAIN_REMEDY = (
    "Enter the org's My Domain URL, as Setup > My Domain shows it: https://YOUR-DOMAIN.my.salesforce.com"
)


def check_url(url: str, allowed_hosts: Collection[str] = ()) -> str:
    """The URL as it will be dialled: scheme, lower-case host, and a port only where it is not the usual one.

    A name without a scheme is taken as https. `allowed_hosts` are further hosts ("host" or "host:port").
    Loopback addresses are allowed with and without TLS: the practice org lives there, and sfsam without a sign-in of
    its own serves this machine only. Raises AddressRefused, whose remedy says what to enter instead.
    """
    text = url.strip()
    if not text:
        raise AddressRefused("No address was entered.", _MY_DOMAIN_REMEDY)
    parts = _split(text if _SCHEME.match(text) else f"https://{text}")
    host = (parts.hostname or "").lower()
    _refuse_malformed(parts, host)
    if host in LOOPBACK_HOSTS:
        return _dialled(parts.scheme, host, parts.port)
    if parts.scheme != "https":
        raise AddressRefused(
            f"http would send the token to {host} unencrypted.", f"Enter the address with https: https://{host}"
        )
    _refuse_hosts_without_api(host)
    named = {host, f"{host}:{parts.port or 443}"}
    if named.isdisjoint(allowed_hosts):
        _require_my_domain(host)
    if parts.port not in (None, 443) and f"{host}:{parts.port}" not in allowed_hosts:
        raise AddressRefused(f"{host} is not called on port {parts.port}.", f"Leave the port out: https://{host}")
    return _dialled("https", host, parts.port)


def check_instance_url(instance_url: str, connection_url: str, allowed_hosts: Collection[str] = ()) -> str:
    """The token answer's instance_url, checked before the token goes there. Raises AddressRefused.

    An org on the network cannot point the token at a process on this machine.
    """
    checked = check_url(instance_url, allowed_hosts)
    if _is_loopback(checked) and not _is_loopback(connection_url):
        raise AddressRefused(
            f"Salesforce named {instance_url} as the org's address, which is this machine.",
            "The token was not sent there. Check the connection URL.",
        )
    return checked


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises when it is no number
    except ValueError as trouble:
        raise AddressRefused(f"{text!r} is not an address ({trouble}).", _MY_DOMAIN_REMEDY) from trouble
    return parts


def _refuse_malformed(parts: SplitResult, host: str) -> None:
    if parts.scheme not in ("http", "https"):
        raise AddressRefused(f"{parts.scheme}:// is not a web address.", _MY_DOMAIN_REMEDY)
    if parts.username is not None or parts.password is not None:
        raise AddressRefused("The address carries a user name or a password.", f"Enter only https://{host}")
    if not _HOST.fullmatch(host):
        raise AddressRefused(f"{host!r} is not the name of a host.", _MY_DOMAIN_REMEDY)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise AddressRefused(
            "The address carries a path; sfsam adds the paths itself.", f"Enter only {parts.scheme}://{parts.netloc}"
        )


def _refuse_hosts_without_api(host: str) -> None:
    if host in _LOG_IN_HOSTS:
        raise AddressRefused(
            f"{host} is Salesforce's common log-in host, which client credentials and many policies refuse.",
            _MY_DOMAIN_REMEDY,
        )
    for suffix in _SCREEN_SUFFIXES:
        if host.endswith(suffix):
            raise AddressRefused(
                f"{host} serves Salesforce's screens, not its API.",
                f"Enter the org's My Domain URL instead: https://{host.removesuffix(suffix)}.my.salesforce.com",
            )


def _require_my_domain(host: str) -> None:
    if not host.endswith(MY_DOMAIN_SUFFIXES):
        raise AddressRefused(
            f"{host} is not a Salesforce My Domain host.",
            f"{_MY_DOMAIN_REMEDY} (a proxy or gateway of your own goes into SFSAM_ALLOWED_HOSTS)",
        )


def _dialled(scheme: str, host: str, port: int | None) -> str:
    usual = {"http": 80, "https": 443}[scheme]
    return f"{scheme}://{host}" if port in (None, usual) else f"{scheme}://{host}:{port}"


def _is_loopback(url: str) -> bool:
    return urlsplit(url).hostname in LOOPBACK_HOSTS
