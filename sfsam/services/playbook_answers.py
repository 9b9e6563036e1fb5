"""The playbook as people see it: everything that was entered, by page, and how far it is."""

from __future__ import annotations

from sfsam.domain.answers import (
    ConnectionAnswer,
    PageRow,
    PlaybookAnswer,
    RegistrationAnswer,
    StepRow,
    ValidationAnswer,
)
from sfsam.domain.playbook import OPTIONAL_PAGES, Page, Playbook
from sfsam.domain.profiles import (
    PARENT_ALIAS,
    Connection,
    GrantType,
    Profile,
    ProfileStatus,
    Purpose,
    Validation,
)
from sfsam.domain.validation import fingerprint, is_passed
from sfsam.ports import Registration, UnitOfWork
from sfsam.services.profiles import needs_reconnect
from sfsam.services.world import World, profile_named

PROFILE_TYPE = "Salesforce CRM"
DOWNLOAD_SUBFLOW = "Salesforce CRM Download Subscriptions"
RECLAIM_SUBFLOW = "Salesforce CRM Reclaim Subscription"
CONSUMPTION_SUBFLOW = "Salesforce CRM Download Consumption"


def playbook_of(world: World, work: UnitOfWork, profile: Profile) -> Playbook:
    """The profile's playbook. A profile that was connected without it stands where its connection is."""
    stored = work.profiles.playbook(profile.profile_id)
    if stored is not None:
        return stored
    connection = work.profiles.find_connection(profile.profile_id)
    playbook = Playbook(
        profile_id=profile.profile_id,
        grant=connection.grant if connection else GrantType.AUTHORIZATION_CODE,
        url=connection.url if connection else "",
        updated_at=world.clock.now(),
    )
    playbook = playbook.taken_as_done(Page.REGISTER_APPLICATION, Page.PROFILE_DETAILS)
    if connection is not None and connection.connected_at is not None:
        playbook = playbook.taken_as_done(Page.CONNECTION_AND_CREDENTIAL)
    return playbook.completed(Page.REVIEW_AND_PUBLISH) if profile.status is ProfileStatus.PUBLISHED else playbook


def playbook_answer(world: World, name: str) -> PlaybookAnswer:
    """Everything that was entered, and how far it is."""
    with world.store.begin() as work:
        profile = profile_named(work, name)
        playbook = playbook_of(world, work, profile)
        read, act = (work.profiles.find_connection(profile.profile_id, purpose) for purpose in Purpose)
        chosen = registration_of(world, work, profile, playbook)
        taken = taken_aliases(work, profile.profile_id)
    return PlaybookAnswer(
        profile_id=profile.profile_id,
        name=profile.name,
        status=profile.status,
        is_practice=profile.is_practice,
        profile_type=PROFILE_TYPE,
        download_subflow=DOWNLOAD_SUBFLOW,
        reclaim_subflow=RECLAIM_SUBFLOW,
        consumption_subflow=CONSUMPTION_SUBFLOW if profile.consumption_enabled else "",
        reclaim_enabled=profile.reclaim_enabled,
        consumption_enabled=profile.consumption_enabled,
        current=playbook.current(),
        pages=_pages(world, playbook, chosen),
        registration=_registration_answer(world, chosen),
        read=connection_answer(world, read),
        act=connection_answer(world, act),
        free_aliases=[alias for alias in dict.fromkeys((PARENT_ALIAS, profile.name)) if alias.lower() not in taken],
        validation=validation_answer(profile, playbook.validation, read, act),
    )


def connection_answer(world: World, connection: Connection | None) -> ConnectionAnswer | None:
    """What may be shown of a connection: never its secret, its key or its token."""
    if connection is None:
        return None
    shown = connection.model_dump(include=set(ConnectionAnswer.model_fields))
    return ConnectionAnswer(
        **shown,
        has_secret=bool(connection.client_secret or connection.private_key),
        reconnect_required=needs_reconnect(world, connection),
    )


def validation_answer(
    profile: Profile, validation: Validation | None, read: Connection | None, act: Connection | None
) -> ValidationAnswer | None:
    """The last validation, and whether it is of the settings there are now."""
    if validation is None:
        return None
    return ValidationAnswer(
        profile_id=profile.profile_id,
        fingerprint=validation.fingerprint,
        at=validation.at,
        passed=is_passed(profile, validation.checks),
        fits=validation.fingerprint == fingerprint(profile, read, act),
        checks=list(validation.checks),
    )


def taken_aliases(work: UnitOfWork, profile_id: str) -> set[str]:
    """Aliases of other profiles, in lower case."""
    return {each.alias.lower() for each in work.profiles.connections() if each.profile_id != profile_id and each.alias}


def registration_of(world: World, work: UnitOfWork, profile: Profile, playbook: Playbook) -> Registration:
    """What the app in Salesforce is to be, by what was entered."""
    connection = work.profiles.find_connection(profile.profile_id)
    return Registration(
        path=playbook.path,
        grant=playbook.grant,
        app_name=playbook.app_name,
        contact_email=playbook.contact_email,
        callback_url=f"{world.settings.base_url}/oauth/callback",
        url=playbook.url,
        username=connection.username if connection else "",
        certificate=connection.certificate if connection else "",
    )


def _pages(world: World, playbook: Playbook, chosen: Registration) -> list[PageRow]:
    values, links = world.salesforce.field_values(chosen), world.salesforce.setup_links(chosen)
    return [
        PageRow(
            page=page,
            status=playbook.status(page),
            optional=page in OPTIONAL_PAGES,
            waits_for=playbook.waits_for(page),
            steps=[
                StepRow(
                    step=step.step,
                    required=step.required,
                    done=playbook.is_done(step),
                    values=values.get(step.step, []),
                    link=links.get(step.step, ""),
                )
                for step in playbook.steps(page)
            ],
        )
        for page in Page
    ]


def _registration_answer(world: World, chosen: Registration) -> RegistrationAnswer:
    return RegistrationAnswer(
        path=chosen.path,
        grant=chosen.grant,
        app_name=chosen.app_name,
        contact_email=chosen.contact_email,
        url=chosen.url,
        callback_url=chosen.callback_url,
        scopes=world.salesforce.scopes(chosen.grant),
        setup_links=world.salesforce.setup_links(chosen),
    )
