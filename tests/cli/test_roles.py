"""Every command line with every role: it begins for its roles, and for no other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from typer.main import get_command

from sfsam.cli.application import app
from sfsam.cli.permitted import permitted
from sfsam.domain.commands import BackUp, ListProfiles
from sfsam.domain.rights import COMMAND_LINE
from sfsam.domain.roles import Role
from sfsam.errors import RoleMissing
from tests.cli.conftest import Printed, Script

Run = Callable[..., Printed]


def _all(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    if words:
        yield " ".join(words), command
    for name, below in getattr(command, "commands", {}).items():
        yield from _all(below, (*words, name))


def test_every_command_line_has_its_line_in_the_table() -> None:
    assert {words for words, _ in _all(get_command(app))} == set(COMMAND_LINE), "add it to sfsam/domain/rights.py"


@pytest.mark.parametrize("role", Role)
def test_a_command_line_begins_for_its_roles_and_for_no_other(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFSAM_CLI_ROLE", role)
    begun = set()
    tree = get_command(app)
    for words, command in _all(tree):
        command.callback = lambda words=words: begun.add(words)
    for words, command in _all(permitted(tree)):
        try:
            command.callback()
        except RoleMissing as refusal:
            assert f"The command {words} needs the role" in str(refusal)
    assert begun == {words for words, roles in COMMAND_LINE.items() if role in roles}


def test_a_refusal_is_two_sentences_and_exit_code_1(run: Run, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFSAM_CLI_ROLE", "analyst")
    printed = run("backup", "somewhere.sfsam")
    assert (printed.code, script.asked) == (1, [])
    assert "The command backup needs the role admin; yours: analyst." in printed.err


def test_the_services_ask_again_for_whoever_comes_by_the_control_route(
    run: Run, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command line may say what it likes: the process that holds the database goes by its own settings."""
    monkeypatch.setenv("SFSAM_CLI_ROLE", "analyst")
    monkeypatch.setattr("sfsam.cli.permitted.require", lambda words: None)
    printed = run("backup", "somewhere.sfsam")
    assert (printed.code, [type(each) for each in script.asked]) == (1, [BackUp])
    assert "BackUp needs the role admin" in printed.err
    assert run("profiles").code == 0
    assert isinstance(script.asked[-1], ListProfiles)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.7", "::"])  # noqa: S104  refused
def test_without_a_sign_in_the_app_listens_on_this_machine_only(run: Run, host: str) -> None:
    printed = run("serve", "--host", host)
    assert printed.code == 78
    assert f"answers this machine only and does not listen on {host}" in printed.err
    assert "docs/sign-in.md" in printed.err
