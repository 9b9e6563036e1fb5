"""Orgs, priced licenses and counted seats are kept as rows: after every change they are what their views work out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from sfsam.config import PROJECT_DIR
from sfsam.domain.entitlements import Entitlement
from sfsam.domain.exclusions import EVERY_ORG, Exclusion, Subject
from sfsam.domain.prices import EnteredPrice
from sfsam.domain.software_models import IdentifierMapping
from sfsam.domain.subscriptions import Kind
from sfsam.ports import UnitOfWork
from sfsam.store import reference_data
from sfsam.store.database import DuckDBStore
from tests.store import tiny_org
from tests.store.tiny_org import ORG_ID, TAKEN_AT

KEPT = ("org", "priced_license", "person_value", "license_seat_count")
MOMENT = datetime(2026, 11, 24, 13)
SFDC = {"kind": Kind.USER, "identifier": "SFDC"}
CONTRACT = Entitlement(
    **{"entitlement_id": "e1", "number": "ENT0000001", "org_id": ORG_ID, "currency": "EUR", **SFDC},
    **{"quantity": 20, "unit_price": Decimal(90), "ends_on": date(2027, 3, 31), "contract": "C-1"},
    **{"entered_by": "ada", "entered_at": MOMENT, "updated_at": MOMENT},
)
PRICE = EnteredPrice(
    **{"price_id": "p1", "price_per_month": Decimal(99), "currency": "USD", "source": "entered", **SFDC},
    **{"entered_by": "ada", "entered_at": MOMENT},
)
MAPPING = IdentifierMapping(
    **{"mapping_id": "m1", "kind": Kind.USER, "identifier": "XYZ_NEW", "publisher": "Acme", "product": "Portal"},
    **{"is_paid": True, "mapped_by": "ada", "mapped_at": MOMENT},
)
OF_USER, OF_LICENSE = (
    Exclusion(
        **{"exclusion_id": name, "subject": subject, "kind": kind, "value": value, "org_id": EVERY_ORG},
        **{"reason": "agreed", "created_by": "ada", "created_at": MOMENT},
    )
    for name, subject, kind, value in (
        ("x1", Subject.USER, "", "ben@acme.example"),
        ("x2", Subject.IDENTIFIER, "user", "SFDC"),
    )
)


def _renamed(work: UnitOfWork) -> None:
    profile = work.profiles.all()[0]
    work.profiles.save(profile.model_copy(update={"name": "Renamed"}))


CHANGES: list[Callable[[UnitOfWork], object]] = [
    _renamed,
    lambda work: work.prices.save([PRICE]),
    lambda work: work.entitlements.save([CONTRACT]),
    lambda work: work.mappings.save(MAPPING),
    lambda work: work.exclusions.add(OF_USER, MOMENT.date()),
    lambda work: work.exclusions.add(OF_LICENSE, MOMENT.date()),
    lambda work: work.seats.free_all(ORG_ID, ["005-cleo"]),
    lambda work: work.seats.free(ORG_ID, ["2LA-1"], [("005-ada", "UserPermissionsMarketingUser")]),
    lambda work: work.mappings.remove(MAPPING),
    lambda work: work.exclusions.end([OF_USER, OF_LICENSE], at=MOMENT, by="ada"),
    lambda work: work.entitlements.remove("e1"),
    lambda work: work.prices.remove("p1"),
    lambda work: work.profiles.save_connection(
        work.profiles.connections()[0].model_copy(update={"org": None, "connected_at": None})
    ),
    lambda work: work.profiles.forget_org(ORG_ID),
]


def test_after_every_change_what_is_kept_is_what_is_worked_out(seeded: DuckDBStore, tmp_path: Path) -> None:
    seen = [_rows(seeded)]
    for change in CHANGES:
        with seeded.begin() as work:
            change(work)
            work.commit()
        seen.append(_rows(seeded))
    changed = [before != after for before, after in pairwise(seen)]
    assert changed == [True] * len(CHANGES)  # so that none of the comparisons was empty
    assert seen[-1] == {name: [] for name in KEPT}
    with seeded.begin() as work:
        work.profiles.remove(work.profiles.all()[0].profile_id)
        work.commit()
    tiny_org.connect(seeded)
    tiny_org.load(seeded, tiny_org.stage(tmp_path))
    assert _rows(seeded)["license_seat_count"] == seen[0]["license_seat_count"]


def test_a_day_is_written_down_by_what_was_entered_in_the_same_transaction(seeded: DuckDBStore) -> None:
    with seeded.begin() as work:
        work.prices.save([PRICE])
        work.position.reconcile(ORG_ID, TAKEN_AT, tiny_org.THRESHOLDS)
        work.commit()
    with seeded._cursor() as cursor:
        sql = "SELECT unit_cost FROM license_day WHERE identifier = 'SFDC' AND day = ?"
        assert cursor.execute(sql, [TAKEN_AT.date()]).fetchall() == [(Decimal(12 * 99),)]


def test_a_shipped_price_that_changed_counts_from_the_next_start(seeded: DuckDBStore, tmp_path: Path) -> None:
    for table, file in reference_data.TABLES.items():
        text = (PROJECT_DIR / "data" / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(
            text.replace("175.00", "200.00") if table == "list_price" else text, encoding="utf-8"
        )
    with seeded._cursor() as cursor:
        reference_data.load(cursor, tmp_path)
    [salesforce] = [row for row in _rows(seeded)["priced_license"] if "SFDC" in row]
    assert Decimal(12 * 200) in salesforce


def _rows(store: DuckDBStore) -> dict[str, list[tuple[object, ...]]]:
    """The kept rows, after they were compared with what their views say now."""
    found = {}
    with store._cursor() as cursor:
        for name in KEPT:
            columns = ", ".join(column for column, *_ in cursor.execute(f"DESCRIBE {name}").fetchall())
            kept, live = (
                cursor.execute(f"SELECT {columns} FROM {place} ORDER BY ALL").fetchall()  # noqa: S608
                for place in (name, f"live_{name}")
            )
            assert kept == live, name
            found[name] = kept
    return found
