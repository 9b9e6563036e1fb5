"""Commands, answers and errors survive the way over the control route."""

from __future__ import annotations

import json

import pytest
from pydantic import SecretStr

from sfsam.domain.commands import Command, Download, DraftProfile, Enqueue, ListCandidates, Reclaim
from sfsam.domain.profiles import GrantType
from sfsam.errors import GuardExceeded, SetupError, SfsamError, TemporaryError, UsageError
from sfsam.web.wire import answer_document, command_document, command_from, error_document, error_from
from tests.fakes.scripted import FOUND

DRAFT = DraftProfile(
    name="Acme",
    url="https://acme.my.salesforce.com",
    grant=GrantType.CLIENT_CREDENTIALS,
    client_id="id",
    client_secret=SecretStr("hunter2"),
)


@pytest.mark.parametrize(
    "command",
    [
        Enqueue(actor="ada", job=Download(actor="ada", profile="Acme", full=True), key="k"),
        Enqueue(job=Reclaim(numbers=("RC0000001", "RC0000002"), max_users=3)),
        ListCandidates(profile="Acme"),
        DRAFT,
    ],
)
def test_a_command_arrives_as_it_was_sent(command: Command) -> None:
    arrived = command_from(json.loads(json.dumps(command_document(command))))
    assert arrived == command
    assert type(arrived) is type(command)


@pytest.mark.parametrize("document", [None, [], "ListJobs", {}, {"command": "Command"}, {"command": ["ListJobs"]}])
def test_what_is_no_command_is_refused_with_the_names_there_are(document: object) -> None:
    with pytest.raises(UsageError) as caught:
        command_from(document)
    assert "ListJobs" in caught.value.remedy


def test_a_wrong_field_is_named_and_its_value_is_not_repeated() -> None:
    document = command_document(DRAFT)
    document["arguments"]["client_id"] = ""
    document["arguments"]["secret"] = "hunter3"
    with pytest.raises(UsageError) as caught:
        command_from(document)
    assert "client_id" in caught.value.what
    assert "hunter" not in str(caught.value)


def test_answers_are_plain_values() -> None:
    assert answer_document(FOUND) == FOUND.model_dump()
    assert answer_document([FOUND, FOUND]) == [FOUND.model_dump()] * 2


def test_an_error_comes_out_as_the_error_that_went_in() -> None:
    error = GuardExceeded("Too many.", "Select fewer.", said="x")
    document = error_document(error)
    assert document == {
        "name": "GuardExceeded",
        "family": "refused",
        "what": "Too many.",
        "remedy": "Select fewer.",
        "said": "x",
        "exit_code": 1,
    }
    del document["family"]
    arrived = error_from(**document)
    assert type(arrived) is GuardExceeded
    assert error_document(arrived) == document | {"family": "refused"}


@pytest.mark.parametrize(
    ("name", "exit_code", "kind"),
    [("Interrupted", 75, TemporaryError), ("Unheard", 78, SetupError), ("InternalError", 1, SfsamError)],
)
def test_a_name_of_another_version_keeps_its_family(name: str, exit_code: int, kind: type[SfsamError]) -> None:
    assert type(error_from(name, "What.", "Remedy.", exit_code=exit_code)) is kind
