"""Picks the real things and joins them. No other file knows both a giver and the services."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from sfsam import logs
from sfsam.config import Settings
from sfsam.domain.commands import Command, Enqueue, RunScheduleNow
from sfsam.domain.identity import Claims, Identity, SignedOut, identified
from sfsam.domain.roles import INSTALLATION, Caller, at_command_line
from sfsam.errors import SetupError
from sfsam.mail import HttpWebhook, SmtpMail
from sfsam.ports import Clock, NoWebhook, PracticeOrgs, Reads, Sheets, Store, Webhook
from sfsam.practice.process import ProcessPracticeOrgs
from sfsam.salesforce import HttpSalesforce
from sfsam.services import Services
from sfsam.sheets import LazySheets
from sfsam.store.database import LEAST_MEMORY_MB, DuckDBStore
from sfsam.vault.fernet_vault import FernetVault
from sfsam.vault.keys import load_keys, save_keys

log = logging.getLogger(__name__)


class SystemClock:
    """This machine's clock; fits ports.Clock."""

    def now(self) -> datetime:
        return datetime.now(UTC).replace(tzinfo=None)  # noqa: TID251  the one real clock behind the services


@dataclass(frozen=True)
class System:
    """Everything one process works with. Whoever has it owns the database; closing it frees the file."""

    settings: Settings
    store: Store
    services: Services
    practice: PracticeOrgs
    sheets: Sheets
    clock: Clock
    cookie_key: bytes = field(repr=False)
    queue_changed: threading.Event = field(default_factory=threading.Event)
    signed_out: SignedOut = field(default_factory=SignedOut)
    seen: set[str] = field(default_factory=set)  # sign-ins that the log knows
    webhook: Webhook = field(default_factory=NoWebhook)

    @property
    def reads(self) -> Reads:
        return self.store.reads

    def send(self, command: Command, caller: Caller = INSTALLATION) -> Any:
        """Give a command; its answer. Raises SfsamError, with what happened and what to do.

        A door that people come through says who they are; without a caller it is sfsam itself that asks.
        """
        answer = self.services.handle(command, caller)
        if isinstance(command, Enqueue | RunScheduleNow):
            self.queue_changed.set()
        return answer

    def send_from_command_line(self, command: Command) -> Any:
        """The same for a command that another process of this machine signed, with the role that the settings give."""
        settings = self.settings
        caller = at_command_line(command.actor, settings.cli_role, is_sign_in_on=settings.is_sign_in_on)
        return self.send(command, caller)

    def identity_of(self, claims: Claims) -> Identity:
        """Who these claims of the sign-in service name, as of now. The log knows each sign-in by a hash."""
        identity = identified(claims, self.settings, now=self.clock.now(), ended=self.signed_out)
        if identity.session and identity.session not in self.seen:
            self.seen.add(identity.session)
            roles = ", ".join(sorted(identity.roles)) or "none"
            log.info("sign-in %s: %s, roles: %s", identity.session[:12], identity.standing, roles)
        return identity

    def close(self) -> None:
        """End the practice org if it runs, and let go of the database."""
        self.practice.stop()
        self.webhook.close()
        self.store.close()


# DuckDB's share of memory in the app, where several people ask while a download loads; a command needs less.
SERVING_MEMORY_MB = 640


def build(settings: Settings, *, memory_mb: int = LEAST_MEMORY_MB) -> System:
    """Open the database and join everything. Raises StoreBusy when another process has it, SetupError."""
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    clock = SystemClock()
    vault = _vault(settings)
    store = DuckDBStore.open(settings.database_path, audit_key=vault.audit_key(), memory_mb=memory_mb)
    store.keep_audit_keys(vault)
    practice, sheets, webhook = ProcessPracticeOrgs(settings), LazySheets(), HttpWebhook(settings, clock)
    outside = (HttpSalesforce(settings, clock), vault, practice, sheets, clock, settings, SmtpMail(settings), webhook)
    return System(
        settings=settings,
        store=store,
        services=Services(store, *outside),
        practice=practice,
        sheets=sheets,
        clock=clock,
        cookie_key=vault.derived_key("browser cookie"),
        webhook=webhook,
    )


def sign_in_secret(settings: Settings) -> str:
    """What the cookie of a sign-in is signed with: the same after a restart, another one after a rotation of keys."""
    return _vault(settings).derived_key("sign-in cookie").hex()


def _vault(settings: Settings) -> FernetVault:
    """The vault with its keys; those of the key file are ours to change, those of the environment are not."""
    keys = load_keys(settings)
    if settings.secret_key is not None:
        return FernetVault(keys)
    return FernetVault(keys, partial(save_keys, settings.key_file))


def configure_logging(settings: Settings) -> None:
    """Log to standard error as the settings say."""
    logs.configure(settings.log_level, settings.log_format)


_current: System | None = None


def current() -> System:
    """The System of this process, as the app opened it."""
    if _current is None:
        raise SetupError("The app has not opened its database.", "Start it with: python -m sfsam serve")
    return _current


def set_current(system: System | None) -> None:
    """Make `system` the one of this process; None when it was closed."""
    global _current
    _current = system
