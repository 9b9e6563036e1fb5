"""An installation on disk: a restart after every command loses nothing, secrets are nowhere, keys can be changed."""

from __future__ import annotations

import json
import logging
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from sfsam.config import Settings
from sfsam.domain.commands import (
    BeginAuthorization,
    Command,
    CreateToken,
    DeleteProfile,
    Enqueue,
    Export,
    FinishAuthorization,
    JobCommand,
    ListJobs,
    ListProfiles,
    MakeKeyPair,
    MarkComplete,
    MetadataProject,
    Publish,
    Reopen,
    ReplaceSecret,
    RotateKey,
    SaveConnection,
    SaveDetails,
    SaveRegistration,
    SaveSteps,
    SetReclaim,
    ShowActivityLog,
    ShowAudit,
    ShowPlaybook,
    StartPlaybook,
    Validate,
)
from sfsam.domain.jobs import Job, JobKind
from sfsam.domain.playbook import Page, PageStatus
from sfsam.domain.profiles import GrantType, ProfileStatus, Purpose
from sfsam.errors import SecretUnreadable, SfsamError
from sfsam.ports import Token
from sfsam.services import Services
from sfsam.services.running import SilentControl
from sfsam.sheets import LazySheets
from sfsam.store.database import DuckDBStore
from sfsam.vault.fernet_vault import FernetVault
from sfsam.vault.keys import load_keys, save_keys
from sfsam.web.wire import answer_document, error_document
from tests.fakes.clock import FakeClock
from tests.fakes.salesforce import FakeOrg, FakeSalesforce
from tests.services.conftest import NoPractice

URL = "http://127.0.0.1:9999"
CODE, SECRET, ACT_SECRET, REPLACED = "marked-code", "s3cret", "marked-act-secret", "marked-replaced-secret"
REGISTER, DETAILS, CONNECTION = Page.REGISTER_APPLICATION, Page.PROFILE_DETAILS, Page.CONNECTION_AND_CREDENTIAL


@dataclass
class Installation:
    """The files of one installation. Every command is given to services that are opened for it and closed again,
    but inside `staying_open`.
    """

    settings: Settings
    clock: FakeClock = field(default_factory=FakeClock)
    salesforce: FakeSalesforce = field(default_factory=lambda: FakeSalesforce(FakeOrg()))
    said: list[str] = field(default_factory=list)
    _opened: tuple[Services, DuckDBStore] | None = None

    @contextmanager
    def staying_open(self) -> Iterator[None]:
        with self.open() as self._opened:
            yield
        self._opened = None

    @contextmanager
    def open(self) -> Iterator[tuple[Services, DuckDBStore]]:
        if self._opened is not None:
            yield self._opened
            return
        keys = load_keys(self.settings)
        kept_by_us = self.settings.secret_key is None
        vault = FernetVault(keys, partial(save_keys, self.settings.key_file) if kept_by_us else None)
        store = DuckDBStore.open(self.settings.database_path, audit_key=vault.audit_key())
        store.keep_audit_keys(vault)
        try:
            yield (
                Services(store, self.salesforce, vault, NoPractice(), LazySheets(), self.clock, self.settings),
                store,
            )
        finally:
            store.close()

    def ask(self, command: Command) -> Any:
        with self.open() as (services, _):
            try:
                answer = services.handle(command)
            except SfsamError as error:
                self.said.append(json.dumps(error_document(error)) + str(error.values))
                raise
        self.said.append(json.dumps(answer_document(answer)))
        return answer

    def run(self, command: JobCommand) -> Any:
        """Do it as a job: queued by one process, done by the next."""
        job_id = self.ask(Enqueue(job=command)).job_id
        with self.open() as (services, store):
            with store.begin() as work:
                job = work.jobs.find(job_id)
            assert isinstance(job, Job)
            answer = services.run(job, SilentControl())
        self.said.append(json.dumps(answer_document(answer)))
        return answer


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    folder = tmp_path / "data"
    folder.mkdir()
    return Installation(Settings(data_dir=folder, key_file=tmp_path / "config" / "secret.key"))


def walk(here: Installation) -> Iterator[str]:
    """The whole playbook by the authorization code grant with a connection for acting; the profile after each step."""
    profile = here.ask(StartPlaybook(actor="ada", name="Production")).profile_id
    yield profile
    for command in _until_the_log_in(here, profile):
        here.ask(command)
        yield profile
    here.ask(FinishAuthorization(state="state-1", code=CODE))
    yield profile
    here.run(CreateToken(profile=profile))
    yield profile
    here.run(CreateToken(profile=profile, purpose=Purpose.ACT))
    yield profile
    here.ask(MarkComplete(profile=profile, page=CONNECTION))
    yield profile
    fingerprint = here.run(Validate(profile=profile)).fingerprint
    yield profile
    here.ask(Publish(profile=profile, fingerprint=fingerprint, confirmed=True))
    yield profile


def _until_the_log_in(here: Installation, profile: str) -> Iterator[Command]:
    grant = GrantType.AUTHORIZATION_CODE
    yield SaveRegistration(profile=profile, grant=grant, contact_email="ada@acme.example")
    steps = here.ask(ShowPlaybook(profile=profile)).pages[0].steps
    for step in steps:
        yield SaveSteps(profile=profile, page=REGISTER, done={step.step: True})
    yield MarkComplete(profile=profile, page=REGISTER)
    yield SaveDetails(profile=profile, name="Production")
    yield MarkComplete(profile=profile, page=DETAILS)
    connection = {"profile": profile, "url": URL, "client_id": "3MVG9"}
    yield SaveConnection(**connection, grant=grant, client_secret=SecretStr(SECRET))
    yield MakeKeyPair(profile=profile, purpose=Purpose.ACT)
    act = {"purpose": Purpose.ACT, "grant": GrantType.CLIENT_CREDENTIALS}
    yield SaveConnection(**connection, **act, client_secret=SecretStr(ACT_SECRET))
    yield SetReclaim(profile=profile, enabled=True)
    yield BeginAuthorization(profile=profile)


def test_a_restart_after_every_step_loses_nothing(installation: Installation) -> None:
    here = installation
    for profile in walk(here):
        assert here.ask(ShowPlaybook(profile=profile)).name == "Production"
    answer = here.ask(ShowPlaybook(profile=profile))
    statuses = {each.page: each.status for each in answer.pages}
    assert statuses == {
        **dict.fromkeys(Page, PageStatus.COMPLETE),
        Page.ADDITIONAL_ORGS: PageStatus.NOT_STARTED,
    }
    assert all(step.done for step in answer.pages[0].steps)
    assert answer.registration.contact_email == "ada@acme.example"
    assert (answer.status, answer.validation.fits) == (ProfileStatus.PUBLISHED, True)
    assert (answer.read.grant, answer.act.grant) == (GrantType.AUTHORIZATION_CODE, GrantType.CLIENT_CREDENTIALS)
    assert answer.read.org == answer.act.org == here.salesforce.org.org
    assert JobKind.DOWNLOAD in {job.kind for job in here.ask(ListJobs())}
    log = here.ask(ShowActivityLog(profile=profile))
    assert (log[-1].actor, log[-1].action, log[0].action) == ("ada", "playbook.started", "profile.published")
    assert here.ask(ShowAudit(verify=True)).intact


def walked(here: Installation) -> str:
    """The profile after the whole walk."""
    with here.staying_open():
        return list(walk(here))[-1]


# ── Secrets ──────────────────────────────────────────────────────────────────────────────────


def test_secrets_are_nowhere(installation: Installation, caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG)
    here = installation
    profile = walked(here)
    here.ask(BeginAuthorization(profile=profile))
    with pytest.raises(SfsamError):
        here.ask(FinishAuthorization(state="state-2", code=CODE, error="access_denied"))
    here.ask(ReplaceSecret(profile=profile, client_secret=SecretStr(REPLACED)))
    here.ask(MetadataProject(profile=profile))
    here.ask(ListProfiles())
    here.ask(Reopen(profile=profile, page=DETAILS))
    for name in ("csv", "xlsx", "parquet"):
        here.ask(Export(what="audit", format=name, output=str(tmp_path / f"audit.{name}")))
    here.ask(RotateKey())
    private = _private_key(here, profile)
    secrets = [CODE, SECRET, ACT_SECRET, REPLACED, "pkce-verifier", "refresh-marked", "PRIVATE KEY", private]
    places = {"answers and errors": "\n".join(here.said).encode(), "log": caplog.text.encode()}
    places |= {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert {"data/sfsam.duckdb", "audit.csv", "config/secret.key"} <= set(places)
    found = [(place, secret) for place, content in places.items() for secret in secrets if secret.encode() in content]
    assert found == []


def _private_key(here: Installation, profile: str) -> str:
    with here.open() as (services, store), store.begin() as work:
        connection = work.profiles.connection(profile, Purpose.ACT)
        opened: str = services._world.vault.unseal(connection.connection_id, connection.private_key)
    return opened.splitlines()[5]


# ── Keys ─────────────────────────────────────────────────────────────────────────────────────


def opened_token(here: Installation, profile: str) -> Token:
    with here.open() as (services, store), store.begin() as work:
        connection = work.profiles.connection(profile)
        return Token.model_validate_json(services._world.vault.unseal(connection.connection_id, connection.token))


def test_a_new_key_seals_everything_and_the_old_one_opens_nothing(installation: Installation) -> None:
    here = installation
    profile = walked(here)
    old, token = load_keys(here.settings), opened_token(here, profile)
    answer = here.ask(RotateKey())
    assert (answer.sealed, answer.unreadable, answer.key_is_new) == (6, 0, True)
    new = load_keys(here.settings)
    assert len(new) == 1
    assert new != old
    assert stat.S_IMODE(here.settings.key_file.stat().st_mode) == 0o600
    assert opened_token(here, profile) == token
    with here.open() as (_, store), store.begin() as work:
        for connection in work.profiles.connections():
            for sealed in (connection.token, connection.client_secret, connection.private_key):
                if sealed:
                    with pytest.raises(SecretUnreadable):
                        FernetVault(old).unseal(connection.connection_id, sealed)
    assert here.ask(ShowAudit(verify=True)).intact, "old entries and the one about the rotation"
    assert here.run(CreateToken(profile=profile)).read.connected_at is not None


def test_a_rotation_that_was_killed_leaves_everything_readable(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = installation
    profile = walked(here)
    token = opened_token(here, profile)
    with monkeypatch.context() as patched:
        patched.setattr(FernetVault, "reseal", _killed)
        with pytest.raises(KeyboardInterrupt):
            here.ask(RotateKey())
    assert len(load_keys(here.settings)) == 2, "the new key was saved before it was used"
    assert opened_token(here, profile) == token
    here.ask(RotateKey())
    assert len(load_keys(here.settings)) == 1
    assert opened_token(here, profile) == token


def _killed(*_: object) -> str:
    raise KeyboardInterrupt


def test_keys_of_the_environment_are_used_and_left_alone(installation: Installation) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    here = Installation(installation.settings.model_copy(update={"secret_key": SecretStr(old)}))
    profile = walked(here)
    token = opened_token(here, profile)
    here.settings = here.settings.model_copy(update={"secret_key": SecretStr(f"{new},{old}")})
    answer = here.ask(RotateKey())
    assert (answer.unreadable, answer.key_is_new) == (0, False)
    here.settings = here.settings.model_copy(update={"secret_key": SecretStr(new)})
    assert opened_token(here, profile) == token
    assert here.ask(ShowAudit(verify=True)).intact
    assert not here.settings.key_file.exists()


def test_without_the_key_everything_else_stays_and_connections_ask_to_be_made_again(installation: Installation) -> None:
    here = installation
    profile = walked(here)
    entries = len(here.ask(ShowAudit(limit=1000)).entries)
    here.settings.key_file.unlink()
    (row,) = here.ask(ListProfiles())
    assert (row.reconnect_required, row.status) == (True, ProfileStatus.PUBLISHED)
    answer = here.ask(ShowPlaybook(profile=profile))
    assert (answer.read.reconnect_required, answer.act.reconnect_required) == (True, True)
    assert answer.read.org is not None
    audit = here.ask(ShowAudit(verify=True))
    assert (audit.intact, audit.unverifiable) == (True, entries)
    here.ask(ReplaceSecret(profile=profile, client_secret=SecretStr(SECRET)))
    audit = here.ask(ShowAudit(verify=True))
    assert (audit.intact, audit.unverifiable) == (True, entries), "the new entry has a key again"
    answer = here.ask(ShowPlaybook(profile=profile))
    assert (answer.read.reconnect_required, answer.act.reconnect_required) == (False, True)
    assert here.ask(RotateKey()).unreadable > 0
    assert here.ask(DeleteProfile(profile=profile, confirmed=True)).deleted
