"""The rows that FakeSystem answers with: a company of two orgs whose numbers fit together.

The parts of every license add up, and the overview is the sum of the position.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from sfsam.domain.candidates import State
from sfsam.domain.jobs import JobFailure
from tests.fakes.consumption import CONSUMPTION

NOW = datetime(2026, 11, 24, 9, 0)
PRODUCTION, EMEA = "00D000000000001EAA", "00D000000000002EAA"
FAILURE = JobFailure(
    error="ClientRejected",
    what="The client secret is wrong or was rotated. Nothing was downloaded.",
    remedy="Copy the current consumer secret from the External Client App and enter it on the welcome page.",
    said="invalid_client: invalid client credentials",
    exit_code=78,
)


def _license(
    org: str, org_id: str, kind: str, model: str, owned: int | None, parts: tuple[int, ...], cost: float | None
) -> dict[str, Any]:
    active, stale, in_grace, machine, inactive, unknown = parts
    assigned = sum(parts)
    available = None if owned is None else owned - assigned
    needed = max(-(available or 0), 0)
    return {
        "org": org,
        "org_id": org_id,
        "is_sandbox": False,
        "kind": kind,
        "identifier": model.upper().replace(" ", "_"),
        "model": model,
        "owned": owned,
        "is_unlimited": False,
        "assigned": assigned,
        "active": active,
        "stale": stale,
        "in_grace": in_grace,
        "machine": machine,
        "inactive_holder": inactive,
        "unknown": unknown,
        "excluded": 0,
        "available": available,
        "needed": needed,
        "unit_cost": cost,
        "price_source": "none" if cost is None else "contract",
        "currency": None if cost is None else "EUR",
        "over_licensed": None if cost is None else max(available or 0, 0) * cost,
        "true_up": None if cost is None else needed * cost,
        "potential_savings": None if cost is None else stale * cost,
        "used_by_org": assigned,
        "status": "Active",
        "expires_on": None,
        "inactive_costs_seat": False,
        "contract_ends_on": NOW + timedelta(days=68) if model == "Salesforce" else None,
        "is_counted": cost is not None,
        "reclaimable": stale,
    }


POSITION = [
    _license("Production", PRODUCTION, "user", "Salesforce", 1240, (968, 170, 10, 26, 0, 8), 1488.0),
    _license("EMEA", EMEA, "user", "Salesforce", 300, (190, 44, 4, 2, 0, 0), 1488.0),
    _license("Production", PRODUCTION, "user", "Salesforce Platform", 620, (497, 71, 2, 0, 0, 0), 276.0),
    _license("Production", PRODUCTION, "permission_set", "Sales User PSL", 900, (740, 96, 0, 0, 12, 0), 120.0),
    _license("Production", PRODUCTION, "package", "Salesforce CPQ", 180, (121, 47, 0, 0, 2, 0), 864.0),
    _license("EMEA", EMEA, "permission_set", "Sales Engagement PSL", 60, (59, 10, 0, 0, 2, 0), 720.0),
    _license("EMEA", EMEA, "user", "Chatter Free", 5000, (12, 40, 0, 0, 0, 0), None),
    _license("EMEA", EMEA, "feature", "Knowledge User", None, (20, 5, 0, 0, 0, 0), None),
]
_PAID = [row for row in POSITION if row["unit_cost"] is not None]


def _sum(column: str, rows: list[dict[str, Any]] = _PAID) -> Any:
    return sum(row[column] for row in rows)


NAMES = ["Anna Lindqvist", "Tomasz Wójcik", "Priya Raman", "Luca Ferri", "Sofie de Wit", "Marek Nowak", "Helen Achebe"]


def _seat(place: int) -> dict[str, Any]:
    name = NAMES[place % len(NAMES)] + (f" {place}" if place >= len(NAMES) else "")
    stale = place % 3 == 0
    days = 61 + place if stale else place
    return {
        "subscription_id": f"s{place}",
        "org": "Production" if place % 4 else "EMEA",
        "org_id": PRODUCTION if place % 4 else EMEA,
        "kind": "user",
        "identifier": "SFDC",
        "model": "Salesforce",
        "user_id": f"005{place:015d}",
        "name": name,
        "user_principal_name": f"{name.split()[0].lower()}{place}@northwind.example",
        "department": ["Sales", "Service", None][place % 3],
        "title": "Account Executive",
        "user_type": "Standard",
        "part": "stale" if stale else "active",
        "last_activity_at": NOW - timedelta(days=days) if place != 3 else None,
        "inactive_days": days if place != 3 else None,
        "deciding_signal": "Interactive login" if place != 3 else None,
        "last_machine_at": None,
        "assigned_at": None,
        "annual_cost": 1488.0,
        "currency": "EUR",
        "price_source": "contract",
        "is_frozen": False,
        "is_administrator": False,
        "is_machine": False,
        "candidate_number": None,
        "candidate_state": None,
    }


SEATS = [_seat(place) for place in range(47)]


def _candidate(place: int, state: State) -> dict[str, Any]:
    seat = SEATS[place * 3 % len(SEATS)]
    return {
        **{
            name: seat[name]
            for name in ("user_principal_name", "user_id", "name", "department", "org", "org_id", "kind")
        },
        **{name: seat[name] for name in ("identifier", "model", "last_activity_at", "inactive_days", "currency")},
        "number": f"RC{place:07d}",
        "state": state.value,
        "profile_id": "p1",
        "rule": "unused_user_license",
        "justification": "low_usage",
        "action": "deactivate",
        "potential_savings": 1488.0 + 10 * (place % 3),
        "seats": 2,
        "message": "He is the default case owner." if state is State.ATTENTION_REQUIRED else "",
        "evidence": "{}",
        "opened_at": NOW,
        "updated_at": NOW,
    }


CANDIDATES = [_candidate(place, State.READY) for place in range(12)] + [
    _candidate(12, State.ATTENTION_REQUIRED),
    _candidate(13, State.CLOSED_SKIPPED),
    _candidate(14, State.CLOSED_COMPLETE),
]


def _schedule(
    identity: str,
    task: str,
    cadence: dict[str, str],
    next_run_at: datetime | None,
    *,
    last: str | None = None,
    **more: Any,
) -> dict[str, Any]:
    return {
        "schedule_id": identity,
        "task": task,
        "profile_id": "p1" if more.get("profile", "Production") else None,
        "profile": "Production",
        "cadence": json.dumps(cadence),
        "time_zone": "",
        "state": "active",
        "next_run_at": next_run_at,
        "last_run_at": NOW if last else None,
        "last_job_id": f"job-{identity}" if last else None,
        "last_kind": None,
        "last_state": last,
        "last_result": None,
        "last_failure": None,
        **more,
    }


JOBS = [
    {
        "job_id": "job-3",
        "kind": "download",
        "profile": "Production",
        "profile_id": "p1",
        "state": "failed",
        "requested_by": "local",
        "created_at": NOW,
        "started_at": NOW,
        "ended_at": NOW,
        "seconds": 2.0,
        "progress_share": 0.1,
        "progress_sentence": "",
        "result": None,
        "failure": FAILURE.model_dump_json(),
    },
    {
        "job_id": "job-2",
        "kind": "identify",
        "profile": "Production",
        "profile_id": "p1",
        "state": "succeeded",
        "requested_by": "local",
        "created_at": NOW - timedelta(hours=2),
        "started_at": NOW,
        "ended_at": NOW,
        "seconds": 1.0,
        "progress_share": 1.0,
        "progress_sentence": "",
        "result": json.dumps({"created": 12, "updated": 0, "closed": 1, "by_rule": {}}),
        "failure": None,
    },
]
SCHEDULES = [
    _schedule("s1", "refresh", {"every": "day", "at": "06:00:00"}, NOW + timedelta(hours=21), last="succeeded"),
    _schedule("s2", "identify", {"every": "download"}, None, last="failed"),
    _schedule("s3", "full_refresh", {"every": "week", "weekday": "sunday", "at": "04:00:00"}, None, state="paused"),
    _schedule("s4", "settle", {"every": "day", "at": "05:00:00"}, NOW + timedelta(hours=20), profile=None),
]
EMPTY: dict[str, list[dict[str, Any]]] = {
    "freshness": [
        {
            "orgs": 0,
            "orgs_with_data": 0,
            "oldest_download_at": None,
            "newest_download_at": None,
            "has_practice": False,
            "running_jobs": 0,
            "failed_since": 0,
        }
    ]
}
FULL: dict[str, list[dict[str, Any]]] = {
    "consumption": CONSUMPTION,
    "freshness": [
        {
            "orgs": 2,
            "orgs_with_data": 2,
            "oldest_download_at": NOW,
            "newest_download_at": NOW,
            "has_practice": False,
            "running_jobs": 0,
            "failed_since": 0,
        }
    ],
    "profiles": [
        {
            "profile_id": "p1",
            "name": "Production",
            "status": "published",
            "org_id": PRODUCTION,
            "org_name": "Northwind",
            "is_practice": False,
            "last_download_at": NOW,
        }
    ],
    "position": POSITION,
    "software_models": [
        {
            **{name: row[name] for name in ("org", "org_id", "kind", "identifier", "model", "owned", "is_unlimited")},
            "publisher": "Salesforce",
            "is_recognized": row["model"] != "Sales User PSL",
            "assigned": row["assigned"],
        }
        for row in POSITION
    ],
    "overview_seats": [
        {
            **{name: _sum(name) for name in ("owned", "assigned", "active", "stale", "in_grace", "machine")},
            "inactive_holder": _sum("inactive_holder"),
            "unknown": _sum("unknown"),
            "available": _sum("available"),
            "over": _sum("needed"),
            "people": 2412,
            "people_stale": 381,
            "percent_stale": 100 * _sum("stale") / _sum("assigned"),
        }
    ],
    "overview_money": [
        {
            "currency": "EUR",
            "annual_spend": sum(row["owned"] * row["unit_cost"] for row in _PAID),
            "potential_savings": _sum("potential_savings"),
            "over_licensed": _sum("over_licensed"),
            "true_up": _sum("true_up"),
            "stale_seats": _sum("stale"),
            "reclaimable_seats": _sum("reclaimable"),
            "free_seats": sum(max(row["available"] or 0, 0) for row in _PAID),
            "missing_seats": _sum("needed"),
            "contract_licenses": len(_PAID),
            "list_licenses": 0,
        }
    ],
    "last_activity_buckets": [
        {"ordinal": place, "bucket": bucket, "people": people, "part": part}
        for place, (bucket, people, part) in enumerate(
            [
                ("0–30 days", 1746, "active"),
                ("31–60 days", 268, "active"),
                ("New, in grace", 17, "in_grace"),
                ("61–90 days", 118, "stale"),
                ("91–180 days", 126, "stale"),
                ("Over 180 days", 86, "stale"),
                ("Never", 51, "stale"),
            ],
            start=1,
        )
    ],
    "license_trend": [
        {
            "day": datetime(2026, 1, 1) + timedelta(days=30 * place),
            "owned": 3300,
            "assigned": 3100,
            "active": 2500 + 8 * place,
            "stale": 570 - 13 * place,
        }
        for place in range(11)
    ],
    "spend_by_cost_center": [
        {"cost_center": "Sales operations", "licenses": 4, "annual_spend": 2_000_000.0, "currency": "EUR"},
        {"cost_center": "No cost center", "licenses": 2, "annual_spend": 770_000.0, "currency": "EUR"},
    ],
    "freed_this_year": [{"currency": "EUR", "candidates": 3, "seats": 5, "freed": 4464.0}],
    "attention": [
        {"ready": 12, "attention_required": 1, "unrecognized": 0, "ending": 2, "unmatched": 3, "failed_jobs": 1}
    ],
    "what_if": [
        {
            "threshold_days": days,
            "currency": "EUR",
            "stale": 1000 - 2 * days,
            "candidates": 500 - days,
            "potential_savings": 1000.0 * (1000 - 2 * days),
        }
        for days in range(366)
    ],
    "seat_totals": [{"assigned": len(SEATS)}],
    "savings_by_org": [
        {
            "org_id": PRODUCTION,
            "org": "Production",
            "assigned": 3000,
            "stale": 384,
            "potential_savings": 324_684.0,
            "currency": "EUR",
        },
        {"org_id": EMEA, "org": "EMEA", "assigned": 311, "stale": 54, "potential_savings": 72_672.0, "currency": "EUR"},
    ],
    "spend_by_department": [
        {
            "department": "Sales",
            "assigned": 1400,
            "stale": 200,
            "annual_cost": 1_300_000.0,
            "stale_cost": 210_000.0,
            "currency": "EUR",
        },
        {
            "department": "Service",
            "assigned": 900,
            "stale": 90,
            "annual_cost": 700_000.0,
            "stale_cost": 80_000.0,
            "currency": "EUR",
        },
        {
            "department": "No department",
            "assigned": 120,
            "stale": 60,
            "annual_cost": 90_000.0,
            "stale_cost": 45_000.0,
            "currency": "EUR",
        },
    ],
    "subscriptions": SEATS,
    "unused_licenses": [{**seat, "note": ""} for seat in SEATS if seat["part"] == "stale"],
    "candidates": CANDIDATES,
    "candidate_states": [
        {"state": "ready", "candidates": 12, "potential_savings": 17_976.0, "currency": "EUR"},
        {"state": "attention_required", "candidates": 1, "potential_savings": 1488.0, "currency": "EUR"},
        {"state": "closed_skipped", "candidates": 1, "potential_savings": 1488.0, "currency": "EUR"},
    ],
    "person": [
        {
            "org": "Production",
            "org_id": PRODUCTION,
            "user_id": SEATS[0]["user_id"],
            "name": "Anna Lindqvist",
            "user_principal_name": "anna.lindqvist@northwind.example",
            "title": "Regional Sales",
            "department": "Sales",
            "is_active": True,
            "is_frozen": False,
            "is_administrator": False,
            "is_machine": False,
            "created_at": datetime(2024, 3, 12),
        }
    ],
    "person_signals": [
        {
            "signal": "Interactive login",
            "last_seen_at": datetime(2026, 7, 4),
            "age_days": 143,
            "is_human": True,
            "decides": True,
        },
        {
            "signal": "Mobile app",
            "last_seen_at": datetime(2026, 6, 2),
            "age_days": 175,
            "is_human": True,
            "decides": False,
        },
        {
            "signal": "API login (machine)",
            "last_seen_at": datetime(2026, 11, 24),
            "age_days": 0,
            "is_human": False,
            "decides": False,
        },
    ],
    "person_seats": [
        {
            "kind": "user",
            "model": "Salesforce",
            "identifier": "SFDC",
            "part": "stale",
            "annual_cost": 1488.0,
            "currency": "EUR",
        },
        {
            "kind": "feature",
            "model": "Knowledge User",
            "identifier": "K",
            "part": "stale",
            "annual_cost": None,
            "currency": None,
        },
    ],
    "license_history": [
        {"day": datetime(2026, 11, day), "owned": 1240, "assigned": 1180, "active": 960 + day, "stale": 190 - day}
        for day in range(1, 20)
    ],
    "jobs": JOBS,
    "scheduled_jobs": SCHEDULES,
    "audit": [
        {
            "number": number,
            "at": NOW,
            "actor": "local",
            "action": "candidate.moved",
            "subject": f"RC{number:07d}",
            "reason": "Kept by the manager.",
            "detail": "{}",
            "hash": "ab" * 32,
            "profile": "Production",
            "profile_id": "p1",
        }
        for number in range(1, 26)
    ],
    "filter_values": [
        {"facet": "org", "value": PRODUCTION, "label": "Production", "seats": 3000},
        {"facet": "org", "value": EMEA, "label": "EMEA", "seats": 311},
        {"facet": "kind", "value": "user", "label": "user", "seats": 2000},
        {"facet": "model", "value": "Salesforce", "label": "Salesforce", "seats": 1422},
        {"facet": "department", "value": "Sales", "label": "Sales", "seats": 1400},
    ],
}
