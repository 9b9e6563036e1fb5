"""Answers that do not have the shape the fact sheet gives them: a gateway, a proxy or an outage may send anything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sfsam.errors import SalesforceUnavailable


@contextmanager
def expected(what: str) -> Iterator[None]:
    """Around taking an answer apart, and nothing else: raises SalesforceUnavailable where it has another shape."""
    try:
        yield
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as trouble:
        raise SalesforceUnavailable(
            f"Salesforce's answer about {what} does not have the shape it should have.",
            "Nothing was lost; try again in some minutes. If it stays so, see whether a proxy changes answers.",
        ) from trouble
