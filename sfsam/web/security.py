"""What stands before every answer: the headers it carries, the hosts that are answered at all, and the gate."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sfsam.config import Settings
from sfsam.web.gate import Gate

# What Streamlit's own page, its charts and its tables need, and no more. The hash is that of the one inline script
# in the index page of Streamlit 1.67.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'sha256-THxz9J9+wf7rhwR2YkXJoSZ13UCmYyC+3lNDv2+8ugA='",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "frame-ancestors 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "object-src 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}


OWN_HEADERS = "sfsam.own_headers"  # in the scope of a route that says some of these otherwise


class SecurityHeaders:
    """Adds HEADERS to every HTTP answer; where people come by HTTPS, also HTTPS_HEADERS, and Secure to each cookie."""

    def __init__(self, app: ASGIApp, is_https: bool = False) -> None:
        self._app = app
        self._is_https = is_https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**HEADERS, **scope.get(OWN_HEADERS, {})})
                if self._is_https:
                    headers.update(HTTPS_HEADERS)
                    message["headers"] = [_secure(*header) for header in message["headers"]]
            await send(message)

        await self._app(scope, receive, send_with_headers if scope["type"] == "http" else send)


def middleware(settings: Settings, sign_in_secret: str = "") -> list[Middleware]:
    """Security headers; refusal (400) of every Host but this machine's and that of the public address; the gate.

    Streamlit's own check of hosts covers its websocket only; without this one a foreign site could point its name
    at this machine and read the pages (DNS rebinding).
    """
    public = urlsplit(settings.base_url)
    hosts = {"127.0.0.1", "localhost", public.hostname or "localhost"}
    return [
        Middleware(SecurityHeaders, is_https=public.scheme == "https"),
        Middleware(TrustedHostMiddleware, allowed_hosts=sorted(hosts), www_redirect=False),
        Middleware(Gate, settings=settings, secret=sign_in_secret),
    ]


def _secure(name: bytes, value: bytes) -> tuple[bytes, bytes]:
    is_bare = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return name, value + b"; Secure" if is_bare else value
