"""One download: every object of the list below, page by page to disk (product.md D1, D2, D5).

What the connected user may not see becomes a warning with a name and an object marked incomplete; the objects whose
query file says `unreadable: stop` end the download instead. Nothing is loaded here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from time import monotonic

from sfsam.domain.jobs import JobState, Phase
from sfsam.domain.profiles import Process
from sfsam.errors import ObjectUnavailable, PermissionMissing, RefusedError, SalesforceUnavailable
from sfsam.ports import KnownOrg, Report, ShouldStop, StagedDownload, StagedObject
from sfsam.salesforce import faults, soql
from sfsam.salesforce.batching import CompositeReader
from sfsam.salesforce.bulk import BulkReader
from sfsam.salesforce.changes import ChangeReader
from sfsam.salesforce.checks import objects_read_only_by
from sfsam.salesforce.login_windows import BULK_PAGE_ROWS, KnownLogins, LoginWindows
from sfsam.salesforce.pages import PageFolder
from sfsam.salesforce.permissions import Permissions, any_of, effective_permissions
from sfsam.salesforce.readings import Reader, Reading
from sfsam.salesforce.rest import RestReader
from sfsam.salesforce.session import PAGE_ROWS, Session

PHASES: dict[str, tuple[str, ...]] = {
    "Licenses and profiles": (
        *("Organization", "UserLicense", "Profile", "ActiveFeatureLicenseMetric"),
        "TenantUsageEntitlement",
    ),
    "Users": ("User",),
    "Permission set licenses": ("PermissionSetLicense", "PermissionSetLicenseAssign"),
    "Package licenses": ("PackageLicense", "UserPackageLicense"),
    "Permission sets": ("PermissionSet", "PermissionSetAssignment", "PermissionSetGroupComponent"),
    "Frozen users": ("UserLogin",),
    "Login history": ("LoginHistory", "UserAppInfo"),
}
REST_ROW_LIMIT = 5000
_SKEW_SECONDS = 300


class Staging:
    """Reads an org into a folder. One object of this class is one download."""

    def __init__(
        self,
        session: Session,
        before: KnownOrg | None = None,
        *,
        report: Report = lambda phase: None,
        should_stop: ShouldStop = lambda: False,
        rest_row_limit: int = REST_ROW_LIMIT,
        logins_share: float = 1.0,
        processes: Collection[Process] = tuple(Process),
    ) -> None:
        self._session = session
        self._rest = RestReader(session)
        self._reader = Reader(
            self._rest, BulkReader(session), rest_row_limit=rest_row_limit, checkpoint=self._checkpoint
        )
        self._before = before
        self._logins_share = logins_share
        self._changes = before and ChangeReader(CompositeReader(session), self._rest, self._reader, before)
        self._report = report
        self._should_stop = should_stop
        left_out = objects_read_only_by(set(Process) - set(processes))
        self._phases = {phase: [name for name in names if name not in left_out] for phase, names in PHASES.items()}
        self._permissions: Permissions = {}
        self._warnings: list[str] = []

    def run(self, folder: Path, *, profile_id: str, org_id: str, user_id: str) -> StagedDownload:
        """Read what the processes need. Raises PermissionMissing when nothing goes without something unreadable."""
        page_folder = PageFolder(folder)
        for name in PHASES:
            self._report(Phase(name=name))
        if self._changes:
            self._changes.know_objects(["UserPermissionAccess", *self._names])
        self._permissions = effective_permissions(self._rest)
        taken_at = self._session.usage.org_now
        if self._before is not None and taken_at < self._before.taken_at:  # its clock went back: nothing is comparable
            self._before = self._changes = None
        readings = self._plan(taken_at, user_id)
        try:
            logins = self._start(readings, taken_at)
            staged = tuple(self._staged(page_folder, readings))
        finally:
            self._reader.clean_up()
        self._warn_of_skew()
        download = StagedDownload(
            profile_id=profile_id,
            org_id=org_id,
            taken_at=taken_at,
            objects=staged,
            warnings=tuple(self._warnings),
            continues_logins=self._continues_logins,
            earlier_logins=logins.earlier,
            logins_since=logins.since,
        )
        page_folder.finish(download)
        return download

    # ── Planning ──

    @property
    def _names(self) -> list[str]:
        return [name for names in self._phases.values() for name in names]

    def _plan(self, taken_at: datetime, user_id: str) -> dict[str, Reading]:
        countable = [name for name in self._names if not soql.load(name).condition]
        counts = self._rest.record_counts(countable) if self._changes is None else {}
        since = self._logins_since(taken_at)
        readings = {}
        for name in self._names:
            self._checkpoint()
            if self._is_hidden(name, user_id):
                self._unreadable(name)
            elif (reading := self._reading(name, counts.get(name), since)) is not None:
                readings[name] = reading
        if self._changes:
            for name, trouble in self._changes.ask(readings).items():
                self._unreadable(name, trouble.said)
                del readings[name]
        return readings

    def _logins_since(self, taken_at: datetime) -> datetime:
        """From when on sign-ins are read; the first time whole days, because a day is replaced as a whole."""
        if self._before is not None and self._before.logins_from is not None:
            return self._before.logins_from
        return LoginWindows(taken_at).oldest

    @property
    def _continues_logins(self) -> bool:
        return self._before is not None and self._before.logins_from is not None

    def _start(self, readings: dict[str, Reading], taken_at: datetime) -> KnownLogins:
        """Begin what goes by Bulk, and of the sign-ins only as many days as our share of the calls allows."""
        windows = LoginWindows(taken_at, self._session.usage.calls_in(self._logins_share), self._count)
        reading = readings.get("LoginHistory")
        logins = self._choose_logins(windows, reading, BULK_PAGE_ROWS)
        self._reader.start(readings.values())
        if reading is not None and not (reading.also or reading).job_id:  # by REST the same calls give fewer rows
            logins = self._choose_logins(windows, reading, PAGE_ROWS, logins.since)
        if logins.since is not None and logins.since > windows.oldest:
            self._warnings.append(
                f"Sign-ins are known since {logins.since:%d %b %Y}: reading all of them at once would take too large a "
                "share of the org's API calls. The next downloads read the earlier ones."
            )
        return logins

    def _choose_logins(
        self, windows: LoginWindows, reading: Reading | None, page_rows: int, since: datetime | None = None
    ) -> KnownLogins:
        if reading is None:
            return KnownLogins()
        if self._before is not None and self._continues_logins:
            return windows.earlier(reading, self._before.logins_since, page_rows)
        return windows.newest(reading, page_rows, since)

    def _reading(self, name: str, count: int | None, since: datetime) -> Reading | None:
        wanted = soql.load(name)
        values = {"logins_since": since}
        try:
            selection = wanted.select(self._rest.describe(name))
            if selection.vital:
                self._unreadable(name, f"it does not show {', '.join(selection.vital)}")
                return None
            is_asked = count is not None or self._changes is not None
            expected = count if is_asked else self._count(selection.count_query(**values))
        except (ObjectUnavailable, PermissionMissing) as trouble:
            self._unreadable(name, trouble.said)
            return None
        if selection.missing:
            self._warnings.append(
                f"{wanted.title}: {', '.join(selection.missing)} could not be read. "
                "The connected user may not see it, or the org does not have it."
            )
        return Reading(name, selection, selection.query(**values), expected)

    def _count(self, query: str) -> int | None:
        """The number of rows; None when even counting takes Salesforce too long."""
        try:
            return self._rest.count(query)
        except SalesforceUnavailable as trouble:
            if faults.code_of(trouble) != "QUERY_TIMEOUT":
                raise
            return None

    def _is_hidden(self, name: str, user_id: str) -> bool:
        """Whether the org would show only the connected user's own rows, without an error (fact sheet 4.8, 4.9)."""
        if name == "UserLogin":
            return any_of(self._permissions, "FreezeUsers", "ManageUsers") is False
        if name != "LoginHistory":
            return False
        seen = any_of(self._permissions, "MonitorLoginHistory", "ManageUsers")
        if seen is None:  # the org does not tell: look for a sign-in of somebody else
            with suppress(ObjectUnavailable, PermissionMissing):
                wanted = soql.load("SignInsOfOthers").select(self._rest.describe(name))
                return not self._rest.rows(wanted.query(user_id=user_id))
        return seen is False

    def _unreadable(self, name: str, said: str = "") -> None:
        wanted = soql.load(name)
        remedy = f"Give the connected user the permission {wanted.permission}, then download again."
        if wanted.stops:
            raise PermissionMissing(
                f"{wanted.title} could not be read, and nothing can be counted without that.",
                remedy,
                said=said,
                object=name,
                permission=wanted.permission,
            )
        self._warnings.append(
            f"{wanted.title} could not be read. The connected user lacks {wanted.permission}, or the org does not "
            "offer this. What was known before stays."
        )

    # ── Reading ──

    def _staged(self, folder: PageFolder, readings: dict[str, Reading]) -> Iterator[StagedObject]:
        for phase, names in self._phases.items():
            progress = _PhaseProgress(phase, [readings[name] for name in names if name in readings], self._report)
            for name in names:
                staged = self._read_object(folder, name, readings.get(name), progress)
                folder.add(staged)
                yield staged
            progress.end()

    def _read_object(
        self, folder: PageFolder, name: str, reading: Reading | None, progress: _PhaseProgress
    ) -> StagedObject:
        nothing = StagedObject(name=name, files=(), rows=0, columns=(), source="none", complete=False)
        if reading is None:
            return nothing
        pages = folder.pages(name, reading.columns, progress.arrived)
        try:
            staged = self._changes.read(reading, pages) if self._changes and reading.is_changes else None
            if staged is None:
                staged = pages.staged(self._reader.read(reading, pages))
        except (ObjectUnavailable, PermissionMissing) as trouble:
            pages.discard()
            self._unreadable(name, trouble.said)
            return nothing
        if name == "UserLicense" and staged.rows == 0:  # without View Setup some orgs show an empty list
            self._unreadable(name)
        progress.object_done(staged.rows)
        return staged

    def _checkpoint(self) -> None:
        if self._should_stop():
            raise RefusedError("The download was stopped.", "Nothing was lost; start it again at any time.")
        self._session.usage.check_share()

    def _warn_of_skew(self) -> None:
        skew = self._session.usage.skew_seconds
        if abs(skew) > _SKEW_SECONDS:
            self._warnings.append(
                f"This machine's clock differs from the org's by {abs(skew) / 60:.0f} minutes. "
                "Ages are counted by the org's clock; set this machine's."
            )


class _PhaseProgress:
    """Rows of one phase so far, told to whoever watches."""

    def __init__(self, name: str, readings: Sequence[Reading], report: Report) -> None:
        expected = [reading.expected for reading in readings if reading.expected is not None]
        self._phase = Phase(
            name=name, expected=sum(expected) if len(expected) == len(readings) else None, state=JobState.RUNNING
        )
        self._report = report
        self._began = monotonic()
        self._earlier = 0
        self.arrived(0)

    def arrived(self, rows: int) -> None:
        """So many rows of the object that is being read are here."""
        self._tell(rows=self._earlier + rows)

    def object_done(self, rows: int) -> None:
        self._earlier += rows

    def end(self) -> None:
        self._tell(rows=self._earlier, expected=self._earlier, state=JobState.SUCCEEDED)

    def _tell(self, **changes: object) -> None:
        seconds = round(monotonic() - self._began, 1)
        self._phase = self._phase.model_copy(update={"seconds": seconds, **changes})
        self._report(self._phase)
