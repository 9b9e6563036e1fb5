"""The set-up playbook: what is entered page by page, and how far a profile is (product.md S2 to S7)."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sfsam.domain.answers import ActivityRow, MetadataAnswer, PlaybookAnswer
from sfsam.domain.commands import (
    MarkComplete,
    MetadataProject,
    Reopen,
    SaveDetails,
    SaveRegistration,
    SaveSteps,
    ShowActivityLog,
    ShowPlaybook,
    StartPlaybook,
)
from sfsam.domain.identifiers import new_id
from sfsam.domain.playbook import Page, Playbook, words
from sfsam.domain.profiles import Profile, ProfileStatus, Purpose
from sfsam.errors import RefusedError
from sfsam.ports import UnitOfWork
from sfsam.services.playbook_answers import PROFILE_TYPE, playbook_answer, playbook_of, registration_of
from sfsam.services.world import World, entry, profile_named

_ZIP_MOMENT = (2026, 1, 1, 0, 0, 0)  # one fixed moment: the same settings make the same file


@dataclass
class Edit:
    """A profile and its playbook while a command changes them; what is left here is saved together."""

    work: UnitOfWork
    profile: Profile
    playbook: Playbook
    detail: dict[str, Any] = field(default_factory=dict)

    def return_to_draft(self) -> None:
        """What was published no longer fits what is entered."""
        self.playbook = self.playbook.reopened(Page.REVIEW_AND_PUBLISH)
        if self.profile.status is ProfileStatus.PUBLISHED:
            self.detail["returned_to_draft"] = True
        self.profile = self.profile.model_copy(update={"status": ProfileStatus.DRAFT, "published_at": None})


@contextmanager
def editing(world: World, actor: str, name: str, action: str, page: Page) -> Iterator[Edit]:
    """One transaction over a profile and its playbook, with its line in the activity log."""
    with world.store.begin() as work:
        profile = profile_named(work, name)
        edit = Edit(work, profile, playbook_of(world, work, profile))
        yield edit
        work.profiles.save(edit.profile)
        work.profiles.save_playbook(edit.playbook.model_copy(update={"updated_at": world.clock.now()}))
        detail = {"page": page, **edit.detail}
        work.audit.append(
            [entry(world, actor, action, profile.profile_id, profile_id=profile.profile_id, detail=detail)]
        )
        work.commit()


def start(world: World, command: StartPlaybook) -> PlaybookAnswer:
    """A new draft profile; a name is made where none is given."""
    now = world.clock.now()
    with world.store.begin() as work:
        name = command.name.strip() or _free_name(work)
        require_free_name(work, name, "")
        profile = Profile(profile_id=new_id(), name=name, created_at=now)
        work.profiles.add(profile)
        work.profiles.save_playbook(Playbook(profile_id=profile.profile_id, updated_at=now))
        work.audit.append(
            [entry(world, command.actor, "playbook.started", profile.profile_id, profile_id=profile.profile_id)]
        )
        work.commit()
    return playbook_answer(world, profile.profile_id)


def show(world: World, command: ShowPlaybook) -> PlaybookAnswer:
    return playbook_answer(world, command.profile)


def save_steps(world: World, command: SaveSteps) -> PlaybookAnswer:
    """Tick or clear check boxes; a required one that is cleared reopens its page."""
    with editing(world, command.actor, command.profile, "playbook.steps_saved", command.page) as edit:
        edit.playbook = edit.playbook.ticked(command.page, command.done)
        edit.detail["done"] = command.done
    return playbook_answer(world, edit.profile.profile_id)


def save_registration(world: World, command: SaveRegistration) -> PlaybookAnswer:
    """The kind of app and the grant. Another choice has other steps and reopens the connection."""
    url = world.salesforce.check_url(command.url) if command.url.strip() else ""
    page = Page.REGISTER_APPLICATION
    with editing(world, command.actor, command.profile, "playbook.registration_saved", page) as edit:
        before = edit.playbook
        changed = {
            "path": command.path,
            "grant": command.grant,
            "app_name": command.app_name.strip(),
            "contact_email": command.contact_email.strip(),
            "url": url or before.url,
        }
        edit.playbook = before.model_copy(update=changed).entered(page)
        if (before.path, before.grant) != (command.path, command.grant) and edit.playbook.missing(page):
            edit.playbook = edit.playbook.reopened(page)
        edit.detail |= {"path": command.path, "grant": command.grant, "url": edit.playbook.url}
    return playbook_answer(world, edit.profile.profile_id)


def save_details(world: World, command: SaveDetails) -> PlaybookAnswer:
    """Display name and consumption subflow."""
    name = command.name.strip()
    with editing(world, command.actor, command.profile, "playbook.details_saved", Page.PROFILE_DETAILS) as edit:
        require_free_name(edit.work, name, edit.profile.profile_id)
        changed = {"name": name, "consumption_enabled": command.consumption_enabled}
        edit.profile = edit.profile.model_copy(update=changed)
        edit.playbook = edit.playbook.entered(Page.PROFILE_DETAILS)
        edit.detail |= changed
    return playbook_answer(world, edit.profile.profile_id)


def mark_complete(world: World, command: MarkComplete) -> PlaybookAnswer:
    """Mark a page complete, by the rule of order and by what the page is for."""
    with editing(world, command.actor, command.profile, "playbook.page_completed", command.page) as edit:
        edit.playbook = edit.playbook.completed(command.page)
        _require_reached(edit, command.page)
    return playbook_answer(world, edit.profile.profile_id)


def reopen(world: World, command: Reopen) -> PlaybookAnswer:
    """Work on a page again. A published profile stays published until something on the page is changed."""
    with editing(world, command.actor, command.profile, "playbook.page_reopened", command.page) as edit:
        edit.playbook = edit.playbook.reopened(command.page)
    return playbook_answer(world, edit.profile.profile_id)


def activity_log(world: World, command: ShowActivityLog) -> list[ActivityRow]:
    """The audit entries of this profile, newest first. They never hold a secret."""
    with world.store.begin() as work:
        entries = work.audit.of_profile(profile_named(work, command.profile).profile_id)
    return [
        ActivityRow(
            number=each.number,
            at=each.at,
            actor=each.actor,
            action=each.action,
            page=str(each.detail.get("page", "")),
            detail={name: value for name, value in each.detail.items() if name != "page"},
        )
        for each in entries
    ]


def metadata_project(world: World, command: MetadataProject) -> MetadataAnswer:
    """The zip for `sf project deploy start`, made from the choices of the first page."""
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        chosen = registration_of(world, work, profile, playbook_of(world, work, profile))
    files = world.salesforce.metadata_project(chosen, with_reclaim=profile.reclaim_enabled)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, _ZIP_MOMENT), text)
    return MetadataAnswer(
        file_name="sfsam-salesforce-project.zip",
        content=base64.b64encode(packed.getvalue()).decode(),
        files=sorted(files),
    )


def require_free_name(work: UnitOfWork, name: str, profile_id: str) -> None:
    """Raises RefusedError when another profile has this display name, or when it is empty."""
    if not name:
        raise RefusedError("The profile has no display name.", "Enter a short name; it shows in every list.")
    other = work.profiles.find(name)
    if other is not None and other.profile_id != profile_id:
        raise RefusedError(
            f"A profile named {name!r} exists already.",
            "Choose another name, or enter the new secret for that profile.",
        )


def _free_name(work: UnitOfWork) -> str:
    names = {profile.name.lower() for profile in work.profiles.all()}
    number = 1
    while (name := PROFILE_TYPE if number == 1 else f"{PROFILE_TYPE} {number}").lower() in names:
        number += 1
    return name


def _require_reached(edit: Edit, page: Page) -> None:
    """What the check boxes cannot say: that there is a token, and that the profile is published."""
    if page is Page.CONNECTION_AND_CREDENTIAL:
        for purpose in Purpose:
            connection = edit.work.profiles.find_connection(edit.profile.profile_id, purpose)
            is_needed = purpose is Purpose.READ or connection is not None
            if is_needed and (connection is None or connection.connected_at is None):
                raise RefusedError(
                    f"The connection for {'reading' if purpose is Purpose.READ else 'acting'} has no token yet.",
                    "Choose Create and get OAuth token first.",
                )
    if page is Page.REVIEW_AND_PUBLISH and edit.profile.status is not ProfileStatus.PUBLISHED:
        raise RefusedError(
            f"The page {words(page)} is complete when the profile is published.", "Validate it, then choose Publish."
        )
