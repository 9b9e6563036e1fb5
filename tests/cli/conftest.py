"""Command lines run in this process, over a real store and scripted services."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from sfsam.bootstrap import System
from sfsam.cli import door
from sfsam.cli.application import main
from sfsam.config import Settings
from sfsam.domain.commands import Command
from sfsam.domain.jobs import Job
from sfsam.domain.profiles import Connection, GrantType, Profile
from sfsam.services.running import JobControl
from tests.fakes.scripted import FOUND, scripted_system


@dataclass
class Printed:
    """What a command line left behind."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


@dataclass
class Script:
    """What the services answer, and what they were asked."""

    answers: dict[type[Command], Any] = field(default_factory=dict)
    work: Callable[[Job, JobControl], BaseModel] = field(default=lambda *_: FOUND)
    asked: list[Command] = field(default_factory=list)
    stopping: set[str] = field(default_factory=set)

    def cancel(self, job_id: str) -> None:
        self.stopping.add(job_id)

    def the(self, kind: type[Command]) -> Any:
        """The one command of this kind that was asked."""
        (found,) = [command for command in self.asked if isinstance(command, kind)]
        return found


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SFSAM_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("SFSAM_KEY_FILE", str(tmp_path / "secret.key"))
    monkeypatch.delenv("SFSAM_SECRET_KEY", raising=False)
    return tmp_path / "data"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Script:
    """The services behind every command line of this test; the store knows one profile, Acme."""
    scripted = Script()

    def build(settings: Settings) -> Any:
        settings.data_dir.mkdir(exist_ok=True)
        system = scripted_system(settings, path=settings.database_path)
        system.services.answers = scripted.answers
        system.services.work = scripted.work
        system.services.asked = scripted.asked
        system.services.stopping = scripted.stopping
        _know_acme(system)
        return system

    monkeypatch.setattr(door, "build", build)
    return scripted


def _know_acme(system: System) -> None:
    with system.store.begin() as work:
        if work.profiles.find("Acme") is None:
            profile = Profile(profile_id="p1", name="Acme", created_at=system.clock.now())
            connection = Connection(
                connection_id="c1",
                profile_id="p1",
                name="Acme",
                url="https://acme.my.salesforce.com",
                grant=GrantType.CLIENT_CREDENTIALS,
                client_id="id",
            )
            work.profiles.add(profile, connection)
            work.commit()


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Callable[..., Printed]:
    """Run one command line: run("jobs", "--json")."""

    def run_line(*line: str) -> Printed:
        capfd.readouterr()
        code = main(line)
        out, err = capfd.readouterr()
        return Printed(code, out, err)

    return run_line
