"""Of a large org the sign-ins come newest day first, a share of the calls with each download (product.md D6)."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from sfsam.salesforce import soql
from sfsam.salesforce.client import HttpOrgSession
from sfsam.salesforce.login_windows import LoginWindows
from sfsam.salesforce.readings import Reading
from sfsam.salesforce.soql import Selection
from tests.salesforce.company import found_company, sign_in, user_id
from tests.salesforce.paper_org import PaperOrg

NOW = datetime(2026, 11, 24, 12)
OLDEST = datetime(2026, 5, 28)


@pytest.fixture
def reading() -> Reading:
    wanted = soql.load("LoginHistory")
    selection = Selection(object=wanted.object, columns=wanted.fields, missing=(), vital=(), condition=wanted.condition)
    return Reading("LoginHistory", selection, selection.query(logins_since=OLDEST), expected=20_000_000)


def test_what_fits_is_read_at_once(reading: Reading) -> None:
    for calls in (400, None):
        assert LoginWindows(NOW, calls).newest(reading).since == OLDEST
    assert "2026-05-28" in reading.query


def test_the_newest_days_come_first_and_the_others_later(reading: Reading) -> None:
    counted: list[str] = []
    windows = LoginWindows(NOW, 40, lambda query: counted.append(query) or 2_000_000)  # type: ignore[func-returns-value]
    known = windows.newest(reading)
    assert known.since == datetime(2026, 11, 7)  # 18 of 181 days: 40 pages of 400
    assert reading.query.endswith("WHERE LoginTime >= 2026-11-07T00:00:00Z")
    assert reading.expected == 2_000_000
    # By REST a call gives 2,000 rows and not 50,000: one day only.
    assert windows.newest(reading, 2_000, known.since).since == datetime(2026, 11, 24)

    windows = LoginWindows(NOW, 40, lambda query: 18_000_000 if "2026-05-28" in query else 2_000_000)
    later = windows.earlier(reading, known.since)
    assert later.since == datetime(2026, 10, 20)  # 18 more
    assert later.earlier == (datetime(2026, 10, 20), datetime(2026, 11, 7))
    assert reading.also is not None
    assert reading.also.query.endswith("LoginTime >= 2026-10-20T00:00:00Z AND LoginTime < 2026-11-07T00:00:00Z")
    assert windows.earlier(reading, OLDEST).earlier is None
    assert windows.earlier(reading, None).earlier is None


def test_a_download_says_since_when_sign_ins_are_known(
    org: PaperOrg, conversation: HttpOrgSession, tmp_path: Path
) -> None:
    found_company(org)
    org.usage = (0, 2)  # one call: 2,000 sign-ins by REST
    conversation._logins_share = 0.5
    days = [f"2026-11-{day:02d}T08:00:00.000+0000" for day in range(1, 24)]
    org.tables["LoginHistory"] = [sign_in(user_id(number % 4), moment) for number in range(150) for moment in days]
    org.bulk_refuses["LoginHistory"] = ("INVALIDENTITY", "Entity 'LoginHistory' is not supported by the Bulk API.")
    conversation._session.usage._share = 1e9
    staged = conversation.stage(
        tmp_path, profile_id="p1", before=None, report=lambda phase: None, should_stop=lambda: False
    )
    [logins] = [part for part in staged.objects if part.name == "LoginHistory"]
    assert staged.logins_since is not None
    assert staged.logins_since > OLDEST
    assert 0 < logins.rows < 150 * len(days)
    assert any(warning.startswith("Sign-ins are known since") for warning in staged.warnings)
