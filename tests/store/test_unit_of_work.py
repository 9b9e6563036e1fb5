"""One write transaction: undone on leaving, lasting after commit, one writer at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sfsam.domain.attempts import Attempt, Outcome, Request
from sfsam.domain.candidates import Candidate, Justification, State
from sfsam.domain.holdings import Holding
from sfsam.domain.jobs import Job, JobFailure, JobKind, JobState, Phase, Progress
from sfsam.domain.profiles import Check, ConnectedOrg, Connection, GrantType, Process, Profile, ProfileStatus
from sfsam.domain.steps import Step
from sfsam.domain.subscriptions import Kind
from sfsam.errors import NotFound, StoreBusy
from sfsam.ports import AuthorizationRequest
from sfsam.store.database import DuckDBStore

NOW = datetime(2026, 11, 24, 9, 30, 0, 123456)


def profile(profile_id: str = "p1", name: str = "Production") -> Profile:
    return Profile(
        profile_id=profile_id,
        name=name,
        created_at=NOW,
        checks=(Check(process=Process.DOWNLOAD, permission="View Setup", ok=None, remedy="Assign it."),),
    )


def connection(profile_id: str = "p1", org_id: str | None = "00Dxx0000001gPLEAY") -> Connection:
    org = org_id and ConnectedOrg(
        org_id=org_id,
        name="Acme",
        edition="Enterprise Edition",
        is_sandbox=False,
        instance_url="https://acme.my.salesforce.com",
        user_id="005xx000001SvogAAC",
        username="ada@acme.example",
        scopes=("api",),
    )
    return Connection(
        connection_id=f"c-{profile_id}",
        profile_id=profile_id,
        name="Production",
        url="https://acme.my.salesforce.com",
        grant=GrantType.CLIENT_CREDENTIALS,
        client_id="3MVG",
        client_secret="sealed",
        org=org or None,
        connected_at=NOW if org_id else None,
    )


def job(job_id: str = "j1", **changes: object) -> Job:
    fields = {"kind": JobKind.DOWNLOAD, "profile_id": "p1", "key": "k", "requested_by": "ada", "created_at": NOW}
    return Job.model_validate({"job_id": job_id, **fields, **changes})


def candidate(number: str = "RC0000001", **changes: object) -> Candidate:
    fields = {
        "profile_id": "p1",
        "org_id": "00Dxx0000001gPLEAY",
        "user_id": "005xx000001SvogAAC",
        "user_principal_name": "ada@acme.example",
        "kind": Kind.USER,
        "identifier": "SFDC",
        "rule": "unused_user_license",
        "justification": Justification.LOW_USAGE,
        "evidence": {"inactive_days": 90, "seats": ["a", "b"]},
        "opened_at": NOW,
        "updated_at": NOW,
    }
    return Candidate.model_validate({"number": number, **fields, **changes})


def test_leaving_without_commit_undoes_everything(store: DuckDBStore) -> None:
    with store.begin() as work:
        work.profiles.add(profile(), connection())
        assert work.profiles.find("p1") is not None
    with store.begin() as work:
        assert work.profiles.all() == []


def test_an_error_inside_undoes_everything_and_frees_the_lock(store: DuckDBStore) -> None:
    with pytest.raises(RuntimeError), store.begin() as work:
        work.profiles.add(profile(), connection())
        raise RuntimeError("in the middle")
    with store.begin() as work:
        assert work.profiles.all() == []


def test_commit_keeps_what_came_before_it_and_leaving_undoes_what_came_after(store: DuckDBStore) -> None:
    with store.begin() as work:
        work.profiles.add(profile(), connection())
        work.commit()
        work.profiles.save(profile(name="Renamed"))
    with store.begin() as work:
        assert work.profiles.all() == [profile()]


def test_every_record_comes_back_as_it_was_saved(store: DuckDBStore) -> None:
    running = job(
        arguments={"profile": "p1"},
        state=JobState.RUNNING,
        started_at=NOW,
        progress=Progress(share=0.5, sentence="Users", phases=(Phase(name="Users", rows=3, expected=6),), api_calls=2),
        result={"rows": {"User": 3}},
        failure=JobFailure(
            error="StoreBusy", what="It's busy.", remedy="Wait.", said="\"quoted\" 'text'", exit_code=75
        ),
    )
    request = Request(
        request_id="r1",
        profile_id="p1",
        job_id="j1",
        requested_by="ada",
        requested_at=NOW,
        holdings=(
            Holding(
                user_id="005",
                username="a@b",
                is_active=True,
                is_frozen=False,
                user_login_id=None,
                profile_id="00e",
                last_login_at=NOW,
                system_modstamp="2026-11-24T09:30:00.000Z",
                permission_sets=({"Id": "0Pa"},),
            ),
        ),
    )
    attempt = Attempt(
        attempt_id="a1",
        request_id="r1",
        profile_id="p1",
        number="RC0000001",
        user_id="005",
        step=Step.FREEZE,
        record_id="0Yw",
        fields={"IsFrozen": True},
        intended_at=NOW,
    )
    with store.begin() as work:
        work.profiles.add(profile(), connection())
        work.jobs.add(running)
        work.candidates.save([candidate()])
        work.requests.add(request)
        work.requests.save_attempts([attempt, attempt.model_copy(update={"attempt_id": "a2", "fields": None})])
        work.commit()
    with store.begin() as work:
        assert work.profiles.connection("p1") == connection()
        assert work.jobs.find("j1") == running
        assert work.candidates.find("RC0000001") == candidate()
        assert work.requests.find("r1") == request
        assert [found.fields for found in work.requests.attempts_for("RC0000001")] == [{"IsFrozen": True}, None]


def test_saving_replaces_by_key_and_leaves_the_others(store: DuckDBStore) -> None:
    many = [candidate(f"RC{number:07d}") for number in range(1, 501)]
    with store.begin() as work:
        work.candidates.save(many)
        work.commit()
        closed = many[0].model_copy(update={"state": State.CLOSED_COMPLETE, "closed_at": NOW})
        work.candidates.save([closed])
        work.commit()
        assert work.candidates.select(state=State.CLOSED_COMPLETE) == [closed]
        assert work.candidates.open_count("p1") == 499
        assert work.candidates.open_count("another") == 0
        assert work.candidates.last_number() == 500
        assert len(work.candidates.select(profile_id="p1")) == 500


def test_an_attempt_that_is_closed_is_no_longer_open(store: DuckDBStore) -> None:
    attempt = Attempt(
        attempt_id="a1",
        request_id="r1",
        profile_id="p1",
        number="RC1",
        user_id="005",
        step=Step.DEACTIVATE,
        record_id="005",
        intended_at=NOW,
    )
    with store.begin() as work:
        work.requests.save_attempts([attempt])
        assert work.requests.open_attempts("p1") == [attempt]
        assert work.requests.open_attempts("p2") == []
        work.requests.save_attempts([attempt.model_copy(update={"outcome": Outcome.DONE, "closed_at": NOW})])
        assert work.requests.open_attempts() == []


def test_profiles_are_found_by_id_name_and_org(store: DuckDBStore) -> None:
    with store.begin() as work:
        work.profiles.add(profile(), connection())
        assert work.profiles.find("p1") == work.profiles.find("production") == profile()
        assert work.profiles.find("it's nobody' OR true --") is None
        assert work.profiles.with_org("00Dxx0000001gPLEAY") == profile()
        assert work.profiles.with_org("00Dxx0000001gPMEAY") is None
        with pytest.raises(NotFound):
            work.profiles.connection("p2")


def test_removing_a_profile_forgets_its_org_and_no_other(store: DuckDBStore) -> None:
    with store.begin() as work:
        work.profiles.add(profile(), connection())
        work.profiles.add(profile("p2", "Sandbox"), connection("p2", "00Dxx0000001gPMEAY"))
        work.candidates.save([candidate(), candidate("RC0000002", profile_id="p2", org_id="00Dxx0000001gPMEAY")])
        work.profiles.save(profile("p2", "Sandbox").model_copy(update={"status": ProfileStatus.PUBLISHED}))
        work.profiles.remove("p1")
        assert [kept.profile_id for kept in work.profiles.all()] == ["p2"]
        assert [kept.number for kept in work.candidates.select()] == ["RC0000002"]


def test_a_log_in_is_kept_for_a_day_so_that_a_replay_is_known(store: DuckDBStore) -> None:
    def begun(state: str, at: datetime = NOW) -> AuthorizationRequest:
        return AuthorizationRequest(
            state=state,
            profile_id="p1",
            code_verifier="sealed",
            redirect_uri="http://127.0.0.1:8501/oauth/callback",
            created_at=at,
            expires_at=at + timedelta(minutes=15),
        )

    used = begun("s1").model_copy(update={"used_at": NOW})
    with store.begin() as work:
        work.profiles.add_authorization(begun("s1"))
        work.profiles.save_authorization(used)
        assert work.profiles.find_authorization("forged") is None
        assert work.profiles.find_authorization("s1") == used
        work.profiles.add_authorization(begun("s2", NOW + timedelta(hours=23)))
        assert work.profiles.find_authorization("s1") == used
        work.profiles.add_authorization(begun("s3", NOW + timedelta(hours=25)))
        assert work.profiles.find_authorization("s1") is None
        assert work.profiles.find_authorization("s2") is not None


def test_jobs_queue_in_order_and_are_found_by_key_until_they_end(store: DuckDBStore) -> None:
    with store.begin() as work:
        work.jobs.add(job("j2", key="b", created_at=NOW + timedelta(seconds=1)))
        work.jobs.add(job("j1", key="a"))
        first = work.jobs.next_queued()
        assert first is not None and first.job_id == "j1"
        work.jobs.save(first.model_copy(update={"state": JobState.RUNNING}))
        assert [running.job_id for running in work.jobs.running()] == ["j1"]
        assert work.jobs.open_with_key("a") is not None
        work.jobs.save(first.model_copy(update={"state": JobState.SUCCEEDED}))
        assert work.jobs.open_with_key("a") is None
        assert [newest.job_id for newest in work.jobs.newest(1)] == ["j2"]


def test_writers_in_several_threads_wait_for_each_other(store: DuckDBStore) -> None:
    def add_ten(first: int) -> None:
        for number in range(first, first + 10):
            with store.begin() as work:
                work.candidates.save([candidate(f"RC{work.candidates.last_number() + 1:07d}", message=str(number))])
                work.commit()

    threads = [threading.Thread(target=add_ten, args=(start,)) for start in (0, 10, 20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.begin() as work:
        assert work.candidates.last_number() == 40
        assert {int(saved.message) for saved in work.candidates.select()} == set(range(40))


def test_a_file_in_use_by_another_process_is_busy_and_names_it(database_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from sfsam.store.database import DuckDBStore\n"
        "store = DuckDBStore.open(Path(sys.argv[1]), audit_key=b'k'); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(database_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        with pytest.raises(StoreBusy) as busy:
            DuckDBStore.open(database_path, audit_key=b"k")
        assert busy.value.values["pid"] == holder.pid
        assert str(holder.pid) in busy.value.what
        holder.communicate("")
    DuckDBStore.open(database_path, audit_key=b"k").close()
