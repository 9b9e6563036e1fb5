"""kill -9 at random moments while seats of every kind are taken and given back again.

Each round proposes people for every action, kills `reclaim` at random moments until everything is closed, and then
kills `restore` at random moments until everything is back. After each kill `settle` reads the org. What must be true:
the org's log shows each change exactly once on the way out and exactly once on the way back, every candidate tells
what is so, and in the end the org is what it was: the same users, licenses, permission sets and field values.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sfsam.bootstrap import build
from sfsam.domain.candidates import Action, Candidate, Justification
from sfsam.domain.holdings import Holding
from sfsam.domain.profiles import Purpose
from sfsam.domain.subscriptions import Kind
from sfsam.services.world import conversation, profile_named
from tests.e2e.journey import CommandLine, PracticeProcess, practice_org

pytestmark = [pytest.mark.emulator, pytest.mark.campaign]  # CI kills in each window instead
SEED = 20261124
PLATFORM = "AUL"
MARKETING = "UserPermissionsMarketingUser"
MOST_MOVED = 20  # the company has some 26 free seats of the cheaper license
LONGEST_SECONDS = 2.5  # until a process is killed; many are in the middle of a call then


class Size:
    """How much is done: a little in CI, and in a campaign what the issue asks for."""

    def __init__(self, *, is_campaign: bool) -> None:
        self.users = 4000 if is_campaign else 300
        self.people = 500 if is_campaign else 12
        self.kills_of_each = 100 if is_campaign else 1


@pytest.fixture(scope="module")
def size(request: pytest.FixtureRequest) -> Size:
    return Size(is_campaign=bool(request.config.getoption("--campaign")))


@pytest.mark.timeout(7200)  # a campaign takes long
def test_kills_at_random_moments(tmp_path: Path, size: Size, tell: Callable[[str], None]) -> None:
    chance = random.Random(SEED)
    with practice_org(users=size.users, seed=7) as practice:
        sfsam = CommandLine(tmp_path)
        sfsam.connect(practice.orgs[0])
        sfsam.done("download", "Production")
        kills: Counter[str] = Counter()
        rounds = 0
        while min(kills["reclaim"], kills["restore"]) < size.kills_of_each:
            rounds += 1
            _one_round(practice, sfsam, chance, size, kills, rounds)
        assert sfsam.done("audit", "--verify")["intact"] is True
    tell(f"kill -9 at random moments, {size.people} people in {rounds} rounds: {dict(kills)}")


def _one_round(
    practice: PracticeProcess, sfsam: CommandLine, chance: random.Random, size: Size, kills: Counter[str], turn: int
) -> None:
    before = _state(practice)
    chosen = _propose(practice, sfsam, size.people, turn)
    begun = len(practice.log())
    _kill_until_done(sfsam, "reclaim", chosen, chance, kills, size.kills_of_each)
    _once_each(practice.log()[begun:])
    _is_taken(practice, sfsam, chosen)
    begun = len(practice.log())
    _kill_until_done(sfsam, "restore", chosen, chance, kills, size.kills_of_each)
    _once_each(practice.log()[begun:])
    assert _state(practice) == before


def _kill_until_done(
    sfsam: CommandLine, verb: str, numbers: list[str], chance: random.Random, kills: Counter[str], most: int
) -> None:
    """Start, kill, settle, again; without a kill once enough were done."""
    for _ in range(most + 50):
        left = _left(sfsam, verb, numbers)
        if not left:
            return
        arguments = [verb, *(part for number in left for part in ("--number", number)), "--yes"]
        if verb == "reclaim":
            arguments += ["--max-users", "9999"]
        if kills[verb] < most:
            process = sfsam.start(*arguments)
            time.sleep(chance.uniform(0.2, LONGEST_SECONDS))
            process.kill()
            process.wait()
            kills[verb] += 1
        else:
            assert sfsam.run(*arguments).code in (0, 3)
        settled = sfsam.run("settle")
        assert settled.code in (0, 3), settled.stderr
        assert settled.json["open_after"] == 0
        half = [row["number"] for row in sfsam.done("candidates", "--state", "attention_required")]
        if verb == "reclaim" and half:
            sfsam.done("candidate", "ready", *half, "--reason", "half done, finish it")
    raise AssertionError(f"{verb} does not come to an end")


def _rows(sfsam: CommandLine) -> dict[str, dict[str, Any]]:
    return {row["number"]: row for row in sfsam.done("candidates")}


def _left(sfsam: CommandLine, verb: str, numbers: list[str]) -> list[str]:
    rows = _rows(sfsam)
    if verb == "reclaim":
        return [number for number in numbers if rows[number]["state"] == "ready"]
    return [number for number in numbers if not rows[number]["evidence"].get("restored_at")]


def _is_taken(practice: PracticeProcess, sfsam: CommandLine, chosen: list[str]) -> None:
    """Every candidate tells what is so."""
    rows, users = _rows(sfsam), practice.dump("User")
    packages = {row["UserId"] for row in practice.dump("UserPackageLicense").values()}
    for number in chosen:
        row = rows[number]
        assert row["state"] == "closed_complete", row
        user = users[row["user_id"]]
        match row["action"]:
            case "deactivate":
                assert user["IsActive"] is False
            case "change_license":
                assert user["ProfileId"] == row["evidence"]["target_profile_id"]
            case "clear_feature_license":
                assert user[MARKETING] is False
            case "remove_package_license":
                assert row["user_id"] not in packages


def _once_each(entries: list[dict[str, Any]]) -> None:
    """No record was changed twice in one direction; what was made anew is told apart by whom and what."""
    changes = Counter(
        (change["object"], change["id"], change["field"])
        for entry in entries
        for change in entry["changes"]
        if change["result"] == "changed"
    )
    assert changes, "the org changed nothing, so this test proved nothing"
    assert [change for change, times in changes.items() if times > 1] == []


def _state(practice: PracticeProcess) -> Mapping[str, Any]:
    """The org as sets: new ids and dates of assignments aside, everything an undo must give back."""
    fields = ("Id", "IsActive", "ProfileId", MARKETING, "UserPermissionsKnowledgeUser", "UserPermissionsSupportUser")
    return {
        "users": {tuple(row.get(name) for name in fields) for row in practice.dump("User").values()},
        "frozen": {(row["UserId"], row["IsFrozen"]) for row in practice.dump("UserLogin").values()},
        **{
            name: {tuple(row[column] for column in columns) for row in practice.dump(name).values()}
            for name, columns in (
                ("PermissionSetAssignment", ("AssigneeId", "PermissionSetId", "PermissionSetGroupId")),
                ("PermissionSetLicenseAssign", ("AssigneeId", "PermissionSetLicenseId")),
                ("UserPackageLicense", ("UserId", "PackageLicenseId")),
            )
        },
    }


def _propose(practice: PracticeProcess, sfsam: CommandLine, people: int, turn: int) -> list[str]:
    """Candidates for every action, each of another person, written into the store while nobody has it."""
    keys = {row["Id"]: row["LicenseDefinitionKey"] for row in practice.dump("UserLicense").values()}
    license_of = {row["Id"]: keys[row["UserLicenseId"]] for row in practice.dump("Profile").values()}
    platform = next(profile for profile, key in license_of.items() if key == PLATFORM)
    ended = {row["Id"] for row in practice.dump("PackageLicense").values() if row["Status"] != "Active"}
    owners = {
        value for row in practice.dump("Organization").values() for name, value in row.items() if name[:5] == "WebTo"
    }
    with closing(build(sfsam.settings)) as system:
        world = system.services._world
        with world.store.begin() as work:
            profile = profile_named(work, "Production")
            connection = work.profiles.connection(profile.profile_id)
            first = work.candidates.last_number() + 1
        with conversation(world, profile, Purpose.ACT) as (session, _):
            held = session.holdings(list(practice.dump("User")))
        usable = [
            each
            for each in held
            if each.is_active
            and not (each.is_administrator or each.is_machine or each.is_frozen or each.user_id in owners)
            and not any(row["PackageLicenseId"] in ended for row in each.package_licenses)
        ]
        random.Random(SEED + turn).shuffle(usable)
        assert connection.org is not None
        now = world.clock.now()
        candidates = [
            Candidate(
                number=f"RC{number:07d}",
                profile_id=profile.profile_id,
                org_id=connection.org.org_id,
                user_id=person.user_id,
                user_principal_name=person.username,
                kind=kind,
                identifier=identifier,
                rule="by_hand",
                justification=Justification.MANUAL,
                action=action,
                evidence={"stale_after_days": 1, "grace_days": 0, "target_profile_id": platform},
                opened_at=now,
                updated_at=now,
            )
            for number, (person, action, kind, identifier) in enumerate(_chosen(usable, license_of, people), first)
        ]
        with world.store.begin() as work:
            work.candidates.save(candidates)
            work.commit()
    return [each.number for each in candidates]


def _chosen(usable: list[Holding], license_of: dict[str, str], people: int) -> list[tuple[Holding, Action, Kind, str]]:
    """Half are deactivated; the other half give back a package, a feature, or their full license."""
    chosen: list[tuple[Holding, Action, Kind, str]] = []
    moved = 0
    for person in usable:
        quarter = len(chosen) % 4
        is_idle = person.last_login_at is None or person.last_login_at.year < 2026
        if len(chosen) == people:
            break
        if quarter in (0, 1) and is_idle:
            chosen.append((person, Action.DEACTIVATE, Kind.USER, license_of[person.profile_id]))
        elif quarter == 2 and person.package_licenses:
            name = person.package_licenses[0]["PackageLicense.NamespacePrefix"]
            if len(person.package_licenses) == 1:
                chosen.append((person, Action.REMOVE_PACKAGE_LICENSE, Kind.PACKAGE, name))
        elif quarter == 3 and MARKETING in person.feature_licenses:
            chosen.append((person, Action.CLEAR_FEATURE_LICENSE, Kind.FEATURE, MARKETING))
        elif quarter == 3 and license_of[person.profile_id] == "SFDC" and person.seats == 1 and moved < MOST_MOVED:
            moved += 1
            chosen.append((person, Action.CHANGE_LICENSE, Kind.USER, "SFDC"))
    assert {each[1] for each in chosen} >= {Action.DEACTIVATE, Action.REMOVE_PACKAGE_LICENSE}
    return chosen
