"""Log-ins: who may come in with a password, and the traces that a log-in leaves (Salesforce fact sheet 4.1, 4.9)."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from sfsam.emulator.database import insert
from sfsam.emulator.errors import SalesforceError
from sfsam.emulator.rules.work import Numbers
from sfsam.emulator.schema.activity import LOGIN_KIND_COLUMNS

SUCCESS = "Success"
REFRESH = "OauthRefreshToken"
_LAST_LOGIN_EVERY = timedelta(seconds=60)


@dataclass(frozen=True)
class SignIn:
    """What LoginHistory keeps of one log-in."""

    login_type: str = "Application"
    sub_type: str | None = None
    application: str = "Browser"
    status: str = SUCCESS
    api_type: str | None = None

    def columns(self) -> tuple[str | None, ...]:
        """The values of LOGIN_KIND_COLUMNS."""
        by_api = self.api_type is not None
        return (
            self.login_type,
            self.sub_type,
            self.status,
            self.application,
            "Unknown" if by_api else "Chrome 141",
            "Unknown" if by_api else "Windows 11",
            self.api_type or "N/A",
            "66.0" if by_api else "N/A",
            "N/A",
            None,
        )


def keep_sign_in(
    connection: duckdb.DuckDBPyConnection,
    numbers: Numbers,
    user: int,
    sign_in: SignIn,
    at: datetime,
    *,
    moves: bool = True,
) -> None:
    """Append to LoginHistory; a success moves LastLoginDate when it `moves` it at all and 60 seconds have passed."""
    moment = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    row = {
        "Id": numbers.next(connection, "LoginHistory"),
        "UserId": user,
        "LoginTime": moment,
        "kind": _kind(connection, sign_in),
    }
    insert(connection, "LoginHistory", [row])
    if moves and sign_in.status == SUCCESS:
        connection.execute(
            """UPDATE "User" SET "LastLoginDate" = $at, "SystemModstamp" = greatest("SystemModstamp", $at)
            WHERE "Id" = $user AND ("LastLoginDate" IS NULL OR "LastLoginDate" <= $before)""",
            {"at": moment, "user": user, "before": moment - _LAST_LOGIN_EVERY},
        )


def check_password(
    connection: duckdb.DuckDBPyConnection, numbers: Numbers, username: str, matches: bool, at: datetime
) -> int:
    """The number of the user who may come in. Raises invalid_grant with the reason (fact sheet 1.5)."""
    found = connection.execute(
        """SELECT u."Id", u."IsActive", coalesce(l."IsFrozen", false) FROM "User" u
        LEFT JOIN "UserLogin" l ON l."UserId" = u."Id" WHERE lower(u."Username") = lower($username)""",
        {"username": username},
    ).fetchone()
    if found is None:
        raise _refused("authentication failure")
    number, active, frozen = found
    if not active:
        raise _refused("inactive user")
    if not matches or frozen:
        status = "User is frozen" if matches else "Invalid Password"
        keep_sign_in(connection, numbers, number, SignIn(status=status), at)
        if not matches:
            _count_failure(connection, number)
        raise _refused("authentication failure")
    return int(number)


def same_password(given: str, expected: str) -> bool:
    """Compare without telling by the time taken."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _count_failure(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    connection.execute(
        """UPDATE "User" SET "NumberOfFailedLogins" = coalesce("NumberOfFailedLogins", 0) + 1 WHERE "Id" = $user""",
        {"user": number},
    )


def _refused(reason: str) -> SalesforceError:
    return SalesforceError(400, "invalid_grant", reason)


def _kind(connection: duckdb.DuckDBPyConnection, sign_in: SignIn) -> int:
    """The number of this combination, new when it was never seen."""
    columns = sign_in.columns()
    same = " AND ".join(f'"{name}" IS NOT DISTINCT FROM $v{i}' for i, name in enumerate(LOGIN_KIND_COLUMNS))
    bound = {f"v{i}": value for i, value in enumerate(columns)}
    found = connection.execute(f"SELECT kind FROM login_kind WHERE {same}", bound).fetchone()  # noqa: S608 - our columns
    if found:
        return int(found[0])
    last = connection.execute("SELECT count(*) FROM login_kind").fetchone()
    kind = int(last[0]) if last else 0
    insert(connection, "login_kind", [{"kind": kind, **dict(zip(LOGIN_KIND_COLUMNS, columns, strict=True))}])
    return kind
