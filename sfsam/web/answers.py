"""The page behind a link in a mail. It asks and only its button answers, because mail scanners open links.

No sign-in: whoever has the link has the right to this one answer. The page has no script, tells nobody its address, is
kept by no cache, and is asked 30 times a minute and address at most.
"""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import SecretStr
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from sfsam.bootstrap import current
from sfsam.domain.answers import AnswerPage, LinkStatus
from sfsam.domain.candidates import KEPT_DAYS
from sfsam.domain.commands import GiveAnswer, OpenAnswerLink
from sfsam.domain.notices import LinkPurpose
from sfsam.errors import SfsamError
from sfsam.web.limits import Limiter, limited
from sfsam.web.security import OWN_HEADERS

_LONGEST_BODY = 8_192
_LONGEST_REASON = 500
_LIMITER = Limiter(per_minute=30, burst=60)
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "strict-origin",  # the token is part of the address
    "X-Robots-Tag": "noindex",
}
_STATUS = {
    LinkStatus.EXPIRED: HTTPStatus.GONE,
    LinkStatus.CLOSED: HTTPStatus.GONE,
    LinkStatus.UNKNOWN: HTTPStatus.NOT_FOUND,
}
_OF_APPROVERS = (LinkPurpose.APPROVE, LinkPurpose.REJECT, LinkPurpose.APPROVE_ALL)

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).with_name("templates")),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class _Words(NamedTuple):
    """What the page says."""

    title: str
    sentences: tuple[str, ...] = ()
    button: str = ""
    asks_reason: str = ""


_QUESTIONS = {
    LinkPurpose.KEEP: _Words(
        "Do you still need it?",
        ("If you say so, your manager or a license manager decides about it. Until then nothing changes.",),
        "I still need it",
        "What do you need it for? (You may leave this empty.)",
    ),
    LinkPurpose.RELEASE: _Words(
        "Do you give it back?",
        ("Then it is taken back. It can be given to you again later.",),
        "I do not need it",
    ),
    LinkPurpose.APPROVE: _Words("Keep this license?", (f"It is asked about again after {KEPT_DAYS} days.",), "Keep"),
    LinkPurpose.REJECT: _Words(
        "Take this license back?", ("The person loses it with the next run. It can be given back later.",), "Take back"
    ),
    LinkPurpose.APPROVE_ALL: _Words(
        "Keep all of these licenses?", (f"They are asked about again after {KEPT_DAYS} days.",), "Keep all"
    ),
}
_ANSWERED = {
    LinkPurpose.KEEP: _Words(
        "You still need it", ("Your answer is noted. Whoever decides about it is told; until then nothing changes.",)
    ),
    LinkPurpose.RELEASE: _Words("You gave it back", ("Thank you. It is taken back with the next run.",)),
    LinkPurpose.APPROVE: _Words("It is kept", (f"It is asked about again after {KEPT_DAYS} days.",)),
    LinkPurpose.REJECT: _Words("It is taken back", ("That happens with the next run.",)),
    LinkPurpose.APPROVE_ALL: _Words("All of them are kept", (f"They are asked about again after {KEPT_DAYS} days.",)),
}
_OVER = {
    LinkStatus.EXPIRED: _Words("The time to answer is over", ("Nothing was changed by this link.",)),
    LinkStatus.CLOSED: _Words(
        "There is nothing to answer any more",
        ("It was answered already, or the license was used again, kept or taken back meanwhile.",),
    ),
    LinkStatus.UNKNOWN: _Words(
        "This link does not work",
        ("It may have been cut off on its way, or a newer mail has replaced it. Use the link of the newest mail.",),
    ),
}


def show(request: Request) -> Response:
    """What the link is about; nothing changes."""
    return _answered_by(request, OpenAnswerLink(token=_token(request)))


async def give(request: Request) -> Response:
    """The button was pressed. Afterwards the browser shows the page anew, so that reloading it answers nothing."""
    if int(request.headers.get("content-length") or _LONGEST_BODY + 1) > _LONGEST_BODY:
        return Response(status_code=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    fields = parse_qs((await request.body()).decode("utf-8", "replace"))
    reason = fields.get("reason", [""])[0].strip()[:_LONGEST_REASON]
    return await run_in_threadpool(_answered_by, request, GiveAnswer(token=_token(request), reason=reason))


def _answered_by(request: Request, command: OpenAnswerLink | GiveAnswer) -> Response:
    request.scope[OWN_HEADERS] = _HEADERS
    try:
        page: AnswerPage = current().send(command)
    except SfsamError as error:
        return _html(
            HTTPStatus.SERVICE_UNAVAILABLE,
            _Words("Try again in a moment", (error.what,)),
            AnswerPage(status=LinkStatus.UNKNOWN),
        )
    if page.status is LinkStatus.ANSWERED:
        # Relative, so that it holds below any path: the token is all that there is of it.
        location = request.path_params["token"]
        return RedirectResponse(location, HTTPStatus.SEE_OTHER, {"Cache-Control": "no-store"})
    return _html(_STATUS.get(page.status, HTTPStatus.OK), _words(page), page)


def _words(page: AnswerPage) -> _Words:
    until = f"{page.answer_until.day} {page.answer_until:%B %Y}" if page.answer_until else ""
    if page.status in _OVER:
        words = _OVER[page.status]
        is_late = page.status is LinkStatus.EXPIRED
        return words._replace(sentences=(f"It ended on {until}.", *words.sentences)) if is_late else words
    assert page.purpose is not None  # noqa: S101  only a link that was not found is for nothing
    if page.status is not LinkStatus.OPEN:
        return _ANSWERED[page.purpose]
    words = _QUESTIONS[page.purpose]
    return words._replace(sentences=(*words.sentences, f"There is time to answer until {until}."))


def _html(status: HTTPStatus, words: _Words, page: AnswerPage) -> Response:
    shown: dict[str, Any] = {
        **words._asdict(),
        "seats": page.seats,
        "names_people": page.purpose in _OF_APPROVERS and page.status not in _OVER,
        "contact": page.contact,
    }
    return HTMLResponse(_templates.get_template("answer.html").render(shown), status, {"Cache-Control": "no-store"})


def _token(request: Request) -> SecretStr:
    return SecretStr(request.path_params["token"])


async def _answer(request: Request) -> Response:
    return await give(request) if request.method == "POST" else await run_in_threadpool(show, request)


ROUTES = [Route("/answer/{token}", limited(_answer, _LIMITER), methods=["GET", "POST"])]
