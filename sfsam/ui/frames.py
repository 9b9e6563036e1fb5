"""The one place where pages get the system, and the cache between them and its reads.

A read is cached for as long as `reads.version()` stays what it was; commands are never cached.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import streamlit as st

from sfsam import bootstrap
from sfsam.domain.commands import Command
from sfsam.domain.subscriptions import Thresholds
from sfsam.ports import ReadHeader, Reads
from sfsam.ui import identity

MAX_FRAMES = 200
THRESHOLDS = Thresholds()
JUDGED_BY = {
    "stale_after_days": THRESHOLDS.stale_after_days,
    "grace_days": THRESHOLDS.grace_days,
    "include_sandboxes": False,
}


def system() -> bootstrap.System:
    """The one System of this process."""
    return bootstrap.current()


def send(command: Command) -> Any:
    """Give a command in the name of whoever looks at the page. Raises SfsamError, with what happened and what to do."""
    return system().send(command, identity.person().caller)


def address(route: str) -> str:
    """The address of a route of ours that is no page, such as /oauth/start, below the path that the app is under."""
    return f"{system().settings.path_prefix}{route}"


def _reads() -> Reads:
    """The reads, for whoever still has a role; a part of a page that is drawn by itself ends with the sign-in too."""
    if not identity.person().roles:
        st.rerun()  # the frame then shows the door
    return system().reads


def now() -> datetime:
    """This machine's moment, naive UTC; used for words like "today" only."""
    return datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251  the one clock of the pages


def fetch(name: str, **parameters: Any) -> pd.DataFrame:
    """All rows of a read."""
    return _fetch(name, _parameters(name, parameters), _reads().version())


def row(name: str, **parameters: Any) -> dict[str, Any]:
    """The first row of a read, as a mapping; empty when there is none."""
    found = rows(name, **parameters)
    return found[0] if found else {}


def rows(name: str, **parameters: Any) -> list[dict[str, Any]]:
    """All rows of a short read, as mappings."""
    return _rows(name, _parameters(name, parameters), system().reads.version())


def page(name: str, *, order_by: str, descending: bool, limit: int, offset: int, **parameters: Any) -> pd.DataFrame:
    """One page of a long read, sorted and cut in SQL."""
    return _page(name, order_by, descending, limit, offset, _parameters(name, parameters), _reads().version())


def count(name: str, **parameters: Any) -> int:
    """How many rows a read has."""
    return _count(name, _parameters(name, parameters), _reads().version())


def header(name: str) -> ReadHeader:
    """Title, description, parameters, columns and SQL of a read."""
    return system().reads.header(name)


def asked(name: str, **parameters: Any) -> dict[str, Any]:
    """What a read is asked with, of the thresholds and what a page gives."""
    return _thawed(_parameters(name, parameters))


def document(value: Any) -> dict[str, Any]:
    """A JSON column as a mapping; empty where SQL said NULL."""
    if isinstance(value, str) and value:
        value = json.loads(value)
    return value if isinstance(value, dict) else {}


@st.cache_data(max_entries=MAX_FRAMES, show_spinner=False)
def _fetch(name: str, parameters: tuple[tuple[str, Any], ...], version: str) -> pd.DataFrame:
    return system().reads.fetch(name, **_thawed(parameters))


@st.cache_data(max_entries=MAX_FRAMES, show_spinner=False)
def _rows(name: str, parameters: tuple[tuple[str, Any], ...], version: str) -> list[dict[str, Any]]:
    """Kept beside the frame: a page asks for some of them a dozen times, and each frame would be unpacked anew."""
    records = _fetch(name, parameters, version).to_dict("records")
    return [{str(column): value for column, value in row.items()} for row in records]


@st.cache_data(max_entries=MAX_FRAMES, show_spinner=False)
def _page(
    name: str,
    order_by: str,
    descending: bool,
    limit: int,
    offset: int,
    parameters: tuple[tuple[str, Any], ...],
    version: str,
) -> pd.DataFrame:
    return system().reads.page(
        name, order_by=order_by, descending=descending, limit=limit, offset=offset, **_thawed(parameters)
    )


@st.cache_data(max_entries=MAX_FRAMES, show_spinner=False)
def _count(name: str, parameters: tuple[tuple[str, Any], ...], version: str) -> int:
    return system().reads.count(name, **_thawed(parameters))


def _thawed(parameters: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    return {key: list(value) if isinstance(value, tuple) else value for key, value in parameters}


def _parameters(name: str, given: dict[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The thresholds and `given`, as far as the read knows them, so that one scope serves every read of a page."""
    known = header(name).parameters
    wanted = {key: value for key, value in {**JUDGED_BY, **given}.items() if key in known and value is not None}
    return tuple(sorted((key, tuple(value) if isinstance(value, list) else value) for key, value in wanted.items()))
