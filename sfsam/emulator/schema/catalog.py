"""All objects of one org, found by name or key prefix, as a caller sees them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sfsam.emulator.answers import Caller
from sfsam.emulator.schema import access, activity, licenses, people, usage
from sfsam.emulator.schema.model import PREFIXES, Field, SObject

ALL: tuple[SObject, ...] = tuple(
    item
    for module in (people, licenses, access, activity, usage)
    for item in vars(module).values()
    if isinstance(item, SObject)
)

_NOBODY = ("NobodyHasThis",)


class Catalog:
    """The objects of an org; `lacking` names fields by object that this org was never given (fact sheet 2.5),
    `hidden` what no caller sees: "Object" or "Object.Field"."""

    def __init__(self, lacking: Mapping[str, Iterable[str]] | None = None, hidden: Iterable[str] = ()) -> None:
        gone, unseen = lacking or {}, frozenset(hidden)
        objects = (item.without(gone[item.name]) if item.name in gone else item for item in ALL)
        self._by_name = {item.name.lower(): _hiding(item, unseen) for item in objects}
        self._by_prefix = {item.prefix: item for item in self._by_name.values()}

    def __iter__(self) -> Iterator[SObject]:
        return iter(self._by_name.values())

    def __getitem__(self, name: str) -> SObject:
        return self._by_name[name.lower()]

    def find(self, name: str, caller: Caller) -> SObject | None:
        """The object of that name (any case) if it is there for the caller."""
        found = self._by_name.get(name.lower())
        return found if found and visible(found, caller) else None

    def by_prefix(self, prefix: str) -> SObject | None:
        """The object whose ids begin so."""
        return self._by_prefix.get(prefix)

    def prefix(self, object_name: str) -> str:
        """The key prefix of an object, also of one that is only referred to."""
        return PREFIXES.get(object_name) or self[object_name].prefix


def _hiding(item: SObject, unseen: frozenset[str]) -> SObject:
    """The object, or those of its fields, as something that needs a permission which nobody has."""
    fields = tuple(
        replace(each, needs=_NOBODY) if f"{item.name}.{each.name}" in unseen else each for each in item.fields
    )
    return replace(item, fields=fields, needs=_NOBODY if item.name in unseen else item.needs)


def visible(item: SObject | Field, caller: Caller) -> bool:
    """Whether the caller sees the object or field at all."""
    return not item.needs or caller.may(*item.needs)


def visible_fields(item: SObject, caller: Caller) -> tuple[Field, ...]:
    """The object's fields that the caller sees."""
    return tuple(each for each in item.fields if visible(each, caller))
