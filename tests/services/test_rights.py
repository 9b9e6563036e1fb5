"""Every command with every role: who may give it is what the table says, and the services hold to it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from sfsam.config import Settings
from sfsam.domain import commands as order
from sfsam.domain.jobs import JobKind
from sfsam.domain.rights import COMMANDS, may
from sfsam.domain.roles import ADMINS, INSTALLATION, NOBODY, Caller, Role
from sfsam.errors import RoleMissing, SfsamError
from sfsam.services.handlers import HANDLERS
from sfsam.services.queueing import COMMAND_OF
from tests.services.conftest import Bench

SIGN_IN = {
    "base_url": "https://licenses.example.com",
    "oidc_metadata_url": "https://login.example.com/.well-known/openid-configuration",
    "oidc_client_id": "sfsam",
    "oidc_client_secret": SecretStr("s"),
}
MADE_BY_SERVICES = {order.Publish, order.CancelJob}
ANSWERED = set(HANDLERS) | set(COMMAND_OF.values()) | MADE_BY_SERVICES


class Unheard(order.Command):
    """In no table."""


def test_every_command_that_is_answered_has_its_line_in_the_table() -> None:
    assert set(COMMANDS) == ANSWERED, "add the command to sfsam/domain/rights.py"
    assert all(Role.ADMIN in roles for roles in COMMANDS.values())


@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_the_services_refuse_what_the_table_does_not_give(bench: Bench, role: Role | None) -> None:
    """No command is filled in: a refusal comes before anybody looks at what the command says."""
    caller = Caller("ana", frozenset({role}) if role else NOBODY)
    refused = set()
    for kind in ANSWERED:
        is_job = kind in COMMAND_OF.values()
        asked = order.Enqueue.model_construct(job=kind.model_construct()) if is_job else kind.model_construct()
        try:
            bench.services.handle(asked, caller)
        except RoleMissing:
            refused.add(kind)
        except (SfsamError, AttributeError, TypeError, ValueError):
            pass  # it was let in, and says nothing that could be done
    expected = {kind for kind, roles in COMMANDS.items() if role not in roles}
    assert refused - {order.Enqueue} == expected - {order.Enqueue}  # an Enqueue is as good as the job inside it


def test_a_command_in_no_table_is_refused_to_everybody(bench: Bench) -> None:
    with pytest.raises(RoleMissing, match="in no table"):
        bench.services.handle(Unheard(), Caller("root", ADMINS))


def test_a_command_is_signed_by_whoever_gives_it_whatever_it_says(bench: Bench) -> None:
    ana = Caller("ana", ADMINS)
    forged = order.Enqueue(actor="bob", job=order.Settle(actor="bob"))
    job = bench.services.handle(forged, ana)
    assert job.requested_by == "ana"  # type: ignore[union-attr]
    bench.services.handle(order.AddExclusion(actor="bob", subject="department", value="Sales", reason="new"), ana)
    trail = bench.services.handle(order.ShowAudit())
    assert {row.actor for row in trail.entries} == {"ana"}  # type: ignore[union-attr]


def test_the_installation_says_for_whom_it_asks(bench: Bench) -> None:
    job = bench.services.handle(order.Enqueue(actor="schedule", job=order.Settle(actor="schedule")))
    assert (job.requested_by, job.kind) == ("schedule", JobKind.SETTLE)  # type: ignore[union-attr]
    assert may(INSTALLATION, order.RotateKey)


@pytest.mark.parametrize(
    ("settings", "is_fine", "said"),
    [
        (Settings(), True, "only this machine is answered"),
        (Settings(base_url="https://licenses.example.com"), False, "nobody signs in"),
        (Settings(**SIGN_IN), True, "by login.example.com; the command line has the role analyst"),
        (Settings(**SIGN_IN | {"cli_role": "manager"}), True, "has the role manager."),
    ],
)
def test_the_doctor_says_who_may_come_in(bench: Bench, settings: Settings, is_fine: bool, said: str) -> None:
    bench.services._world = replace(bench.services._world, settings=settings)
    answer = bench.handle(order.Diagnose())
    [check] = [check for check in answer.checks if check.check == "sign-in"]
    assert (check.ok, said in check.said, bool(check.remedy)) == (is_fine, True, not is_fine)
