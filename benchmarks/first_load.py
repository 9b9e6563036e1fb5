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
from pathlib import Path
from typing import Any

from sfsam.salesforce.soql import load_query
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
            theirs.append(_theirs(practice, Path(folder) / f"theirs{turn}"))
    seconds = [statistics.median(run["seconds"] for run in runs) for runs in (ours, theirs)]
    return {
        "users": users,
        "rounds": rounds,
        "rows": ours[0]["rows"],
        "ours_seconds": seconds[0],
        "theirs_seconds": seconds[1],
        "ratio": round(seconds[1] / seconds[0], 2),
        "ours_peak_rss_mb": max(run["peak_rss_mb"] for run in ours),
        "theirs_peak_rss_mb": max(run["peak_rss_mb"] for run in theirs),
        "api_calls": ours[0]["api_calls"],
        "megabytes": round(ours[0]["bytes"] / 1e6, 1),
    }


def _ours(practice: PracticeProcess, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    sfsam = CommandLine(folder)
    sfsam.connect(practice.orgs[0])
    answer: dict[str, Any] = sfsam.done("download", "Production", "--full")
    return answer


def _theirs(practice: PracticeProcess, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    org = practice.orgs[0]
    questions = folder / "questions.json"
    questions.write_text(json.dumps({name: load_query(name).soql() for name in LARGE}))
    done = subprocess.run(
        [
            sys.executable,
            str(PROJECT / "benchmarks" / "peer.py"),
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
