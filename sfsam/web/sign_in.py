"""The browser's way to Salesforce's log-in and back: /oauth/start and /oauth/callback.

The database knows which log-ins were begun; a signed cookie knows in which browser. Both must agree, so that
nobody can finish, in somebody else's browser, a log-in that he began in his own.
"""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, urlencode, urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from sfsam.bootstrap import System, current
from sfsam.domain.commands import BeginAuthorization, Connect, Enqueue, FinishAuthorization
from sfsam.errors import SfsamError

COOKIE = "sfsam_sign_in"
_COOKIE_SECONDS = 15 * 60  # as long as the log-in itself is good for
_SEE_OTHER = 303


def start(request: Request) -> Response:
    """Send this browser to Salesforce's log-in for `?profile=ID`."""
    system = current()
    if request.url.netloc != urlsplit(system.settings.base_url).netloc:
        # Salesforce sends the browser back to BASE, and the cookie must be there by then.
        return _see_other(f"{system.settings.base_url}/oauth/start?{request.url.query}")
    try:
        answer = system.send(BeginAuthorization(profile=request.query_params.get("profile", "")))
    except SfsamError as error:
        return _see_other(f"/welcome?{urlencode({'error': error.name})}")
    state = parse_qs(urlsplit(answer.url).query)["state"][0]
    response = _see_other(answer.url)
    response.set_cookie(
        COOKIE,
        _signer(system).dumps(state),
        max_age=_COOKIE_SECONDS,
        path="/oauth",
        httponly=True,
        samesite="lax",
        secure=system.settings.base_url.startswith("https:"),
    )
    return response


def callback(request: Request) -> Response:
    """Take the browser back from Salesforce, connect the org, and show the welcome page."""
    given = request.query_params
    if not _began_here(request, given.get("state", "")):
        return _back(error="state")
    system = current()
    finish = FinishAuthorization(
        state=given.get("state", ""),
        code=given.get("code", ""),
        error=given.get("error", ""),
        error_description=given.get("error_description", ""),
    )
    try:
        profile_id = system.send(finish).profile_id
        system.send(Enqueue(job=Connect(profile=profile_id)))
    except SfsamError as error:
        return _back(error=finish.error or error.name)
    return _back(connected=profile_id)


ROUTES = [Route("/oauth/start", start), Route("/oauth/callback", callback)]


def _began_here(request: Request, state: str) -> bool:
    try:
        begun = _signer(current()).loads(request.cookies.get(COOKIE, ""), max_age=_COOKIE_SECONDS)
    except BadSignature:
        return False
    return isinstance(begun, str) and state != "" and secrets.compare_digest(begun.encode(), state.encode())


def _signer(system: System) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(system.cookie_key, salt="sign-in")


def _back(**outcome: str) -> Response:
    response = _see_other(f"/welcome?{urlencode(outcome)}")
    response.delete_cookie(COOKIE, path="/oauth", httponly=True, samesite="lax")
    return response


def _see_other(url: str) -> Response:
    return RedirectResponse(url, _SEE_OTHER, {"Cache-Control": "no-store"})
