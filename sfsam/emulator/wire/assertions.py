"""JWTs that a client signs with its own key, checked against the app's certificate (Salesforce fact sheet 1.3)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from sfsam.emulator.wire.oauth_errors import OAuthError

_MILLISECONDS_ABOVE = 100_000_000_000


@dataclass(frozen=True)
class Assertion:
    """A JWT taken apart; nothing of it is proven before `check_signature`."""

    algorithm: str
    claims: dict[str, Any]
    signed: bytes
    signature: bytes

    @classmethod
    def parse(cls, text: str) -> Assertion:
        """Take a compact JWT apart. Raises invalid_grant for anything else."""
        try:
            head, claims, signature = text.split(".")
            header, content = (orjson.loads(_decoded(part)) for part in (head, claims))
        except (ValueError, binascii.Error) as error:
            raise invalid_assertion() from error
        if not isinstance(header, dict) or not isinstance(content, dict):
            raise invalid_assertion()
        return cls(str(header.get("alg")), content, f"{head}.{claims}".encode(), _decoded(signature))

    def claim(self, name: str) -> str:
        """A claim as text, "" when it is missing."""
        return str(self.claims.get(name) or "")

    def check_signature(self, certificate: str) -> None:
        """Check the RS256 signature by a PEM certificate. Raises invalid_grant, also for an app without one."""
        if self.algorithm != "RS256" or not certificate:
            raise invalid_assertion()
        key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise invalid_assertion()
        try:
            key.verify(self.signature, self.signed, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature as error:
            raise invalid_assertion() from error

    def check_audience(self, accepted: set[str]) -> None:
        """`aud` must be one of these addresses; a slash at its end does not matter (fact sheet 8, pitfall 33)."""
        audience = self.claims.get("aud")
        named = audience if isinstance(audience, list) else [audience]
        if not any(str(each).rstrip("/") in accepted for each in named):
            raise OAuthError("invalid_grant", "audience is invalid")

    def check_expiry(self, now: datetime) -> None:
        """`exp` must lie ahead; seconds or milliseconds, number or text, as real clients send it (pitfall 33)."""
        try:
            seconds = float(self.claims.get("exp", ""))
        except (TypeError, ValueError) as error:
            raise invalid_assertion() from error
        if seconds > _MILLISECONDS_ABOVE:
            seconds /= 1000
        if not seconds > now.astimezone(UTC).timestamp():
            raise invalid_assertion()


def check_certificate(pem: str) -> None:
    """Raises ValueError for text that is no PEM certificate; "" stands for none."""
    if pem:
        x509.load_pem_x509_certificate(pem.encode())


def invalid_assertion() -> OAuthError:
    """The JWT is malformed, expired, unsigned or signed by somebody else."""
    return OAuthError("invalid_grant", "invalid assertion")


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
