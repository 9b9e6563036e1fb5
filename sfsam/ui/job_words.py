"""What a job did, in one sentence, from its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sfsam.charts.formats import counted, number
from sfsam.domain.jobs import JobKind
from sfsam.ui import formats, notice_messages

ICONS = {
    "queued": (":material/schedule:", "blue", "Waiting"),
    "running": (":material/progress_activity:", "blue", "Running"),
    "succeeded": (":material/check_circle:", "green", "Done"),
    "failed": (":material/error:", "red", "Failed"),
    "canceled": (":material/block:", "gray", "Canceled"),
}


def result_sentence(kind: JobKind, result: dict[str, Any] | None) -> str:
    """What a finished job did. An empty result gives an empty sentence."""
    return _SENTENCES[kind](result) if result else ""


def state_word(state: str, result: dict[str, Any] | None = None) -> str:
    """The state of a job in a word or two: a download that could not read everything is done with warnings."""
    warnings = len((result or {}).get("warnings") or ())
    if state == "succeeded" and warnings:
        return f"Done with {counted(warnings, 'warning', 'warnings')}"
    return ICONS[state][2]


def _connected(result: dict[str, Any]) -> str:
    missing = sum(check["ok"] is False for check in result.get("checks", ()))
    said = f"; {counted(missing, 'permission is', 'permissions are')} missing" if missing else ""
    published = "published" if result.get("status") == "published" else "kept as a draft"
    return f"The org answered and the profile is {published}{said}."


def _token_made(result: dict[str, Any]) -> str:
    return "Salesforce gave the token, and the org answered."


def _validated(result: dict[str, Any]) -> str:
    missing = sum(check["ok"] is False for check in result.get("checks", ()))
    if not missing:
        return "Everything that can be looked up is granted. Nothing was changed."
    return f"{counted(missing, 'permission is', 'permissions are')} missing. Nothing was changed."


def _practice(result: dict[str, Any]) -> str:
    return f"{counted(len(result.get('profiles', ())), 'practice org is', 'practice orgs are')} connected."


def _downloaded(result: dict[str, Any]) -> str:
    rows = sum((result.get("rows") or {}).values())
    calls, seconds = result.get("api_calls"), formats.seconds(result.get("seconds"))
    what = ", the changed ones read" if result.get("mode") == "incremental" else ""
    return f"{counted(rows, 'row', 'rows')}{what} with {counted(calls, 'API call', 'API calls')} in {seconds}."


def _identified(result: dict[str, Any]) -> str:
    created, updated, closed = (number(result.get(name)) for name in ("created", "updated", "closed"))
    return f"{created} new, {updated} still candidates, {closed} closed."


def _outcomes(result: dict[str, Any]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for outcome in result.get("outcomes", ()):
        counts[outcome["state"]] = counts.get(outcome["state"], 0) + 1
    return counts


def _reclaimed(result: dict[str, Any]) -> str:
    states = _outcomes(result)
    complete, attention = states.get("closed_complete", 0), states.get("attention_required", 0)
    first = f"{counted(result.get('seats_freed'), 'seat is', 'seats are')} free; {number(complete)} closed complete"
    needs = f", {counted(attention, 'needs attention', 'need attention')}" if attention else ""
    canceled = states.get("closed_canceled", 0)
    back = f", {number(canceled)} canceled because the person was active" if canceled else ""
    return f"{first}{needs}{back}."


def _given_back(result: dict[str, Any]) -> str:
    asked, restored = len(result.get("outcomes") or ()), result.get("restored", 0)
    unknown = result.get("unknown", 0)
    open_ = f" Of {number(unknown)} no answer came: settle reads the org and says." if unknown else ""
    return f"{number(restored)} of {counted(asked, 'candidate has', 'candidates have')} everything back.{open_}"


def _settled(result: dict[str, Any]) -> str:
    before, after = result.get("open_before", 0), result.get("open_after", 0)
    if not before:
        return "No outcome was open."
    first = f"{counted(before, 'outcome was', 'outcomes were')} open"
    return f"{first}; {number(after)} still {'is' if after == 1 else 'are'}."


def _imported(result: dict[str, Any]) -> str:
    taken, failed = result.get("rows_taken", 0), result.get("rows_failed", 0)
    needs = f"; {counted(failed, 'row needs', 'rows need')} review" if failed else ""
    known = f", {number(result.get('rows_unchanged'))} known already" if result.get("rows_unchanged") else ""
    return f"{counted(taken, 'row was', 'rows were')} taken{known}{needs}."


def _reconciled(result: dict[str, Any]) -> str:
    licenses, orgs = result.get("licenses", 0), result.get("orgs", 0)
    return f"{counted(licenses, 'license', 'licenses')} of {counted(orgs, 'org', 'orgs')}."


def _resolved(result: dict[str, Any]) -> str:
    matched, unmatched = result.get("matched", 0), result.get("unmatched", 0)
    first = f"{counted(matched, 'user is', 'users are')} matched to people"
    return f"{first}; {number(unmatched)} with a seat {'is' if unmatched == 1 else 'are'} not."


def _housekept(result: dict[str, Any]) -> str:
    rows = sum((result.get("gone") or {}).values())
    return f"{counted(rows, 'row', 'rows')} from before {result.get('before')} {'is' if rows == 1 else 'are'} gone."


_SENTENCES: dict[JobKind, Callable[[dict[str, Any]], str]] = {
    JobKind.CONNECT: _connected,
    JobKind.CREATE_TOKEN: _token_made,
    JobKind.VALIDATE: _validated,
    JobKind.PRACTICE: _practice,
    JobKind.DOWNLOAD: _downloaded,
    JobKind.IDENTIFY: _identified,
    JobKind.RECLAIM: _reclaimed,
    JobKind.RESTORE: _given_back,
    JobKind.SETTLE: _settled,
    JobKind.IMPORT: _imported,
    JobKind.RESOLVE_PEOPLE: _resolved,
    JobKind.HOUSEKEEP: _housekept,
    JobKind.REMIND: notice_messages.reminded,
    JobKind.TRIAL_MAIL: notice_messages.trial_sent,
    JobKind.RECONCILE: _reconciled,
}
