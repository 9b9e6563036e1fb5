"""Profiles and their connections."""

from __future__ import annotations

from sfsam.domain.answers.base import Answer, Moment
from sfsam.domain.profiles import Check, GrantType, ProfileStatus, Purpose


class ProfileAnswer(Answer):
    profile_id: str
    name: str
    status: ProfileStatus
    org_id: str | None
    org_name: str | None
    edition: str | None
    is_sandbox: bool | None
    is_practice: bool
    reclaim_enabled: bool
    url: str
    grant: GrantType
    username: str | None
    connected_at: Moment | None
    last_download_at: Moment | None
    checks: list[Check]
    alias: str = ""
    is_paused: bool = False
    four_eyes: bool = False
    reconnect_required: bool = False


class DeletePreview(Answer):
    """What goes (rows by table), what is closed, and what stays."""

    profile_id: str
    name: str
    goes: dict[str, int]
    candidates_closed: int
    jobs_canceled: int
    stays: list[str]
    deleted: bool = False


class RotationAnswer(Answer):
    """`sealed` secrets are sealed with the newest key; `unreadable` ones were sealed by a key that is gone."""

    sealed: int
    unreadable: int
    key_is_new: bool


class ConnectAnswer(Answer):
    profile_id: str
    org_id: str
    status: ProfileStatus
    checks: list[Check]


class AuthorizationAnswer(Answer):
    profile_id: str
    url: str


class AuthorizedAnswer(Answer):
    """A log-in that succeeded; CreateToken with the same fields looks at the org."""

    profile_id: str
    purpose: Purpose
    accept_other_org: bool


class PracticeAnswer(Answer):
    profiles: list[str]
    base_url: str | None
