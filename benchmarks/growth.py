"""One org from its first download on, at one size: everything read, nothing changed, one user in a thousand changed,
and what is asked of the data then. Several sizes together show what grows, and how fast."""

from __future__ import annotations

import statistics
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from sfsam import bootstrap
from tests.e2e.journey import CommandLine, PracticeProcess, practice_org

CHANGED_SHARE = 0.001
_RECORDS_PER_CALL = 200
_PROFILE = "Production"
_QUESTIONS = 15
_ALL = {"org_ids": None, "kinds": None, "models": None, "departments": None, "grace_days": 30}


def measure(users: int, settings: dict[str, float] | None = None) -> dict[str, Any]:
    """Of each download what `download` says (seconds, api_calls, bytes, peak_rss_mb, rows); identify_seconds,
    what_if_ms, database_mb. `settings` are switches of the practice org, such as how long its jobs take."""
    with practice_org(users=users) as practice, tempfile.TemporaryDirectory() as folder:
        practice.side_door("settings", settings or {})
        sfsam = CommandLine(Path(folder), SFSAM_CA_FILE=practice.ca_file)
        org = practice.orgs[0]
        sfsam.connect(org | {"base_url": org["tls_url"]})
        taken: dict[str, Any] = {"users": users, "first": sfsam.done("download", _PROFILE)}
        taken["unchanged"] = sfsam.done("download", _PROFILE)
        taken["changes"] = change(practice, users)
        taken["changed"] = sfsam.done("download", _PROFILE)
        taken["database_mb"] = round((sfsam.data_dir / "sfsam.duckdb").stat().st_size / 2**20, 1)
        sfsam.done("identify")
        [job] = [job for job in sfsam.done("jobs") if job["kind"] == "identify"][:1]
        taken["identify_seconds"] = _seconds(job)
        taken["what_if_ms"] = _what_if(sfsam)
    return taken


def change(practice: PracticeProcess, users: int) -> int:
    """Change about one user in a thousand, in turn: moved to another department, signed in, a license taken back."""
    wanted = max(3, round(users * CHANGED_SHARE))
    rows = practice.query(f"SELECT Id FROM User WHERE IsActive = true LIMIT {wanted}")  # noqa: S608 - a number
    moved, signed_in = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    for start in range(0, len(moved), _RECORDS_PER_CALL):
        records = [
            {"attributes": {"type": "User"}, "id": row["Id"], "Department": "Moved"}
            for row in moved[start : start + _RECORDS_PER_CALL]
        ]
        practice.rest("PATCH", "composite/sobjects", {"allOrNone": False, "records": records})
    for row in signed_in:
        practice.side_door("activity", {"user_id": row["Id"]})
    taken_back = practice.query("SELECT Id FROM UserPackageLicense LIMIT 1")
    for row in taken_back:
        practice.rest("DELETE", f"sobjects/UserPackageLicense/{row['Id']}")
    return len(moved) + len(signed_in) + len(taken_back)


def _seconds(job: dict[str, Any]) -> float:
    began, ended = (datetime.fromisoformat(job[name]) for name in ("started_at", "ended_at"))
    return round((ended - began).total_seconds(), 2)


def _what_if(sfsam: CommandLine) -> float:
    """Milliseconds of the question behind the what-if, the median of several."""
    system = bootstrap.build(sfsam.settings, memory_mb=bootstrap.SERVING_MEMORY_MB)
    try:
        took = []
        for _ in range(_QUESTIONS):
            began = time.perf_counter()
            system.reads.rows("what_if", include_sandboxes=False, **_ALL)
            took.append(1000 * (time.perf_counter() - began))
    finally:
        system.close()
    return round(statistics.median(took), 1)
