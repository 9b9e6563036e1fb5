"""What every object's rules have in common: who may write, and that a write is refused unless a rule allows it."""

from __future__ import annotations

from typing import Any

from sfsam.emulator.answers import Change
from sfsam.emulator.errors import SalesforceError, insufficient_access
from sfsam.emulator.permissions import WRITE_PERMISSIONS
from sfsam.emulator.rules.work import Row, Work


class Rules:
    """Rules of one object. Each method checks everything before it writes anything."""

    def __init__(self, name: str) -> None:
        self.name = name

    def create(self, work: Work, values: Row) -> int:
        """Create a record from stored values; returns its number."""
        self.check_caller(work)
        return work.add(self.name, values)

    def update(self, work: Work, number: int, row: Row, values: Row) -> None:
        """Change a record; `row` is what is stored now."""
        self.check_caller(work)
        self.write(work, number, row, values)

    def delete(self, work: Work, number: int, row: Row) -> None:
        """Delete a record; `row` is what is stored now."""
        self.check_caller(work)
        work.remove(self.name, number)

    def check_caller(self, work: Work) -> None:
        """Raises INSUFFICIENT_ACCESS_OR_READONLY unless the caller may write the object."""
        if not work.caller.may(*WRITE_PERMISSIONS.get(self.name, ())):
            raise insufficient_access()

    def write(self, work: Work, number: int, row: Row, values: Row) -> None:
        """Store the values that differ, and record each as a change."""
        differing = {name: value for name, value in values.items() if row.get(name) != value}
        item = work.catalog[self.name]
        for name, value in differing.items():
            each = item.by_name[name.lower()]
            before, after = (work.shown(item, each, v) for v in (row.get(name), value))
            work.changes.append(Change(self.name, work.id(self.name, number), name, before, after))
        if differing:
            work.change(self.name, number, differing)


def license_limit(message: str = "License Limit Exceeded") -> SalesforceError:
    """No seat is left (fact sheet 2.8, 5.5)."""
    return SalesforceError(400, "LICENSE_LIMIT_EXCEEDED", message)


def required(values: Row, *names: str) -> tuple[Any, ...]:
    """The values of fields that a create must name. Raises REQUIRED_FIELD_MISSING."""
    missing = tuple(name for name in names if values.get(name) is None)
    if missing:
        message = f"Required fields are missing: [{', '.join(missing)}]"
        raise SalesforceError(400, "REQUIRED_FIELD_MISSING", message, missing)
    return tuple(values[name] for name in names)
