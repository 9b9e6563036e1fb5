"""One conversation with one org: the token, the retries, the counting. Reads are retried, writes never.

On a refused session the token is renewed once, by one thread for all, and saved before it is used (Salesforce fact
sheet 1.6). Redirects are never followed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from sfsam.domain.profiles import Connection
from sfsam.errors import (
    AnswerTruncated,
    OutcomeUnknown,
    ReconnectRequired,
    RecordLocked,
    RequestLimitReached,
    SalesforceUnavailable,
    SetupError,
)
from sfsam.ports import Clock, Token, TokenKeeper
from sfsam.salesforce import faults
from sfsam.salesforce.addresses import check_instance_url
from sfsam.salesforce.shapes import expected
from sfsam.salesforce.sign_in import SignIn
from sfsam.salesforce.usage import Usage

T = TypeVar("T")
CONNECT_SECONDS = 10.0
READ_SECONDS = 120.0
PAGE_ROWS = 2000  # the most that REST gives in one answer (fact sheet 2.2)
_ATTEMPTS = 4
_LONGEST_PAUSE_SECONDS = 30.0
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_EXPONENTIAL = wait_exponential_jitter(multiplier=0.5, max=_LONGEST_PAUSE_SECONDS)


@dataclass(frozen=True)
class _Request:
    method: str
    path: str
    params: Mapping[str, str] | None = None
    content: object | None = None
    accept: str = "application/json"


class Session:
    """Sends requests as the connected user. Paths begin with a slash; `data("limits")` makes a versioned one."""

    def __init__(
        self,
        connection: Connection,
        sign_in: SignIn,
        tokens: TokenKeeper,
        *,
        client: httpx.Client,
        clock: Clock,
        api_version: str,
        api_share: float = 1.0,
        allowed_hosts: Collection[str] = (),
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connection = connection
        self._sign_in = sign_in
        self._tokens = tokens
        self._client = client
        self._asked_version = api_version
        self._allowed_hosts = allowed_hosts
        self._lock = threading.Lock()
        self._current: Token | None = None
        self._unproven = ""  # the access token that was renewed and has not been accepted yet
        self.pause = pause
        self.usage = Usage(clock, api_share)

    def __repr__(self) -> str:
        return f"Session({self._connection.url})"

    # ── Asking ──

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        """The JSON answer of a read, retried. Raises by faults.FAULTS."""
        return self.read("GET", path, params=params)

    def read(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, content: object | None = None
    ) -> Any:
        """The JSON answer of a request that may be sent again without harm; None when the body is empty."""
        return self._retried(lambda: self._sent(_Request(method, path, params, content), _json_of))

    def stream(self, path: str, params: Mapping[str, str], receive: Callable[[httpx.Response], T]) -> T:
        """Hand the open CSV answer of a GET to `receive`, which is called again after a drop and then starts anew."""
        return self._retried(lambda: self._sent(_Request("GET", path, params, accept="text/csv"), receive))

    def write(
        self, method: str, path: str, *, params: Mapping[str, str] | None = None, content: object | None = None
    ) -> Any:
        """The JSON answer of a change, sent once.

        Raises OutcomeUnknown when the request may have reached Salesforce and no answer of Salesforce's came back.
        """
        try:
            return self._sent(_Request(method, path, params, content), _json_of)
        except _NEVER_SENT as trouble:
            raise _unreachable(self._connection.url, trouble) from None
        except httpx.TransportError as trouble:
            raise _outcome_unknown(type(trouble).__name__) from None
        except AnswerTruncated as trouble:
            raise _outcome_unknown(trouble.what) from None
        except SalesforceUnavailable as trouble:
            if not faults.code_of(trouble) or trouble.values.get("status", 0) == 500:
                raise _outcome_unknown(trouble.what) from None
            raise

    def data(self, path: str) -> str:
        """The address of a resource in the API version of this session."""
        return f"/services/data/v{self.version}/{path}"

    @cached_property
    def version(self) -> str:
        """The API version asked for, or the newest that the org lists below it. Asked once; not metered."""
        answer = self.get("/services/data")
        with expected("its API versions"):
            listed = [str(item["version"]) for item in answer]
            known = [version for version in listed if float(version) <= float(self._asked_version)]
        if not known:
            raise SetupError(
                f"The org does not offer API version {self._asked_version}.",
                f"Set SFSAM_API_VERSION to one of: {', '.join(listed) or 'none'}.",
            )
        return max(known, key=float)

    @property
    def token(self) -> Token:
        """The token in use: kept, or minted where the grant allows that without a person."""
        with self._lock:
            if self._current is None:
                self._current = self._first_token()
            return self._current

    def close(self) -> None:
        self._client.close()

    # ── One request ──

    def _retried(self, ask: Callable[[], T]) -> T:
        retrying = Retrying(
            stop=stop_after_attempt(_ATTEMPTS),
            wait=_wait_seconds,
            retry=retry_if_exception(_may_pass),
            sleep=self.pause,
            reraise=True,
        )
        return retrying(lambda: self._translated(ask))

    def _translated(self, ask: Callable[[], T]) -> T:
        try:
            return ask()
        except httpx.TransportError as trouble:
            raise _unreachable(self._connection.url, trouble) from None

    def _sent(self, request: _Request, receive: Callable[[httpx.Response], T]) -> T:
        """One request, and once more with a new token when the session was refused before anything was done."""
        token = self.token
        while True:
            try:
                with self._answer(token, request) as response:
                    return _whole(response, receive)
            except ReconnectRequired as refusal:
                if not faults.is_expired_session(refusal):
                    raise
                token = self._renewed(token, refusal)

    @contextmanager
    def _answer(self, token: Token, request: _Request) -> Iterator[httpx.Response]:
        """The open answer of one successful request; anything else raises."""
        self.usage.refuse_when_paused()
        with self._client.stream(
            request.method,
            token.instance_url + request.path,
            params=request.params,
            json=request.content,
            headers={
                "Authorization": f"Bearer {token.access_token}",
                "Accept": request.accept,
                "Sforce-Call-Options": "client=sfsam",
                "Sforce-Query-Options": f"batchSize={PAGE_ROWS}",
            },
        ) as response:
            self.usage.account(response)
            try:
                if not response.is_success:
                    response.read()
                    raise self._refused(response)
                if self._unproven == token.access_token:
                    self._unproven = ""
                yield response
            finally:
                self.usage.add_bytes(response.num_bytes_downloaded)

    def _refused(self, response: httpx.Response) -> Exception:
        error = faults.from_response(response)
        if faults.code_of(error) == "REQUEST_LIMIT_EXCEEDED" and isinstance(error, RequestLimitReached):
            self.usage.pause(error)
        return error

    # ── Tokens ──

    def _first_token(self) -> Token:
        stored = self._tokens.load()
        if stored is not None:
            return self._checked(stored)
        if self._connection.grant.needs_person:
            raise ReconnectRequired(
                "Nobody has logged in to this org yet.", "Choose Log in to Salesforce on the welcome page."
            )
        return self._minted(None)

    def _renewed(self, refused: Token, refusal: ReconnectRequired) -> Token:
        """A token other than the refused one; whoever comes first gets it, the others find it."""
        with self._lock:
            if self._unproven == refused.access_token:
                raise refusal  # this one was new: another would fare no better
            stored = self._tokens.load()
            if stored is not None and stored.access_token != refused.access_token:
                self._current = self._checked(stored)  # another thread or session has renewed it
            else:
                self._current = self._minted(stored or refused)
            return self._current

    def _minted(self, before: Token | None) -> Token:
        fresh = self._sign_in.renew(before)
        self._tokens.save(fresh)
        self._unproven = fresh.access_token
        return fresh

    def _checked(self, token: Token) -> Token:
        address = check_instance_url(token.instance_url, self._connection.url, self._allowed_hosts)
        return token.model_copy(update={"instance_url": address})


def _whole(response: httpx.Response, receive: Callable[[httpx.Response], T]) -> T:
    try:
        return receive(response)
    except (httpx.TransportError, httpx.DecodingError) as trouble:
        raise AnswerTruncated(
            f"An answer of Salesforce's broke off ({type(trouble).__name__}).",
            "Nothing was lost; try again in some minutes.",
        ) from None


def _json_of(response: httpx.Response) -> Any:
    response.read()
    if not response.content:
        return None
    try:
        return response.json()
    except ValueError:
        raise SalesforceUnavailable(
            "Salesforce answered something that is not JSON.",
            "Nothing was lost; try again in some minutes.",
            said=faults.read_body(response).message,
        ) from None


def _may_pass(error: BaseException) -> bool:
    """Whether the same request may be answered in a moment; a lost cursor or a too slow query will not be."""
    if not isinstance(error, SalesforceUnavailable | RecordLocked | AnswerTruncated):
        return False
    return faults.code_of(error) not in ("INVALID_QUERY_LOCATOR", "QUERY_TIMEOUT")


def _wait_seconds(state: RetryCallState) -> float:
    """Retry-After where Salesforce gives one, otherwise growing pauses with jitter."""
    error = state.outcome.exception() if state.outcome else None
    asked = error.values.get("retry_after") if isinstance(error, SalesforceUnavailable) else None
    return min(asked, _LONGEST_PAUSE_SECONDS) if isinstance(asked, float) else _EXPONENTIAL(state)


def _unreachable(url: str, trouble: httpx.TransportError) -> SalesforceUnavailable:
    return SalesforceUnavailable(
        f"{url} did not answer ({type(trouble).__name__}).",
        "Check the URL and the network; nothing was lost, try again in some minutes.",
    )


def _outcome_unknown(reason: str) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"A change was sent and its answer did not arrive ({reason.rstrip('.')}).",
        "Run settle: it reads the org back and sees what became of the change.",
    )
