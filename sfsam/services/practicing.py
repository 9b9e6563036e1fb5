"""The practice org: start it, connect it by the same services as any org, fill it with data; and forget it."""

from __future__ import annotations

from pydantic import SecretStr

from sfsam.domain.answers import PracticeAnswer
from sfsam.domain.commands import (
    Connect,
    Download,
    DraftProfile,
    Identify,
    ReplaceSecret,
    StartPracticeOrg,
    StopPracticeOrg,
)
from sfsam.domain.jobs import Job
from sfsam.domain.profiles import GrantType, Profile
from sfsam.ports import PracticeOrg
from sfsam.services.connecting import connect, draft, replace_secret
from sfsam.services.downloading import PHASES, download
from sfsam.services.identifying import identify
from sfsam.services.running import JobControl, Phases, SilentControl
from sfsam.services.world import World, entry


def start(world: World, command: StartPracticeOrg, job: Job, control: JobControl) -> PracticeAnswer:
    """Start the practice org (or find the running one), connect each of its orgs and download it."""
    phases = Phases(control, ["Start the practice org"])
    phases.begin("Start the practice org")
    orgs = world.practice.start(users=command.users, orgs=command.orgs, seed=command.seed, scenario=command.scenario)
    phases = Phases(control, ["Start the practice org", *(f"{org.name}: {name}" for org in orgs for name in _STEPS)])
    phases.end("Start the practice org", rows=len(orgs))
    for org in orgs:
        if phases.should_stop():
            break
        _fill(world, command, org, job, phases)
    return PracticeAnswer(profiles=[org.name for org in orgs], base_url=orgs[0].base_url if orgs else None)


def stop(world: World, command: StopPracticeOrg, _: JobControl) -> PracticeAnswer:
    """Stop the practice org and forget its profiles with all their rows; the audit trail stays."""
    world.practice.stop()
    with world.store.begin() as work:
        gone = [profile for profile in work.profiles.all() if profile.is_practice]
        for profile in gone:
            work.profiles.remove(profile.profile_id)
        work.audit.append(
            [
                entry(world, command.actor, "profile.deleted", each.profile_id, reason="The practice org was ended.")
                for each in gone
            ]
        )
        work.commit()
    return PracticeAnswer(profiles=[each.name for each in gone], base_url=None)


_STEPS = ("connect", *(name.lower() for name in PHASES), "removal candidates")


def _fill(world: World, command: StartPracticeOrg, org: PracticeOrg, job: Job, phases: Phases) -> None:
    actor, within = command.actor, f"{org.name}: "
    phases.begin(f"{within}connect")
    profile = _profile_of(world, command, org)
    connect(world, Connect(actor=actor, profile=profile, download=False), SilentControl())
    phases.end(f"{within}connect")
    download(
        world,
        Download(actor=actor, profile=profile, identify=False),
        job,
        phases.nested(within),
    )
    phases.begin(f"{within}removal candidates")
    found = identify(world, Identify(actor=actor, profile=profile), SilentControl())
    phases.end(f"{within}removal candidates", rows=found.created + found.updated)


def _profile_of(world: World, command: StartPracticeOrg, org: PracticeOrg) -> str:
    """The profile of this practice org, with the address and secret of the process that runs now."""
    with world.store.begin() as work:
        known: Profile | None = work.profiles.find(org.name)
    if known is not None and known.is_practice:
        again = ReplaceSecret(
            actor=command.actor,
            profile=org.name,
            client_id=org.client_id,
            client_secret=SecretStr(org.client_secret),
            url=org.base_url,
        )
        return replace_secret(world, again).name
    first = DraftProfile(
        actor=command.actor,
        name=org.name,
        url=org.base_url,
        grant=GrantType.CLIENT_CREDENTIALS,
        client_id=org.client_id,
        client_secret=SecretStr(org.client_secret),
        is_practice=True,
    )
    return draft(world, first).name
