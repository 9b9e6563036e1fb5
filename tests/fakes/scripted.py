"""A System with a real store in memory and services whose answers a test sets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from sfsam.bootstrap import System
from sfsam.config import Settings
from sfsam.domain.answers import IdentifyAnswer
from sfsam.domain.attempts import Attempt
from sfsam.domain.commands import Command
from sfsam.domain.jobs import Job
from sfsam.domain.roles import INSTALLATION, Caller
from sfsam.domain.steps import Step
from sfsam.ports import PracticeOrg
from sfsam.services import Services
from sfsam.services.running import JobControl
from sfsam.sheets.xlsx import ExcelSheets
from sfsam.store.database import DuckDBStore
from sfsam.vault.fernet_vault import FernetVault
from tests.fakes.clock import FakeClock
from tests.fakes.salesforce import FakeOrg, FakeSalesforce

KEY = b"0" * 43 + b"="
FOUND = IdentifyAnswer(created=1, updated=2, closed=3, by_rule={})


class NoPracticeOrgs:
    def start(self, *, users: int, orgs: int, seed: int, scenario: str = "company") -> list[PracticeOrg]:
        raise AssertionError("no test of the doors starts a practice org")

    def running(self) -> list[PracticeOrg]:
        return []

    def stop(self) -> None:
        return


class ScriptedServices(Services):
    """Jobs are queued, shown and canceled as ever; their work, and other answers, are set by the test."""

    def __init__(self, store: DuckDBStore, *others: Any) -> None:
        super().__init__(store, *others)
        self.store = store
        self.work: Callable[[Job, JobControl], BaseModel] = lambda *_: FOUND
        self.answers: dict[type[Command], Any] = {}
        self.asked: list[Command] = []

    def handle(self, command: Command, caller: Caller = INSTALLATION) -> Any:
        self.asked.append(command)
        if type(command) not in self.answers:
            return super().handle(command, caller)
        answer = self.answers[type(command)]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def run(self, job: Job, control: JobControl) -> BaseModel:
        return self.work(job, control)

    def leave_an_attempt_open(self) -> None:
        attempt = Attempt(
            attempt_id="a1",
            request_id="r1",
            profile_id="p1",
            number="RC0000001",
            user_id="005",
            step=Step.FREEZE,
            record_id="0Yw",
            intended_at=FakeClock().now(),
        )
        with self.store.begin() as work:
            work.requests.save_attempts([attempt])
            work.commit()


def scripted_system(settings: Settings | None = None, *, path: Path | str = ":memory:") -> System:
    settings = settings or Settings()
    clock, vault, sheets, practice = FakeClock(), FernetVault([KEY]), ExcelSheets(), NoPracticeOrgs()
    store = DuckDBStore.open(path, audit_key=vault.audit_key())
    services = ScriptedServices(store, FakeSalesforce(FakeOrg()), vault, practice, sheets, clock, settings)
    return System(
        settings=settings,
        store=store,
        services=services,
        practice=practice,
        sheets=sheets,
        clock=clock,
        cookie_key=vault.derived_key("browser cookie"),
    )
