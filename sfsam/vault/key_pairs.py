"""Key pairs for the JWT bearer grant: RSA with a self-signed certificate, as Salesforce takes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from sfsam.ports import KeyPair

_BITS = 2048
_VALID = timedelta(days=730)
_CLOCKS_DIFFER = timedelta(minutes=5)


def make_key_pair(name: str, now: datetime) -> KeyPair:
    """A new key with its certificate, valid for two years from `now` (naive UTC)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=_BITS)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    start = now.replace(tzinfo=UTC, microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start - _CLOCKS_DIFFER)
        .not_valid_after(start + _VALID)
        .sign(key, SHA256())
    )
    return KeyPair(
        private_key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        certificate=certificate.public_bytes(Encoding.PEM).decode(),
        sha256=certificate.fingerprint(SHA256()).hex(),
        expires_at=certificate.not_valid_after_utc.replace(tzinfo=None),
    )
