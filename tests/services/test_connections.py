"""Connections: entering, logging in, the second one for acting, and every way a log-in can go wrong."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sfsam.domain.commands import (
    BeginAuthorization,
    CreateToken,
    Download,
    FinishAuthorization,
    ListProfiles,
    MakeKeyPair,
    MarkComplete,
    PlanReclaim,
    Publish,
    RemoveConnection,
    SaveConnection,
    ShowPlaybook,
    Validate,
)
from sfsam.domain.playbook import Page
from sfsam.domain.profiles import PARENT_ALIAS, GrantType, ProfileStatus, Purpose
from sfsam.errors import ReconnectRequired, RefusedError, SetupError
from tests.fakes.salesforce import FakeOrg, FakeSalesforce, Person
from tests.services.conftest import Bench
from tests.services.test_playbook import SECRET, through

OTHER_ORG = "00D000000000002EAA"
URL = "http://127.0.0.1:9999"


def save(bench: Bench, profile: str, **changed: object) -> None:
    fields = {"url": URL, "grant": GrantType.CLIENT_CREDENTIALS, "client_id": "3MVG9", **changed}
    bench.handle(SaveConnection.model_validate({"profile": profile, **fields}))


def published(bench: Bench) -> str:
    profile = through(bench)
    validation = bench.run(Validate(profile=profile))
    bench.handle(Publish(profile=profile, fingerprint=validation.fingerprint, confirmed=True))
    bench.profile_id = profile
    return profile


def status(bench: Bench, profile: str) -> ProfileStatus:
    return ProfileStatus(bench.handle(ShowPlaybook(profile=profile)).status)


def with_acting_org(bench: Bench, org: FakeOrg) -> FakeSalesforce:
    salesforce = FakeSalesforce(bench.org, org)
    bench.services._world = type(bench.services._world)(**{**bench.services._world.__dict__, "salesforce": salesforce})
    return salesforce


def test_what_is_connected_is_shown(bench: Bench) -> None:
    answer = bench.handle(ShowPlaybook(profile=through(bench)))
    assert answer.read is not None
    assert answer.read.org == bench.org.org
    assert answer.read.connected_at == bench.clock.now()
    assert (answer.read.has_secret, answer.read.alias) == (True, PARENT_ALIAS)
    assert SECRET not in answer.model_dump_json()


@pytest.mark.parametrize(
    "changed", [{"client_id": "other"}, {"url": "http://127.0.0.1:9998"}, {"client_secret": "newer"}]
)
def test_a_changed_connection_returns_a_published_profile_to_draft(bench: Bench, changed: dict[str, str]) -> None:
    profile = published(bench)
    save(bench, profile)
    assert status(bench, profile) is ProfileStatus.PUBLISHED, "nothing was changed"
    save(bench, profile, name="Another name")
    assert status(bench, profile) is ProfileStatus.PUBLISHED, "a name changes nobody's rights"
    save(bench, profile, **changed)
    assert status(bench, profile) is ProfileStatus.DRAFT
    answer = bench.handle(ShowPlaybook(profile=profile))
    assert answer.read.connected_at is None
    assert answer.read.org is not None, "whom it was connected to is still known"
    with pytest.raises(RefusedError, match="is a draft"):
        bench.run(Download(profile=profile))


def test_a_secret_is_kept_when_none_is_entered_and_needed_at_first(bench: Bench) -> None:
    profile = through(bench)
    save(bench, profile, name="Renamed")
    assert bench.handle(ShowPlaybook(profile=profile)).read.has_secret
    with pytest.raises(RefusedError, match="no client secret"):
        bench.handle(
            SaveConnection(profile=profile, purpose=Purpose.ACT, url=URL, grant="client-credentials", client_id="x")
        )


# ── More orgs ────────────────────────────────────────────────────────────────────────────────


def test_the_first_profile_has_the_parent_alias_and_each_other_its_own(bench: Bench) -> None:
    first = through(bench)
    bench.org.org = bench.org.org.model_copy(update={"org_id": OTHER_ORG, "is_sandbox": True})
    second = through(bench, name="Sandbox")
    aliases = {row.name: row.alias for row in bench.handle(ListProfiles())}
    assert aliases == {"Production": PARENT_ALIAS, "Sandbox": "Sandbox"}
    with pytest.raises(RefusedError, match="belongs to another profile"):
        save(bench, second, alias=PARENT_ALIAS.upper())
    save(bench, second, alias="Child")
    assert bench.handle(ShowPlaybook(profile=second)).read.alias == "Child"
    assert bench.handle(ShowPlaybook(profile=second)).read.org.is_sandbox
    assert bench.handle(ShowPlaybook(profile=first)).read.alias == PARENT_ALIAS


def test_the_same_org_twice_is_refused_and_said_on_the_page(bench: Bench) -> None:
    through(bench)
    with pytest.raises(RefusedError, match="is connected already, as profile 'Production'"):
        through(bench, name="Second")
    answer = bench.handle(ShowPlaybook(profile="Second"))
    assert answer.read.connected_at is None
    assert "count every seat twice" in answer.read.trouble.remedy


def test_another_org_needs_a_confirmation(bench: Bench) -> None:
    profile = published(bench)
    bench.org.org = bench.org.org.model_copy(update={"org_id": OTHER_ORG, "name": "Contoso"})
    save(bench, profile, client_id="other")
    with pytest.raises(RefusedError, match="belongs to the org Acme"):
        bench.run(CreateToken(profile=profile))
    answer = bench.run(CreateToken(profile=profile, accept_other_org=True))
    assert (answer.read.org.org_id, answer.status) == (OTHER_ORG, ProfileStatus.DRAFT)
    assert answer.read.trouble is None


# ── The log-in ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def waiting(bench: Bench) -> str:
    """A profile whose log-in was begun (the fake's state is state-1)."""
    profile = through(bench)
    save(bench, profile, grant=GrantType.AUTHORIZATION_CODE, client_secret="s3cret")
    bench.handle(BeginAuthorization(profile=profile))
    return profile


def test_a_log_in_gives_a_token_that_is_used(bench: Bench, waiting: str) -> None:
    with pytest.raises(ReconnectRequired, match="Nobody has logged in"):
        bench.run(CreateToken(profile=waiting))
    answer = bench.handle(FinishAuthorization(state="state-1", code="c0de"))
    assert (answer.profile_id, answer.purpose, answer.accept_other_org) == (waiting, Purpose.READ, False)
    assert bench.run(CreateToken(profile=answer.profile_id)).read.connected_at is not None


def test_forged_replayed_and_expired_returns_are_told_apart(bench: Bench, waiting: str) -> None:
    with pytest.raises(RefusedError, match="not begun here") as forged:
        bench.handle(FinishAuthorization(state="forged", code="c0de"))
    bench.handle(FinishAuthorization(state="state-1", code="c0de"))
    with pytest.raises(RefusedError, match="used already") as replayed:
        bench.handle(FinishAuthorization(state="state-1", code="c0de"))
    with bench.store.begin() as work:
        begun = work.profiles.find_authorization("state-1")
        work.profiles.save_authorization(begun.model_copy(update={"state": "late", "used_at": None}))
        work.commit()
    bench.clock.advance(minutes=15)
    with pytest.raises(RefusedError, match="longer than 15 minutes") as expired:
        bench.handle(FinishAuthorization(state="late", code="c0de"))
    codes = [caught.value.values["code"] for caught in (forged, replayed, expired)]
    assert codes == ["forged", "replayed", "expired"]
    assert all(caught.value.remedy for caught in (forged, replayed, expired))


def test_a_denied_log_in_is_noted_for_whoever_looks_next(bench: Bench, waiting: str) -> None:
    with pytest.raises(SetupError):
        bench.handle(FinishAuthorization(state="state-1", error="access_denied", error_description="denied"))
    trouble = bench.handle(ShowPlaybook(profile=waiting)).read.trouble
    assert (trouble.what, trouble.remedy, trouble.said) == ("Salesforce said access_denied.", "Start again.", "denied")
    bench.handle(BeginAuthorization(profile=waiting))
    bench.handle(FinishAuthorization(state="state-2", code="c0de"))
    assert bench.handle(ShowPlaybook(profile=waiting)).read.trouble is None


@pytest.mark.parametrize("accept", [False, True])
def test_a_log_in_at_another_org_takes_no_effect_unless_confirmed(bench: Bench, waiting: str, accept: bool) -> None:
    bench.handle(FinishAuthorization(state="state-1", code="c0de"))
    bench.run(CreateToken(profile=waiting))
    salesforce = bench.services._world.salesforce
    assert isinstance(salesforce, FakeSalesforce)
    salesforce.id_path = f"/id/{OTHER_ORG}/005000000000999AAA"
    bench.handle(BeginAuthorization(profile=waiting, accept_other_org=accept))
    if accept:
        assert bench.handle(FinishAuthorization(state="state-2", code="c0de")).accept_other_org
        assert bench.handle(ShowPlaybook(profile=waiting)).read.connected_at is None
        return
    with pytest.raises(RefusedError, match="this log-in is for another org"):
        bench.handle(FinishAuthorization(state="state-2", code="c0de"))
    assert bench.handle(ShowPlaybook(profile=waiting)).read.connected_at is not None


# ── Acting ───────────────────────────────────────────────────────────────────────────────────


def acting(bench: Bench, profile: str, org: FakeOrg) -> None:
    with_acting_org(bench, org)
    save(bench, profile, purpose=Purpose.ACT, client_id="act-app", client_secret="act-secret")
    bench.run(CreateToken(profile=profile, purpose=Purpose.ACT))
    bench.handle(MarkComplete(profile=profile, page=Page.CONNECTION_AND_CREDENTIAL))


def test_the_connection_for_acting_must_be_in_the_same_org(bench: Bench) -> None:
    profile = through(bench)
    elsewhere = FakeOrg()
    elsewhere.org = elsewhere.org.model_copy(update={"org_id": OTHER_ORG, "name": "Contoso"})
    with pytest.raises(RefusedError, match="acting leads to Contoso"):
        acting(bench, profile, elsewhere)
    assert bench.handle(ShowPlaybook(profile=profile)).act.trouble is not None


def test_only_reclaim_uses_the_connection_for_acting_and_nobody_of_ours_is_touched(bench: Bench) -> None:
    profile = through(bench)
    hand = FakeOrg()
    hand.org = hand.org.model_copy(update={"user_id": "005000000000888AAA", "username": "hand@acme.example"})
    acting(bench, profile, hand)
    validation = bench.run(Validate(profile=profile))
    bench.handle(Publish(profile=profile, fingerprint=validation.fingerprint, confirmed=True))
    bench.profile_id = profile
    people = [Person("005000000000001AAA"), Person(hand.org.user_id), Person(bench.org.org.user_id)]
    numbers = bench.propose(*people)
    hand.people = dict(bench.org.people)
    plan = bench.handle(PlanReclaim(numbers=tuple(numbers)))
    assert plan.users == 1
    assert {each.reason for each in plan.left_out} == {"sfsam is connected as this user."}
    bench.org.people.clear()  # were the reading connection asked, everybody would be gone
    assert bench.handle(PlanReclaim(numbers=tuple(numbers))).users == 1


def test_removing_the_connection_for_acting_needs_a_new_validation(bench: Bench) -> None:
    profile = through(bench)
    acting(bench, profile, bench.org)
    validation = bench.run(Validate(profile=profile))
    bench.handle(Publish(profile=profile, fingerprint=validation.fingerprint, confirmed=True))
    answer = bench.handle(RemoveConnection(profile=profile))
    assert (answer.act, answer.status, answer.validation.fits) == (None, ProfileStatus.DRAFT, False)


# ── Key pairs ────────────────────────────────────────────────────────────────────────────────


def test_a_key_pair_is_made_before_there_is_a_connection_and_its_key_stays_here(bench: Bench) -> None:
    profile = through(bench)
    first = bench.handle(MakeKeyPair(profile=profile, purpose=Purpose.ACT))
    assert first.certificate.startswith("-----BEGIN CERTIFICATE-----")
    assert first.expires_at - bench.clock.now() == timedelta(days=730)
    answer = bench.handle(ShowPlaybook(profile=profile))
    assert answer.act.certificate == first.certificate
    assert "PRIVATE KEY" not in answer.model_dump_json() + first.model_dump_json()
    with bench.store.begin() as work:
        assert "PRIVATE KEY" not in work.profiles.connection(profile, Purpose.ACT).model_dump_json()
    with pytest.raises(RefusedError, match="acts as one user"):
        save(bench, profile, purpose=Purpose.ACT, grant=GrantType.JWT_BEARER)
    save(bench, profile, purpose=Purpose.ACT, grant=GrantType.JWT_BEARER, username="hand@acme.example")
    assert bench.handle(ShowPlaybook(profile=profile)).act.certificate == first.certificate
