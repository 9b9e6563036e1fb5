"""SOAP login() in the small form that simple-salesforce and jsforce use (Salesforce fact sheet 7.1, 7.2)."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.oauth_site import Site
from sfsam.emulator.wire.resource import PlainRoute

_LAST_VERSION = 64.0
_PARTNER = "urn:partner.soap.sforce.com"
_SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
_SESSION_SCOPES = ("full",)
_ENVELOPE = '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="{0}"{1}>{2}</soapenv:Envelope>'


def soap_routes(site: Site) -> list[PlainRoute]:
    """The SOAP log-in of the partner API."""

    async def login(request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(_login, site, request, body)

    paths = ("/services/Soap/u/{version}", "/services/Soap/u/{version}/{org_id}")
    return [PlainRoute(path, login, methods=("POST",)) for path in paths]


def _login(site: Site, request: Request, body: bytes) -> Response:
    version = request.path_params["version"]
    try:
        # The parser is Python's own expat, and the sender is a program on this machine.
        root = ElementTree.fromstring(body)  # noqa: S314
        asked_version = float(version)
    except (ElementTree.ParseError, ValueError):
        return _fault("soapenv:Client", "Unable to parse the request")
    if asked_version > _LAST_VERSION:
        # login() is absent from API 65 on (Salesforce fact sheet 1.10).
        return _fault("sf:UNSUPPORTED_API_VERSION", "SOAP API login() is not supported in this API version.")
    order = root.find(f".//{{{_PARTNER}}}login")
    if order is None:
        return _fault("sf:INVALID_OPERATION", "Only login() is served here")
    username = order.findtext(f"{{{_PARTNER}}}username") or ""
    password = order.findtext(f"{{{_PARTNER}}}password") or ""
    for host in site.hosts:
        try:
            caller = host.org.authenticate(username.strip(), password)
        except SalesforceError:
            continue
        return _session(host, request, version, caller.user_id)
    return _fault("sf:INVALID_LOGIN", "INVALID_LOGIN: Invalid username, password, security token; or user locked out.")


def _session(host: OrgHost, request: Request, version: str, user_id: str) -> Response:
    token = host.tokens.issue_access(user_id, "", _SESSION_SCOPES)
    host.meter.count_token("soap_login")
    host.org.record_login(
        user_id, login_type="OtherApi", sub_type="SoapApiLogin", application="N/A", api_type="SOAP Partner"
    )
    base, org_id = host.base_url(request), host.org.org_id
    lifetime = host.settings.access_token_seconds
    result = "".join(
        f"<{name}>{escape(str(value))}</{name}>"
        for name, value in {
            "metadataServerUrl": f"{base}/services/Soap/m/{version}/{org_id}",
            "passwordExpired": "false",
            "sandbox": str(host.org.is_sandbox).lower(),
            "serverUrl": f"{base}/services/Soap/u/{version}/{org_id[:15]}",
            "sessionId": token.value,
            "userId": user_id,
        }.items()
    )
    info = (
        f"<userInfo><organizationId>{org_id}</organizationId><sessionSecondsValid>{lifetime}"
        f"</sessionSecondsValid><userId>{user_id}</userId></userInfo>"
    )
    content = f"<loginResponse><result>{result}{info}</result></loginResponse>"
    return _envelope(f' xmlns="{_PARTNER}"', content, 200)


def _fault(code: str, message: str) -> Response:
    exception_code = escape(code.partition(":")[2])
    detail = (
        f"<detail><sf:LoginFault><sf:exceptionCode>{exception_code}</sf:exceptionCode>"
        f"<sf:exceptionMessage>{escape(message)}</sf:exceptionMessage></sf:LoginFault></detail>"
    )
    content = (
        f"<soapenv:Fault><faultcode>{escape(code)}</faultcode>"
        f"<faultstring>{escape(message)}</faultstring>{detail}</soapenv:Fault>"
    )
    return _envelope(' xmlns:sf="urn:fault.partner.soap.sforce.com"', content, 500)


def _envelope(namespaces: str, content: str, status: int) -> Response:
    xml = _ENVELOPE.format(_SOAP, namespaces, f"<soapenv:Body>{content}</soapenv:Body>")
    return Response(xml, status, headers={"content-type": "text/xml;charset=UTF-8"})
