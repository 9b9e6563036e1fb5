"""From what stands in the fields of a form to a command, and what is missing in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st
from pydantic import ValidationError

from sfsam.domain.commands import Command
from sfsam.errors import UsageError
from sfsam.ui import frames, viewer

AnyCommand = TypeVar("AnyCommand", bound=Command)


def send(kind: type[AnyCommand], /, **fields: Any) -> Any:
    """Give the command in the name of whoever looks at the page; its answer.

    Raises UsageError naming the field that is empty or too long, and whatever the command raises.
    """
    return frames.send(filled(kind, **fields))


def filled(kind: type[AnyCommand], /, labels: Mapping[str, str] | None = None, **fields: Any) -> AnyCommand:
    """The command with these fields. Raises UsageError in the words of the form."""
    try:
        return kind(actor=viewer.person().name, **fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][-1]) if first["loc"] else ""
        label = (labels or LABELS).get(name, name.replace("_", " ").capitalize())
        if first["type"] == "string_too_long":
            raise UsageError(f"{label} is too long.", f"At most {first['ctx']['max_length']} characters fit.") from None
        raise UsageError(f"{label} is missing.", "Enter it, then save again.") from None


LABELS = {
    "name": "Display name",
    "app_name": "App name",
    "contact_email": "Contact e-mail",
    "url": "Connection URL",
    "client_id": "OAuth client id",
    "username": "User name",
}


def entered(key: str, otherwise: str = "") -> str:
    """What stands in a text field now, without the blanks around it."""
    return str(st.session_state.get(key, otherwise) or "").strip()
