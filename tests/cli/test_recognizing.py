"""models, unrecognized, map, unmap and exclusions: what each asks, and what it prints."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import date, datetime

from sfsam.domain.answers import ExcludedAnswer, ExclusionPreview, ExclusionRow, MappingRow, UnrecognizedRow
from sfsam.domain.commands import (
    AddExclusion,
    ListExclusions,
    ListUnrecognized,
    MapIdentifier,
    PreviewExclusion,
    RemoveExclusion,
)
from sfsam.domain.exclusions import Subject
from sfsam.domain.software_models import Suggestion
from sfsam.domain.subscriptions import Kind
from tests.cli.conftest import Printed, Script

Run = Callable[..., Printed]
ROW = ExclusionRow(
    exclusion_id="x1",
    subject=Subject.PATTERN,
    kind="",
    value="a?*@acme.example",
    model=None,
    org=None,
    reason="On leave",
    expires_on=date(2026, 12, 31),
    created_by="ada",
    created_at=datetime(2026, 11, 24, 12),
    catches=3,
    is_past=False,
)


def test_an_identifier_is_listed_with_what_it_may_be_and_mapped(run: Run, script: Script) -> None:
    found = {"kind": Kind.PACKAGE, "identifier": "SBQQ", "orgs": 2, "seats": 6}
    best = Suggestion(publisher="Salesforce", product="Salesforce CPQ", score=88)
    script.answers = {
        ListUnrecognized: [
            UnrecognizedRow(label="SBQQ", org_names="A, B", owned=4, is_excluded=False, suggestions=[best], **found)
        ],
        MapIdentifier: MappingRow(model="Salesforce CPQ", is_recognized=True, mapped_by="ada", **found),
    }
    assert "Salesforce CPQ (88 %)" in run("unrecognized").out
    assert run("unrecognized", "--json").document[0]["suggestions"][0]["product"] == "Salesforce CPQ"
    printed = run("map", "package", "SBQQ", "--product", "Salesforce CPQ", "--free", "--note", "Bundled")
    assert (printed.code, printed.out) == (0, "SBQQ is Salesforce CPQ from now on: 6 seats in 2 orgs.\n")
    order = script.the(MapIdentifier)
    assert (order.actor, order.is_paid, order.publisher) == (getpass.getuser(), False, "Salesforce")


def test_exclusions_are_previewed_added_listed_and_removed(run: Run, script: Script) -> None:
    script.answers = {
        PreviewExclusion: ExclusionPreview(users=3, seats=9, unused_seats=2, candidates=1),
        AddExclusion: ExcludedAnswer(exclusion=ROW, candidates_closed=1),
        ListExclusions: [ROW],
        RemoveExclusion: ExcludedAnswer(exclusion=ROW),
    }
    named = ("exclusions", "add", "pattern", "a?*@acme.example", "--reason", "On leave", "--until", "2026-12-31")
    printed = run(*named, "--dry-run")
    assert "Would catch 3 users with 9 seats, 2 of them unused." in printed.out
    assert run(*named, "--json").document["exclusion"]["expires_on"] == "2026-12-31"
    order = script.the(AddExclusion)
    assert (order.subject, order.kind, order.expires_on) == (Subject.PATTERN, None, date(2026, 12, 31))
    assert run("exclusions").out == run("exclusions", "list").out
    assert "no longer excluded" in run("exclusions", "remove", "x1").out


def test_an_identifier_is_excluded_with_its_kind_or_not_at_all(run: Run, script: Script) -> None:
    printed = run("exclusions", "add", "identifier", "SFDC", "--reason", "Free")
    assert printed.code == 2 and "kind" in printed.err
    assert not [command for command in script.asked if isinstance(command, AddExclusion)]
