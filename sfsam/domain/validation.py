"""What a validation is about, and when it is passed (product.md S7)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence

from sfsam.domain.profiles import Check, Connection, Process, Profile, Purpose


def fingerprint(profile: Profile, read: Connection | None, act: Connection | None) -> str:
    """A digest of exactly the settings that a validation is about; another user or another app is another digest."""
    document = {
        "profile_id": profile.profile_id,
        "reclaim_enabled": profile.reclaim_enabled,
        "consumption_enabled": profile.consumption_enabled,
        Purpose.READ: _settings(read),
        Purpose.ACT: _settings(act),
    }
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def processes(profile: Profile) -> tuple[Process, ...]:
    """The processes that are switched on: download and activity always, the others by their check boxes."""
    chosen = {Process.CONSUMPTION: profile.consumption_enabled, Process.RECLAIM: profile.reclaim_enabled}
    return tuple(process for process in Process if chosen.get(process, True))


def is_passed(profile: Profile, checks: Sequence[Check]) -> bool:
    """Nothing that download needs, and nothing that reclaim needs where it is ticked, is known to be missing.

    Activity and consumption degrade with a warning. What is not known until first use is no failure.
    """
    needed = {Process.DOWNLOAD} | ({Process.RECLAIM} if profile.reclaim_enabled else set())
    return not any(missing(checks, process) for process in needed)


def missing(checks: Iterable[Check], process: Process) -> list[Check]:
    """The lines without which this process does not work, and that are known to be missing."""
    return [check for check in checks if check.process is process and check.required and check.ok is False]


def _settings(connection: Connection | None) -> dict[str, object] | None:
    if connection is None:
        return None
    org = connection.org
    return {
        "connection_id": connection.connection_id,
        "url": connection.url,
        "grant": connection.grant,
        "client_id": connection.client_id,
        "username": connection.username,
        "org_id": org.org_id if org else None,
        "user_id": org.user_id if org else None,
        "scopes": sorted(org.scopes) if org else None,
    }
