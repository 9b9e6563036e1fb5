"""Options and fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Callable

import pytest

FINDING = "finding"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--campaign", action="store_true", help="the long versions of the kill and fault runs")


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
