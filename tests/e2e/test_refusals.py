"""Every refusal of Salesforce's that reclaiming and giving back can meet, provoked on a real practice org.

Salesforce fact sheet 5.2, 5.3, 5.5, 5.6, 5.7 and 5.8: each ends in the right state, in Salesforce's own words, with a
remedy; and after the repair, or the undo, everything is as it should be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any

import pytest

from sfsam.bootstrap import System, build
from sfsam.domain.candidates import Action, Candidate, Justification, State
from sfsam.domain.commands import Command, MoveCandidate, PlanRestore, Reclaim, Restore
from sfsam.domain.holdings import Holding
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job
from sfsam.domain.profiles import Purpose
from sfsam.domain.subscriptions import Kind
from sfsam.emulator.rules.blockers import BLOCKERS
from sfsam.services.queueing import COMMAND_OF
from sfsam.services.running import SilentControl
from sfsam.services.world import World, conversation, profile_named
from tests.e2e.journey import CommandLine, PracticeProcess, practice_org

pytestmark = pytest.mark.emulator
NOT_LICENSES_OF_PEOPLE = ("SALESFORCE_INTEGRATION_USER", "CSN_User", "PID_Chatter_External")


class Bench:
    """A connected org, and sfsam in this process."""

    def __init__(self, practice: PracticeProcess, system: System) -> None:
        self.practice = practice
        self.system = system
        self.world: World = system.services._world
        with self.world.store.begin() as work:
            self.profile = profile_named(work, "Production")
            connection = work.profiles.connection(self.profile.profile_id)
        assert connection.org is not None
        self.org_id = connection.org.org_id
        self._numbers = 0
        self._spent: set[str] = set()
        licenses = {row["Id"]: row["LicenseDefinitionKey"] for row in practice.dump("UserLicense").values()}
        self.profile_of = {licenses[row["UserLicenseId"]]: row["Id"] for row in practice.dump("Profile").values()}
        self.key_of = {row["Id"]: licenses[row["UserLicenseId"]] for row in practice.dump("Profile").values()}
        seen = practice.dump("User")
        self.people = [
            each
            for each in self.holdings(*seen)
            if each.is_active and not each.is_administrator and not each.is_machine and not each.is_frozen
        ]

    def holdings(self, *user_ids: str) -> list[Holding]:
        with conversation(self.world, self.profile, Purpose.ACT) as (session, _):
            return session.holdings(user_ids)

    def somebody(self, wanted: Any) -> Holding:
        """A person like this who was not used yet."""
        found = next(each for each in self.people if each.user_id not in self._spent and wanted(each))
        self._spent.add(found.user_id)
        return found

    def propose(self, person: Holding, action: Action, identifier: str = "SFDC", **evidence: Any) -> str:
        self._numbers += 1
        now = self.world.clock.now()
        kind = {
            Action.REMOVE_PERMISSION_SET_LICENSE: Kind.PERMISSION_SET,
            Action.REMOVE_PACKAGE_LICENSE: Kind.PACKAGE,
            Action.CLEAR_FEATURE_LICENSE: Kind.FEATURE,
        }.get(action, Kind.USER)
        candidate = Candidate(
            number=f"RC{self._numbers:07d}",
            profile_id=self.profile.profile_id,
            org_id=self.org_id,
            user_id=person.user_id,
            user_principal_name=person.username,
            kind=kind,
            identifier=identifier,
            rule="by_hand",
            justification=Justification.MANUAL,
            action=action,
            # The shortest threshold: these people may have worked yesterday, which is not what is tried here.
            evidence={"stale_after_days": 1, "grace_days": 0, **evidence},
            opened_at=now,
            updated_at=now,
        )
        with self.world.store.begin() as work:
            work.candidates.save([candidate])
            work.commit()
        return candidate.number

    def run(self, command: Any) -> Any:
        kind = next(kind for kind, known in COMMAND_OF.items() if isinstance(command, known))
        arguments = command.model_dump(mode="json")
        job = Job(
            job_id=new_id(),
            kind=kind,
            profile_id=None,
            key=new_id(),
            arguments=arguments,
            requested_by="ada",
            created_at=self.world.clock.now(),
        )
        return self.system.services.run(job, SilentControl())

    def handle(self, command: Command) -> Any:
        return self.system.services.handle(command)

    def candidates(self) -> dict[str, Candidate]:
        with self.world.store.begin() as work:
            return {each.number: each for each in work.candidates.select()}

    def refused(self, number: str) -> str:
        """What the candidate says, which needs attention and has a remedy."""
        candidate = self.candidates()[number]
        assert candidate.state is State.ATTENTION_REQUIRED, candidate
        assert candidate.evidence["remedy"], candidate
        return candidate.message


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with practice_org(users=900, seed=11) as practice:
        sfsam = CommandLine(tmp_path_factory.mktemp("refusals"))
        sfsam.connect(practice.orgs[0])
        sfsam.done("download", "Production")
        with closing(build(sfsam.settings)) as system:
            yield Bench(practice, system)


def what(person: Holding) -> Mapping[str, Any]:
    """What somebody holds, without the ids of rows."""
    return {
        "state": (person.is_active, person.is_frozen, person.profile_id),
        "sets": {(row["PermissionSetId"], row["PermissionSetGroupId"]) for row in person.permission_sets},
        "licenses": {row["PermissionSetLicenseId"] for row in person.permission_set_licenses},
        "features": set(person.feature_licenses),
    }


def is_idle(person: Holding) -> bool:
    return person.last_login_at is None or person.last_login_at.year < 2026


def test_every_blocker_of_a_deactivation(bench: Bench) -> None:
    """5.3: nobody is left half done without words and a way out, and after the repair each one goes."""
    idle = defaultdict(str)
    before = {}
    for kind in BLOCKERS:
        person = bench.somebody(lambda each: is_idle(each) and each.seats > 1)
        bench.practice.side_door("blockers", {"username": person.username, "kind": kind})
        number = bench.propose(person, Action.DEACTIVATE)
        idle[number], before[number] = kind, person
    bench.run(Reclaim(numbers=tuple(idle), max_users=len(idle)))
    for number, kind in idle.items():
        assert BLOCKERS[kind].message in bench.refused(number), kind
    undone, repaired = list(idle)[:5], list(idle)[5:]
    bench.run(Restore(numbers=tuple(undone)))
    for number in undone:
        (now,) = bench.holdings(before[number].user_id)
        assert what(now) == what(before[number]), number
    for number in repaired:
        bench.practice.side_door("blockers", {"username": before[number].username}, method="DELETE")
        bench.handle(MoveCandidate(number=number, to=State.READY, reason="repaired"))
    bench.run(Reclaim(numbers=tuple(repaired), max_users=len(repaired)))
    ends = bench.candidates()
    assert {ends[number].state for number in repaired} == {State.CLOSED_COMPLETE}


def test_every_change_of_license_that_salesforce_refuses(bench: Bench) -> None:
    """5.8: no way back to Chatter, licenses and features that are not carried, and no seat of the other license."""
    plain = bench.somebody(lambda each: bench.key_of.get(each.profile_id) == "SFDC" and each.seats == 1)
    chatter = bench.propose(plain, Action.CHANGE_LICENSE, target_profile_id=bench.profile_of["CSN_User"])
    holder = bench.somebody(
        lambda each: (
            bench.key_of.get(each.profile_id) == "SFDC" and (each.feature_licenses or each.permission_set_licenses)
        )
    )
    platform = bench.profile_of["AUL"]
    carried = bench.propose(holder, Action.CHANGE_LICENSE, target_profile_id=platform)
    other = bench.somebody(lambda each: bench.key_of.get(each.profile_id) == "SFDC" and each.seats == 1)
    moved = bench.propose(other, Action.CHANGE_LICENSE, target_profile_id=platform)
    bench.run(Reclaim(numbers=(chatter, carried, moved)))
    assert "not permitted to change user type" in bench.refused(chatter)
    assert "doesn't allow" in bench.refused(carried)
    assert bench.candidates()[moved].state is State.CLOSED_COMPLETE
    assert bench.holdings(other.user_id)[0].profile_id == platform
    bench.run(Restore(numbers=(moved,)))
    assert what(bench.holdings(other.user_id)[0]) == what(other)

    bench.practice.side_door("licenses", {"kind": "UserLicense", "name": "AUL", "total": 0})
    late = bench.somebody(lambda each: bench.key_of.get(each.profile_id) == "SFDC" and each.seats == 1)
    full = bench.propose(late, Action.CHANGE_LICENSE, target_profile_id=platform)
    bench.run(Reclaim(numbers=(full,)))
    assert bench.refused(full)
    assert what(bench.holdings(late.user_id)[0]) == what(late)


def test_a_feature_that_a_permission_set_holds_on_to(bench: Bench) -> None:
    """5.7: clearing can be refused, and giving back meets the org's limit."""
    person = bench.somebody(lambda each: "UserPermissionsMarketingUser" in each.feature_licenses)
    number = bench.propose(person, Action.CLEAR_FEATURE_LICENSE, "UserPermissionsMarketingUser")
    bench.run(Reclaim(numbers=(number,)))
    assert bench.candidates()[number].state is State.CLOSED_COMPLETE
    bench.practice.side_door("licenses", {"kind": "FeatureLicense", "name": "UserPermissionsMarketingUser", "total": 1})
    answer = bench.run(Restore(numbers=(number,)))
    assert answer.restored == 0
    assert "Half given back" in answer.outcomes[0].message
    bench.practice.side_door(
        "licenses", {"kind": "FeatureLicense", "name": "UserPermissionsMarketingUser", "total": 9999}
    )
    assert bench.run(Restore(numbers=(number,))).restored == 1
    assert what(bench.holdings(person.user_id)[0]) == what(person)


def test_what_a_permission_set_needs_is_not_let_go(bench: Bench) -> None:
    """5.5, 5.7: the coupling shows only when Salesforce refuses; its words name the permission set."""
    bench.practice.side_door("behavior", {"knowledge_author_needs_flag": True})
    flag = "UserPermissionsKnowledgeUser"
    author = bench.somebody(
        lambda each: (
            flag in each.feature_licenses
            and any(row["PermissionSet.Name"] == "Knowledge_Author" for row in each.permission_sets)
        )
    )
    coupled = bench.propose(author, Action.CLEAR_FEATURE_LICENSE, flag)
    bench.run(Reclaim(numbers=(coupled,)))
    assert "requires the feature license" in bench.refused(coupled)
    assert flag in bench.holdings(author.user_id)[0].feature_licenses
    bench.practice.side_door("behavior", {"knowledge_author_needs_flag": False})
    bench.handle(MoveCandidate(number=coupled, to=State.READY, reason="repaired"))
    bench.run(Reclaim(numbers=(coupled,)))
    assert bench.candidates()[coupled].state is State.CLOSED_COMPLETE

    holder = bench.somebody(hidden_need)
    identifier = holder.permission_set_licenses[0]["PermissionSetLicense.DeveloperName"]
    needed = bench.propose(holder, Action.REMOVE_PERMISSION_SET_LICENSE, identifier)
    bench.run(Reclaim(numbers=(needed,)))
    assert "can't be removed because the permission set" in bench.refused(needed)
    assert what(bench.holdings(holder.user_id)[0]) == what(holder)


def hidden_need(person: Holding) -> bool:
    """Somebody whose first permission set license no permission set names as its own, but a group brings."""
    if not person.permission_set_licenses:
        return False
    named = {row["PermissionSet.LicenseId"] for row in person.permission_sets}
    in_group = any(row["PermissionSetGroupId"] for row in person.permission_sets)
    return in_group and person.permission_set_licenses[0]["PermissionSetLicenseId"] not in named


def test_permission_set_licenses_that_stay_or_find_no_seat(bench: Bench) -> None:
    """5.5: access policies leave the licenses behind, and there may be no seat to come back to."""
    bench.practice.side_door("behavior", {"access_policies_change": True})
    person = bench.somebody(lambda each: is_idle(each) and each.permission_set_licenses and each.permission_sets)
    number = bench.propose(person, Action.DEACTIVATE)
    bench.run(Reclaim(numbers=(number,)))
    assert bench.candidates()[number].state is State.CLOSED_COMPLETE
    assert bench.holdings(person.user_id)[0].seats == 1  # what did not go by itself was removed by us
    bench.practice.side_door("behavior", {"access_policies_change": False})
    name = person.permission_set_licenses[0]["PermissionSetLicense.DeveloperName"]
    bench.practice.side_door("licenses", {"kind": "PermissionSetLicense", "name": name, "total": 0})
    plan = bench.handle(PlanRestore(numbers=(number,)))
    assert "No seat of" in plan.left_out[0].reason
    assert plan.left_out[0].remedy
    assert bench.run(Restore(numbers=(number,))).restored == 0
    bench.practice.side_door("licenses", {"kind": "PermissionSetLicense", "name": name, "total": 99999})
    bench.run(Restore(numbers=(number,)))
    given = what(bench.holdings(person.user_id)[0])
    assert given == what(person)


def test_oneself_and_administrators_are_not_even_asked_for(bench: Bench) -> None:
    """5.2, 5.3: what Salesforce would refuse for sure is refused by us, and nothing is sent."""
    with conversation(bench.world, bench.profile, Purpose.ACT) as (session, _):
        myself = session.identify().user_id
    own = bench.holdings(myself)[0]
    admin = next(
        each for each in bench.holdings(*bench.practice.dump("User")) if each.is_active and each.is_administrator
    )
    before = len(bench.practice.log())
    numbers = [bench.propose(person, Action.DEACTIVATE) for person in (own, admin)]
    frozen = bench.propose(own, Action.DEACTIVATE)
    bench.run(Reclaim(numbers=(frozen,), action=Action.FREEZE))
    bench.run(Reclaim(numbers=tuple(numbers)))
    assert len(bench.practice.log()) == before
    assert {bench.candidates()[number].state for number in numbers} == {State.CLOSED_SKIPPED}
