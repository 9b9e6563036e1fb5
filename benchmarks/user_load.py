"""The first load of User into DuckDB: ours, its peers, and the floor, turn by turn on the same practice org.

In real time a query job takes 20 seconds and each page of 50,000 rows 3, as in a real org; eight may be fetched at
once. Each contender runs in a process of its own and tells its seconds without the start of its interpreter, but `sf`,
whose start is a part of it. The page phase begins when the job is finished.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.first_load import question
from tests.e2e.foreign_tools import ForeignTools, ToolsMissing, install
from tests.e2e.journey import PROJECT, PracticeProcess, practice_org

PEERS = PROJECT / "benchmarks" / "peers"
AT_ONCE = 8
REAL_TIME = {"bulk_latency_seconds": 20.0, "bulk_page_seconds": 3.0}
NO_DELAY = {"bulk_latency_seconds": 0.0, "bulk_page_seconds": 0.0}
ANY_MOMENT = datetime.fromisoformat("2026-01-01T00:00:00")  # of users all are asked for
_TOOLS_SECONDS = 600.0
_OBJECT = "User"


@dataclass
class Turn:
    """One org, one folder, and what is asked of it."""

    practice: PracticeProcess
    folder: Path
    soql: str
    tools: ForeignTools | None

    @property
    def org(self) -> dict[str, Any]:
        return self.practice.orgs[0]

    @property
    def questions(self) -> str:
        path = self.folder / "questions.json"
        path.write_text(json.dumps({_OBJECT: self.soql}))
        return str(path)


Contender = Callable[[Turn], dict[str, Any]]


def measure(users: int, rounds: int, *, real_time: bool, tools: ForeignTools | None) -> dict[str, dict[str, Any]]:
    """Medians by contender: seconds, page_seconds where it can be told, peak_rss_mb, rows."""
    runs: dict[str, list[dict[str, Any]]] = {}
    with practice_org(users=users) as practice, tempfile.TemporaryDirectory() as folder:
        practice.side_door("settings", REAL_TIME if real_time else NO_DELAY)
        soql = question(practice, _OBJECT, ANY_MOMENT)
        home = Path(folder) / "home"
        home.mkdir()
        if tools is not None:
            _log_in(practice, tools, home)
        for number in range(rounds):
            for name, contender in _contenders(tools is not None).items():
                where = Path(folder) / f"{number}{name.replace(' ', '')}"
                where.mkdir()
                runs.setdefault(name, []).append(contender(Turn(practice, where, soql, tools)))
    return {name: _median(taken) for name, taken in runs.items()}


def foreign_tools() -> ForeignTools | None:
    """The foreign clients in build/conformance; None, and a line on stderr, where they cannot be installed."""
    try:
        return install(_TOOLS_SECONDS)
    except ToolsMissing as trouble:
        sys.stderr.write(f"{trouble}\nWithout them only simple-salesforce is measured.\n")
        return None


def _contenders(has_tools: bool) -> dict[str, Contender]:
    own: dict[str, Contender] = {"sfsam": _ours, "floor": _floor, "simple-salesforce": _simple_salesforce}
    return own | ({"aio-sf": _aio_sf, "sf data export bulk": _sf} if has_tools else {})


def _ours(turn: Turn) -> dict[str, Any]:
    org = turn.org
    arguments = (org["tls_url"], org["client_id"], org["client_secret"], turn.practice.ca_file, str(turn.folder))
    return _told(turn, [sys.executable, "-m", "benchmarks.peers.ours", *arguments, _OBJECT])


def _floor(turn: Turn) -> dict[str, Any]:
    arguments = (turn.org["tls_url"], turn.org["access_token"], turn.practice.ca_file, str(turn.folder))
    return _told(turn, [sys.executable, str(PEERS / "floor.py"), *arguments, _OBJECT, turn.soql, str(AT_ONCE)])


def _simple_salesforce(turn: Turn) -> dict[str, Any]:
    arguments = (turn.org["tls_url"], turn.org["access_token"], turn.practice.ca_file, str(turn.folder))
    return _told(turn, [sys.executable, str(PEERS / "simple_salesforce_peer.py"), *arguments, turn.questions])


def _aio_sf(turn: Turn) -> dict[str, Any]:
    assert turn.tools is not None
    arguments = (turn.org["base_url"], turn.org["access_token"], str(turn.folder), turn.questions)
    return _and_loaded(turn, _told(turn, [str(turn.tools.python), str(PEERS / "aio_sf_peer.py"), *arguments]))


def _sf(turn: Turn) -> dict[str, Any]:
    assert turn.tools is not None
    file = turn.folder / f"{_OBJECT}.csv"
    query = ("--query", turn.soql, "--output-file", str(file), "--result-format", "csv", "--wait", "60")
    command = [*_sf_command(turn.tools), "data", "export", "bulk", "-o", "practice", *query]
    began = time.monotonic()
    _, peak_rss_mb = _run(command, _sf_environment(turn.practice, turn.tools, turn.folder.parent / "home"))
    took = {"seconds": round(time.monotonic() - began, 2), "peak_rss_mb": peak_rss_mb, "rows": {}}
    return _and_loaded(turn, took)


def _and_loaded(turn: Turn, told: dict[str, Any]) -> dict[str, Any]:
    """The time with that of DuckDB reading the CSV file, as text."""
    began = time.monotonic()
    with duckdb.connect(str(turn.folder / "peer.duckdb")) as database:
        database.read_csv(str(turn.folder / f"{_OBJECT}.csv"), all_varchar=True).create(_OBJECT)
        [(rows,)] = database.table(_OBJECT).count("*").fetchall()
    seconds = told["seconds"] + time.monotonic() - began
    return told | {"seconds": round(seconds, 2), "rows": {_OBJECT: rows}}


def _told(turn: Turn, command: list[str]) -> dict[str, Any]:
    out, peak_rss_mb = _run(command, os.environ | {"PYTHONPATH": str(PROJECT)})
    told: dict[str, Any] = json.loads(out.splitlines()[-1])
    return told | {"peak_rss_mb": peak_rss_mb}


def _run(command: list[str], environment: dict[str, str]) -> tuple[str, float]:
    """What the command printed, and the most memory that it had (MB). Ends the benchmark when the command fails."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, stdout=out, stderr=err, env=environment, cwd=PROJECT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            raise SystemExit(f"{command[:3]} failed: {err.read().decode()[-2000:]}")
        return out.read().decode(), round(usage.ru_maxrss / 1024, 1)


def _sf_command(tools: ForeignTools) -> list[str]:
    return [str(tools.node), str(tools.modules / "@salesforce" / "cli" / "bin" / "run.js")]


def _sf_environment(practice: PracticeProcess, tools: ForeignTools, home: Path) -> dict[str, str]:
    switches = ("USE_GENERIC_UNIX_KEYCHAIN", "DISABLE_DNS_CHECK", "DISABLE_TELEMETRY", "AUTOUPDATE_DISABLE")
    quiet = {f"SF_{switch}": "true" for switch in (*switches, "SKIP_NEW_VERSION_CHECK")}
    return tools.environment(HOME=str(home), NODE_EXTRA_CA_CERTS=practice.ca_file, **quiet)


def _log_in(practice: PracticeProcess, tools: ForeignTools, home: Path) -> None:
    org = practice.orgs[0]
    login = ["org", "login", "access-token", "--instance-url", org["base_url"], "--no-prompt", "--alias", "practice"]
    environment = _sf_environment(practice, tools, home) | {"SF_ACCESS_TOKEN": org["access_token"]}
    _run([*_sf_command(tools), *login], environment)


def _median(runs: list[dict[str, Any]]) -> dict[str, Any]:
    pages = [run["page_seconds"] for run in runs if "page_seconds" in run]
    return {
        "seconds": round(statistics.median(run["seconds"] for run in runs), 2),
        "page_seconds": round(statistics.median(pages), 2) if pages else None,
        "peak_rss_mb": max(run["peak_rss_mb"] for run in runs),
        "rows": runs[-1]["rows"][_OBJECT],
    }
