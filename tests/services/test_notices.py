"""Asking people: mails, links, answers, silence, and whoever decides; with every way in which it breaks off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from sfsam.config import Settings
from sfsam.domain.answers import AnswerPage, LinkStatus
from sfsam.domain.candidates import KEPT_DAYS, Candidate, Justification, State
from sfsam.domain.commands import (
    ApproveKeep,
    Command,
    DeleteProfile,
    ErasePerson,
    GiveAnswer,
    ListNotices,
    OpenAnswerLink,
    RejectKeep,
    SendTrialMail,
    ShowMail,
)
from sfsam.domain.jobs import Job, JobFailure, JobKind, JobState
from sfsam.domain.notices import Decision, NoticeState
from sfsam.domain.roles import INSTALLATION
from sfsam.domain.rules import Approver
from sfsam.domain.subscriptions import Kind
from sfsam.errors import MailNotPossible, MailRefused, MailUnavailable, OutcomeUnknown, RefusedError
from sfsam.services import Services
from sfsam.services.announcing import announcement_of
from sfsam.services.notifying import notify
from sfsam.services.running import SilentControl
from sfsam.services.world import World
from sfsam.sheets import LazySheets
from sfsam.store.database import DuckDBStore
from sfsam.vault.fernet_vault import FernetVault
from tests.fakes.clock import FakeClock
from tests.fakes.mail import FakeMail, FakeWebhook, Killed
from tests.fakes.salesforce import FakeOrg, FakeSalesforce
from tests.services.conftest import KEY, NoPractice
from tests.store import tiny_org

BEN, CLEO, BOSS, MANAGERS = (f"{name}@acme.example" for name in ("ben", "cleo", "ada", "licenses"))
DAYS = 6
"""What the rule gives people to answer."""


@dataclass
class Desk:
    """The services over the tiny org, whose ben and cleo have seats that a rule has found; ada is ben's manager."""

    services: Services
    world: World
    store: DuckDBStore
    mail: FakeMail
    clock: FakeClock

    def ask(self, *numbers: str) -> dict[str, State]:
        with self.store.begin() as work:
            candidates = [work.candidates.find(number) for number in numbers]
        rows = notify(self.world, "olga", [each for each in candidates if each is not None])
        return {row.number: row.state for row in rows}

    def candidate(self, number: str = "RC1") -> Candidate:
        with self.store.begin() as work:
            found = work.candidates.find(number)
        assert found is not None
        return found

    def send(self, command: Command) -> Any:
        return self.services.handle(command)

    def remind(self, **later: float) -> Any:
        """Close and remind, so much later."""
        self.clock.advance(**later)
        job = Job(
            job_id="j",
            kind=JobKind.REMIND,
            profile_id=None,
            key="k",
            arguments={},
            requested_by="schedule",
            created_at=self.clock.now(),
        )
        return self.services.run(job, SilentControl())

    def open(self, url: str) -> AnswerPage:
        return self.send(OpenAnswerLink(token=SecretStr(url.rpartition("/")[2])))  # type: ignore[no-any-return]

    def answer(self, url: str, reason: str = "") -> LinkStatus:
        page: AnswerPage = self.send(GiveAnswer(token=SecretStr(url.rpartition("/")[2]), reason=reason))
        return page.status

    def reclaims(self) -> list[tuple[str, ...]]:
        """The numbers of every reclaim that is queued."""
        with self.store.begin() as work:
            jobs = [job for job in work.jobs.newest(50) if job.kind is JobKind.RECLAIM]
        assert all(job.arguments["after_notice"] and job.requested_by == INSTALLATION.actor for job in jobs)
        return sorted(tuple(job.arguments["numbers"]) for job in jobs)

    def sql(self, text: str) -> list[Any]:
        with self.store._cursor() as cursor:
            return cursor.execute(text).fetchall()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    settings = Settings(data_dir=tmp_path, secret_key=KEY, key_file=tmp_path / "key", mail_managers=MANAGERS)
    vault = FernetVault([KEY.encode()])
    store = DuckDBStore.open(":memory:", audit_key=vault.audit_key())
    tiny_org.connect(store)
    tiny_org.load(store, tiny_org.stage(tmp_path))
    clock, mail = FakeClock(datetime(2026, 11, 24, 12)), FakeMail()
    given = (store, FakeSalesforce(FakeOrg()), vault, NoPractice(), LazySheets(), clock, settings)
    desk = Desk(Services(*given, mail, FakeWebhook()), World(*given, mail=mail), store, mail, clock)
    rule = tiny_org.rule("unused_user_license", notify_user=True, days_before_reclaim=DAYS)
    with store.begin() as work:
        work.rules.save([rule])
        work.candidates.save(
            [
                _candidate("RC1", "ben", Kind.USER, "SFDC", rule.rule_id),
                _candidate("RC2", "ben", Kind.PACKAGE, "SBQQ", rule.rule_id),
                _candidate("RC3", "cleo", Kind.USER, "SFDC", rule.rule_id),
            ]
        )
        work.commit()
    desk.sql("UPDATE sf_user SET manager_id = '005-ada' WHERE id = '005-ben'")
    yield desk
    store.close()


def _candidate(number: str, name: str, kind: Kind, identifier: str, rule_id: str) -> Candidate:
    return Candidate(
        number=number,
        profile_id="p1",
        org_id=tiny_org.ORG_ID,
        user_id=f"005-{name}",
        user_principal_name=f"{name}@acme.example",
        kind=kind,
        identifier=identifier,
        rule="unused_user_license",
        rule_id=rule_id,
        justification=Justification.LOW_USAGE,
        inactive_days=65,
        opened_at=datetime(2026, 11, 20),
        updated_at=datetime(2026, 11, 20),
    )


# ── Asking ──


def test_each_person_gets_one_mail_with_links_of_their_own_and_waits(desk: Desk) -> None:
    assert set(desk.ask("RC1", "RC2", "RC3").values()) == {State.AWAITING_USER}
    ben, cleo = desk.mail.questions
    assert ben.to == BEN
    assert len(ben.seats) == 2
    assert cleo.to == CLEO and ben.answer_until == cleo.answer_until == datetime(2026, 11, 30).date()
    urls = [url for letter in (ben, cleo) for seat in letter.seats for url in (seat.keep_url, seat.release_url)]
    assert len(set(urls)) == 6
    [kept] = desk.sql("SELECT string_agg(to_json(n)::VARCHAR, '') FROM notice n")
    [links] = desk.sql("SELECT string_agg(to_json(a)::VARCHAR, '') FROM answer_link a")
    assert "@" not in kept[0] + links[0]
    assert not any(url.rpartition("/")[2][:20] in links[0] for url in urls)
    trail = desk.sql("SELECT DISTINCT subject FROM audit_entry WHERE action = 'notice.sent' ORDER BY 1")
    assert trail == [("RC1",), ("RC2",), ("RC3",)]


@pytest.mark.parametrize("address", ["NULL", "' '", "'ben@acme.example.invalid'"])
def test_without_an_address_that_mail_reaches_a_seat_needs_attention(desk: Desk, address: str) -> None:
    desk.sql(f"UPDATE sf_user SET email = {address} WHERE id = '005-ben'")  # noqa: S608
    assert desk.ask("RC1", "RC3") == {"RC1": State.ATTENTION_REQUIRED, "RC3": State.AWAITING_USER}
    assert "no e-mail address in Salesforce" in desk.candidate().message


def test_what_the_mail_server_refuses_needs_attention_and_what_it_does_not_take_now_stays_ready(desk: Desk) -> None:
    desk.mail.troubles = {BEN: MailRefused("no", "", said="550 5.1.1"), CLEO: MailUnavailable("not now", "later")}
    assert desk.ask("RC1", "RC3") == {"RC1": State.ATTENTION_REQUIRED, "RC3": State.READY}
    assert "550 5.1.1" in desk.candidate().message
    desk.mail.troubles = {}
    assert desk.ask("RC3") == {"RC3": State.AWAITING_USER}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"is_set": False}, "SFSAM_SMTP_HOST"),
        ({"is_local": False}, "invented"),
    ],
)
def test_nothing_moves_when_mail_cannot_be_sent_from_here(desk: Desk, changes: dict[str, bool], says: str) -> None:
    for name, value in changes.items():
        setattr(desk.mail, name, value)
    with pytest.raises(MailNotPossible, match=says):
        desk.ask("RC1")
    assert desk.candidate().state is State.READY


def test_a_real_org_needs_a_public_encrypted_address(desk: Desk) -> None:
    desk.sql("UPDATE connection SET url = 'https://acme.my.salesforce.com'")
    with pytest.raises(MailNotPossible, match="this machine only"):
        desk.ask("RC1")
    [problem] = desk.send(ShowMail()).problems
    assert "SFSAM_BASE_URL" in problem


# ── What breaks off ──


def test_a_lost_answer_counts_as_sent_today_and_is_sent_again_tomorrow_without_a_running_clock(desk: Desk) -> None:
    desk.mail.troubles[BEN] = OutcomeUnknown("no answer", "")
    assert desk.ask("RC1") == {"RC1": State.AWAITING_USER}
    assert desk.send(ListNotices())[0].state is NoticeState.UNKNOWN
    assert desk.open(desk.mail.questions[0].seats[0].keep_url).status is LinkStatus.OPEN
    desk.mail.troubles.clear()
    assert desk.remind(hours=1).asked_again == 0
    assert len(desk.mail.questions) == 1
    assert desk.remind(days=DAYS + 1).asked_again == 1
    assert len(desk.mail.questions) == 2
    assert desk.reclaims() == []
    desk.remind(days=DAYS)
    assert desk.reclaims() == [("RC1",)]


@pytest.mark.parametrize("moment", ["kill before", "kill after"])
def test_a_killed_process_writes_to_nobody_twice_a_day(desk: Desk, moment: str) -> None:
    desk.mail.troubles[BEN] = moment
    with pytest.raises(Killed):
        desk.ask("RC1", "RC3")
    sent = len(desk.mail.questions)
    desk.mail.troubles.clear()
    assert desk.ask("RC1", "RC3")["RC3"] is State.AWAITING_USER
    assert [letter.to for letter in desk.mail.questions[sent:]] == [CLEO]
    assert desk.candidate().state is State.AWAITING_USER
    desk.remind(days=1)
    assert [letter.to for letter in desk.mail.questions[sent + 1 :]] == [BEN]


# ── Time ──


def test_reminders_go_out_half_way_and_on_the_last_day_and_then_silence_means_yes(desk: Desk) -> None:
    desk.ask("RC1")
    sent = []
    for _ in range(DAYS):
        answer = desk.remind(days=1)
        sent.append(answer.reminded)
        desk.remind(minutes=1)
    assert sent == [0, 0, 1, 0, 1, 0]
    assert [letter.is_reminder for letter in desk.mail.questions] == [False, True, True]
    assert desk.mail.questions[0].answer_until == desk.mail.questions[-1].answer_until
    assert desk.reclaims() == [("RC1",)]
    assert desk.open(desk.mail.questions[-1].seats[0].keep_url).status is LinkStatus.EXPIRED


def test_attention_is_closed_after_thirty_days_in_that_state_whatever_touched_it_since(desk: Desk) -> None:
    desk.mail.troubles[BEN] = MailRefused("no", "", said="550")
    desk.ask("RC1")
    assert desk.remind(days=29).closed == 0
    desk.sql("UPDATE removal_candidate SET updated_at = TIMESTAMP '2026-12-24'")
    assert desk.remind(days=2).closed == 1
    assert desk.candidate().state is State.CLOSED_CANCELED


def test_a_profile_at_rest_has_nothing_reclaimed_and_no_run_is_larger_than_its_guard(desk: Desk) -> None:
    desk.ask("RC1", "RC3")
    desk.sql("UPDATE integration_profile SET is_paused = true")
    desk.remind(days=DAYS + 1)
    assert desk.reclaims() == []
    desk.sql("UPDATE integration_profile SET is_paused = false")
    desk.remind(minutes=5)
    assert desk.reclaims() == [("RC1", "RC3")]


# ── Answers ──


def test_release_has_the_seat_reclaimed_once_and_only_the_button_says_so(desk: Desk) -> None:
    desk.ask("RC1")
    [seat] = desk.mail.questions[0].seats
    for _ in range(3):
        assert desk.open(seat.release_url).status is LinkStatus.OPEN
    assert desk.reclaims() == []
    assert desk.answer(seat.release_url) is LinkStatus.ANSWERED
    assert desk.reclaims() == [("RC1",)]
    assert desk.answer(seat.release_url) is LinkStatus.USED
    assert desk.answer(seat.keep_url) is LinkStatus.CLOSED
    assert desk.candidate().state is State.AWAITING_USER
    with desk.store.begin() as work:
        [job] = [job for job in work.jobs.newest(9) if job.kind is JobKind.RECLAIM]
        work.jobs.save(job.model_copy(update={"state": JobState.FAILED}))
        work.commit()
    desk.remind(hours=1)
    assert len(desk.reclaims()) == 2  # what failed is taken up again


def test_keep_goes_to_the_manager_in_one_digest_a_day(desk: Desk) -> None:
    desk.ask("RC1", "RC2", "RC3")
    ben, cleo = desk.mail.questions
    assert desk.answer(ben.seats[0].keep_url, "  Quarter\nend ") is LinkStatus.ANSWERED
    assert desk.candidate().state is State.AWAITING_APPROVAL
    assert "Quarter end" in desk.candidate().message
    assert desk.sql("SELECT count(*) FROM audit_entry WHERE to_json(audit_entry)::VARCHAR LIKE '%Quarter%'") == [(0,)]
    assert desk.remind(minutes=1).digests == 1
    desk.answer(ben.seats[1].keep_url)
    desk.answer(cleo.seats[0].keep_url)
    answer = desk.remind(minutes=1)
    assert (answer.digests, answer.awaiting_approval) == (1, 3)  # cleo has no manager: the license managers
    assert [letter.to for letter in desk.mail.digests] == [BOSS, MANAGERS]
    assert desk.remind(days=1).digests == 1
    assert len(desk.mail.digests[2].pending) == 2
    assert desk.remind(days=1).digests == 0
    assert desk.remind(days=2).digests == 2  # nobody has decided for three days


def test_the_manager_approves_one_rejects_one_and_each_link_counts_once(desk: Desk) -> None:
    first, second = _two_pending(desk)
    assert desk.open(first.approve_url).seats[0].reason == "Needed"
    assert desk.answer(first.approve_url) is LinkStatus.ANSWERED
    kept = desk.candidate()
    assert kept.state is State.CLOSED_SKIPPED
    assert kept.is_kept_on((desk.clock.now() + timedelta(days=KEPT_DAYS - 1)).date())
    assert desk.answer(first.reject_url) is LinkStatus.CLOSED
    assert desk.answer(second.reject_url) is LinkStatus.ANSWERED
    assert desk.answer(second.approve_url) is LinkStatus.CLOSED
    assert desk.reclaims() == [("RC2",)]
    by = desk.sql("SELECT decision, answered_by FROM notice_answer ORDER BY answered_at, decision DESC")
    assert ("approve", "manager") in by and ("reject", "manager") in by


def test_approve_all_lets_everybody_keep_what_is_still_open(desk: Desk) -> None:
    first, _ = _two_pending(desk)
    digest = desk.mail.digests[-1]
    desk.answer(first.approve_url)
    assert [seat.number for seat in desk.open(digest.all_url).seats] == ["RC2"]
    assert desk.answer(digest.all_url) is LinkStatus.ANSWERED
    assert desk.candidate("RC2").state is State.CLOSED_SKIPPED
    assert desk.answer(digest.all_url) is LinkStatus.USED


def test_a_named_approver_decides_unless_he_is_the_person(desk: Desk) -> None:
    rule = tiny_org.rule("unused_user_license", notify_user=True, approver=Approver.NAMED, approver_email=CLEO.upper())
    with desk.store.begin() as work:
        work.rules.save([rule])
        work.commit()
    desk.ask("RC1", "RC3")
    for letter in desk.mail.questions:
        desk.answer(letter.seats[0].keep_url)
    desk.remind(minutes=1)
    assert sorted(letter.to for letter in desk.mail.digests) == sorted([CLEO.upper(), MANAGERS])


def test_managers_decide_in_the_app(desk: Desk) -> None:
    _two_pending(desk)
    with pytest.raises(RefusedError, match="only what awaits approval"):
        desk.send(ApproveKeep(actor="olga", numbers=("RC3",)))
    [row] = desk.send(ApproveKeep(actor="olga", numbers=("RC1",), reason="Fine"))
    assert row.state is State.CLOSED_SKIPPED
    desk.send(RejectKeep(actor="olga", numbers=("RC2",)))
    assert desk.reclaims() == [("RC2",)]
    with desk.store.begin() as work:
        assert next((a.decision, a.answered_by) for a in work.notices.answers_of("RC1")) == (Decision.APPROVE, "olga")


def test_a_link_of_a_seat_that_went_another_way_or_was_changed_or_is_of_another_key_changes_nothing(desk: Desk) -> None:
    desk.ask("RC1", "RC3")
    keep = desk.mail.questions[0].seats[0].keep_url
    moved, _ = desk.candidate().move(State.CLOSED_CANCELED, reason="Active", actor="x", at=desk.clock.now())
    with desk.store.begin() as work:
        work.candidates.save([moved])
        work.commit()
    assert desk.answer(keep) is LinkStatus.CLOSED
    other = desk.mail.questions[1].seats[0].keep_url
    desk.sql("UPDATE answer_link SET number = 'RC1' WHERE number = 'RC3'")
    assert desk.answer(other) is LinkStatus.UNKNOWN  # somebody wrote into the database
    assert desk.answer("x.y") is desk.answer("") is desk.answer("é" * 5000) is LinkStatus.UNKNOWN
    assert desk.candidate("RC3").state is State.AWAITING_USER


# ── The rest ──


def test_an_erased_person_is_in_no_answer_and_is_not_written_to(desk: Desk) -> None:
    desk.ask("RC1", "RC2")
    desk.answer(desk.mail.questions[0].seats[0].keep_url, f"I am Ben, ask {BEN}")
    desk.send(ErasePerson(org_id=tiny_org.ORG_ID, user_id="005-ben", confirmed=True))
    for table in ("notice", "answer_link", "notice_answer", "removal_candidate", "audit_entry"):
        [(text,)] = desk.sql(f"SELECT string_agg(to_json({table})::VARCHAR, '') FROM {table}")  # noqa: S608
        assert BEN not in text and "I am Ben" not in text, table
    sent = len(desk.mail.questions)
    assert desk.remind(days=3).reminded == 0  # it is due, but there is no address any more
    assert len(desk.mail.questions) == sent


def test_a_deleted_profile_takes_the_links_along_and_what_was_said_stays_with_its_candidates(desk: Desk) -> None:
    desk.ask("RC1")
    keep = desk.mail.questions[0].seats[0].keep_url
    desk.send(DeleteProfile(profile="Production", confirmed=True))
    assert desk.answer(keep) is LinkStatus.UNKNOWN
    assert desk.sql("SELECT count(*) FROM answer_link") == [(0,)]
    assert [row.number for row in desk.send(ListNotices())] == ["RC1"]


def test_a_test_mail_goes_to_an_address_of_the_settings_only(desk: Desk) -> None:
    job = Job(
        job_id="t",
        kind=JobKind.TRIAL_MAIL,
        profile_id=None,
        key="t",
        arguments=SendTrialMail().model_dump(mode="json"),
        requested_by="olga",
        created_at=desk.clock.now(),
    )
    desk.services.run(job, SilentControl())
    assert [letter.to for letter in desk.mail.letters] == [MANAGERS]


@pytest.mark.parametrize(
    ("kind", "state", "result", "event"),
    [
        (JobKind.RECLAIM, JobState.SUCCEEDED, {"seats_freed": 3, "outcomes": [{}]}, "reclaim.finished"),
        (JobKind.REMIND, JobState.SUCCEEDED, {"awaiting_approval": 2}, "approval.waiting"),
        (JobKind.REMIND, JobState.SUCCEEDED, {"awaiting_approval": 0}, None),
        (JobKind.DOWNLOAD, JobState.FAILED, None, "job.failed"),
        (JobKind.DOWNLOAD, JobState.SUCCEEDED, {}, None),
    ],
)
def test_a_chat_is_told_of_what_matters(
    kind: JobKind, state: JobState, result: dict[str, Any] | None, event: str | None
) -> None:
    failure = JobFailure(error="ClientRejected", what="ben@acme.example", remedy="") if state == "failed" else None
    job = Job(
        job_id="j",
        kind=kind,
        profile_id="p1",
        key="k",
        state=state,
        requested_by="ben@acme.example",
        created_at=datetime(2026, 11, 24),
        result=result,
        failure=failure,
    )
    told = announcement_of(job)
    assert (told.event if told else None) == event
    assert "@" not in (told.model_dump_json() if told else "")


def _two_pending(desk: Desk) -> Any:
    """Ben wants to keep both of his seats, and his manager was written to."""
    desk.ask("RC1", "RC2")
    for seat in desk.mail.questions[0].seats:
        desk.answer(seat.keep_url, "Needed")
    desk.remind(minutes=1)
    return desk.mail.digests[-1].pending
