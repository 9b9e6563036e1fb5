"""Event log files: listed by a query, read at the address that the query gives (Salesforce fact sheet 4.12)."""

from __future__ import annotations

import csv
import io

import httpx
import pytest

from tests.e2e.journey import PracticeProcess

pytestmark = pytest.mark.emulator


def test_a_log_file_holds_the_log_ins_of_its_day(practice_org: PracticeProcess) -> None:
    line = practice_org.orgs[0]
    headers = {"authorization": f"Bearer {line['access_token']}"}
    logs = practice_org.dump("EventLogFile")
    assert {log["EventType"] for log in logs.values()} == {"Login", "Logout", "ApiTotalUsage"}
    history = [row for row in practice_org.dump("LoginHistory").values() if row["Status"] == "Success"]
    for log_id, log in logs.items():
        assert log["LogFile"].endswith(f"/sobjects/EventLogFile/{log_id}/LogFile")
        answer = httpx.get(line["base_url"] + log["LogFile"], headers=headers)
        assert (answer.status_code, len(answer.content)) == (200, log["LogFileLength"])
        rows = list(csv.DictReader(io.StringIO(answer.text)))
        assert {row["EVENT_TYPE"] for row in rows} <= {log["EventType"]}
        if log["EventType"] == "Login":
            seen = {
                (row["UserId"], row["LoginTime"][:19])
                for row in history
                if row["LoginTime"][:10] == log["LogDate"][:10]
            }
            assert seen <= {(row["USER_ID_DERIVED"], row["TIMESTAMP_DERIVED"][:19]) for row in rows}
            assert seen


def test_a_log_file_that_is_not_there(practice_org: PracticeProcess) -> None:
    line = practice_org.orgs[0]
    answer = httpx.get(
        f"{line['base_url']}/services/data/v66.0/sobjects/EventLogFile/0AT000000000001AAA/LogFile",
        headers={"authorization": f"Bearer {line['access_token']}"},
    )
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (404, "NOT_FOUND")
