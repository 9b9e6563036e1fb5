"""The browser's way to Salesforce's log-in and back: /oauth/start and /oauth/callback.

The database knows which log-ins were begun; a signed cookie knows in which browser, and from which page. Both must
agree, so that nobody can finish, in somebody else's browser, a log-in that he began in his own.

What became of it comes back in the address, as words of ours: `connected=PROFILE` or `error=CODE`, where CODE is
state (another browser), forged, replayed, expired, other_org, Salesforce's own error, or the name of one of ours.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sfsam.bootstrap import System, current
from sfsam.domain.answers import AuthorizedAnswer
from sfsam.domain.commands import BeginAuthorization, Connect, CreateToken, Enqueue, FinishAuthorization
from sfsam.domain.profiles import Purpose
from sfsam.domain.roles import Caller
from sfsam.errors import SfsamError
from sfsam.web.gate import CALLER

COOKIE = "sfsam_sign_in"
_COOKIE_SECONDS = 15 * 60  # as long as the log-in itself is good for
_SEE_OTHER = 303
_WELCOME = "welcome"
_PAGES = {_WELCOME: "/welcome", "playbook": "/connection_and_credential"}  # what `back` may name


def start(request: Request) -> Response:
    """Send this browser to Salesforce's log-in for `?profile=ID`, and back to the page named by `back`.

    `purpose=act` is for the connection for acting; `other_org=1` confirms that the profile changes to another org.
    """
    system = current()
    if request.url.netloc != urlsplit(system.settings.base_url).netloc:
        # Salesforce sends the browser back to BASE, and the cookie must be there by then.
        return _see_other(f"{system.settings.base_url}/oauth/start?{request.url.query}")
    given = request.query_params
    profile = given.get("profile", "")
    back = given.get("back", "")
    back = back if back in _PAGES else _WELCOME
    begin = BeginAuthorization(
        profile=profile,
        purpose=Purpose.ACT if given.get("purpose") == Purpose.ACT else Purpose.READ,
        accept_other_org=given.get("other_org") == "1",
    )
    try:
        answer = system.send(begin, _caller(request))
    except SfsamError as error:
        return _see_other(_address(_Begun(profile=profile, back=back), error=error.name))
    state = parse_qs(urlsplit(answer.url).query)["state"][0]
    begun = _Begun(state=state, profile=answer.profile_id, back=back)
    response = _see_other(answer.url)
    response.set_cookie(
        COOKIE,
        _signer(system).dumps(begun._asdict()),
        max_age=_COOKIE_SECONDS,
        path=_cookie_path(system),
        httponly=True,
        samesite="lax",
        secure=system.settings.base_url.startswith("https:"),
    )
    return response


def callback(request: Request) -> Response:
    """Take the browser back from Salesforce, have the org looked at, and show the page the log-in began on."""
    given = request.query_params
    state = given.get("state", "")
    begun = _begun(request)
    if not state or not secrets.compare_digest(begun.state.encode(), state.encode()):
        return _back(begun, error="state")
    system = current()
    finish = FinishAuthorization(
        state=state,
        code=given.get("code", ""),
        error=given.get("error", ""),
        error_description=given.get("error_description", ""),
    )
    try:
        authorized = system.send(finish, _caller(request))
        system.send(Enqueue(job=_next(begun, authorized)), _caller(request))
    except SfsamError as error:
        return _back(begun, error=finish.error or str(error.values.get("code") or error.name))
    return _back(begun, connected=authorized.profile_id)


ROUTES = [Route("/oauth/start", start), Route("/oauth/callback", callback)]


class _Begun(NamedTuple):
    """What the cookie says about the log-in that this browser began."""

    state: str = ""
    profile: str = ""
    back: str = ""


def _begun(request: Request) -> _Begun:
    try:
        begun = _signer(current()).loads(request.cookies.get(COOKIE, ""), max_age=_COOKIE_SECONDS)
    except BadSignature:
        return _Begun()
    return _Begun(**begun)


def _next(begun: _Begun, authorized: AuthorizedAnswer) -> Connect | CreateToken:
    """The welcome page connects in one go; the playbook goes step by step."""
    if begun.back == _WELCOME:
        return Connect(profile=authorized.profile_id)
    return CreateToken(
        profile=authorized.profile_id,
        purpose=authorized.purpose,
        accept_other_org=authorized.accept_other_org,
    )


def _caller(request: Request) -> Caller:
    """Whom the gate let in."""
    caller: Caller = request.scope[CALLER]
    return caller


def _cookie_path(system: System) -> str:
    return f"{system.settings.path_prefix}/oauth"


def _signer(system: System) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(system.cookie_key, salt="sign-in")


def _back(begun: _Begun, **outcome: str) -> Response:
    response = _see_other(_address(begun, **outcome))
    response.delete_cookie(COOKIE, path=_cookie_path(current()), httponly=True, samesite="lax")
    return response


def _address(begun: _Begun, **outcome: str) -> str:
    back = begun.back or _WELCOME
    whose = {} if back == _WELCOME else {"profile": begun.profile}
    return f"{current().settings.path_prefix}{_PAGES[back]}?{urlencode(whose | outcome)}"


def _see_other(url: str) -> Response:
    return RedirectResponse(url, _SEE_OTHER, {"Cache-Control": "no-store"})
