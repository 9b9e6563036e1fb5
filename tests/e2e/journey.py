"""What a journey needs: a practice org as its own process, sfsam's command line, and the side door."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]


class PracticeProcess:
    """A practice org, started by its command; `orgs[k]` is what its ready line says."""

    def __init__(self, ready: dict[str, Any], process: subprocess.Popen[str]) -> None:
        self.orgs: list[dict[str, Any]] = ready["orgs"]
        self.ca_file: str = ready["ca_file"]
        self.process = process

    def side_door(self, path: str, body: Any = None, *, method: str | None = None, org: int = 0) -> Any:
        """Ask the org's side door (never part of Salesforce)."""
        url = f"{self.orgs[org]['base_url']}/_emulator/{path}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(url, data=data, method=method or ("POST" if data else "GET"))
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def dump(self, name: str, *, org: int = 0) -> dict[str, dict[str, Any]]:
        """Every record of an object by its Id."""
        answer = self.side_door(f"dump?object={name}", org=org)
        records = answer["records"] if isinstance(answer, dict) else answer
        return {record["Id"]: record for record in records}

    def log(self, *, org: int = 0) -> list[dict[str, Any]]:
        answer = self.side_door("log", org=org)
        return answer["entries"] if isinstance(answer, dict) else answer

    def held(self, *, org: int = 0) -> list[dict[str, Any]]:
        return self.side_door("stats", org=org)["held"]

    def fault(self, *orders: dict[str, Any], org: int = 0) -> None:
        self.side_door("faults", list(orders), org=org)

    def clear_faults(self, *, org: int = 0) -> None:
        self.side_door("faults", method="DELETE", org=org)


@contextmanager
def practice_org(*, users: int = 200, orgs: int = 1, seed: int = 1, **options: str) -> Iterator[PracticeProcess]:
    """Start `python -m sfsam emulator` on free ports and end it on leaving."""
    more = [part for name, value in options.items() for part in (f"--{name.replace('_', '-')}", value)]
    command = ["emulator", "--port", "0", "--users", str(users), "--orgs", str(orgs), "--seed", str(seed), *more]
    process = subprocess.Popen(
        [sys.executable, "-m", "sfsam", *command], cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"the practice org ended with {process.wait()}"
        yield PracticeProcess(json.loads(line), process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


@dataclass
class Answer:
    """What a command printed and how it ended."""

    code: int
    json: Any
    stderr: str


class CommandLine:
    """sfsam's command line on a data folder of its own."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.data_dir = folder / "data"
        self.environment = {
            **os.environ,
            "SFSAM_DATA_DIR": str(self.data_dir),
            "SFSAM_KEY_FILE": str(folder / "key" / "secret.key"),
            **environment,
        }

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start a command without waiting for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "sfsam", *arguments],
            cwd=PROJECT,
            env=self.environment | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> Answer:
        """Run a command with --json to its end."""
        process = self.start(*arguments, "--json", **environment)
        out, err = process.communicate(timeout=240)
        assert "Traceback" not in err, err
        return Answer(process.returncode, json.loads(out) if out.strip() else None, err)

    def done(self, *arguments: str, **environment: str) -> Any:
        """Run a command that must succeed; its JSON."""
        answer = self.run(*arguments, **environment)
        assert answer.code == 0, f"{arguments} ended with {answer.code}: {answer.stderr}\n{answer.json}"
        return answer.json

    def connect(self, org: dict[str, Any], name: str = "Production", **options: str) -> Any:
        """Connect and publish an org of the practice process by client credentials."""
        return self.done(*self.connect_arguments(org, name), "--publish", SFSAM_TEST_SECRET=org["client_secret"])

    @staticmethod
    def connect_arguments(org: dict[str, Any], name: str = "Production") -> list[str]:
        return [
            "connect",
            *("--name", name, "--url", org["base_url"], "--grant", "client-credentials"),
            *("--client-id", org["client_id"], "--client-secret-env", "SFSAM_TEST_SECRET"),
        ]


def wait_until(condition: Callable[[], Any], what: str, *, seconds: float = 60) -> Any:
    """Poll until the condition gives something true; fail with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")
