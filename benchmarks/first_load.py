"""The first download of an org: sfsam against simple-salesforce Bulk 2.0 with DuckDB, turn by turn.

Both read the same objects with the same fields from the same practice org, each run in a process of its own. Ours also
reads the small objects, checks row counts, computes activity, subscriptions and the position, and keeps the old
snapshot readable; theirs ends with tables of text.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import urllib.request
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from sfsam.salesforce import soql
from sfsam.salesforce.described import Described
from sfsam.salesforce.login_windows import LOGIN_HISTORY_DAYS
from tests.e2e.journey import PROJECT, CommandLine, PracticeProcess, practice_org

LARGE = (
    "User",
    "PermissionSetLicenseAssign",
    "UserPackageLicense",
    "PermissionSetAssignment",
    "UserLogin",
    "LoginHistory",
)


def measure(users: int, rounds: int) -> dict[str, Any]:
    """Medians over `rounds` turns, with the ratio theirs : ours."""
    with practice_org(users=users) as practice, tempfile.TemporaryDirectory() as folder:
        ours, theirs = [], []
        for turn in range(rounds):
            ours.append(_ours(practice, Path(folder) / f"ours{turn}"))
            theirs.append(_theirs(practice, Path(folder) / f"theirs{turn}", ours[-1]["taken_at"]))
    seconds = [statistics.median(run["seconds"] for run in runs) for runs in (ours, theirs)]
    return {
        "users": users,
        "rounds": rounds,
        "rows": ours[0]["rows"],
        "rows_that_differ": sum(_difference(*turn) for turn in zip(ours, theirs, strict=True)),
        "ours_seconds": seconds[0],
        "theirs_seconds": seconds[1],
        "ratio": round(seconds[1] / seconds[0], 2),
        "ours_peak_rss_mb": max(run["peak_rss_mb"] for run in ours),
        "theirs_peak_rss_mb": max(run["peak_rss_mb"] for run in theirs),
        "api_calls": ours[0]["api_calls"],
        "megabytes": round(ours[0]["bytes"] / 1e6, 1),
    }


def _difference(ours: dict[str, Any], theirs: dict[str, Any]) -> int:
    """How many rows the two of one turn disagree about; anything but 0 makes their times incomparable."""
    return sum(abs(ours["rows"][name] - count) for name, count in theirs["rows"].items())


def _ours(practice: PracticeProcess, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    org = practice.orgs[0]
    sfsam = CommandLine(folder, SFSAM_CA_FILE=practice.ca_file)
    sfsam.connect(org | {"base_url": org["tls_url"]})
    answer: dict[str, Any] = sfsam.done("download", "Production", "--full")
    with duckdb.connect(str(sfsam.data_dir / "sfsam.duckdb"), read_only=True) as database:
        [(taken_at,)] = database.sql("SELECT taken_at FROM current_snapshot").fetchall()
    return answer | {"taken_at": taken_at}


def _theirs(practice: PracticeProcess, folder: Path, taken_at: datetime) -> dict[str, Any]:
    folder.mkdir()
    org = practice.orgs[0]
    questions = folder / "questions.json"
    questions.write_text(json.dumps({name: question(practice, name, taken_at) for name in LARGE}))
    done = subprocess.run(
        [
            sys.executable,
            str(PROJECT / "benchmarks" / "peers" / "simple_salesforce_peer.py"),
            *(org["tls_url"], org["access_token"], practice.ca_file, str(folder), str(questions)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the peer failed: {done.stderr[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def question(practice: PracticeProcess, name: str, taken_at: datetime) -> str:
    """The SOQL that sfsam's first download at this moment sends for the object, field by field."""
    org = practice.orgs[0]
    request = urllib.request.Request(
        f"{org['base_url']}/services/data/v66.0/sobjects/{name}/describe",
        headers={"Authorization": f"Bearer {org['access_token']}"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        described = Described.of(json.load(answer))
    selection = soql.load(name).select(described)
    since = taken_at - timedelta(days=LOGIN_HISTORY_DAYS)
    return selection.query(logins_since=since.replace(hour=0, minute=0, second=0, microsecond=0))
