"""Sign-ins of a download, per user, day and signal: our own history, which LoginHistory's six months only continue."""

from __future__ import annotations

from pathlib import Path

import duckdb

from sfsam.ports import StagedDownload
from sfsam.store.pages import Pages, readable

_WRITES = Path(__file__).parent / "sql" / "writes"
_BATCH_BYTES = 24 * 2**20
_COLUMNS = dict.fromkeys(("user_id", "login_time", "login_type", "login_sub_type", "status", "application"), "VARCHAR")
_REPLACED = "day >= $first::DATE OR ($continues AND is_recent) OR (day >= $from::DATE AND day < $until::DATE)"


class SignInDays:
    """The sign-ins of one download of one org.

    They are all there are: from their first day on or, of a download that `continues`, from the moment on until which
    the one before was sure to have them all; what it kept of later ones `is_recent`.
    """

    def __init__(self, cursor: duckdb.DuckDBPyConnection, staged: StagedDownload) -> None:
        self._cursor = cursor
        self._staged = staged
        self._part = next((part for part in staged.objects if part.name == "LoginHistory" and part.complete), None)

    @property
    def are_known(self) -> bool:
        return self._part is not None

    @property
    def continues(self) -> bool:
        return self._part is not None and self._staged.continues_logins

    @property
    def kept_before(self) -> str:
        """The day from which on nothing stays of what was kept, once `stage` is done; "infinity": all days stay."""
        if self.continues:
            return "infinity"
        [(day,)] = self._cursor.execute("SELECT min(day) FROM staged_sign_in_day").fetchall()
        return "infinity" if day is None else day.isoformat()

    def stage_users(self) -> None:
        """Fill `staged_sign_in_user`: who signed in since the download before."""
        self._cursor.execute("CREATE TEMP TABLE staged_sign_in_user (user_id VARCHAR)")
        if self._part is not None and self.continues:
            pages = Pages.of(self._part)
            with readable(self._part):
                self._cursor.execute(
                    _on_pages("stage_sign_in_users", pages), {"org_id": self._staged.org_id, **pages.parameters}
                )

    def stage(self) -> None:
        """Fill `staged_sign_in_day` page by page, a few megabytes at a time: the number of sign-ins must not decide
        how much memory it takes."""
        self._cursor.execute(
            "CREATE TEMP TABLE staged_sign_in_day AS"
            " SELECT * EXCLUDE (org_id), false AS explains_last_login FROM sign_in_day LIMIT 0"
        )
        if self._part is None:
            return
        for pages in Pages.of(self._part).batches(_BATCH_BYTES):
            given = {"recent_from": self._staged.logins_whole_until, **pages.parameters}
            with readable(self._part):
                self._cursor.execute(_on_pages("stage_sign_ins", pages), given)

    def replace(self) -> None:
        """Put the staged sign-ins in the place of those that they repeat. The days before are our own history."""
        if self._part is None:
            return
        org_id, earlier = self._staged.org_id, self._staged.earlier_logins
        self._cursor.execute(
            f"DELETE FROM sign_in_day WHERE org_id = $org_id AND ({_REPLACED})",  # noqa: S608 - our own words
            {
                "org_id": org_id,
                "first": self.kept_before,
                "continues": self.continues,
                "from": earlier and earlier[0],
                "until": earlier and earlier[1],
            },
        )
        self._cursor.execute("UPDATE sign_in_day SET is_recent = false WHERE org_id = ? AND is_recent", [org_id])
        self._cursor.execute(
            "INSERT INTO sign_in_day BY NAME"
            " SELECT ? AS org_id, * EXCLUDE (explains_last_login) FROM staged_sign_in_day",
            [org_id],
        )


def _on_pages(name: str, pages: Pages) -> str:
    """The statement with the rows of these pages as `page`."""
    statement = (_WRITES / f"{name}.sql").read_text(encoding="utf-8")
    return statement.replace("WITH ", f"WITH page AS ({pages.select(_COLUMNS)}), ", 1)
