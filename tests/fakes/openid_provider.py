"""An OpenID provider on loopback: discovery, authorization code with PKCE, ID tokens signed by RS256, sign-out.

It asks nobody for a password: who signs in next, and what is wrong with the answer, is set by the test.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT_ID, CLIENT_SECRET = "sfsam", "client-secret-1"


@dataclass
class OpenIdProvider:
    """`person` is who signs in next; `wrong` replaces claims of his ID token, `lifetime` is its seconds."""

    url: str
    redirect_uri: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=dict)
    lifetime: int = 3600
    signed_out: list[str] = field(default_factory=list)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"}))
    foreign_key: RSAKey | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of an app that asks this provider."""
        return {
            "SFSAM_OIDC_METADATA_URL": f"{self.url}/.well-known/openid-configuration",
            "SFSAM_OIDC_CLIENT_ID": CLIENT_ID,
            "SFSAM_OIDC_CLIENT_SECRET": CLIENT_SECRET,
            "SFSAM_OIDC_ROLE_CLAIM": "groups",
            "SFSAM_OIDC_ROLES": "it=admin,integration=integrator,license-team=manager,controlling=analyst",
        }

    def discovery(self, _: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "end_session_endpoint": f"{self.url}/sign-out",
                "code_challenge_methods_supported": ["S256"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
            }
        )

    def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        assert asked["client_id"] == CLIENT_ID
        assert asked["redirect_uri"] == self.redirect_uri
        assert asked["code_challenge_method"] == "S256"
        if not self.person:
            given = {"error": "access_denied"}
        else:
            code = secrets.token_urlsafe()
            self.codes[code] = asked
            given = {"code": code}
        return RedirectResponse(f"{self.redirect_uri}?{urlencode(given | {'state': asked['state']})}", 302)

    async def token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.codes.pop(str(form["code"]))  # single use
        client = base64.b64decode(request.headers["authorization"].removeprefix("Basic ")).decode()
        assert client == f"{CLIENT_ID}:{CLIENT_SECRET}"
        proof = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        assert asked["code_challenge"] == base64.urlsafe_b64encode(proof).decode().rstrip("=")
        now = int(time.time())
        claims = {
            **{"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + self.lifetime, "nonce": asked["nonce"]},
            **self.person,
            **self.wrong,
        }
        token = jwt.encode({"alg": "RS256", "kid": "k1"}, claims, self.foreign_key or self.key)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token})

    def keys(self, _: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    def sign_out(self, request: Request) -> Response:
        self.signed_out.append(request.query_params.get("id_token_hint", ""))
        return RedirectResponse(request.query_params["post_logout_redirect_uri"], 302)


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    """A provider that answers until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        provider = OpenIdProvider(f"http://127.0.0.1:{listening.getsockname()[1]}")
        routes = [
            Route("/.well-known/openid-configuration", provider.discovery),
            Route("/authorize", provider.authorize),
            Route("/token", provider.token, methods=["POST"]),
            Route("/keys", provider.keys),
            Route("/sign-out", provider.sign_out),
        ]
        server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), lifespan="off", log_level="warning"))
        serving = threading.Thread(target=server.run, args=([listening],), daemon=True)
        serving.start()
        yield provider
        server.should_exit = True
        serving.join()
