"""Options and fixtures that every test may use."""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import certifi
import duckdb
import pytest
from hypothesis import settings

from sfsam.store import database, migrations
from tests.examples import CAMPAIGN, is_campaign

FINDING = "finding"
TESTS = Path(__file__).parent
LONGEST_FIRST = (
    "browser/test_troubles_on_pages.py",
    "browser/test_playbook.py",
    "browser/test_planted_secrets.py",
    "e2e/test_troubles.py",
    "browser/test_main_job.py",
    "browser/test_license_position.py",
    "e2e/test_killed_while_reclaiming.py",
    "e2e/test_killed_while_downloading.py",
    "browser/test_deep_links.py",
)
THEN_FOLDERS = ("browser", "e2e", "cli", "emulator")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--campaign", action="store_true", help="the long versions of the kill, fault and fuzz runs")
    parser.addoption("--conformance", action="store_true", help="also what needs foreign clients to be installed")


def pytest_configure(config: pytest.Config) -> None:
    """Property tests take the same examples in every run of CI, and new ones in each campaign."""
    if config.getoption("--campaign"):
        os.environ[CAMPAIGN] = "1"
    settings.register_profile("here", derandomize=not is_campaign(), database=None, deadline=None, print_blob=True)
    settings.load_profile("here")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes longest is begun first, so that no worker waits at the end for a long file of the other's."""
    if not_asked := [name for name in ("conformance", "campaign") if not config.getoption(f"--{name}")]:
        left_out = [item for item in items if any(map(item.get_closest_marker, not_asked))]
        items[:] = [item for item in items if item not in set(left_out)]
        config.hook.pytest_deselected(items=left_out)
    items.sort(key=lambda item: _turn(item.path))


def _turn(file: Path) -> int:
    if not file.is_relative_to(TESTS):
        return 0
    name = file.relative_to(TESTS)
    if name.as_posix() in LONGEST_FIRST:
        return LONGEST_FIRST.index(name.as_posix())
    places = [*THEN_FOLDERS, name.parts[0]]
    return len(LONGEST_FIRST) + places.index(name.parts[0])


@pytest.fixture(scope="session", autouse=True)
def one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """httpx reads all certificate authorities for each client, 16 ms each time; the tests never speak to the world."""
    end = "-----END CERTIFICATE-----\n"
    first, _, _ = Path(certifi.where()).read_text().partition(end)
    file = tmp_path_factory.mktemp("authority") / "first.pem"
    file.write_text(first + end)
    worldwide, make = {certifi.where(), os.environ.get("SSL_CERT_FILE")}, ssl.create_default_context

    def quick(purpose: ssl.Purpose = ssl.Purpose.SERVER_AUTH, *, cafile: str | None = None, **more: Any) -> Any:
        return make(purpose, cafile=str(file) if cafile and cafile in worldwide else cafile, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", quick)
        yield


@pytest.fixture(scope="session", autouse=True)
def migrated_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A store that is opened empty copies its tables from one that was migrated, a tenth of a second cheaper.

    The migrations run as they are in tests/store/test_migrations.py and in every process that a test starts.
    """
    template = tmp_path_factory.mktemp("template") / "migrated.duckdb"

    def apply(connection: duckdb.DuckDBPyConnection, given: Sequence[migrations.Migration]) -> Any:
        if connection.sql("SELECT 1 FROM duckdb_tables() LIMIT 1").fetchall():
            return migrations.apply(connection, given)
        if not template.exists():
            with duckdb.connect(str(template)) as first:
                migrations.apply(first, given)
        [(name,)] = connection.sql("SELECT current_database()").fetchall()
        connection.execute(f"ATTACH '{template}' AS template (READ_ONLY)")
        connection.execute(f'COPY FROM DATABASE template TO "{name}"')
        return connection.execute("DETACH template")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "migrations", SimpleNamespace(apply=apply, shipped=migrations.shipped))
        yield


@pytest.fixture
def tell(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say something that stands at the end of the run, also when the test ran in another process."""
    return lambda text: record_property(FINDING, text)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [*terminalreporter.stats.get("passed", []), *terminalreporter.stats.get("failed", [])]
    for report in reports:
        for name, text in getattr(report, "user_properties", []):
            if name == FINDING and report.when == "call":
                terminalreporter.write_line(str(text))
