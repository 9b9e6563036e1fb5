"""Running the parts of a composite request or of one graph, each for itself or all or none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.references import HALTED, filled, names_in
from sfsam.emulator.wire.replies import error_body
from sfsam.emulator.wire.request_log import LOG_ENTRY
from sfsam.emulator.wire.resource import Call, Resource
from sfsam.emulator.wire.subrequests import METHODS, SubAnswer, Subrequest, perform

_ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."
_REFERENCE_ID = re.compile(r"[A-Za-z]\w*")
_KNOWN = {"method", "url", "referenceId", "body", "httpHeaders"}
Item = dict[str, Any]


@dataclass(frozen=True)
class CompositePart:
    """One part with the name that others refer to it by."""

    reference_id: str
    request: Subrequest

    @property
    def needs(self) -> set[str]:
        """The parts whose answers this one uses."""
        return names_in(self.request.url) | names_in(self.request.body)


class _Undo(Exception):
    """A part failed and the others must not stay."""


def parse_parts(content: Any) -> list[CompositePart]:
    """The parts of a `compositeRequest`. Raises JSON_PARSER_ERROR."""
    if not isinstance(content, list) or not content:
        raise SalesforceError(400, "JSON_PARSER_ERROR", "compositeRequest must be a list of subrequests")
    parts = [_parse(each) for each in content]
    names = [part.reference_id for part in parts]
    for name in names:
        if names.count(name) > 1:
            raise bad_request(f"Duplicate referenceId: {name}")
    return parts


def run_parts(
    call: Call, resources: Sequence[Resource], parts: list[CompositePart], *, all_or_none: bool
) -> list[Item]:
    """One item of a `compositeResponse` per part, in order."""
    if not all_or_none:
        answers: dict[str, SubAnswer] = {}
        for part in parts:
            answers[part.reference_id] = _answer(call, resources, part, answers)
        return [_item(part, answers[part.reference_id]) for part in parts]
    return _run_together(call, resources, parts)


def _run_together(call: Call, resources: Sequence[Resource], parts: list[CompositePart]) -> list[Item]:
    entry = call.request.scope.get(LOG_ENTRY)
    before = len(entry.changes) if entry else 0
    answers: dict[str, SubAnswer] = {}
    try:
        with call.org.together():
            for part in parts:
                answer = answers[part.reference_id] = _answer(call, resources, part, answers)
                if answer.failed or _is_rolled_back(answer):
                    raise _Undo
    except _Undo:
        if entry:
            entry.undo(before, HALTED)
        halted = SubAnswer(400, [error_body(SalesforceError(400, HALTED, _ROLLED_BACK), "errorCode")])
        return [_item(part, _kept(answers.get(part.reference_id)) or halted) for part in parts]
    finally:
        call.host.callers.forget()
    return [_item(part, answers[part.reference_id]) for part in parts]


def _kept(answer: SubAnswer | None) -> SubAnswer | None:
    """The answer of the part that failed; what the others were told is no longer true."""
    return answer if answer and (answer.failed or _is_rolled_back(answer)) else None


def _is_rolled_back(answer: SubAnswer) -> bool:
    """Whether a collection with its own allOrNone has failed, which answers 200 all the same."""
    rows = answer.body if isinstance(answer.body, list) else []
    codes = [error.get("statusCode") for row in rows if isinstance(row, dict) for error in row.get("errors", [])]
    return "ALL_OR_NONE_OPERATION_ROLLED_BACK" in codes


def _answer(call: Call, resources: Sequence[Resource], part: CompositePart, answers: dict[str, SubAnswer]) -> SubAnswer:
    try:
        url, body = filled(part.request.url, answers), filled(part.request.body, answers)
    except SalesforceError as error:
        return SubAnswer(error.status, [error_body(error, "errorCode")])
    return perform(call, resources, Subrequest(part.request.method, url, body, part.request.headers))


def _parse(content: Any) -> CompositePart:
    if not isinstance(content, dict):
        raise SalesforceError(400, "JSON_PARSER_ERROR", "A subrequest must be an object")
    if unknown := content.keys() - _KNOWN:
        raise SalesforceError(400, "JSON_PARSER_ERROR", f'Unrecognized field "{min(unknown)}"')
    method, url = str(content.get("method", "")).upper(), content.get("url")
    reference_id, headers = content.get("referenceId"), content.get("httpHeaders") or {}
    if method not in METHODS:
        raise bad_request(f"Invalid method: {content.get('method')}")
    if not isinstance(url, str) or not url.startswith("/services/data/v"):
        raise bad_request(f"Invalid url: {url}. It must begin with /services/data/vXX.X/")
    if not isinstance(reference_id, str) or not _REFERENCE_ID.fullmatch(reference_id):
        raise bad_request(f"Invalid referenceId: {reference_id}")
    if not isinstance(headers, dict):
        raise SalesforceError(400, "JSON_PARSER_ERROR", "httpHeaders must be an object")
    return CompositePart(reference_id, Subrequest(method, url, content.get("body"), headers))


def bad_request(message: str) -> SalesforceError:
    """A composite request that is not one; the fact sheet names no code for it."""
    return SalesforceError(400, "JSON_PARSER_ERROR", message)


def _item(part: CompositePart, answer: SubAnswer) -> Item:
    return {
        "body": answer.body,
        "httpHeaders": answer.headers,
        "httpStatusCode": answer.status,
        "referenceId": part.reference_id,
    }
