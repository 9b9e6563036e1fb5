"""How often an address may ask a route that needs no sign-in, such as an answer link: a bucket for each address.

    Route("/answer/{link}", limited(answer, Limiter(per_minute=10, burst=20)))

Guessing a signed link is hopeless anyway; the limit keeps the log and the database from being filled by trying. The
buckets are this process's own: after a restart they are full again.
"""

from __future__ import annotations

import inspect
import math
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

MOST_ADDRESSES = 10_000  # of more, the one that has asked least lately is forgotten
_TOO_MANY = 429

Endpoint = Callable[[Request], Response] | Callable[[Request], Awaitable[Response]]


class Limiter:
    """`burst` requests at once, then `per_minute`. `everybody` limits all addresses together, `None` leaves that out.

    `moment` gives seconds that never run backwards.
    """

    def __init__(
        self,
        *,
        per_minute: float,
        burst: int,
        everybody: float | None = 600,
        moment: Callable[[], float] = monotonic,
    ) -> None:
        self._rate, self._burst = per_minute / 60, burst
        self._moment = moment
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._all = (
            None
            if everybody is None
            else Limiter(per_minute=everybody, burst=int(everybody), everybody=None, moment=moment)
        )

    def wait_seconds(self, address: str) -> int:
        """0 when the address may ask now, which is then counted; else in how many whole seconds it may."""
        if wait := self._take(address):
            return wait
        return self._all.wait_seconds("") if self._all else 0

    def _take(self, address: str) -> int:
        now = self._moment()
        left, at = self._left.pop(address, (float(self._burst), now))
        left = min(self._burst, left + (now - at) * self._rate)
        may = left >= 1
        self._left[address] = (left - 1 if may else left, now)
        if len(self._left) > MOST_ADDRESSES:
            self._left.popitem(last=False)
        return 0 if may else max(1, math.ceil((1 - left) / self._rate))


def limited(endpoint: Endpoint, limiter: Limiter) -> Callable[[Request], Awaitable[Response]]:
    """The endpoint, asked only within the limit; beyond it the answer is 429 with `Retry-After`."""

    is_async = inspect.iscoroutinefunction(endpoint)

    async def ask(request: Request) -> Response:
        address = request.client.host if request.client else ""
        if wait := limiter.wait_seconds(address):
            headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
            return PlainTextResponse(f"Too many requests. Try again in {wait} s.", _TOO_MANY, headers)
        answer: Any = endpoint(request) if is_async else await run_in_threadpool(endpoint, request)
        return answer if isinstance(answer, Response) else await answer

    return ask
