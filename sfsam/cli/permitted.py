"""The role that a command line needs, asked before it begins: the services ask again, command by command."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from sfsam.cli.asking import actor, load_settings
from sfsam.domain import rights
from sfsam.domain.roles import ADMINS, EVERYONE, at_command_line


def permitted(command: Any, words: tuple[str, ...] = ()) -> Any:
    """The same tree of commands (of Typer's kind), each of which first asks for its role."""
    if command.callback is not None and words:
        command.callback = _asking(" ".join(words), command.callback)
    for name, below in getattr(command, "commands", {}).items():
        permitted(below, (*words, name))
    return command


def _asking(words: str, run: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(run)
    def asked(*given: Any, **options: Any) -> Any:
        require(words)
        return run(*given, **options)

    return asked


def require(words: str) -> None:
    """Raises RoleMissing when the role of the settings does not include this command line."""
    roles = rights.COMMAND_LINE.get(words, ADMINS)
    if roles == EVERYONE:
        return  # and so it works where the settings do not
    settings = load_settings()
    caller = at_command_line(actor(), settings.cli_role, is_sign_in_on=settings.is_sign_in_on)
    if not caller.roles & roles:
        raise rights.missing(f"The command {words}", roles, caller)
