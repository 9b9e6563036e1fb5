"""Who the claims of a sign-in name: for how long, with which roles, and when they are as good as none."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from sfsam.config import Settings
from sfsam.domain.identity import NOT_SIGNED_IN, Identity, SignedOut, Standing, identified
from sfsam.domain.roles import NOBODY, Caller, Role, at_command_line

NOW = datetime(2026, 11, 24, 12, 0)
EPOCH = datetime(1970, 1, 1)
SETTINGS = Settings(
    oidc_metadata_url="https://login.example.com/.well-known/openid-configuration",
    oidc_client_id="sfsam",
    oidc_client_secret=SecretStr("s"),
    base_url="https://licenses.example.com",
    session_hours=8,
)


def seconds(at: datetime) -> int:
    return int((at - EPOCH).total_seconds())


def claims(**more: Any) -> dict[str, Any]:
    hour_ago = {"iat": seconds(NOW - timedelta(hours=1)), "exp": seconds(NOW + timedelta(hours=1))}
    who = {"iss": "https://login.example.com", "aud": "sfsam", "sub": "u1", "email": "ada@example.com", "nonce": "n"}
    return {**hour_ago, **who, "roles": ["manager"], **more}


def seen(settings: Settings = SETTINGS, *, ended: SignedOut | None = None, **more: Any) -> Identity:
    return identified(claims(**more), settings, now=NOW, ended=ended or SignedOut())


def test_a_person_with_a_role_is_signed_in_until_the_token_ends() -> None:
    person = seen()
    assert person.caller == Caller("ada@example.com", frozenset({Role.MANAGER}), is_signed_in=True)
    assert person.ends_at == NOW + timedelta(hours=1)


@pytest.mark.parametrize(
    ("more", "standing"),
    [
        ({"exp": seconds(NOW)}, Standing.EXPIRED),
        ({"exp": seconds(NOW) + 1}, Standing.SIGNED_IN),
        ({"iat": seconds(NOW - timedelta(hours=8)), "exp": seconds(NOW) + 9999}, Standing.EXPIRED),
        ({"iat": seconds(NOW + timedelta(minutes=6)), "exp": seconds(NOW) + 9999}, Standing.EXPIRED),
        ({"iat": None}, Standing.SIGNED_OUT),
        ({"exp": "tomorrow"}, Standing.SIGNED_OUT),
        ({"exp": True}, Standing.SIGNED_OUT),
        ({"exp": 1e30}, Standing.SIGNED_OUT),
        ({"sub": ""}, Standing.SIGNED_OUT),
        ({"aud": "another", "azp": "sfsam"}, Standing.SIGNED_OUT),
        ({"aud": ["another", "sfsam"]}, Standing.SIGNED_IN),
        ({"roles": []}, Standing.NO_ROLE),
        ({"roles": ["owner"]}, Standing.NO_ROLE),
        ({"roles": {"manager": True}}, Standing.NO_ROLE),
    ],
)
def test_how_somebody_stands(more: dict[str, Any], standing: Standing) -> None:
    person = seen(**more)
    assert person.standing is standing
    assert bool(person.caller.roles) is person.caller.is_signed_in is (standing is Standing.SIGNED_IN)


def test_roles_come_through_the_table_of_the_settings_and_by_a_path() -> None:
    mapped = Settings(
        **SETTINGS.model_dump() | {"oidc_roles": "grp=x=manager, it = ADMIN", "oidc_role_claim": "realm.roles"}
    )
    assert seen(mapped, realm={"roles": ["it", "grp=x", "manager"]}).roles == {Role.ADMIN, Role.MANAGER}
    assert seen(mapped, realm={"roles": "it"}).roles == {Role.ADMIN}
    assert seen(mapped, realm=7).roles == NOBODY


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"email": None}, "u1"),
        ({"email_verified": False}, "u1"),
        ({"email": "schedule"}, "u1"),  # the audit trail calls something else so
        ({"email_verified": True}, "ada@example.com"),
    ],
)
def test_only_a_proven_name_that_nobody_else_has_goes_into_the_audit_trail(more: dict[str, Any], name: str) -> None:
    assert seen(**more).name == name


def test_a_sign_in_that_was_ended_stays_so_and_the_next_one_is_another() -> None:
    ended = SignedOut()
    ended.add(seen(), NOW)
    assert seen(ended=ended) is NOT_SIGNED_IN
    assert seen(ended=ended, nonce="n2").standing is Standing.SIGNED_IN
    ended.add(seen(nonce="n3"), NOW + timedelta(hours=2))
    assert len(ended._until) == 1, "one that would have ended by itself needs no memory"


def test_the_command_line_has_the_role_of_the_settings() -> None:
    assert at_command_line("root", None, is_sign_in_on=False).roles == {Role.ADMIN}
    assert at_command_line("root", None, is_sign_in_on=True).roles == {Role.ANALYST}
    assert at_command_line("root", "manager", is_sign_in_on=True) == Caller("root", frozenset({Role.MANAGER}))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"oidc_client_id": ""}, "together"),
        ({"oidc_client_secret": None}, "together"),
        ({"oidc_metadata_url": "http://login.example.com/x"}, "https://"),
        ({"base_url": "http://licenses.example.com"}, "SFSAM_BASE_URL"),
        ({"oidc_roles": "it=boss"}, "admin"),
        ({"oidc_roles": "boss"}, "looks like"),
        ({"cli_role": "boss"}, "admin"),
        ({"session_hours": 0}, "greater"),
    ],
)
def test_settings_that_would_let_in_nobody_or_everybody_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings(**SETTINGS.model_dump() | wrong)
