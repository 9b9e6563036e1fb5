"""The set-up playbook."""

from __future__ import annotations

import base64
from typing import Any

from pydantic import Field

from sfsam.domain.answers.base import Answer, Moment
from sfsam.domain.playbook import Page, PageStatus, RegistrationPath
from sfsam.domain.profiles import Check, ConnectedOrg, GrantType, ProfileStatus, Purpose, Trouble


class StepRow(Answer):
    """One check box. `values` are (Salesforce's name of the field, what to enter); `link` leads into Setup."""

    step: str
    required: bool
    done: bool
    values: list[tuple[str, str]] = Field(default_factory=list)
    link: str = ""


class PageRow(Answer):
    page: Page
    status: PageStatus
    optional: bool
    waits_for: list[Page]
    steps: list[StepRow]


class ConnectionAnswer(Answer):
    """One connection as far as it may be shown. `org` is what is connected, or was before the last change."""

    purpose: Purpose
    name: str
    alias: str
    url: str
    grant: GrantType
    client_id: str
    has_secret: bool
    username: str
    certificate: str
    org: ConnectedOrg | None
    connected_at: Moment | None
    trouble: Trouble | None
    reconnect_required: bool


class RegistrationAnswer(Answer):
    """What was chosen and what the app needs. `setup_links` is empty until the My Domain is known."""

    path: RegistrationPath
    grant: GrantType
    app_name: str
    contact_email: str
    url: str
    callback_url: str
    scopes: list[str]
    setup_links: dict[str, str]


class ValidationAnswer(Answer):
    """`passed`: nothing that is switched on is known to be missing. `fits`: of exactly the settings there are now."""

    profile_id: str
    fingerprint: str
    at: Moment
    passed: bool
    fits: bool
    checks: list[Check]


class PlaybookAnswer(Answer):
    """`current` is the page to go on with. Subflow names as in product.md S4."""

    profile_id: str
    name: str
    status: ProfileStatus
    is_practice: bool
    profile_type: str
    download_subflow: str
    reclaim_subflow: str
    consumption_subflow: str
    reclaim_enabled: bool
    consumption_enabled: bool
    current: Page
    pages: list[PageRow]
    registration: RegistrationAnswer
    read: ConnectionAnswer | None
    act: ConnectionAnswer | None
    free_aliases: list[str]
    validation: ValidationAnswer | None


class KeyPairAnswer(Answer):
    """`certificate` is PEM, to upload; the private key never leaves the store."""

    profile_id: str
    certificate: str
    sha256: str
    expires_at: Moment


class PublishAnswer(Answer):
    """`job_id` is the first download; `scheduled` names the jobs that run by themselves from now on."""

    profile_id: str
    status: ProfileStatus
    job_id: str
    scheduled: tuple[str, ...] = ()


class MetadataAnswer(Answer):
    """A zip file. `content` is base64."""

    file_name: str
    content: str
    files: list[str]

    @property
    def data(self) -> bytes:
        return base64.b64decode(self.content)


class ActivityRow(Answer):
    """`page` is empty for what is no set-up page's."""

    number: int
    at: Moment
    actor: str
    action: str
    page: str
    detail: dict[str, Any]
