"""One download: every object of the list below, page by page to disk (product.md D1, D2, D5).

What the connected user may not see becomes a warning with a name and an object marked incomplete; the objects whose
query file says `unreadable: stop` end the download instead. Nothing is loaded here.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic

from sfsam.domain.jobs import JobState, Phase
from sfsam.domain.profiles import Process
from sfsam.errors import ObjectUnavailable, PermissionMissing, RefusedError, SalesforceUnavailable
from sfsam.ports import Report, ShouldStop, StagedDownload, StagedObject
from sfsam.salesforce import faults, soql
from sfsam.salesforce.bulk import BulkReader, BulkRefused
from sfsam.salesforce.checks import objects_read_only_by
from sfsam.salesforce.pages import ObjectPages, PageFolder
from sfsam.salesforce.permissions import Permissions, any_of, effective_permissions
from sfsam.salesforce.rest import RestReader
from sfsam.salesforce.session import Session

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
LOGIN_HISTORY_DAYS = 180  # Salesforce keeps six months (fact sheet 4.9)
_SKEW_SECONDS = 300
_log = logging.getLogger(__name__)


@dataclass
class _Reading:
    """How one object is going to be read."""

    name: str
    columns: tuple[str, ...]
    query: str
    expected: int | None
    job_id: str | None = None


class Staging:
    """Reads an org into a folder. One object of this class is one download."""

    def __init__(
        self,
        session: Session,
        *,
        report: Report = lambda phase: None,
        should_stop: ShouldStop = lambda: False,
        rest_row_limit: int = REST_ROW_LIMIT,
        processes: Collection[Process] = tuple(Process),
    ) -> None:
        self._session = session
        self._rest = RestReader(session)
        self._bulk = BulkReader(session)
        self._report = report
        self._should_stop = should_stop
        self._rest_row_limit = rest_row_limit
        left_out = objects_read_only_by(set(Process) - set(processes))
        self._phases = {phase: [name for name in names if name not in left_out] for phase, names in PHASES.items()}
        self._permissions: Permissions = {}
        self._warnings: list[str] = []

    def run(
        self, folder: Path, *, profile_id: str, org_id: str, user_id: str, logins_since: datetime | None
    ) -> StagedDownload:
        """Read what the processes need. Raises PermissionMissing when nothing goes without something unreadable."""
        page_folder = PageFolder(folder)
        for name in PHASES:
            self._report(Phase(name=name))
        self._permissions = effective_permissions(self._rest)
        taken_at = self._session.usage.org_now
        since = logins_since or taken_at - timedelta(days=LOGIN_HISTORY_DAYS)
        readings = self._plan(since, user_id)
        try:
            self._start_bulk_jobs(readings)
            staged = tuple(self._staged(page_folder, readings))
        finally:
            self._bulk.remove([reading.job_id for reading in readings.values() if reading.job_id])
        self._warn_of_skew()
        download = StagedDownload(
            profile_id=profile_id,
            org_id=org_id,
            taken_at=taken_at,
            objects=staged,
            warnings=tuple(self._warnings),
        )
        page_folder.finish(download)
        return download

    # ── Planning ──

    def _plan(self, since: datetime, user_id: str) -> dict[str, _Reading]:
        names = [name for names in self._phases.values() for name in names]
        counts = self._rest.record_counts(name for name in names if not soql.load(name).condition)
        readings = {}
        for name in names:
            self._checkpoint()
            if self._is_hidden(name, user_id):
                self._unreadable(name)
            elif (reading := self._reading(name, counts.get(name), since)) is not None:
                readings[name] = reading
        return readings

    def _reading(self, name: str, count: int | None, since: datetime) -> _Reading | None:
        wanted = soql.load(name)
        values = {"logins_since": since}
        try:
            selection = wanted.select(self._rest.describe(name))
            if selection.vital:
                self._unreadable(name, f"it does not show {', '.join(selection.vital)}")
                return None
            expected = self._count(selection.count_query(**values)) if count is None else count
        except (ObjectUnavailable, PermissionMissing) as trouble:
            self._unreadable(name, trouble.said)
            return None
        if selection.missing:
            self._warnings.append(
                f"{wanted.title}: {', '.join(selection.missing)} could not be read. "
                "The connected user may not see it, or the org does not have it."
            )
        return _Reading(name, selection.columns, selection.query(**values), expected)

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

    def _start_bulk_jobs(self, readings: dict[str, _Reading]) -> None:
        """Begin the large queries, so that Salesforce works on them side by side."""
        for reading in readings.values():
            if reading.expected is not None and reading.expected <= self._rest_row_limit:
                continue
            try:
                reading.job_id = self._bulk.start(reading.query)
            except BulkRefused as refusal:
                _log.info("%s is read by REST: %s", reading.name, refusal)

    def _staged(self, folder: PageFolder, readings: dict[str, _Reading]) -> Iterator[StagedObject]:
        for phase, names in self._phases.items():
            progress = _PhaseProgress(phase, [readings[name] for name in names if name in readings], self._report)
            for name in names:
                staged = self._read_object(folder, name, readings.get(name), progress)
                folder.add(staged)
                yield staged
            progress.end()

    def _read_object(
        self, folder: PageFolder, name: str, reading: _Reading | None, progress: _PhaseProgress
    ) -> StagedObject:
        nothing = StagedObject(name=name, files=(), rows=0, columns=(), source="none", complete=False)
        if reading is None:
            return nothing
        pages = folder.pages(name, reading.columns, progress.arrived)
        try:
            source = self._read(reading, pages)
        except (ObjectUnavailable, PermissionMissing) as trouble:
            pages.discard()
            self._unreadable(name, trouble.said)
            return nothing
        if name == "UserLicense" and pages.rows == 0:  # without View Setup some orgs show an empty list
            self._unreadable(name)
        progress.object_done(pages.rows)
        return pages.staged(source)

    def _read(self, reading: _Reading, pages: ObjectPages) -> str:
        if reading.job_id:
            try:
                self._bulk.collect(reading.job_id, pages, self._checkpoint)
                return "bulk"
            except BulkRefused as refusal:
                _log.info("%s is read by REST: %s", reading.name, refusal)
                pages.discard()
        self._checkpoint()
        self._rest.read_into(reading.query, pages, before_page=self._checkpoint)
        return "rest"

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

    def __init__(self, name: str, readings: Sequence[_Reading], report: Report) -> None:
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
