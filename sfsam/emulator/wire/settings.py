"""What the side door can change about one org's behaviour."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass
class Settings:
    """The switches of one org, each with Salesforce's default (Salesforce fact sheet 1.6, 1.10, 2.4, 3.1)."""

    daily_api_requests: int
    access_token_seconds: int = 7_200
    refresh_token_rotation: bool = False
    require_pkce: bool = False
    run_as: bool = True
    callback_urls: tuple[str, ...] = ()
    query_page_rows: int = 2_000
    bulk_page_rows: int = 50_000
    bulk_latency_seconds: float = 0.2

    def change(self, wanted: dict[str, Any]) -> None:
        """Set the named switches. Raises ValueError for an unknown name or a value of another kind."""
        checked = {name: self._checked(name, value) for name, value in wanted.items()}
        for name, value in checked.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """Every switch by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def _checked(self, name: str, value: Any) -> Any:
        present = self.as_dict()
        if name not in present:
            raise ValueError(f"unknown setting {name!r}; known are {', '.join(present)}")
        kind = type(present[name])
        if kind is tuple and isinstance(value, list) and all(isinstance(url, str) for url in value):
            return tuple(value)
        if kind is float and type(value) in (int, float) and value >= 0:
            return float(value)
        if type(value) is not kind or (kind is int and value < 1):
            raise ValueError(f"setting {name!r} must be a {kind.__name__}, not {value!r}")
        return value
