"""Who the users behind sessions are, kept until something is written."""

from __future__ import annotations

import threading

from sfsam.emulator.org import Caller, Org


class Callers:
    """The users of recent requests with their permissions.

    Gathering a user's permissions takes the org many milliseconds and every request needs them, but they
    can only change by a write or by the side door; whoever does one calls `forget`.
    """

    def __init__(self, org: Org) -> None:
        self._org = org
        self._lock = threading.Lock()
        self._known: dict[str, Caller] = {}
        self._generation = 0

    def find(self, user_id: str) -> Caller:
        """The user as of now. Raises NOT_FOUND."""
        with self._lock:
            known, generation = self._known.get(user_id), self._generation
        if known is not None:
            return known
        caller = self._org.caller(user_id)
        with self._lock:
            # What was read before a write must not be kept after it.
            if generation == self._generation:
                self._known[user_id] = caller
        return caller

    def forget(self) -> None:
        """Something was written: ask the org again."""
        with self._lock:
            self._known.clear()
            self._generation += 1
