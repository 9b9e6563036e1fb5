"""Faults that the side door orders: which request they hit, and the requests being held."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

Kind = Literal["status", "html", "timeout", "drop", "expire_token", "limit", "lock_row", "slow", "truncate"]
KINDS = get_args(Kind)
_AFTER_BY_DEFAULT = ("timeout", "drop", "slow", "truncate")
_CLEAR_SECONDS = 10
_DEFAULT_SECONDS = {"slow": 1.0, "timeout": 600.0}


@dataclass
class Fault:
    """One order: the nth matching request, and `times - 1` more after it, meet this trouble.

    `match` and `method` are regular expressions; `match` is searched in the path, and in path?query.
    `when` says whether the org processes the request first ("after") or not at all ("before"); without it,
    slow, timeout, drop and truncate happen after, everything else before. `seconds` is how long slow and
    timeout hold the answer: slow then answers, timeout closes the connection. `silent` lets truncate lie
    about the length, so that a cut answer looks whole.
    """

    match: str
    kind: Kind
    method: str = ".*"
    nth: int = 1
    times: int = 1
    status: int | None = None
    error_code: str | None = None
    message: str | None = None
    seconds: float | None = None
    when: Literal["before", "after"] | None = None
    silent: bool = False
    seen: int = field(default=0, init=False)

    @classmethod
    def parse(cls, order: Any) -> Fault:
        """A fault from the side door's JSON. Raises ValueError for what it does not understand."""
        known = {f.name for f in fields(cls) if f.init}
        if not isinstance(order, dict) or not {"match", "kind"} <= order.keys() <= known:
            raise ValueError(f"a fault has match, kind and maybe {sorted(known - {'match', 'kind'})}")
        fault = cls(**order)
        if fault.kind not in KINDS:
            raise ValueError(f"unknown kind {fault.kind!r}; known are {', '.join(KINDS)}")
        if fault.when not in (None, "before", "after"):
            raise ValueError("when is before or after")
        try:
            re.compile(fault.match), re.compile(fault.method)
        except (re.error, TypeError) as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return fault

    def meets(self, method: str, path: str, query: str) -> bool:
        """Whether this request is one of those ordered; counts every matching one."""
        if not re.fullmatch(self.method, method, re.IGNORECASE):
            return False
        if not (re.search(self.match, path) or re.search(self.match, f"{path}?{query}")):
            return False
        self.seen += 1
        return self.nth <= self.seen < self.nth + self.times

    @property
    def is_after(self) -> bool:
        """Whether the org processes the request before the trouble comes."""
        return self.when == "after" if self.when else self.kind in _AFTER_BY_DEFAULT

    @property
    def hold_seconds(self) -> float:
        """How long the answer is held."""
        return self.seconds if self.seconds is not None else _DEFAULT_SECONDS.get(self.kind, 0.0)


@dataclass(eq=False)
class Hold:
    """A request that is being held."""

    method: str
    path: str
    since: float
    release: asyncio.Event = field(default_factory=asyncio.Event)
    finished: asyncio.Event = field(default_factory=asyncio.Event)


class Faults:
    """The orders of one org and the requests they hold. Lives on the event loop alone."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._holds: list[Hold] = []

    def order(self, faults: list[Fault]) -> None:
        """Add orders; their counting starts now."""
        self._orders.extend(faults)

    def take(self, method: str, path: str, query: str) -> Fault | None:
        """The fault that this request meets, if any; every order that matches counts it."""
        met = [fault for fault in self._orders if fault.meets(method, path, query)]
        return met[0] if met else None

    def hold(self, method: str, path: str) -> Hold:
        """Note a request as held."""
        hold = Hold(method, path, time.monotonic())
        self._holds.append(hold)
        return hold

    def let_go(self, hold: Hold) -> None:
        """The held request is through, answered or not."""
        self._holds.remove(hold)
        hold.finished.set()

    def held(self) -> list[dict[str, Any]]:
        """The requests being held right now."""
        now = time.monotonic()
        return [
            {"method": hold.method, "path": hold.path, "seconds": round(now - hold.since, 3)}
            for hold in self._holds
            if not hold.release.is_set()
        ]

    async def clear(self) -> None:
        """Forget every order and release every held request; returns when these are through.

        A client that does not read its answer is waited for ten seconds at most.
        """
        self._orders.clear()
        holds = list(self._holds)
        for hold in holds:
            hold.release.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CLEAR_SECONDS):
                await asyncio.gather(*(hold.finished.wait() for hold in holds))
