"""Ten thousand seats of a one-call action: at most 50 writes and 10 reads (issues of reclaim and of scale).

In CI there are fewer seats; what is asked for does not grow with them but by pages of 2,000 and calls of 200.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from sfsam.bootstrap import build
from sfsam.domain.candidates import Action, Candidate, Justification
from sfsam.domain.commands import Reclaim
from sfsam.domain.identifiers import new_id
from sfsam.domain.jobs import Job, JobKind
from sfsam.domain.subscriptions import Kind
from sfsam.services.reclaiming import READ_BY_LICENSE_FROM, SEATS_PER_BATCH
from sfsam.services.running import SilentControl
from sfsam.services.world import profile_named
from tests.e2e.journey import CommandLine, practice_org

pytestmark = [pytest.mark.emulator, pytest.mark.campaign]  # CI counts with a fake org instead
PAGE = 2000


@pytest.mark.timeout(7200)  # a campaign takes long
def test_many_seats_take_few_calls(tmp_path: Path, request: pytest.FixtureRequest, tell: Callable[[str], None]) -> None:
    is_campaign = bool(request.config.getoption("--campaign"))
    with practice_org(users=100_000 if is_campaign else 4_500, seed=3) as practice:
        sfsam = CommandLine(tmp_path)
        sfsam.connect(practice.orgs[0])
        held = practice.dump("UserPackageLicense").values()
        package, _ = Counter(row["PackageLicenseId"] for row in held).most_common(1)[0]
        name = practice.dump("PackageLicense")[package]["NamespacePrefix"]
        users = practice.dump("User")
        holders = [row["UserId"] for row in held if row["PackageLicenseId"] == package][:10_000]
        assert len(holders) >= READ_BY_LICENSE_FROM, "too few seats to be read by their license"
        with closing(build(sfsam.settings)) as system:
            store, now = system.store, system.clock.now()
            with store.begin() as work:
                profile = profile_named(work, "Production")
                org = work.profiles.connection(profile.profile_id).org
                assert org is not None
                work.candidates.save(
                    [
                        Candidate(
                            number=f"RC{place:07d}",
                            profile_id=profile.profile_id,
                            org_id=org.org_id,
                            user_id=user_id,
                            user_principal_name=users[user_id]["Username"],
                            kind=Kind.PACKAGE,
                            identifier=name,
                            rule="by_hand",
                            justification=Justification.MANUAL,
                            action=Action.REMOVE_PACKAGE_LICENSE,
                            opened_at=now,
                            updated_at=now,
                        )
                        for place, user_id in enumerate(holders, start=1)
                    ]
                )
                work.commit()
            before = practice.side_door("stats")["api_calls_total"]
            order = Reclaim(all_ready=True, max_users=len(holders))
            job = Job(
                job_id=new_id(),
                kind=JobKind.RECLAIM,
                profile_id=None,
                key="many",
                arguments=order.model_dump(mode="json"),
                requested_by="ada",
                created_at=now,
            )
            answer = system.services.run(job, SilentControl())
            calls = practice.side_door("stats")["api_calls_total"] - before
        writes = len(practice.log())
        left = practice.dump("UserPackageLicense").values()
        gone = len(held) - len(left)
        tell(f"{len(holders)} seats of {name}: {writes} writes, {calls - writes} reads, {answer.seats_freed} freed")
        assert answer.seats_freed == gone > 0.9 * len(holders)
        assert writes == math.ceil(gone / SEATS_PER_BATCH) == answer.planned_calls
        assert calls - writes <= 5 + math.ceil(len(holders) / PAGE)
        if len(holders) == 10_000:
            assert writes <= 50
