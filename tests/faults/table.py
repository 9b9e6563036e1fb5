"""What a row of the fault table is: something that goes wrong, and what must be true afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sfsam.domain.jobs import Job, JobState
from sfsam.errors import SfsamError
from tests.faults.bench import LONGEST_PAUSE_SECONDS, Bench
from tests.salesforce.paper_org import CLIENT_SECRET, HOST

MOST_REQUESTS = 1000  # a Bulk job that never ends is given up after four hours


@dataclass
class Seen:
    """One run of a row: the job, and how things stood before it."""

    bench: Bench
    stood: dict[str, Any]
    asked_before: int
    paused_before: int
    job: Job | None = None


Then = Callable[[Seen], None]


@dataclass(frozen=True)
class Fault:
    """`happens` puts the fault in place; `then` are the checks of this row, beside those that hold for all."""

    name: str
    happens: Callable[[Bench], None]
    then: tuple[Then, ...] = field(default=())
    keeps_ages: bool = True


def seen(bench: Bench) -> Seen:
    return Seen(bench, bench.what_stands(), len(bench.org.requests), len(bench.paused))


# ── What must be true ──


def fails_as(*names: str) -> Then:
    """The job fails by one of these errors, which says what happened and what to do."""

    def check(run: Seen) -> None:
        assert run.job is not None
        assert run.job.state is JobState.FAILED, run.job.result
        assert run.job.failure is not None
        assert run.job.failure.error in names, run.job.failure
        assert run.job.failure.what.rstrip().endswith(".")
        assert run.job.failure.remedy

    check.__name__ = " or ".join(names)
    return check


def succeeds(run: Seen) -> None:
    assert run.job is not None
    assert run.job.failure is None, run.job.failure
    assert run.job.state is JobState.SUCCEEDED


def warns(words: str) -> Then:
    """It succeeds, and says this beside."""

    def check(run: Seen) -> None:
        succeeds(run)
        assert run.job is not None
        assert run.job.result is not None
        assert [said for said in run.job.result["warnings"] if words in said], run.job.result["warnings"]

    check.__name__ = f"warns: {words}"
    return check


def without_warning(run: Seen) -> None:
    succeeds(run)
    assert run.job is not None
    assert run.job.result is not None
    assert run.job.result["warnings"] == []


def data_stands(run: Seen) -> None:
    """The org has not changed, so neither may what is kept of it: whole rows, none twice, none lost."""
    assert run.bench.what_stands() == run.stood


def nothing_is_left(run: Seen) -> None:
    assert run.bench.left_on_disk() == []
    with run.bench.system.store.begin() as work:
        assert work.jobs.running() == []


def asks_within_bounds(run: Seen) -> None:
    """Nothing is repeated for ever, and no pause is endless."""
    asked = len(run.bench.org.requests) - run.asked_before
    assert asked <= MOST_REQUESTS, asked
    pauses = run.bench.paused[run.paused_before :]
    assert max(pauses, default=0.0) <= LONGEST_PAUSE_SECONDS, pauses
    assert sum(pauses) < 5 * 60 * 60


def asks_nobody_else(run: Seen) -> None:
    hosts = {f"{request.url.scheme}://{request.url.host}" for request in run.bench.org.requests}
    assert hosts <= {HOST}


def tells_no_secret(run: Seen) -> None:
    assert run.job is not None
    told = run.bench.told(run.job)
    assert [secret for secret in (CLIENT_SECRET, "!minted", "!stored") if secret in told] == []


ALWAYS: tuple[Then, ...] = (data_stands, nothing_is_left, asks_within_bounds, asks_nobody_else, tells_no_secret)


def refused(error: SfsamError) -> bool:
    """Whether an error is one that a person can act on."""
    return error.what.rstrip().endswith(".") and bool(error.remedy)
