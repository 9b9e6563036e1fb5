"""docs/sign-in.md shows the table of rights as it is. `UPDATE_DOCUMENTS=1 pytest FILE` writes it anew."""

from __future__ import annotations

import os
from collections.abc import Iterator

from sfsam.domain.rights import COMMAND_LINE, COMMANDS, PAGES, ROUTES, in_words
from sfsam.domain.roles import ADMINS, EVERYONE, INTEGRATORS, MANAGERS, NOBODY, OPERATORS, Roles
from sfsam.ui.shell import SECTIONS
from tests.architecture.house import PROJECT

DOCUMENT = PROJECT / "docs" / "sign-in.md"
BEGIN, END = "<!-- the table of rights -->\n", "<!-- end of the table of rights -->\n"
TITLES = {entry.path.split("/")[-1].removesuffix(".py"): entry.title for group in SECTIONS.values() for entry in group}
HEADS: dict[Roles, str] = {EVERYONE: "Everyone with a role"}


def test_the_document_shows_the_table_as_it_is() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    before, shown = text.split(BEGIN)
    shown, after = shown.split(END)
    actual = "".join(_lines())
    if os.environ.get("UPDATE_DOCUMENTS"):
        DOCUMENT.write_text(before + BEGIN + actual + END + after, encoding="utf-8")
    else:
        assert shown == actual, "write it anew: UPDATE_DOCUMENTS=1 pytest tests/architecture/test_roles_document.py"


def _lines() -> Iterator[str]:
    for roles in (EVERYONE, OPERATORS, MANAGERS, INTEGRATORS, ADMINS):
        yield f"\n### {HEADS.get(roles) or in_words(roles).capitalize()}\n\n"
        yield from _line("Pages", [TITLES[page] for page in _of(PAGES, roles) if page in TITLES])
        yield from _line("Command lines", [f"`{words}`" for words in _of(COMMAND_LINE, roles)])
        yield from _line("Commands of pages, schedules and command lines", sorted(_named(roles)))
        yield from _line("Routes", [f"`{route}`" for route in _of(ROUTES, roles)])
    yield "\n### Whoever asks, and nobody\n\n"
    yield from _line("Without a sign-in", [f"`{route}`" for route in _of(ROUTES, None)])
    yield from _line("Closed to everybody", [f"`{route}`" for route in _of(ROUTES, NOBODY)])
    yield "\n"


def _line(head: str, members: list[str]) -> Iterator[str]:
    if members:
        yield f"- {head}: {', '.join(members)}.\n"


def _of(table: object, roles: Roles | None) -> list[str]:
    return [name for name, given in table.items() if given == roles]  # type: ignore[attr-defined]


def _named(roles: Roles) -> list[str]:
    return [command.__name__ for command, given in COMMANDS.items() if given == roles]
