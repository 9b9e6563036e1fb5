"""Many threads at one org: reads beside writes, none lost, none torn."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from tests.emulator.data.desk import Desk


def test_reads_and_writes_from_many_threads_agree_at_the_end(busy: Desk) -> None:
    users = [busy.add_user() for _ in range(8)]

    def write(user: str) -> bool:
        return all(busy.update("User", user, Title=f"Title {i}").success for i in range(5))

    def read(_: int) -> int:
        titles = busy.query("SELECT Title FROM User WHERE Title LIKE 'Title %'")
        return len(titles)

    with ThreadPoolExecutor(8) as pool:
        writing = [pool.submit(write, user) for user in users]
        reading = [pool.submit(read, i) for i in range(16)]
        logging_in = [pool.submit(busy.org.record_login, user) for user in users]
        assert all(future.result() for future in writing)
        assert all(0 <= future.result() <= 8 for future in reading)
        assert [future.result() for future in logging_in] == [None] * 8
    assert busy.count("SELECT Id FROM User WHERE Title = 'Title 4'") == 8
    assert busy.count("SELECT Id FROM User WHERE LastLoginDate = TODAY AND Title = 'Title 4'") == 8


def test_a_token_can_be_asked_for_with_its_user(busy: Desk) -> None:
    rows = busy.query("SELECT AppName, User.Name, User.IsActive FROM OauthToken")
    assert rows
    assert all(row["User"]["IsActive"] is True for row in rows)
