"""Integration profiles: list, pause, resume, delete; and the key that seals their secrets."""

from __future__ import annotations

from sfsam.domain.commands.base import Command


class Pause(Command):
    """Leave a published profile out of downloads and of the search for candidates. Answer: ProfileAnswer."""

    profile: str


class Resume(Command):
    """Take a paused profile up again. Answer: ProfileAnswer."""

    profile: str


class PreviewDelete(Command):
    """What deleting the profile would take with it. Answer: DeletePreview."""

    profile: str


class DeleteProfile(Command):
    """Delete the profile with its data; open candidates are closed, rules and audit stay. Answer: DeletePreview."""

    profile: str
    confirmed: bool = False


class RotateKey(Command):
    """Seal every stored secret with the newest key. Answer: RotationAnswer."""


class ListProfiles(Command):
    """All integration profiles. Answer: list of ProfileAnswer."""
