"""Services over the real store in memory and fakes of everything outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sfsam.config import Settings
from sfsam.domain.candidates import Candidate, Justification, State
from sfsam.domain.commands import Command, Connect, DraftProfile
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job, JobKind
from sfsam.domain.profiles import GrantType
from sfsam.domain.subscriptions import Kind
from sfsam.services import Services
from sfsam.services.queueing import COMMAND_OF
from sfsam.services.running import SilentControl
from sfsam.sheets import LazySheets
from sfsam.store.database import DuckDBStore
from sfsam.vault.fernet_vault import FernetVault
from tests.fakes.clock import FakeClock
from tests.fakes.salesforce import ORG_ID, FakeOrg, FakeSalesforce, Person

KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFE="


class NoPractice:
    """A machine on which no practice org was started."""

    def start(self, **_: int) -> list[Any]:
        return []

    def running(self) -> list[Any]:
        return []

    def stop(self) -> None:
        pass


@dataclass
class Bench:
    """The services with everything around them in reach."""

    services: Services
    store: DuckDBStore
    org: FakeOrg
    clock: FakeClock
    settings: Settings
    salesforce: FakeSalesforce
    profile_id: str = ""

    def handle(self, command: Command) -> Any:
        return self.services.handle(command)

    def run(self, command: Any) -> Any:
        kind = next(kind for kind, known in COMMAND_OF.items() if isinstance(command, known))
        job = Job(
            job_id=new_id(),
            kind=JobKind(kind),
            profile_id=self.profile_id or None,
            key="k",
            arguments=command.model_dump(mode="json"),
            requested_by="ada",
            created_at=self.clock.now(),
        )
        return self.services.run(job, SilentControl())

    def publish(self, url: str = "http://127.0.0.1:9999") -> str:
        """A published profile named Production for the fake org."""
        drafted = self.handle(
            DraftProfile(
                name="Production",
                url=url,
                grant=GrantType.CLIENT_CREDENTIALS,
                client_id="3MVG9",
                client_secret="s3cret",
            )
        )
        self.run(Connect(profile="Production", download=False))
        self.profile_id = drafted.profile_id
        return self.profile_id

    def propose(self, *people: Person) -> list[str]:
        """Ready candidates for these people; their numbers."""
        candidates = [self._candidate(number, person) for number, person in enumerate(people, start=1)]
        self.org.people.update({person.user_id: person for person in people})
        with self.store.begin() as work:
            work.candidates.save(candidates)
            work.commit()
        return [candidate.number for candidate in candidates]

    def begin_anew(self, org: FakeOrg) -> None:
        """Forget candidates and what was done for them, and go on with another org: cheaper than a new store."""
        self.org = org
        self.salesforce.org = org
        with self.store.begin() as work:
            for table in ("removal_candidate", "attempt", "reclaim_request", "saving", "reclaim_stop"):
                work._cursor.execute(f"DELETE FROM {table}")  # noqa: S608
            work.commit()

    def states(self) -> dict[str, State]:
        with self.store.begin() as work:
            return {each.number: each.state for each in work.candidates.select()}

    def _candidate(self, number: int, person: Person) -> Candidate:
        return Candidate(
            number=f"RC{number:07d}",
            profile_id=self.profile_id,
            org_id=ORG_ID,
            user_id=person.user_id,
            user_principal_name=f"{person.user_id}@acme.example",
            kind=Kind.USER,
            identifier="SFDC",
            rule="unused_user_license",
            justification=Justification.LOW_USAGE,
            opened_at=self.clock.now() - timedelta(days=1),
            updated_at=self.clock.now() - timedelta(days=1),
        )


@contextmanager
def open_bench(folder: Path) -> Iterator[Bench]:
    """A bench of its own, for tests that need it for longer or shorter than one test."""
    settings = Settings(data_dir=folder, secret_key=KEY, key_file=folder / "key")
    vault = FernetVault([KEY.encode()])
    clock, org = FakeClock(), FakeOrg()
    store = DuckDBStore.open(":memory:", audit_key=vault.audit_key())
    salesforce = FakeSalesforce(org)
    services = Services(store, salesforce, vault, NoPractice(), LazySheets(), clock, settings)
    yield Bench(services, store, org, clock, settings, salesforce)
    store.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path) as opened:
        yield opened
