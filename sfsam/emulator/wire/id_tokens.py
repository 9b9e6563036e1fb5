"""OpenID Connect: the signed id_token and the key that proves it (Salesforce fact sheet 1.1, 1.4)."""

from __future__ import annotations

import base64
import functools
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sfsam.emulator.wire.tokens import AccessToken

_KEY_ID = "1"
_LIFETIME_SECONDS = 120


def make_id_token(issuer: str, identity_url: str, client_id: str, token: AccessToken) -> str:
    """An RS256 JWT that says who logged in."""
    issued_at = int(token.issued_at.timestamp())
    claims = {
        "iss": issuer,
        "sub": identity_url,
        "aud": client_id,
        "iat": issued_at,
        "exp": issued_at + _LIFETIME_SECONDS,
    }
    header = {"typ": "JWT", "alg": "RS256", "kid": _KEY_ID}
    signed = f"{_encoded(json.dumps(header).encode())}.{_encoded(json.dumps(claims).encode())}"
    signature = _key().sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    return f"{signed}.{_encoded(signature)}"


def key_set() -> dict[str, list[dict[str, Any]]]:
    """The public key as a JWKS."""
    numbers = _key().public_key().public_numbers()
    return {
        "keys": [
            {
                "kty": "RSA",
                "use": "sig",
                "alg": "RS256",
                "kid": _KEY_ID,
                "n": _encoded(numbers.n.to_bytes(256, "big")),
                "e": _encoded(numbers.e.to_bytes(3, "big")),
            }
        ]
    }


@functools.cache
def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
