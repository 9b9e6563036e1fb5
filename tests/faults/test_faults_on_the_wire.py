"""Every fault of the wire meets a download of the same installation, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sfsam.domain.jobs import JobState
from tests.faults.bench import Bench, bench
from tests.faults.on_the_wire import ROWS
from tests.faults.table import ALWAYS, Fault, data_stands, seen
from tests.salesforce.paper_org import PaperOrg


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench(tmp_path_factory.mktemp("wire")) as opened:
        yield opened


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_fault_on_the_wire(here: Bench, row: Fault, tell: Callable[[str], None]) -> None:
    run = seen(here)
    calm = PaperOrg()
    row.happens(here)
    try:
        run.job = here.download()
        for check in (*row.then, *ALWAYS):
            if row.keeps_ages or check is not data_stands:
                check(run)
    finally:
        here.org.faults.clear()
        for name in ("usage", "date", "hidden_objects", "bulk_fails", "offers_result_pages"):
            setattr(here.org, name, getattr(calm, name))
        here.org.requests.clear()
    tell(f"wire     {row.name:45} {run.job.state}: {run.job.failure.error if run.job.failure else 'got over'}")


def test_after_all_of_them_the_org_is_downloaded_as_it_is(here: Bench) -> None:
    here.org.tables["User"].pop(3)
    job = here.download()
    assert (job.state, job.result and job.result["warnings"]) == (JobState.SUCCEEDED, [])
    assert here.what_stands()["sf_user"][0] == len(here.org.tables["User"])
