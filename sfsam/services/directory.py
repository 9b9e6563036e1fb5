"""The directory of people, as a kind of file that can be imported."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from sfsam.domain.identifiers import new_id
from sfsam.domain.imports import ImportKind
from sfsam.domain.people import Person, PersonStatus
from sfsam.ports import UnitOfWork
from sfsam.services.erasing import erased_among
from sfsam.services.resolving import queue_resolving
from sfsam.services.row_kinds import TAKEN, UNCHANGED, Column, ImportContext, RowKind, Verdict, refused
from sfsam.services.world import World

_LEFT = frozenset({"left", "inactive", "terminated", "former", "leaver", "false", "no", "0"})
_ACTIVE = frozenset({"active", "employed", "current", "true", "yes", "1"})
_NOT_COMPARED = {"person_id", "source", "updated_at"}


class DirectoryRow(BaseModel):
    """One person of an imported directory."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    employee_number: str = ""
    name: str
    email: str = ""
    federation_id: str = ""
    department: str = ""
    cost_center: str = ""
    manager_email: str = ""
    company: str = ""
    country: str = ""
    status: PersonStatus = PersonStatus.ACTIVE

    @field_validator("status", mode="before")
    @classmethod
    def _in_words(cls, value: object) -> object:
        word = str(value).strip().lower()
        if word in _LEFT:
            return PersonStatus.LEFT
        if word in _ACTIVE:
            return PersonStatus.ACTIVE
        raise ValueError(f"{value!r} is neither active nor left")

    @field_validator("email", "manager_email")
    @classmethod
    def _an_address(cls, value: str) -> str:
        if value and ("@" not in value.strip("@") or any(character.isspace() for character in value)):
            raise ValueError(f"{value!r} is not an e-mail address")
        return value

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> DirectoryRow:
        if not (self.employee_number or self.email or self.federation_id):
            raise ValueError("give an employee number, an e-mail or a federation id")
        return self


def take(world: World, work: UnitOfWork, rows: Sequence[DirectoryRow], context: ImportContext) -> list[Verdict]:
    """Update those who are known by employee number, else by e-mail, else by federation id; add the others.

    Whoever was erased is passed over without a trace of the row. The users are matched anew afterwards.
    """
    asked = [
        Person(person_id=new_id(), source=context.import_id, updated_at=context.at, **row.model_dump()) for row in rows
    ]
    erased = erased_among(work, asked)
    known = _Known(work.people.alike(asked))
    verdicts: list[Verdict] = []
    for person in asked:
        before = known.like(person)
        if person.person_id in erased:
            verdicts.append(UNCHANGED)
        elif before is None or not _is_same(before, person):
            if before is not None and before.source == context.import_id:
                verdicts.append(refused("Another row of this file is about the same person and says something else."))
                continue
            known.keep(person.model_copy(update={"person_id": before.person_id}) if before else person)
            verdicts.append(TAKEN)
        else:
            verdicts.append(UNCHANGED)
    work.people.save_persons(known.changed)
    if known.changed:
        queue_resolving(world, work, context.by)
    return verdicts


class _Known:
    """The directory's entries that rows may be about."""

    def __init__(self, persons: Sequence[Person]) -> None:
        self._persons = {person.person_id: person for person in persons}
        self._changed: set[str] = set()
        self._by_key: list[dict[str, set[str]]] = [{}, {}, {}]
        for person in persons:
            self._note(person)

    @property
    def changed(self) -> list[Person]:
        return [self._persons[person_id] for person_id in sorted(self._changed)]

    def like(self, person: Person) -> Person | None:
        """Whom the row is about. Two employee numbers are two people, whatever else they share."""
        for by_key, key in zip(self._by_key, person.keys, strict=True):
            found = [self._persons[person_id] for person_id in sorted(by_key.get(key, ())) if key]
            fits = [each for each in found if not _are_two(each, person)]
            if len(fits) == 1:
                return fits[0]
        return None

    def keep(self, person: Person) -> None:
        before = self._persons.get(person.person_id)
        if before is not None:
            for by_key, key in zip(self._by_key, before.keys, strict=True):
                by_key.get(key, set()).discard(before.person_id)
        self._persons[person.person_id] = person
        self._changed.add(person.person_id)
        self._note(person)

    def _note(self, person: Person) -> None:
        for by_key, key in zip(self._by_key, person.keys, strict=True):
            by_key.setdefault(key, set()).add(person.person_id)


def _are_two(one: Person, other: Person) -> bool:
    return bool(one.keys[0] and other.keys[0] and one.keys[0] != other.keys[0])


def _is_same(one: Person, other: Person) -> bool:
    return one.model_dump(exclude=_NOT_COMPARED) == other.model_dump(exclude=_NOT_COMPARED)


DIRECTORY: RowKind[DirectoryRow] = RowKind(
    kind=ImportKind.DIRECTORY,
    title="Directory of people",
    columns=(
        Column(
            "employee_number",
            "Employee number",
            "The number by which your directory knows the person.",
            "10042",
            aliases=("employee id", "personnel number", "emp no"),
        ),
        Column(
            "name",
            "Name",
            "First and last name.",
            "Anna Lindqvist",
            is_required=True,
            aliases=("full name", "display name"),
        ),
        Column(
            "email",
            "E-mail",
            "The person's own address.",
            "anna.lindqvist@acme.example",
            aliases=("e-mail address", "mail", "work email"),
        ),
        Column(
            "federation_id",
            "Federation id",
            "What the identity provider calls the person.",
            "alindqvist",
            aliases=("federation identifier", "upn", "user id"),
        ),
        Column("department", "Department", "As it is to be shown.", "Sales"),
        Column("cost_center", "Cost center", "Who pays for the person's seats.", "CC-100", aliases=("cost centre",)),
        Column(
            "manager_email",
            "Manager's e-mail",
            "Whom to ask about the person's seats.",
            "marek.nowak@acme.example",
            aliases=("manager", "manager email"),
        ),
        Column("company", "Company", "The legal entity.", "Acme GmbH"),
        Column("country", "Country", "Where the person works.", "DE"),
        Column(
            "status", "Status", "active or left; empty is active.", "active", aliases=("employment status", "is active")
        ),
    ),
    row_model=DirectoryRow,
    take=take,
)
