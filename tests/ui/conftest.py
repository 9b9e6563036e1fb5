"""Pages on a fake system: no database, no worker, no browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sfsam import bootstrap
from sfsam.domain.jobs import JobKind, JobState
from tests.fakes.frames import EMPTY, FAILURE, FULL
from tests.fakes.system import FakeSystem, profile

ROOT = Path(__file__).parents[2]
Open = Callable[..., AppTest]


@pytest.fixture
def full() -> Iterator[FakeSystem]:
    """A company of two orgs with candidates, jobs and an audit trail."""
    system = FakeSystem(FULL)
    system.profiles = [profile()]
    system.add_job(JobKind.DOWNLOAD, JobState.FAILED, job_id="job-3", failure=FAILURE)
    bootstrap.set_current(system)  # type: ignore[arg-type]
    yield system
    bootstrap.set_current(None)


@pytest.fixture
def empty() -> Iterator[FakeSystem]:
    """A fresh installation."""
    system = FakeSystem(EMPTY)
    bootstrap.set_current(system)  # type: ignore[arg-type]
    yield system
    bootstrap.set_current(None)


@pytest.fixture
def visit() -> Open:
    """Open a page through the frame, as a browser does; `query` is the address's query."""

    def opened(path: str, **query: str) -> AppTest:
        app = AppTest.from_file(ROOT / "app.py", default_timeout=20)
        for name, value in query.items():
            app.query_params[name] = value
        app.switch_page(path)
        return app.run()

    return opened


def said(app: AppTest) -> str:
    """Everything the page says in Markdown, captions and plain text."""
    parts = [*app.markdown, *app.caption, *app.text, *app.title]
    return "\n".join(str(part.value) for part in parts)
