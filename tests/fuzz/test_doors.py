"""The doors of the app: the control route, the command line, and the addresses of pages, given anything at all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.responses import Response

from sfsam import bootstrap
from sfsam.bootstrap import System
from sfsam.cli import door
from sfsam.cli.application import main
from sfsam.config import Settings
from sfsam.domain.commands import Command
from sfsam.errors import SfsamError
from sfsam.store.database import DuckDBStore
from sfsam.ui import shell
from sfsam.web import control, wire
from tests.examples import examples, is_campaign
from tests.fakes.scripted import scripted_system
from tests.fuzz.test_answers_of_salesforce import VALUES
from tests.store import tiny_org
from tests.ui.conftest import ROOT

# They write files where they are told to, or start processes; their doors are tried in tests of their own.
NOT_FOR_FUZZING = {"BackUp", "RestoreBackup", "AdoptBackup", "Export", "ExportRead", "StartPracticeOrg"}
NAMES = sorted(set(wire._commands()) - NOT_FOR_FUZZING)
EXIT_CODES = {0, 1, 2, 3, 4, 75, 78}
NASTY = [
    "",
    "-1",
    "0",
    "999999999999999999999",
    "null",
    "'; DROP TABLE job; --",
    "<script>alert(1)</script>",
    "../../etc",
]
NASTY += ["%00", "\u202e", "é" * 500, "[object Object]", "00D000000000000AAA", "nan", "1e999", "2026-02-30", "user"]
TEXTS = st.sampled_from(NASTY) | st.text(max_size=30)


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    opened = scripted_system()
    yield opened
    opened.store.close()


@st.composite
def orders(draw: st.DrawFn) -> Any:
    """Documents for the control route: of known commands with some of their fields, or of any other shape."""
    name = draw(st.sampled_from(NAMES))
    fields = list(wire._commands()[name].model_fields)
    given_fields = draw(st.dictionaries(st.sampled_from(fields or ["none"]), TEXTS | VALUES, max_size=6))
    return draw(st.just({"command": name, "arguments": given_fields}) | VALUES)


@settings(max_examples=examples(120), suppress_health_check=[HealthCheck.too_slow])
@given(orders() | st.just(None))
def test_the_control_route_answers_or_refuses(system: System, order: Any) -> None:
    answer: Response = control._answer(json.dumps(order).encode(), system.send)
    document = json.loads(bytes(answer.body))
    assert answer.status_code in (200, 422)
    if answer.status_code != 200:
        assert document["error"]["what"]
        assert document["error"]["remedy"]
    assert len(bytes(answer.body)) < 1_000_000


@settings(max_examples=examples(40))
@given(st.binary(max_size=60))
def test_the_control_route_takes_bytes_of_any_kind(system: System, body: bytes) -> None:
    assert control._answer(body, system.send).status_code == 422


WORDS = ["profiles", "profile", "validate", "publish", "pause", "delete", "download", "position", "identify", "audit"]
WORDS += ["candidates", "candidate", "keep", "ready", "reclaim", "settle", "jobs", "job", "run", "change", "models"]
WORDS += [
    "map",
    "unmap",
    "exclusions",
    "add",
    "remove",
    "people",
    "list",
    "match",
    "erase",
    "housekeep",
    "entitlements",
]
OPTIONS = [
    "--json",
    "--profile",
    "--number",
    "--state",
    "--yes",
    "--max-users",
    "--all-ready",
    "--help",
    "--reason",
    "--",
]


@pytest.fixture(scope="module")
def scripted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The command line over a store in memory, made once."""
    opened = scripted_system()
    folder = tmp_path_factory.mktemp("line")

    class Kept:
        """Commands open and close the system; this one stays."""

        def __getattr__(self, name: str) -> Any:
            return (lambda: None) if name == "close" else getattr(opened, name)

    def build(settings: Settings) -> Any:
        settings.data_dir.mkdir(exist_ok=True)
        return Kept()

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SFSAM_DATA_DIR", str(folder / "data"))
        patch.setenv("SFSAM_KEY_FILE", str(folder / "secret.key"))
        patch.setattr(door, "build", build)
        yield
    opened.store.close()


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=2), st.lists(st.sampled_from(OPTIONS) | TEXTS, max_size=5))
def test_the_command_line_ends_by_a_known_code_and_without_a_traceback(
    scripted: None, capfd: pytest.CaptureFixture[str], words: list[str], more: list[str]
) -> None:
    code = main([*words, *more])
    printed = capfd.readouterr()
    assert code in EXIT_CODES, (words, more)
    assert "Traceback" not in printed.out + printed.err
    assert "error inside sfsam" not in printed.out + printed.err, (words, more, printed.err)
    assert len(printed.out + printed.err) < 200_000


PARAMETERS = ["org", "kind", "model", "department", "part", "q", "days", "number", "user", "person", "profile", "state"]
PARAMETERS += ["page", "sort", "error", "connected", "refused", "sandboxes", "counted", "until", "job", "license"]
PAGES = sorted(entry.path for entries in shell.SECTIONS.values() for entry in entries)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A small org behind the pages, and the real SQL."""
    opened = scripted_system()
    assert isinstance(opened.store, DuckDBStore)
    tiny_org.connect(opened.store)
    tiny_org.load(opened.store, tiny_org.stage(tmp_path_factory.mktemp("org")))
    bootstrap.set_current(opened)
    yield
    bootstrap.set_current(None)
    opened.store.close()


@pytest.mark.parametrize("turn", range(len(NASTY) if is_campaign() else 1))
@pytest.mark.parametrize("path", PAGES, ids=lambda path: Path(path).stem)
def test_a_page_bears_any_address(company: None, path: str, turn: int) -> None:
    """Each parameter has another of the nasty values, and over the turns each has had all of them."""
    from streamlit.testing.v1 import AppTest

    shift = turn + PAGES.index(path)
    app = AppTest.from_file(ROOT / "app.py", default_timeout=30)
    for place, name in enumerate(PARAMETERS):
        app.query_params[name] = NASTY[(place + shift) % len(NASTY)]
    app.switch_page(path)
    app.run()
    assert [error.message for error in app.exception] == []
    assert "<script>alert" not in "".join(str(part.proto) for part in app.get("html"))


def test_what_is_left_out_still_exists() -> None:
    assert set(wire._commands()) >= NOT_FOR_FUZZING
    assert issubclass(wire._commands()[NAMES[0]], Command)
    assert SfsamError.exit_code in EXIT_CODES
