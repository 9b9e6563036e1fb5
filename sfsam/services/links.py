"""The links of a mail as they are made, and how they are checked."""

from __future__ import annotations

from datetime import datetime

from sfsam.domain.answer_links import KEY_PURPOSE, LinkMaker
from sfsam.domain.notices import AnswerLink, LinkPurpose
from sfsam.services.world import World


def link_maker(world: World) -> LinkMaker:
    """With the key of this installation; a rotation of keys ends the links of before."""
    return LinkMaker(world.vault.derived_key(KEY_PURPOSE))


class MailLinks:
    """The links of one mail to one recipient. `made` is what is to be kept of them."""

    def __init__(self, world: World, maker: LinkMaker, message_id: str, recipient: str) -> None:
        self._base_url = world.settings.base_url
        self._maker = maker
        self._message_id = message_id
        self._recipient = recipient
        self.made: list[AnswerLink] = []

    def url(self, purpose: LinkPurpose, number: str, profile_id: str, expires_at: datetime) -> str:
        """The address of a new link for this candidate (an empty number: for everything in the mail)."""
        link, token = self._maker.make(
            message_id=self._message_id,
            number=number,
            profile_id=profile_id,
            purpose=purpose,
            recipient=self._recipient,
            expires_at=expires_at,
        )
        self.made.append(link)
        return f"{self._base_url}/answer/{token}"
