"""The authorize pages: log in, then allow or deny (Salesforce fact sheet 1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.client_app import SCOPE_MEANINGS, parse_scopes
from sfsam.emulator.wire.device_codes import DeviceCode
from sfsam.emulator.wire.device_flow import CONNECT
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.oauth_errors import OAuthError
from sfsam.emulator.wire.oauth_site import Client, Site, form_route
from sfsam.emulator.wire.policies import check_policies, is_admin_approved_only
from sfsam.emulator.wire.resource import PlainRoute
from sfsam.emulator.wire.sign_ins import SignIn

AUTHORIZE = "/services/oauth2/authorize"
_REQUEST_FIELDS = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "prompt",
    "display",
    "login_hint",
    "immediate",
    "nonce",
    "code_challenge",
    "code_challenge_method",
    "user_code",
)
_DEVICE = "device_code"
_UNKNOWN_CODE = "That code isn't valid. Check your device and try again."
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent / "pages"), autoescape=True)
_LOGIN_FAILED = (
    "Please check your username and password. If you still can't log in, contact your Salesforce administrator."
)
Fields = dict[str, str]


@dataclass(frozen=True)
class _Wish:
    """An authorize request whose client and callback are trusted."""

    site: Site
    client: Client
    fields: Fields
    scopes: tuple[str, ...]
    device: DeviceCode | None = None
    """The device that waits for this decision; there is no callback then."""

    @property
    def host(self) -> OrgHost:
        return self.client.host

    @property
    def prompts(self) -> list[str]:
        return self.fields.get("prompt", "").split()

    @property
    def cookie_name(self) -> str:
        """One name per org and site: cookies do not tell ports of a host apart."""
        return f"sid_{self.host.org.org_id[:15]}{'_login' if self.site.is_login_host else ''}"

    def address(self, **changed: str) -> str:
        """This request's own address, with changed fields."""
        wanted = {name: self.fields[name] for name in _REQUEST_FIELDS if name in self.fields} | changed
        return f"{AUTHORIZE}?{urlencode(wanted)}"


def authorize_routes(site: Site) -> list[PlainRoute]:
    """The pages that a person sees."""
    return [
        form_route(site, AUTHORIZE, _authorize, ("GET", "POST")),
        form_route(site, CONNECT, _connect, ("GET", "POST")),
    ]


def _authorize(site: Site, request: Request, fields: Fields) -> Response:
    """Check what the application asks for, then show the page whose turn it is."""
    clients = site.clients(fields.get("client_id", ""))
    if not clients:
        return _error_page("invalid_client_id", "client identifier invalid")
    if fields.get("response_type") == _DEVICE:
        return _authorize_device(site, request, fields)
    client = clients[0]
    if not fields.get("redirect_uri"):
        return _error_page("redirect_uri_missing", "redirect_uri missing")
    if not client.app.accepts_callback(fields["redirect_uri"], client.host.settings.callback_urls):
        return _error_page("redirect_uri_mismatch", "redirect_uri must match configuration")
    if refusal := _refusal(client, fields):
        return _back(fields, error=refusal[0], error_description=refusal[1])
    return _turn(_Wish(site, client, fields, parse_scopes(fields.get("scope")) or ()), request)


def _authorize_device(site: Site, request: Request, fields: Fields) -> Response:
    """The same pages for a device, which is named by the code that a person typed."""
    for client in site.clients(fields["client_id"]):
        device = client.host.device_codes.find_by_user_code(fields.get("user_code", ""))
        if device is not None:
            return _turn(_Wish(site, client, fields, device.scopes, device), request)
    return _connect_page(_UNKNOWN_CODE)


def _connect(site: Site, request: Request, fields: Fields) -> Response:
    """Where a person types what the device shows (device flow, Salesforce fact sheet 1.3)."""
    user_code = fields.get("user_code")
    if not user_code:
        return _connect_page(None)
    for host in site.hosts:
        device = host.device_codes.find_by_user_code(user_code)
        if device is not None:
            wanted = {"response_type": _DEVICE, "client_id": device.client_id, "user_code": device.user_code}
            return RedirectResponse(f"{AUTHORIZE}?{urlencode(wanted)}", 303)
    return _connect_page(_UNKNOWN_CODE)


def _connect_page(message: str | None) -> Response:
    return _page(_PAGES.get_template("connect.html").render(action=CONNECT, message=message))


def _turn(wish: _Wish, request: Request) -> Response:
    """The page whose turn it is."""
    sign_in = _sign_in(wish, request)
    fields = wish.fields
    if request.method == "POST":
        return _decide(wish, sign_in) if "decision" in fields else _log_in(wish)
    return _page_for(wish, sign_in)


def _refusal(client: Client, fields: Fields) -> tuple[str, str] | None:
    """What is wrong with the request itself; the application hears it at its callback."""
    challenge = fields.get("code_challenge")
    if fields.get("response_type") != "code":
        return "unsupported_response_type", "response type not supported"
    if parse_scopes(fields.get("scope")) is None:
        return "invalid_scope", "the requested scope is not allowed"
    if challenge is None and client.host.settings.require_pkce and not client.app.is_supplied:
        return "invalid_request", "missing required code challenge"
    if challenge is not None and not _CHALLENGE.fullmatch(challenge):
        return "invalid_request", "invalid code challenge"
    if fields.get("code_challenge_method", "S256") != "S256":
        return "invalid_request", "invalid code challenge method"
    return None


def _page_for(wish: _Wish, sign_in: SignIn | None) -> Response:
    approved = sign_in is not None and _has_approved(wish, sign_in)
    if wish.fields.get("immediate") == "true" and not approved:
        return _back(wish.fields, error="immediate_unsuccessful")
    if sign_in is None or {"login", "select_account"} & set(wish.prompts):
        return _login_page(wish)
    if refusal := _refused_by_policy(wish, sign_in):
        return refusal
    if approved and "consent" not in wish.prompts and wish.device is None:
        return _allowed(wish, sign_in.user_id)
    return _consent_page(wish, sign_in)


def _has_approved(wish: _Wish, sign_in: SignIn) -> bool:
    """Whether the user, or an administrator for them, has allowed the app this before."""
    return is_admin_approved_only(wish.client) or wish.host.sign_ins.has_approved(
        sign_in.user_id, wish.client.app.client_id, wish.scopes
    )


def _refused_by_policy(wish: _Wish, sign_in: SignIn) -> Response | None:
    caller = wish.host.living_caller(sign_in.user_id)
    if caller is None:
        return _login_page(wish)
    try:
        check_policies(wish.client, caller)
    except OAuthError as error:
        if wish.device is not None:
            return _error_page(error.error, error.description)
        return _back(wish.fields, error=error.error, error_description=error.description)
    return None


def _login_page(wish: _Wish, message: str | None = None, username: str | None = None) -> Response:
    page = _PAGES.get_template("login.html").render(
        org_name=wish.host.org.name,
        action=wish.address(),
        username=username or wish.fields.get("login_hint", ""),
        message=message,
    )
    return _page(page)


def _consent_page(wish: _Wish, sign_in: SignIn) -> Response:
    page = _PAGES.get_template("consent.html").render(
        app_name=wish.client.app.name,
        org_name=wish.host.org.name,
        username=wish.host.org.user_summary(sign_in.user_id)["Username"],
        scopes=[(scope, SCOPE_MEANINGS[scope]) for scope in wish.scopes],
        action=wish.address(),
        switch_user=wish.address(prompt="login"),
        form_token=sign_in.form_token,
    )
    return _page(page)


def _log_in(wish: _Wish) -> Response:
    username = wish.fields.get("username", "").strip()
    try:
        caller = wish.host.org.authenticate(username, wish.fields.get("password", ""))
    except SalesforceError:
        return _login_page(wish, _LOGIN_FAILED, username)
    # The person has just logged in, so what is left of `prompt` is the consent.
    rest = " ".join(prompt for prompt in wish.prompts if prompt == "consent")
    response = RedirectResponse(wish.address(prompt=rest), 303)
    cookie = wish.host.sign_ins.start(caller.user_id)
    response.set_cookie(wish.cookie_name, cookie, path="/services/oauth2", httponly=True, samesite="lax")
    return response


def _decide(wish: _Wish, sign_in: SignIn | None) -> Response:
    if sign_in is None:
        return _login_page(wish)
    if wish.fields.get("form_token") != sign_in.form_token:
        return _consent_page(wish, sign_in)
    if wish.fields["decision"] != "allow":
        return _denied(wish)
    if refusal := _refused_by_policy(wish, sign_in):
        return refusal
    wish.host.sign_ins.approve(sign_in.user_id, wish.client.app.client_id, wish.scopes)
    return _allowed(wish, sign_in.user_id)


def _denied(wish: _Wish) -> Response:
    if wish.device is not None:
        wish.device.is_denied = True
        return _page(_PAGES.get_template("connected.html").render(app_name=wish.client.app.name, allowed=False))
    return _back(wish.fields, error="access_denied", error_description="end-user denied authorization")


def _allowed(wish: _Wish, user_id: str) -> Response:
    if wish.device is not None:
        wish.device.user_id = user_id
        return _page(_PAGES.get_template("connected.html").render(app_name=wish.client.app.name, allowed=True))
    code = wish.host.tokens.issue_code(
        user_id,
        wish.client.app.client_id,
        wish.fields["redirect_uri"],
        wish.scopes,
        wish.fields.get("code_challenge"),
    )
    return _back(wish.fields, code=code.value)


def _sign_in(wish: _Wish, request: Request) -> SignIn | None:
    found = wish.host.sign_ins.find(request.cookies.get(wish.cookie_name))
    return found if found and wish.host.living_caller(found.user_id) else None


def _back(fields: Fields, **answer: str) -> Response:
    """Send the browser back to the application, with the state it gave."""
    if "state" in fields:
        answer["state"] = fields["state"]
    joint = "&" if urlsplit(fields["redirect_uri"]).query else "?"
    return RedirectResponse(f"{fields['redirect_uri']}{joint}{urlencode(answer)}", 302)


def _error_page(error: str, description: str) -> Response:
    """A page instead of a redirect: the callback is not trusted (Salesforce fact sheet 1.2)."""
    return _page(_PAGES.get_template("error.html").render(error=error, description=description), 400)


def _page(html: str, status: int = 200) -> Response:
    return HTMLResponse(html, status, headers={"cache-control": "no-store", "x-frame-options": "DENY"})
