"""What is installed is what was pinned, and every pin has a reason: the part of an audit that needs no network.

Known weaknesses are asked after by `make audit-dependencies`, which needs the advisory service of PyPI.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.house import PROJECT

FILES = ("requirements", "requirements-dev")


def _lines(path: Path) -> list[str]:
    lines = (line.split(" #")[0].split("\t#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line and not line.startswith(("#", "-r"))]


def _pins(name: str) -> dict[str, str]:
    """Package and version of every line of a lock file; a line that pins nothing fails."""
    found = {}
    for line in _lines(PROJECT / f"{name}.txt"):
        matched = re.fullmatch(r"([\w.-]+)(?:\[[\w,]+\])?==([\w.!+]+)(?: ;.*)?", line)
        assert matched, f"{name}.txt pins nothing by: {line}"
        found[canonicalize_name(matched[1])] = matched[2]
    return found


@pytest.mark.parametrize("name", FILES)
def test_everything_asked_for_is_pinned_as_it_was_asked_for(name: str) -> None:
    pins = _pins(name)
    asked = [Requirement(line) for line in _lines(PROJECT / f"{name}.in")]
    assert asked
    wrong = [
        str(each) for each in asked if not each.specifier.contains(pins.get(canonicalize_name(each.name), "0"), True)
    ]
    assert wrong == [], "run `make lock`"


def test_tests_run_on_what_people_run() -> None:
    runtime, dev = _pins("requirements"), _pins("requirements-dev")
    assert {name: version for name, version in runtime.items() if dev.get(name) != version} == {}, "run `make lock`"


def test_what_is_installed_is_what_is_pinned() -> None:
    installed = {canonicalize_name(each.name): each.version for each in metadata.distributions()}
    pinned = {name: version for name, version in _pins("requirements").items() if name in installed}
    assert len(pinned) > 50
    assert {name: (installed[name], version) for name, version in pinned.items() if installed[name] != version} == {}


def test_everything_the_app_runs_on_has_a_reason() -> None:
    text = (PROJECT / "requirements.in").read_text(encoding="utf-8")
    asked = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    assert [line for line in asked if "#" not in line] == []
