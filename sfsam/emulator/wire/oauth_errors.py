"""The one error that OAuth endpoints answer with."""

from __future__ import annotations


class OAuthError(Exception):
    """A refusal of an OAuth endpoint (Salesforce fact sheet 1.5)."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description
        self.status = status
