"""Every command: what it asks, what it prints, and how it exits (contract.md)."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from sfsam.config import Settings
from sfsam.domain.answers import (
    AuditAnswer,
    CheckRow,
    ConnectAnswer,
    DeletePreview,
    DiagnosisAnswer,
    DownloadAnswer,
    ExportAnswer,
    LeftOut,
    OutcomeRow,
    PlanAnswer,
    PlannedCallRow,
    ProfileAnswer,
    PublishAnswer,
    ReclaimAnswer,
    RotationAnswer,
    SettleAnswer,
    ValidationAnswer,
)
from sfsam.domain.candidates import State
from sfsam.domain.commands import (
    Connect,
    DeleteProfile,
    Diagnose,
    Download,
    DraftProfile,
    Enqueue,
    Export,
    Identify,
    ListCandidates,
    ListProfiles,
    Pause,
    PlanReclaim,
    PreviewDelete,
    Publish,
    Reclaim,
    ReplaceSecret,
    Resume,
    RotateKey,
    ShowAudit,
    ShowPosition,
    Validate,
)
from sfsam.domain.jobs import Job, JobKind, JobState
from sfsam.domain.profiles import Check, GrantType, Process, Profile, ProfileStatus
from sfsam.domain.validation import is_passed
from sfsam.errors import (
    ClientRejected,
    GuardExceeded,
    NotFound,
    OutcomeUnknown,
    SfsamError,
    StoreBusy,
    TemporaryError,
    UsageError,
)
from sfsam.services.running import JobControl
from sfsam.vault.keys import load_keys
from tests.cli.conftest import Printed, Script

Run = Callable[..., Printed]

PROFILE = ProfileAnswer(
    profile_id="p1",
    name="Acme",
    status=ProfileStatus.PUBLISHED,
    org_id="00D000000000001EAA",
    org_name="Acme Inc",
    edition="Enterprise Edition",
    is_sandbox=False,
    is_practice=False,
    reclaim_enabled=True,
    url="https://acme.my.salesforce.com",
    grant=GrantType.CLIENT_CREDENTIALS,
    username="integration@acme.example",
    connected_at=datetime(2026, 11, 24),
    last_download_at=None,
    checks=[],
)
PLAN = PlanAnswer(
    planned_calls=2,
    seats_freed=3,
    users=1,
    potential_savings=None,
    currency=None,
    calls=[PlannedCallRow(step="freeze", method="PATCH", object="UserLogin", records=1, users=1)],
    left_out=[LeftOut(number="RC0000009", user_principal_name="x@acme.example", reason="Admin.", remedy="None.")],
)
DOWNLOADED = DownloadAnswer(
    job_id="j1",
    state=JobState.SUCCEEDED,
    mode="full",
    rows={"User": 20},
    api_calls=9,
    bytes=100,
    seconds=1.5,
    peak_rss_mb=90,
    warnings=["Package licenses could not be read."],
)
DIAGNOSIS = DiagnosisAnswer(
    ok=False,
    checks=[
        CheckRow(check="rows", ok=True, said="All."),
        CheckRow(check="audit trail", ok=False, said="Broken.", remedy="Look."),
    ],
)
CONNECT_LINE = ("connect", "--name", "Acme", "--url", "https://acme.my.salesforce.com", "--client-id", "id")
CONNECT_LINE += ("--client-secret-env", "ACME_SECRET")


def _connected(*checks: Check) -> ConnectAnswer:
    return ConnectAnswer(
        profile_id="p1", org_id="00D000000000001EAA", status=ProfileStatus.PUBLISHED, checks=list(checks)
    )


def _outcomes(*states: State) -> list[OutcomeRow]:
    return [OutcomeRow(number=f"RC000000{number}", state=state, message="Said.") for number, state in enumerate(states)]


def _order(script: Script) -> Any:
    return script.the(Enqueue).job


# ── Exit codes ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (NotFound("No.", "Look."), 1),
        (GuardExceeded("Too many.", "Fewer."), 1),
        (UsageError("What?", "So."), 2),
        (OutcomeUnknown("Sent.", "Settle."), 4),
        (StoreBusy("Busy.", "Wait."), 75),
        (ClientRejected("Wrong.", "Enter."), 78),
    ],
)
@pytest.mark.parametrize("as_a_job", [False, True])
def test_an_error_is_a_sentence_a_remedy_and_its_exit_code(
    error: SfsamError, code: int, as_a_job: bool, script: Script, run: Run
) -> None:
    def fail(*_: object) -> Any:
        raise error

    script.work = fail
    script.answers = {} if as_a_job else {ShowPosition: error}
    line = ("identify",) if as_a_job else ("position",)
    plain = run(*line)
    assert (plain.code, plain.out) == (code, "")
    assert f"{error.what}\n{error.remedy}" in plain.err
    asked_for_json = run(*line, "--json")
    assert asked_for_json.code == code
    assert asked_for_json.document["error"] == {
        "name": error.name,
        "family": error.family,
        "what": error.what,
        "remedy": error.remedy,
        "said": "",
        "exit_code": code,
    }


@pytest.mark.parametrize(
    "line",
    [
        ("nothing",),
        ("position", "--nothing"),
        ("download",),
        ("candidates", "--state", "sleeping"),
        ("export", "passwords", "--output", "x"),
        ("reclaim",),
        ("reclaim", "--all-ready", "--number", "RC0000001"),
        ("reclaim", "--all-ready", "--max-users", "0"),
        ("emulator", "--port", "0", "--now", "yesterday"),
        (*CONNECT_LINE, "--grant", "authorization-code"),
        CONNECT_LINE,  # ACME_SECRET is not set
    ],
)
def test_a_malformed_line_is_usage_and_no_traceback(line: tuple[str, ...], script: Script, run: Run) -> None:
    printed = run(*line, "--json")
    assert printed.code == 2
    assert printed.document["error"]["family"] == "usage"
    assert "Traceback" not in printed.err
    assert script.asked == []


def test_an_unforeseen_error_is_one_sentence_too(script: Script, run: Run) -> None:
    script.answers[ShowPosition] = KeyError("".join(["hunter", "2"]))
    printed = run("position")
    assert printed.code == 1
    assert "An error inside sfsam ended this (KeyError)." in printed.err
    assert "hunter2" not in printed.err


def test_a_setting_that_cannot_be_used_is_named(script: Script, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SFSAM_API_SHARE", "7")
    printed = run("jobs")
    assert printed.code == 78
    assert "SFSAM_API_SHARE" in printed.err


# ── Connecting ───────────────────────────────────────────────────────────────────────────────────


def test_connect_drafts_and_connects(script: Script, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_SECRET", "hunter2")
    answer = _connected(Check(process=Process.DOWNLOAD, permission="ViewSetup", ok=True))
    script.answers = {ListProfiles: [], DraftProfile: PROFILE}
    script.work = lambda *_: answer
    printed = run(*CONNECT_LINE, "--report-only", "--publish", "--json")
    assert (printed.code, printed.document) == (0, answer.model_dump(mode="json"))
    draft = script.the(DraftProfile)
    assert draft.client_secret.get_secret_value() == "hunter2"
    assert (draft.grant, draft.reclaim_enabled, draft.actor) == ("client-credentials", False, getpass.getuser())
    assert _order(script) == Connect(actor=getpass.getuser(), profile="Acme", publish=True, download=False)
    assert "hunter2" not in printed.out + printed.err


@pytest.mark.parametrize("grant", ["authorization-code", "jwt-bearer"])
def test_connect_refuses_grants_that_need_a_page(grant: str, script: Script, run: Run) -> None:
    printed = run(*CONNECT_LINE, "--grant", grant)
    assert printed.code == 2
    assert "client-credentials" in printed.err
    assert script.asked == []


def test_connect_of_a_known_name_replaces_its_secret(script: Script, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_SECRET", "hunter2")
    script.answers = {ListProfiles: [PROFILE], ReplaceSecret: PROFILE}
    script.work = lambda *_: _connected()
    assert run(*CONNECT_LINE).code == 0
    assert script.the(ReplaceSecret).url == "https://acme.my.salesforce.com"
    assert not _order(script).publish


def _validation(*checks: Check) -> ValidationAnswer:
    passed = is_passed(Profile(profile_id="p1", name="Acme", created_at=datetime(2026, 11, 24)), checks)
    return ValidationAnswer(
        profile_id="p1",
        fingerprint="f1",
        at=datetime(2026, 11, 24),
        passed=passed,
        fits=True,
        checks=list(checks),
    )


MISSING = Check(process=Process.RECLAIM, permission="ManageUsers", ok=False, remedy="Grant it.")


@pytest.mark.parametrize(
    ("check", "code"),
    [
        (Check(process=Process.DOWNLOAD, permission="ViewSetup", ok=False, remedy="Grant it."), 78),
        (MISSING, 78),
        (Check(process=Process.CONSUMPTION, permission="X", ok=False, remedy="Grant it."), 0),
        (Check(process=Process.DOWNLOAD, permission="X", ok=False, remedy="Grant it.", required=False), 0),
        (Check(process=Process.RECLAIM, permission="X", ok=None, remedy="Not known until first use."), 0),
    ],
)
def test_validate_tells_each_check_and_whether_something_must_change(
    check: Check, code: int, script: Script, run: Run
) -> None:
    script.answers = {ListProfiles: [PROFILE]}
    script.work = lambda *_: _validation(check)
    printed = run("profile", "validate", "Acme")
    assert printed.code == code
    assert check.permission in printed.out
    assert check.remedy in printed.out
    assert _order(script) == Validate(actor=getpass.getuser(), profile="Acme")


@pytest.mark.parametrize("checks", [(), (MISSING,)])
def test_publish_publishes_what_passed_and_only_with_yes(checks: tuple[Check, ...], script: Script, run: Run) -> None:
    published = PublishAnswer(profile_id="p1", status=ProfileStatus.PUBLISHED, job_id="j9")
    script.answers = {ListProfiles: [PROFILE], Publish: published}
    script.work = lambda job, _: DOWNLOADED if job.kind is JobKind.DOWNLOAD else _validation(*checks)
    assert run("profile", "publish", "Acme").code == (78 if checks else 1)
    assert not [command for command in script.asked if isinstance(command, Publish)]
    printed = run("profile", "publish", "Acme", "--yes", "--json")
    if checks:
        assert (printed.code, printed.document["passed"]) == (78, False)
        return
    downloaded = {"download": DOWNLOADED.model_dump(mode="json")}
    assert (printed.code, printed.document) == (0, published.model_dump(mode="json") | downloaded)
    assert (script.the(Publish).fingerprint, script.the(Publish).confirmed) == ("f1", True)


def test_pause_and_resume(script: Script, run: Run) -> None:
    script.answers = {Pause: PROFILE, Resume: PROFILE}
    assert "is paused" in run("profile", "pause", "Acme").out
    assert "no longer paused" in run("profile", "resume", "Acme").out
    assert (script.the(Pause).profile, script.the(Resume).profile) == ("Acme", "Acme")


def test_delete_shows_what_goes_and_deletes_with_yes(script: Script, run: Run) -> None:
    preview = DeletePreview(
        profile_id="p1",
        name="Acme",
        goes={"sf_user": 1200},
        candidates_closed=7,
        jobs_canceled=0,
        stays=["audit trail"],
    )
    deleted = preview.model_copy(update={"deleted": True})
    script.answers = {PreviewDelete: preview, DeleteProfile: deleted}
    shown = run("profile", "delete", "Acme")
    assert shown.code == 1
    assert "1,200 rows would go" in shown.out
    assert "Nothing was deleted." in shown.out
    done = run("profile", "delete", "Acme", "--yes")
    assert done.code == 0
    assert "1,200 rows went" in done.out
    assert script.the(DeleteProfile).confirmed


@pytest.mark.parametrize("is_new", [True, False])
def test_key_rotate_says_what_was_sealed(is_new: bool, script: Script, run: Run) -> None:
    script.answers = {RotateKey: RotationAnswer(sealed=3, unreadable=1, key_is_new=is_new)}
    printed = run("key", "rotate")
    assert "3 secrets" in printed.out
    assert "1 could not be opened" in printed.out
    assert ("key file" in printed.out) is is_new


def test_profiles_are_a_table_or_json(script: Script, run: Run) -> None:
    script.answers = {ListProfiles: [PROFILE]}
    assert "Acme Inc" in run("profiles").out
    assert run("profiles", "--json").document == [PROFILE.model_dump(mode="json")]
    script.answers = {ListProfiles: []}
    assert "No org is connected." in run("profiles").out


# ── Licenses ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("full", [False, True])
def test_download_waits_for_the_job_and_gives_its_result(full: bool, script: Script, run: Run) -> None:
    answer = DOWNLOADED
    script.work = lambda *_: answer
    line = ("download", "Acme", *(["--full"] if full else []))
    assert run(*line, "--json").document == answer.model_dump(mode="json")
    assert _order(script) == Download(actor=getpass.getuser(), profile="Acme", full=full, identify=False)
    plain = run(*line)
    assert "20 rows in 1.5 s, 9 API calls." in plain.out
    assert "Package licenses could not be read." in plain.out


def test_a_job_of_an_unknown_profile_is_refused_with_the_names_there_are(script: Script, run: Run) -> None:
    printed = run("download", "Acmee")
    assert printed.code == 1
    assert "Acme." in printed.err


@pytest.mark.parametrize(
    ("line", "command"),
    [
        (("position", "--profile", "Acme"), ShowPosition(actor=getpass.getuser(), profile="Acme")),
        (("candidates", "--state", "ready"), ListCandidates(actor=getpass.getuser(), state=State.READY)),
    ],
)
def test_lists_ask_within_their_scope_and_say_so_when_there_is_nothing(
    line: tuple[str, ...], command: Any, script: Script, run: Run
) -> None:
    script.answers = {type(command): []}
    assert run(*line, "--json").document == []
    assert script.asked == [command]
    assert "Run: " in run(*line).out


def test_identify_counts(script: Script, run: Run) -> None:
    assert run("identify", "--profile", "Acme").out == "1 new, 2 still standing, 3 closed.\n"
    assert _order(script) == Identify(actor=getpass.getuser(), profile="Acme")


def test_export_gives_the_owner_a_whole_path(
    script: Script, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    script.answers = {Export: ExportAnswer(rows=1234, path=str(tmp_path / "list.xlsx"))}
    printed = run("export", "unused", "--format", "xlsx", "--output", "list.xlsx")
    assert printed.out == f"1,234 rows in {tmp_path / 'list.xlsx'}.\n"
    assert script.the(Export).output == str(tmp_path / "list.xlsx")


# ── Reclaiming ───────────────────────────────────────────────────────────────────────────────────


def test_reclaim_without_yes_shows_the_plan_sends_nothing_and_exits_1(script: Script, run: Run) -> None:
    script.answers = {PlanReclaim: PLAN}
    printed = run("reclaim", "--number", "RC0000001", "--number", "RC0000002", "--max-users", "30")
    assert printed.code == 1
    assert "1 people, 3 seats, 2 calls to Salesforce." in printed.out
    assert "RC0000009" in printed.out
    assert "--yes" in printed.err
    plan = script.the(PlanReclaim)
    assert (plan.numbers, plan.max_users) == (("RC0000001", "RC0000002"), 30)
    assert not any(isinstance(command, Enqueue) for command in script.asked)


def test_reclaim_without_yes_is_one_json_document(script: Script, run: Run) -> None:
    script.answers = {PlanReclaim: PLAN}
    printed = run("reclaim", "--all-ready", "--json")
    assert printed.code == 1
    document = printed.document
    assert (document["planned_calls"], document["seats_freed"], document["outcomes"]) == (2, 3, [])
    assert document["error"]["name"] == "NotConfirmed"


@pytest.mark.parametrize("more", [(), ("--yes",)])
def test_a_dry_run_sends_nothing_and_exits_0(more: tuple[str, ...], script: Script, run: Run) -> None:
    script.answers = {PlanReclaim: PLAN}
    printed = run("reclaim", "--all-ready", "--dry-run", "--json", *more)
    assert (printed.code, printed.document["planned_calls"]) == (0, 2)
    assert not any(isinstance(command, Enqueue) for command in script.asked)


@pytest.mark.parametrize(
    ("states", "code"),
    [
        ([State.CLOSED_COMPLETE], 0),
        ([State.CLOSED_COMPLETE, State.CLOSED_CANCELED, State.CLOSED_SKIPPED], 0),
        ([State.CLOSED_COMPLETE, State.ATTENTION_REQUIRED], 3),
        ([State.ATTENTION_REQUIRED, State.AWAITING_REVOCATION], 4),
    ],
)
def test_reclaim_exits_by_its_outcomes(states: list[State], code: int, script: Script, run: Run) -> None:
    answer = ReclaimAnswer(planned_calls=2, seats_freed=1, outcomes=_outcomes(*states))
    script.work = lambda *_: answer
    printed = run("reclaim", "--all-ready", "--yes", "--json")
    assert (printed.code, printed.document) == (code, answer.model_dump(mode="json"))
    assert _order(script) == Reclaim(actor=getpass.getuser(), all_ready=True)


@pytest.mark.parametrize(("open_after", "code"), [(0, 0), (1, 4)])
def test_settle_exits_4_while_something_stays_open(open_after: int, code: int, script: Script, run: Run) -> None:
    script.work = lambda *_: SettleAnswer(open_before=2, open_after=open_after, outcomes=[])
    assert run("settle", "--json").code == code


# ── Operating ────────────────────────────────────────────────────────────────────────────────────


def test_jobs_show_what_became_of_them(script: Script, run: Run) -> None:
    run("identify")
    (job,) = run("jobs", "--json").document
    assert (job["state"], job["requested_by"]) == ("succeeded", getpass.getuser())
    assert "identify" in run("jobs").out


@pytest.mark.parametrize(("intact", "code"), [(True, 0), (False, 3), (None, 0)])
def test_audit_exits_3_when_the_chain_is_broken(intact: bool | None, code: int, script: Script, run: Run) -> None:
    script.answers = {ShowAudit: AuditAnswer(entries=[], head="abc", intact=intact, first_broken=7)}
    printed = run("audit", *(["--head", "abc"] if intact is not None else []))
    assert printed.code == code
    assert "Head: abc" in printed.out
    assert script.the(ShowAudit).verify == (intact is not None)


def test_doctor_tells_what_it_found_outside_and_inside(script: Script, run: Run) -> None:
    """Without a database only what is outside; with one also what its owner found."""
    printed = run("doctor", "--json")
    assert (printed.code, printed.document["ok"]) == (0, True)
    outside = [check["check"] for check in printed.document["checks"]]
    assert outside == [
        *("python", "data folder", "free space", "key", "base url", "allowed hosts", "database", "practice org"),
    ]
    run("profiles")
    script.answers = {Diagnose: DIAGNOSIS}
    assert run("doctor", "--json").code == 78, "the scripted system makes a database without a key"
    load_keys(Settings())
    printed = run("doctor", "--json")
    assert [check["check"] for check in printed.document["checks"] if not check["ok"]] == ["audit trail"]
    printed = run("doctor")
    assert (printed.code, "WRONG  audit trail: Broken." in printed.out, "Look." in printed.out) == (78, True, True)


def test_doctor_names_what_must_change(script: Script, run: Run, tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("x")
    (tmp_path / "secret.key").chmod(0o644)
    printed = run("doctor", "--json")
    assert printed.code == 78
    assert [check["check"] for check in printed.document["checks"] if not check["ok"]] == ["key"]


def test_backup_says_where_and_what_to_note(script: Script, run: Run, tmp_path: Path) -> None:
    printed = run("backup", str(tmp_path / "b"))
    assert printed.code == 0
    assert str(tmp_path / "b") in printed.out
    assert "audit trail ends with" in printed.out
    again = run("backup", str(tmp_path / "b"), "--json")
    assert (again.code, again.document["error"]["name"]) == (1, "RefusedError")
    relative = run("restore-backup", "no-such-file", "--json")
    assert (relative.code, relative.document["error"]["name"]) == (1, "NotFound")


def test_a_canceled_job_is_told(script: Script, run: Run) -> None:
    def work(job: Job, _: JobControl) -> Any:
        script.cancel(job.job_id)
        raise TemporaryError("Stopped.", "Again.")

    script.work = work
    printed = run("identify")
    assert (printed.code, "canceled" in printed.err) == (1, True)
