from __future__ import annotations

from datetime import datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsam.salesforce import soql
from sfsam.salesforce.described import Described, DescribedField


def test_quote_leaves_no_way_out_of_the_literal() -> None:
    assert soql.quote("O'Neil\\") == r"'O\'Neil\\'"
    assert soql.quote("' OR Id != '") == r"'\' OR Id != \''"
    assert soql.quote("two\nlines") == r"'two\nlines'"


@given(st.text())
def test_quoted_text_reads_back(text: str) -> None:
    quoted = soql.quote(text)
    inside, read, escape = quoted[1:-1], "", False
    for character in inside:
        if escape:
            read += {"n": "\n", "r": "\r"}.get(character, character)
            escape = False
        elif character == "\\":
            escape = True
        else:
            assert character != "'"
            read += character
    assert (read, escape) == (text, False)


def test_bind_writes_lists_moments_and_texts() -> None:
    query = "SELECT Id FROM LoginHistory WHERE UserId IN :ids AND LoginTime > :since AND LoginUrl = :url"
    bound = soql.bind(query, ids=["a", "b'"], since=datetime(2026, 8, 26, 1, 2, 3), url=":since")
    assert bound.endswith(r"UserId IN ('a','b\'') AND LoginTime > 2026-08-26T01:02:03Z AND LoginUrl = ':since'")
    with pytest.raises(KeyError):
        soql.bind(query, ids=[])


def test_pitfall_20_id_lists_stay_below_the_longest_address() -> None:
    ids = [f"005xx0000{number:06d}" for number in range(1000)]
    chunks = list(soql.id_chunks(ids))
    assert [len(chunk) for chunk in chunks] == [300, 300, 300, 100]
    longest = soql.by_ids("User", ("Id", *(f"UserPermissionsFeature{number}" for number in range(20))), chunks[0])
    assert (
        len(httpx.URL("https://acme.my.salesforce.com/services/data/v66.0/query", params={"q": longest}).raw_path)
        < 16_384
    )


def test_pitfall_21_ids_of_15_and_18_characters_are_one_id() -> None:
    assert list(soql.id_chunks(["001xx000003DGb2", "001xx000003DGb2AAG"])) == [["001xx000003DGb2AAG"]]


@pytest.mark.parametrize("path", sorted(soql.QUERIES.glob("*.soql")), ids=lambda path: path.stem)
def test_every_query_file_is_well_made(path: object) -> None:
    wanted = soql.load(path.stem)  # type: ignore[attr-defined]
    assert set(wanted.required) <= set(wanted.fields)
    assert set(wanted.optional) <= set(wanted.fields)
    assert not set(wanted.optional) & set(wanted.required)
    assert len(set(wanted.fields)) == len(wanted.fields)


def test_pitfall_17_only_fields_that_the_org_shows_are_asked_for() -> None:
    wanted = soql.load("User")
    names = [name for name in wanted.fields if name not in ("Department", "EmployeeNumber")]
    flags = ("UserPermissionsKnowledgeUser", "UserPermissionsCallCenterAutoLogin")
    fields = {name: DescribedField(name=name, type="string", updateable=True) for name in names}
    fields |= {name: DescribedField(name=name, type="boolean", updateable=True) for name in flags}
    described = Described(name="User", updateable=True, deletable=False, queryable=True, fields=fields)

    selection = wanted.select(described)

    assert "Department" not in selection.columns
    assert selection.missing == ("Department",)  # EmployeeNumber is optional: gone without a word
    assert selection.vital == ()
    assert selection.columns[-1] == "UserPermissionsKnowledgeUser"
    assert "CallCenter" not in selection.query()

    without_key = described.model_copy(update={"fields": {k: v for k, v in fields.items() if k != "ProfileId"}})
    assert wanted.select(without_key).vital == ("ProfileId",)
