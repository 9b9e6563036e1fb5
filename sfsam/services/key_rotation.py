"""Changing the key that seals the secrets (product.md S5)."""

from __future__ import annotations

from sfsam.domain.answers import RotationAnswer
from sfsam.domain.commands import RotateKey
from sfsam.services.world import World, entry


def rotate(world: World, command: RotateKey) -> RotationAnswer:
    """Seal every stored secret with the newest key, in one transaction.

    Where the keys are in our own file, a new one is made first and the old ones are dropped last, so that whatever
    moment this is stopped at, every secret can be opened with what the file holds.
    """
    is_new = world.vault.add_key()
    with world.store.begin() as work:
        sealed, unreadable = work.secrets.reseal(world.vault.reseal)
        detail = {"sealed": sealed, "unreadable": unreadable, "key_is_new": is_new}
        work.audit.append([entry(world, command.actor, "key.rotated", "key", detail=detail)])
        work.commit()
    world.vault.drop_old_keys()
    return RotationAnswer(sealed=sealed, unreadable=unreadable, key_is_new=is_new)
