"""Validating and publishing: what was validated is what is published (product.md S7)."""

from __future__ import annotations

from sfsam.domain.answers import PlaybookAnswer, ValidationAnswer
from sfsam.domain.commands import Publish, SetReclaim, Validate
from sfsam.domain.playbook import Page, words
from sfsam.domain.profiles import Check, Connection, Process, Profile, ProfileStatus, Purpose, Validation
from sfsam.domain.validation import fingerprint, is_passed, processes
from sfsam.errors import NotConfirmed, ReconnectRequired, RefusedError
from sfsam.services import scheduling
from sfsam.services.playbook import Edit, editing
from sfsam.services.playbook_answers import playbook_answer
from sfsam.services.ruling import keep_rules
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World, conversation_by, profile_named

_PAGE = Page.REVIEW_AND_PUBLISH
_READING, _ACTING = "Check what is read", "Check what may be changed"
PHASES = (_READING, _ACTING)


def validate(world: World, command: Validate, control: JobControl) -> ValidationAnswer:
    """Read one row of every object, and probe every right; a remedy per line that is missing. Changes nothing."""
    return validated(world, command, Phases(control, PHASES))


def validated(world: World, command: Validate, phases: Phases) -> ValidationAnswer:
    """The same inside a larger job, whose phases include PHASES."""
    with world.store.begin() as work:
        profile = profile_named(work, command.profile)
        read = work.profiles.connection(profile.profile_id)
        act = work.profiles.find_connection(profile.profile_id, Purpose.ACT)
    wanted = processes(profile)
    acting = (Process.RECLAIM,) if Process.RECLAIM in wanted and act is not None else ()
    phases.begin(_READING)
    checks = _checked(world, read, tuple(each for each in wanted if each not in acting))
    phases.end(_READING, rows=len(checks))
    phases.begin(_ACTING)
    if act is not None:
        checks += _checked(world, act, acting)
    phases.end(_ACTING, rows=sum(check.process is Process.RECLAIM for check in checks))
    validation = Validation(fingerprint=fingerprint(profile, read, act), at=world.clock.now(), checks=tuple(checks))
    return _save_validation(world, command, validation)


def publish(world: World, command: Publish) -> Profile:
    """Publish exactly what was validated, with its scheduled jobs.

    Raises NotConfirmed, or RefusedError with what stands against it.
    """
    if not command.confirmed:
        raise NotConfirmed("Nothing was published, because nobody confirmed it.", "Confirm, then publish.")
    with editing(world, command.actor, command.profile, "profile.published", _PAGE) as edit:
        _require_publishable(edit, command.fingerprint)
        now = world.clock.now()
        edit.profile = edit.profile.model_copy(
            update={"status": ProfileStatus.PUBLISHED, "published_at": edit.profile.published_at or now}
        )
        edit.playbook = edit.playbook.completed(_PAGE)
        edit.work.profiles.save(edit.profile)
        scheduling.keep(world, edit.work, begin_anew=edit.profile.profile_id)
        keep_rules(world, edit.work, edit.profile.profile_id)
        edit.detail |= {"fingerprint": command.fingerprint, "reclaim_enabled": edit.profile.reclaim_enabled}
    return edit.profile


def set_reclaim(world: World, command: SetReclaim) -> PlaybookAnswer:
    """Report-only or not. To allow changes needs a new validation; to forbid them needs nothing."""
    with editing(world, command.actor, command.profile, "profile.reclaim_set", _PAGE) as edit:
        if command.enabled and not edit.profile.reclaim_enabled:
            edit.return_to_draft()
        edit.profile = edit.profile.model_copy(update={"reclaim_enabled": command.enabled})
        edit.playbook = edit.playbook.entered(_PAGE)
        edit.detail["reclaim_enabled"] = command.enabled
    return playbook_answer(world, edit.profile.profile_id)


def unpublish(world: World, actor: str, name: str) -> None:
    """Return a profile whose validation failed to Draft."""
    with editing(world, actor, name, "profile.returned_to_draft", _PAGE) as edit:
        edit.return_to_draft()


def _checked(world: World, connection: Connection, wanted: tuple[Process, ...]) -> list[Check]:
    if connection.connected_at is None or connection.org is None:
        raise ReconnectRequired(
            f"The connection {connection.name!r} has no token yet.",
            "Choose Create and get OAuth token on the page Connection and credential.",
        )
    with conversation_by(world, connection) as session:
        org = session.identify()
        if (org.org_id, org.user_id) != (connection.org.org_id, connection.org.user_id):
            raise RefusedError(
                f"The token of {connection.name!r} is for {org.username} in {org.name}, and the page shows "
                f"{connection.org.username} in {connection.org.name}.",
                "Create the token again, so that the page shows what is really connected.",
            )
        return session.check(wanted)


def _save_validation(world: World, command: Validate, validation: Validation) -> ValidationAnswer:
    with editing(world, command.actor, command.profile, "profile.validated", _PAGE) as edit:
        edit.profile = edit.profile.model_copy(update={"checks": validation.checks})
        edit.playbook = edit.playbook.model_copy(update={"validation": validation}).entered(_PAGE)
        passed = is_passed(edit.profile, validation.checks)
        edit.detail |= {
            "fingerprint": validation.fingerprint,
            "passed": passed,
            "missing": [check.permission for check in validation.checks if check.ok is False],
        }
    return ValidationAnswer(
        profile_id=edit.profile.profile_id,
        fingerprint=validation.fingerprint,
        at=validation.at,
        passed=passed,
        fits=validation.fingerprint == _present_fingerprint(world, edit.profile),
        checks=list(validation.checks),
    )


def _present_fingerprint(world: World, profile: Profile) -> str:
    with world.store.begin() as work:
        return fingerprint(profile, *(work.profiles.find_connection(profile.profile_id, each) for each in Purpose))


def _require_publishable(edit: Edit, wanted: str) -> None:
    connections = [edit.work.profiles.find_connection(edit.profile.profile_id, purpose) for purpose in Purpose]
    if waiting := edit.playbook.waits_for(_PAGE):
        raise RefusedError("An earlier page is not complete.", f"Complete this page first: {words(waiting[0])}.")
    if any(each is not None and each.connected_at is None for each in connections):
        raise RefusedError("A connection has no token.", "Choose Create and get OAuth token, then validate again.")
    validation = edit.playbook.validation
    if validation is None:
        raise RefusedError("The connection was not validated yet.", "Choose Validate connection first.")
    if not validation.fingerprint == wanted == fingerprint(edit.profile, *connections):
        raise RefusedError(
            "Something was changed after the validation; only exactly what was validated is published.",
            "Choose Validate connection again.",
        )
    if not is_passed(edit.profile, validation.checks):
        lacking = [check.permission for check in validation.checks if check.required and check.ok is False]
        raise RefusedError(
            f"The validation did not pass: {', '.join(lacking)}.",
            "Repair what each line names and validate again, or clear Reclaim subscriptions to publish report-only.",
        )
