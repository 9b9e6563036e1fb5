"""The links in mails: random and signed. Of a link only the hash of its token is kept; the rest stands in the mail.

A token is <random>.<signature>. The signature binds the random part to what the link is for (candidate or digest,
purpose, recipient, end), so that neither somebody who reads the database, nor somebody who writes into it, can make a
link that holds, and a link never counts for another seat than the one it was made for.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from sfsam.domain.identifiers import new_id
from sfsam.domain.notices import AnswerLink, LinkPurpose

KEY_PURPOSE = "answer links"
LONGEST_TOKEN = 128


@dataclass(frozen=True)
class LinkMaker:
    """Makes links and checks them. `key` is secret (32 bytes)."""

    key: bytes

    def make(
        self,
        *,
        message_id: str,
        number: str,
        profile_id: str,
        purpose: LinkPurpose,
        recipient: str,
        expires_at: datetime,
    ) -> tuple[AnswerLink, str]:
        """A new link and its token."""
        random = secrets.token_urlsafe(24)
        link = AnswerLink(
            link_id=new_id(),
            token_hash="",
            message_id=message_id,
            number=number,
            profile_id=profile_id,
            purpose=purpose,
            recipient=recipient,
            expires_at=expires_at,
        )
        token = f"{random}.{self._signature(random, link)}"
        return link.model_copy(update={"token_hash": hash_of(token)}), token

    def holds(self, token: str, link: AnswerLink) -> bool:
        """Whether this token was made for exactly this link."""
        if not token.isascii():  # what we make is; what is not could not even be encoded
            return False
        random, _, signature = token.partition(".")
        is_the_one = hmac.compare_digest(hash_of(token), link.token_hash)
        return hmac.compare_digest(signature.encode(), self._signature(random, link).encode()) and is_the_one

    def recipient(self, address: str) -> str:
        """A keyed hash of an address, which says whether two are one and not which."""
        text = f"recipient\0{address.strip().casefold()}"
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()[:32]

    def _signature(self, random: str, link: AnswerLink) -> str:
        bound = (random, link.message_id, link.number, link.purpose, link.recipient, link.expires_at.isoformat())
        digest = hmac.new(self.key, "\0".join(bound).encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
