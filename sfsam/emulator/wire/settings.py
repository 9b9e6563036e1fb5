"""What the side door can change about one org's behaviour."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sfsam.emulator.wire.assertions import check_certificate

CHOICES = {
    "permitted_users": ("AllSelfAuthorized", "AdminApprovedPreAuthorized"),
    "refresh_token_policy": ("Infinite", "SpecificInactivity", "SpecificLifetime", "Zero"),
    "log_in_refusal": (
        "",
        "ip_restricted",
        "invalid_login_hours",
        "inactive_org",
        "app_blocked",
        "app_not_found",
        "oauth_flow_disabled",
        "rate_limit_exceeded",
        "server_error",
        "service_unavailable",
        "system_down",
    ),
}
"""Switches that take one of a few words. "" lets everybody in."""


@dataclass
class Settings:
    """The switches of one org, each with Salesforce's default (Salesforce fact sheet 1.6, 1.10, 2.4, 3.1).

    Those from `refresh_token_rotation` to `preauthorized_users` are policies of the org's own client app.
    `bulk_failure` is the errorMessage that every bulk job fails with; "" lets jobs succeed.
    """

    daily_api_requests: int
    access_token_seconds: int = 7_200
    log_in_refusal: str = ""
    refresh_token_rotation: bool = False
    refresh_token_policy: str = "Infinite"  # noqa: S105 - the name of a policy
    refresh_token_seconds: int = 7_776_000
    secret_required: bool = True
    secret_required_for_refresh: bool = True
    require_pkce: bool = False
    client_credentials_enabled: bool = True
    run_as: bool = True
    device_flow_enabled: bool = True
    jwt_certificate: str = ""
    callback_urls: tuple[str, ...] = ()
    permitted_users: str = "AllSelfAuthorized"
    preauthorized_users: tuple[str, ...] = ()
    query_page_seconds: float = 0.0
    bulk_page_seconds: float = 0.0
    query_page_rows: int = 2_000
    query_cursor_seconds: int = 172_800
    bulk_page_rows: int = 50_000
    bulk_latency_seconds: float = 0.2
    bulk_enabled: bool = True
    bulk_failure: str = ""
    bulk_result_pages: bool = True
    bulk_record_count_header: bool = True
    bulk_columns_reversed: bool = False

    def seconds_of(self, resource_name: str) -> float:
        """How long an answer of this resource takes besides the org's own work."""
        if resource_name in ("query", "queryAll", "query/more"):
            return self.query_page_seconds
        return self.bulk_page_seconds if resource_name == "jobs/query/results" else 0.0

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
        if name in CHOICES and value not in CHOICES[name]:
            raise ValueError(f"setting {name!r} must be one of {', '.join(map(repr, CHOICES[name]))}, not {value!r}")
        kind = type(present[name])
        if kind is tuple and isinstance(value, list) and all(isinstance(text, str) for text in value):
            return tuple(value)
        if kind is float and type(value) in (int, float) and value >= 0:
            return float(value)
        if type(value) is not kind or (kind is int and value < 1):
            raise ValueError(f"setting {name!r} must be a {kind.__name__}, not {value!r}")
        if name == "jwt_certificate":
            check_certificate(value)
        return value
