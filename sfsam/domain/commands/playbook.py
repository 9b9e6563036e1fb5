"""The set-up playbook, page by page."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr

from sfsam.domain.commands.base import Command
from sfsam.domain.jobs import JobKind
from sfsam.domain.playbook import Page, RegistrationPath
from sfsam.domain.profiles import GrantType, Purpose


class StartPlaybook(Command):
    """Make a draft profile without a connection, and its playbook. Answer: PlaybookAnswer."""

    name: str = Field(default="", max_length=40, description="Empty: Salesforce CRM, with a number when it is taken")


class ShowPlaybook(Command):
    """Everything that was entered, by page, and how far it is. Answer: PlaybookAnswer."""

    profile: str


class SaveSteps(Command):
    """Tick or clear check boxes of a page. Answer: PlaybookAnswer."""

    profile: str
    page: Page
    done: dict[str, bool]


class SaveRegistration(Command):
    """Which app is registered, and for which grant. Another choice reopens the connection. Answer: PlaybookAnswer."""

    profile: str
    path: RegistrationPath = RegistrationPath.EXTERNAL_CLIENT_APP
    grant: GrantType = GrantType.AUTHORIZATION_CODE
    app_name: str = Field(default="sfsam", min_length=1, max_length=40)
    contact_email: str = Field(default="", max_length=80)
    url: str = Field(default="", description="My Domain, for links into Setup; it may be entered later")


class SaveDetails(Command):
    """Display name and consumption subflow; the other two subflows are fixed. Answer: PlaybookAnswer."""

    profile: str
    name: str = Field(min_length=1, max_length=40)
    consumption_enabled: bool = True


class SaveConnection(Command):
    """Enter the connection for reading, or the one for acting. Answer: PlaybookAnswer.

    A change forgets its token and returns a published profile to Draft. An empty secret keeps the one there is.
    """

    profile: str
    purpose: Purpose = Purpose.READ
    name: str = Field(default="", max_length=80, description="Empty: the profile's name")
    url: str
    grant: GrantType
    client_id: str = Field(min_length=1, max_length=300)
    client_secret: SecretStr = SecretStr("")
    username: str = Field(default="", max_length=80, description="Whom the JWT bearer grant acts as")
    alias: str = Field(default="", max_length=40, description="Empty: the parent alias when it is free")


class RemoveConnection(Command):
    """Forget the connection for acting; the one for reading acts again. Answer: PlaybookAnswer."""

    profile: str


class MarkComplete(Command):
    """Mark a page complete; refused while a required step or page before it is open. Answer: PlaybookAnswer."""

    profile: str
    page: Page


class Reopen(Command):
    """Work on a page again; pages that depend on it are reopened too. Answer: PlaybookAnswer."""

    profile: str
    page: Page


class SetReclaim(Command):
    """Tick or clear Reclaim subscriptions. Ticking it on a published profile returns it to Draft. Answer:
    PlaybookAnswer."""

    profile: str
    enabled: bool


class Validate(Command):
    """Read every object and probe every right; changes nothing. Runs as a job. Answer: ValidationAnswer."""

    task: Literal[JobKind.VALIDATE] = JobKind.VALIDATE
    profile: str


class Publish(Command):
    """Publish exactly what was validated, and queue the first download. Answer: PublishAnswer."""

    profile: str
    fingerprint: str = Field(description="Of the ValidationAnswer that the person saw")
    confirmed: bool = False


class MetadataProject(Command):
    """A zip that creates the app and two permission sets by `sf project deploy start`. Answer: MetadataAnswer."""

    profile: str


class ShowActivityLog(Command):
    """Who entered what and when, newest first. Answer: list of ActivityRow."""

    profile: str
