"""Who asks: a caller with roles (product sheet O3). What each role may do stands in the table of rights.py."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a person may do here (product sheet O3)."""

    ADMIN = "admin"
    INTEGRATOR = "integrator"
    MANAGER = "manager"
    ANALYST = "analyst"


Roles = frozenset[Role]

EVERYONE: Roles = frozenset(Role)
OPERATORS: Roles = EVERYONE - {Role.ANALYST}
MANAGERS: Roles = frozenset({Role.ADMIN, Role.MANAGER})
INTEGRATORS: Roles = frozenset({Role.ADMIN, Role.INTEGRATOR})
ADMINS: Roles = frozenset({Role.ADMIN})
NOBODY: Roles = frozenset()


@dataclass(frozen=True)
class Caller:
    """Who gives a command.

    `is_signed_in` is True only for a person whom the sign-in service has named just now: neither the command line nor
    an app without sign-in can know who sits there. `is_installation` is sfsam itself: its schedules, what follows from
    a job, and the job it is doing, which was allowed when it was asked for.
    """

    actor: str
    roles: Roles
    is_signed_in: bool = False
    is_installation: bool = False


LOCAL_ADMIN = Caller("local", ADMINS)
"""Without a sign-in service the app answers this machine only, and whoever uses it is its administrator."""


def at_command_line(actor: str, role: str | None, *, is_sign_in_on: bool) -> Caller:
    """The operating-system user `actor`, with the role of the settings.

    Without one: whoever may start a command is the administrator where nobody signs in, and reads only where people do.
    """
    return Caller(actor, frozenset({Role(role)} if role else {Role.ANALYST if is_sign_in_on else Role.ADMIN}))


INSTALLATION = Caller("sfsam", ADMINS, is_installation=True)
"""No person: the command stays signed as it is."""


def doing_for(requested_by: str) -> Caller:
    """Who a running job is done for: allowed when it was asked for, so roles are not asked again."""
    return Caller(requested_by, ADMINS, is_installation=True)
