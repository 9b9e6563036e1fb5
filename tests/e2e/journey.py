"""What a journey needs: a practice org as its own process, sfsam's command line, and the side door."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import duckdb
import httpx

from sfsam.config import Settings
from tests.e2e.forked import Command

PROJECT = Path(__file__).resolve().parents[2]


class PracticeProcess:
    """A practice org, started by its command; `orgs[k]` is what its ready line says."""

    def __init__(self, ready: dict[str, Any], process: Command | subprocess.Popen[str]) -> None:
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

    def rest(self, method: str, path: str, body: Any = None, *, token: str = "", org: int = 0) -> Any:
        """Ask the org's REST API by plain HTTP, as its administrator or with another token."""
        headers = {"Authorization": f"Bearer {token}"} if token else self._as_admin(org)
        url = f"{self.orgs[org]['base_url']}/services/data/v66.0/{path}"
        answer = httpx.request(method, url, json=body, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def query(self, soql: str, *, org: int = 0) -> list[dict[str, Any]]:
        """All records of a query, page by page, as the administrator sees them."""
        page = self.rest("GET", f"query?q={quote(soql)}", org=org)
        records = page["records"]
        while not page["done"]:
            page = self.rest("GET", page["nextRecordsUrl"].split("/v66.0/")[1], org=org)
            records += page["records"]
        return records

    def revoke_tokens_of(self, user_id: str, *, org: int = 0) -> None:
        """End every session and approval of a user: freeze and unfreeze them as the user of the client app."""
        form = {name: self.orgs[org][name] for name in ("client_id", "client_secret")}
        url = f"{self.orgs[org]['base_url']}/services/oauth2/token"
        token = httpx.post(url, data={"grant_type": "client_credentials", **form}, timeout=60).json()["access_token"]
        (login,) = [row["Id"] for row in self.dump("UserLogin", org=org).values() if row["UserId"] == user_id]
        for is_frozen in (True, False):
            self.rest("PATCH", f"sobjects/UserLogin/{login}", {"IsFrozen": is_frozen}, token=token, org=org)
            httpx.get(f"{self.orgs[org]['base_url']}/services/data/v66.0/limits", headers=self._as_admin(org))

    def _as_admin(self, org: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.orgs[org]['access_token']}"}

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
    process = Command(command, {**os.environ}, errors=False)
    try:
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
    stdout: str = ""


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

    def start(self, *arguments: str, **environment: str) -> Command:
        """Start a command without waiting for it."""
        return Command(arguments, self.environment | environment)

    def run(self, *arguments: str, **environment: str) -> Answer:
        """Run a command with --json to its end."""
        return answer_of(self.start(*arguments, "--json", **environment))

    def run_plain(self, *arguments: str, **environment: str) -> Answer:
        """Run a command as a person does, without --json, to its end."""
        return answer_of(self.start(*arguments, **environment), as_json=False)

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

    @property
    def settings(self) -> Settings:
        """The same installation for code in this process."""
        return Settings(data_dir=self.data_dir, key_file=Path(self.environment["SFSAM_KEY_FILE"]))

    def copied_to(self, folder: Path) -> CommandLine:
        """The same installation (data, key, stored tokens) once more, in another folder."""
        shutil.copytree(self.data_dir.parent, folder)
        return CommandLine(folder)

    def what_stands(self) -> dict[str, tuple[int, int]]:
        """Rows and checksum of every table that a download replaces; equal only when every row is."""
        with duckdb.connect(str(self.data_dir / "sfsam.duckdb"), read_only=True) as connection:
            names = connection.sql("SELECT table_name FROM duckdb_tables() WHERE NOT internal").fetchall()
            tables = sorted(name for (name,) in names if name in DERIVED or name.startswith("sf_"))
            return {name: connection.sql(CHECKSUM.format(table=name)).fetchall()[0] for name in tables}

    @property
    def staging_dirs(self) -> list[Path]:
        """Folders of downloads that are under way, or were when they were killed."""
        return sorted(self.data_dir.glob("staging/*/*"))


# UsedLicensesLastUpdated is the moment of the query, a day's result says when it was taken, and ages are counted by the
# second: these differ between downloads of an unchanged org.
PASSING = ("used_licenses_last_updated", "taken_at", "reconciled_at", "idle_days", "grace_age_days")
CHECKSUM = f"""
SELECT count(*), coalesce(sum(hash(t)), 0)
FROM (SELECT COLUMNS(lambda name: name NOT IN {PASSING}) FROM {{table}}) t
"""  # noqa: S608 - our own names
DERIVED = ("license", "license_day", "sign_in_day", "subscription", "user_activity")


def answer_of(process: Command, *, as_json: bool = True) -> Answer:
    """Wait for a command's end; a traceback is never an answer."""
    out, err = process.communicate(timeout=240)
    assert not re.search(r'Traceback|^  File "', out + err, re.MULTILINE), out + err
    return Answer(process.returncode, json.loads(out) if as_json and out.strip() else None, err, out)


def log_in_and_allow(url: str, username: str, password: str, callback: str) -> dict[str, str]:
    """What a person does in a browser on the org's log-in page; the parameters of the return to the callback."""
    with httpx.Client() as browser:
        page = browser.get(url, follow_redirects=True)
        for fields in ({"username": username, "password": password}, {"decision": "allow"}):
            hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
            action = re.search(r'<form[^>]*action="([^"]+)"', page.text)
            target = page.url.join(action[1].replace("&amp;", "&")) if action else page.url
            page = browser.post(target, data={**hidden, **fields})
            while page.is_redirect:
                location = page.headers["Location"]
                if location.startswith(callback):
                    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
                page = browser.get(page.url.join(location))
    raise AssertionError(f"the log-in ended at {page.url}: {page.text[:300]}")


def wait_until(condition: Callable[[], Any], what: str, *, seconds: float = 60) -> Any:
    """Poll until the condition gives something true; fail with `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for {what}")
