"""Commands, answers and errors as JSON: what the control route and its caller say to each other.

{"command": "ListJobs", "arguments": {"limit": 5}}  →  {"answer": [...]}
                                                or  →  {"error": {name, family, what, remedy, said, exit_code}}
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from sfsam import errors
from sfsam.domain.commands import Command
from sfsam.errors import SfsamError, UsageError

Document = dict[str, Any]


def command_document(command: Command) -> Document:
    """The command, secrets in the clear: it goes to the owner of the database on this machine and nowhere else."""
    arguments = command.model_dump(mode="json")
    secrets = {name: value.get_secret_value() for name, value in command if isinstance(value, SecretStr)}
    return {"command": type(command).__name__, "arguments": arguments | secrets}


def command_from(document: Any) -> Command:
    """The command in a document. Raises UsageError, which names the wrong fields and repeats no value."""
    name = document.get("command") if isinstance(document, dict) else None
    kind = _commands().get(name) if isinstance(name, str) else None
    if kind is None:
        raise UsageError("No command goes by that name.", f"There are: {', '.join(sorted(_commands()))}.")
    try:
        return kind.model_validate(document.get("arguments") or {})
    except ValidationError as trouble:
        raise malformed(trouble) from None


def malformed(trouble: ValidationError) -> UsageError:
    """What is wrong with which field, in one sentence."""
    wrong = "; ".join(f"{'.'.join(map(str, one['loc'])) or 'command'}: {one['msg']}" for one in trouble.errors())
    return UsageError(f"The command is not well formed: {wrong}.", "Correct it and ask again.")


def answer_document(answer: Any) -> Any:
    """An answer of the services as plain JSON values."""
    if isinstance(answer, BaseModel):
        return answer.model_dump(mode="json")
    return [answer_document(each) for each in answer] if isinstance(answer, list) else answer


def error_document(error: SfsamError) -> Document:
    return {
        "name": error.name,
        "family": error.family,
        "what": error.what,
        "remedy": error.remedy,
        "said": error.said,
        "exit_code": error.exit_code,
    }


def error_from(name: str, what: str, remedy: str, said: str = "", exit_code: int = 1) -> SfsamError:
    """The error with that name again; one of its family, by exit code, for a name that errors.py does not have."""
    kind = getattr(errors, name, None)
    if not (isinstance(kind, type) and issubclass(kind, SfsamError)):
        kind = _FAMILY.get(exit_code, SfsamError)
    return kind(what, remedy, said=said)


_FAMILY: dict[int, type[SfsamError]] = {
    kind.exit_code: kind for kind in (errors.TemporaryError, errors.SetupError, UsageError, errors.OutcomeUnknown)
}


def _commands() -> dict[str, type[Command]]:
    return {kind.__name__: kind for kind in _kinds_of(Command)}


def _kinds_of(kind: type[Command]) -> list[type[Command]]:
    return [each for below in kind.__subclasses__() for each in (below, *_kinds_of(below))]
