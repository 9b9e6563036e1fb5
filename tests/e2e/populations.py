"""A random population, worked through: connected, contracts entered, seats taken back, and downloaded on a later day.

What became of it stands twice: as sfsam reads it, and as pandas works it out from the practice org's own rows.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd

from sfsam import bootstrap
from sfsam.domain.commands import EnterSaving
from tests.e2e import truth
from tests.e2e.journey import CommandLine, PracticeProcess, practice_org
from tests.e2e.truth import Contract, Org

NOW = "2026-11-24T12:00:00+00:00"
FIRST_DAY, LATER_DAY = date(2026, 11, 24), date(2026, 11, 28)
COST_CENTERS = ["1000 Sales", "2000 Service", ""]
TAKEN_BACK = 9
HEADERS = (
    *("Org", "License", "Kind", "Quantity", "Unit price", "Period", "Currency", "Starts on", "Ends on"),
    *("Cost center", "Contract"),
)


@dataclass
class TakenBack:
    """What was done in the first org, which alone has a second day."""

    candidates: pd.DataFrame  # as sfsam listed them before anything was sent
    sent: list[str]  # numbers
    seats_before: pd.DataFrame  # truth.seats, before
    position_before: pd.DataFrame  # truth.position, before
    returned: str = ""  # number of the candidate whose seats were given back


@dataclass
class Worked:
    """Both sides: what pandas worked out per org, and what sfsam reads."""

    system: bootstrap.System
    practice: PracticeProcess
    contracts: dict[str, list[Contract]]
    taken_at: dict[str, pd.Timestamp]
    first: TakenBack
    held: dict[str, pd.DataFrame] = field(default_factory=dict)  # by org id, one row per seat
    truth: dict[str, pd.DataFrame] = field(default_factory=dict)  # by org id, one row per license
    sandboxes: set[str] = field(default_factory=set)
    realized: list[tuple[str, str, int, int]] = field(default_factory=list)  # org id, cause, seats, cents

    @property
    def first_org(self) -> str:
        """Id of the one org with a later day."""
        org_id: str = self.practice.orgs[0]["org_id"]
        return org_id

    def rows(self, read: str, **parameters: Any) -> list[dict[str, Any]]:
        return self.system.reads.rows(read, **parameters)

    def counted(self, *, org_ids: set[str] | None = None) -> pd.DataFrame:
        """The licenses that totals count: paid ones, of orgs that are no sandbox."""
        wanted = (org_ids or set(self.truth)) - self.sandboxes
        frames = [frame.assign(org_id=org_id) for org_id, frame in self.truth.items() if org_id in wanted]
        found = pd.concat(frames)
        return found[found.is_paid]

    def in_force(self, org_id: str) -> list[Contract]:
        """Contracts in force on the day of the org's newest download."""
        return [each for each in self.contracts[org_id] if each.is_in_force(self.taken_at[org_id].date())]


@contextmanager
def worked_through(population: dict[str, int], folder: Path) -> Iterator[Worked]:
    """Make the population and do with it what a year brings."""
    sfsam = CommandLine(folder)
    chance = random.Random(population["seed"])
    with practice_org(**population, now=NOW) as practice:
        for org in practice.orgs:
            sfsam.connect(org, org["org_id"])
            sfsam.done("download", org["org_id"])
        contracts = _contracts(practice, chance)
        _enter(sfsam, contracts)
        sfsam.done("reconcile")
        first = _take_back(sfsam, practice, contracts, chance)
        _a_later_day(sfsam, practice)
        system = bootstrap.build(sfsam.settings)
        try:
            worked = Worked(system, practice, contracts, _taken_at(system), first)
            _work_out(worked)
            _enter_savings(worked, chance)
            yield worked
        finally:
            system.close()


def _contracts(practice: PracticeProcess, chance: random.Random) -> dict[str, list[Contract]]:
    """Contracts of a third of the licenses, two for some, at prices that do not divide evenly; some end soon."""
    found: dict[str, list[Contract]] = {}
    for number, org in enumerate(practice.orgs):
        licenses = sorted(key for key, (total, _) in truth.owned(practice, number).items() if total)
        chosen = chance.sample(licenses, k=len(licenses) // 3)
        found[org["org_id"]] = [each for key in chosen for each in _of_license(key, chance)]
    return found


def _of_license(key: tuple[str, str], chance: random.Random) -> Iterator[Contract]:
    how_many = chance.choice([1, 1, 2])
    for _ in range(how_many):
        quantity = None if how_many == 1 and chance.random() < 0.2 else chance.randint(1, 400)
        ends_on = None if chance.random() < 0.3 else FIRST_DAY + timedelta(days=chance.randint(-3, 220))
        is_monthly = chance.random() < 0.3
        cents = 12 * chance.randint(1, 40_000) if is_monthly else chance.randint(1, 500_000)
        yield Contract(*key, quantity, cents, chance.choice(COST_CENTERS), is_monthly, None, ends_on)
        if ends_on and chance.random() < 0.3:
            yield Contract(*key, quantity, cents, "", is_monthly, ends_on + timedelta(days=1), None)


def _enter(sfsam: CommandLine, contracts: dict[str, list[Contract]]) -> None:
    """Import the contracts as a file, as an analyst does."""
    file = sfsam.data_dir.parent / "entitlements.csv"
    rows = [(org_id, each) for org_id, of_org in contracts.items() for each in of_org]
    with file.open("w", encoding="utf-8", newline="") as opened:
        lines = csv.writer(opened)
        lines.writerow(HEADERS)
        for number, (org_id, each) in enumerate(rows):
            cents, period = (each.cents // 12, "month") if each.is_monthly else (each.cents, "year")
            price = f"{cents // 100}.{cents % 100:02}"
            cells = [org_id, each.identifier, each.kind, each.quantity, price, period, "USD", each.starts_on]
            lines.writerow([*cells, each.ends_on, each.cost_center, f"C-{number}"])
    assert sfsam.done("import", "entitlements", str(file))["rows_taken"] == len(rows)


def _take_back(
    sfsam: CommandLine, practice: PracticeProcess, contracts: dict[str, list[Contract]], chance: random.Random
) -> TakenBack:
    """Find candidates in every org, and take some of the first org's back."""
    org_id = practice.orgs[0]["org_id"]
    sfsam.done("identify")
    candidates = pd.DataFrame(sfsam.done("candidates"))
    taken_at = pd.Timestamp(NOW).tz_localize(None)
    rows = Org.of(practice, taken_at)
    held = truth.seats(practice, rows, truth.activity(rows))
    mine = [each for each in contracts[org_id] if each.is_in_force(FIRST_DAY)]
    position = truth.position(practice, held, mine)
    ready = candidates[candidates.org_id == org_id].sort_values("number")
    sent = sorted(chance.sample(list(ready.number), k=TAKEN_BACK))
    arguments = [part for number in sent for part in ("--number", number)]
    answer = sfsam.run("reclaim", *arguments, "--yes")
    assert answer.code in (0, 3), answer.stderr  # 3: some are blocked
    return TakenBack(candidates, sent, held, position)


def _a_later_day(sfsam: CommandLine, practice: PracticeProcess) -> None:
    """The first org alone is downloaded again, four days later."""
    practice.side_door("time", {"now": f"{LATER_DAY}T09:00:00+00:00"})
    sfsam.done("download", practice.orgs[0]["org_id"])


def _taken_at(system: bootstrap.System) -> dict[str, pd.Timestamp]:
    return {row["org_id"]: pd.Timestamp(row["taken_at"]) for row in system.reads.rows("snapshots")}


def _work_out(worked: Worked) -> None:
    for number, org in enumerate(worked.practice.orgs):
        org_id = org["org_id"]
        rows = Org.of(worked.practice, worked.taken_at[org_id], number)
        held = truth.seats(worked.practice, rows, truth.activity(rows), number)
        worked.held[org_id] = held
        worked.truth[org_id] = truth.position(worked.practice, held, worked.in_force(org_id), number)
        (organization,) = worked.practice.dump("Organization", org=number).values()
        worked.sandboxes |= {org_id} if organization["IsSandbox"] else set()


def _enter_savings(worked: Worked, chance: random.Random) -> None:
    """Give the seats of one candidate back, and enter realized savings as a person does."""
    org_id = worked.first_org
    done = [row["candidate_number"] for row in worked.rows("savings") if row["sort"] == "freed"]
    worked.first.returned = chance.choice(sorted(done))
    send, common = worked.system.send, {"actor": "test", "saved_on": LATER_DAY, "proof": "A letter"}
    send(EnterSaving(cause="seat_returned", candidate_number=worked.first.returned, **common))
    license_ = next(iter(worked.truth[org_id].itertuples()))
    for cause in ("renewal_with_fewer_seats", "purchase_avoided", "purchase_avoided"):
        seats, cents = chance.randint(1, 90), chance.randint(1, 900_000)
        about = {"org": org_id, "kind": license_.kind, "license": license_.identifier, "currency": "USD"}
        send(EnterSaving(cause=cause, seats=seats, amount=Decimal(cents) / 100, **about, **common))
        worked.realized.append((org_id, cause, seats, cents))
