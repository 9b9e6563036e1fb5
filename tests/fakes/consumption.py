"""Entitlements of one org at every pace, as the read consumption gives them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any


def _entitlement(label: str, pace: str, used: float | None, *, allowed: float | None = 100.0, **more: Any) -> Any:
    expected = None if allowed is None else allowed * 0.6
    return {
        "entitlement_id": f"0UT-{label}",
        "org": "Production",
        "org_id": "00D000000000001EAA",
        "is_sandbox": False,
        "kind": "consumption",
        "identifier": label.lower(),
        "label": label,
        "frequency": "Monthly",
        "is_persistent": False,
        "is_unlimited": allowed is None,
        "allowed": allowed,
        "used": used,
        "expected": expected,
        "remaining": None if used is None or allowed is None else allowed - used,
        "pace": pace,
        "projected": None if used is None else used / 0.6,
        "used_up_on": date(2026, 12, 3) if pace == "ahead" else None,
        "allowed_per_month": allowed,
        "used_per_month": None if used is None else used / 0.6,
        "period_start": date(2026, 11, 8),
        "period_end": date(2026, 12, 7),
        "contract_start": date(2026, 5, 8),
        "contract_end": date(2027, 5, 7),
        "is_ended": False,
        "counted_at": None if used is None else datetime(2026, 11, 24, 2),
        "overage_grace": None,
        **more,
    }


CONSUMPTION: list[dict[str, Any]] = [
    _entitlement("Logins", "even", 50.0, expected=None, is_persistent=True),
    _entitlement("Emails", "behind", 10.0),
    _entitlement("Requests", "ahead", 90.0),
    _entitlement("Conversations", "over", 120.0),
    _entitlement("Storage", "unknown", None),
    _entitlement("Flows", "unlimited", 7.0, allowed=None),
]
CONSUMPTION_HISTORY: list[dict[str, Any]] = [
    {"day": date(2026, 11, 23), "allowed": 100.0, "used": 110.0},
    {"day": date(2026, 11, 24), "allowed": 100.0, "used": 120.0},
]
