"""docs/commands.md and docs/settings.md tell the truth, and all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from typer.main import get_command

from sfsam.cli.application import app
from sfsam.config import PROJECT_DIR, Settings

COMMANDS = (PROJECT_DIR / "docs" / "commands.md").read_text()
SETTINGS = (PROJECT_DIR / "docs" / "settings.md").read_text()
IN_EVERY_COMMAND = {"--json", "--help"}


def _leaves(command: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, set[str]]]:
    """(words, options) of every command below this one; hidden options are nobody's business."""
    below = getattr(command, "commands", None)
    if below is None:
        options = {
            option
            for parameter in command.params  # type: ignore[attr-defined]
            if not getattr(parameter, "hidden", False)
            for option in parameter.opts
            if option.startswith("--")
        }
        yield " ".join(path), options
        return
    for name, each in below.items():
        yield from _leaves(each, (*path, name))


def _documented() -> dict[str, set[str]]:
    """Words before the first argument or option → options, of every row that shows a command line."""
    found = {}
    for line in re.findall(r"^\| `(.+?)` \|", COMMANDS.replace("\\|", "/"), re.MULTILINE):
        words = re.match(r"[a-z]+([ -][a-z]+)*", line)
        assert words is not None
        found[words.group().strip()] = set(re.findall(r"--[a-z-]+", line))
    return found


def test_every_command_and_every_option_is_documented() -> None:
    actual = {words: options - IN_EVERY_COMMAND for words, options in _leaves(get_command(app))}
    assert _documented() == actual


def test_every_command_takes_json() -> None:
    assert {words for words, options in _leaves(get_command(app)) if "--json" not in options} == set()


def test_every_command_says_what_it_does() -> None:
    commands = [*app.registered_commands, *app.registered_groups[0].typer_instance.registered_commands]  # type: ignore[union-attr]
    assert [each for each in commands if not (each.callback and each.callback.__doc__)] == []


def test_every_setting_is_documented_with_its_default() -> None:
    rows = dict(re.findall(r"^\| `SFSAM_([A-Z_]+)` \| (.+?) \|", SETTINGS, re.MULTILINE))
    assert {name.lower() for name in rows} == set(Settings.model_fields)
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, str | float) and field.default:
            assert rows[name.upper()] == f"`{field.default}`"
