"""`@{part.field}`: values of earlier answers in later parts of a composite request (Salesforce fact sheet 2.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire.subrequests import SubAnswer

HALTED = "PROCESSING_HALTED"
_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\w+\])*)\}")
_STEP = re.compile(r"\.(\w+)|\[(\w+)\]")


def names_in(content: Any) -> set[str]:
    """The parts that a URL or body refers to."""
    if isinstance(content, str):
        return {match[1] for match in _REFERENCE.finditer(content)}
    if isinstance(content, dict):
        content = list(content.values())
    return set().union(*(names_in(each) for each in content)) if isinstance(content, list) else set()


def filled(content: Any, answers: Mapping[str, SubAnswer]) -> Any:
    """The same URL or body with every reference replaced. Raises PROCESSING_HALTED where there is no value."""
    if isinstance(content, dict):
        return {name: filled(value, answers) for name, value in content.items()}
    if isinstance(content, list):
        return [filled(each, answers) for each in content]
    if not isinstance(content, str):
        return content
    whole = _REFERENCE.fullmatch(content)
    if whole:
        return _value(whole, answers)
    return _REFERENCE.sub(lambda match: str(_value(match, answers)), content)


def _value(match: re.Match[str], answers: Mapping[str, SubAnswer]) -> Any:
    answer = answers.get(match[1])
    if answer is None or answer.failed:
        raise _invalid(f"{match[1]} was not processed successfully")
    value = answer.body
    for step in _STEP.finditer(match[2]):
        try:
            value = value[step[1]] if step[1] else value[int(step[2])]
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise _invalid(f"No value for {match[0][2:-1]} found in {match[1]}") from error
    return value


def _invalid(reason: str) -> SalesforceError:
    return SalesforceError(400, HALTED, f"Invalid reference specified. {reason}")
