"""What names in a query mean: the object, its parents, and the SQL they stand for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sfsam.emulator.answers import Caller
from sfsam.emulator.identifiers import IdSpace
from sfsam.emulator.schema.catalog import Catalog, visible, visible_fields
from sfsam.emulator.schema.model import TARGET_SHIFT, Field, SObject, picklist, record_id, text
from sfsam.emulator.schema.permission_names import PERMISSIONS
from sfsam.emulator.soql.faults import malformed, no_such_column, no_such_object, no_such_relationship
from sfsam.emulator.soql.tree import Path

MAX_PARENTS = 5


@dataclass
class Setting:
    """Everything a query is compiled against; `bound` collects the values that travel beside the SQL."""

    soql: str
    catalog: Catalog
    ids: IdSpace
    caller: Caller
    now: datetime
    estimated_rows: Callable[[str], int]
    all_rows: bool = False
    bound: dict[str, Any] = field(default_factory=dict)
    aliases: int = 0

    def bind(self, value: Any) -> str:
        """A placeholder for the value."""
        name = f"p{len(self.bound)}"
        self.bound[name] = value
        return f"${name}"

    def alias(self) -> str:
        """A table alias that nothing else in this statement has."""
        self.aliases += 1
        return f"t{self.aliases}"

    def naive_now(self) -> datetime:
        """The org's moment as the tables hold it: UTC without zone, whole seconds."""
        return self.now.astimezone(UTC).replace(tzinfo=None, microsecond=0)


@dataclass(frozen=True)
class Resolved:
    """A field found by its path; `parents` are the relationship names as the schema writes them."""

    field: Field
    alias: str
    entity: SObject
    parents: tuple[str, ...]
    sql: str


class Scope:
    """The FROM of one SELECT: the object and the parents that its paths join."""

    def __init__(self, setting: Setting, entity: SObject, called: str | None) -> None:
        self.setting = setting
        self.entity = entity
        self.alias = setting.alias()
        self._called = {entity.name.lower(), *([called.lower()] if called else [])}
        self._joins: dict[tuple[str, ...], tuple[str, SObject]] = {(): (self.alias, entity)}
        self._from = f"{self._rows_of(entity)} {self.alias}"

    def resolve(self, path: Path) -> Resolved:
        """The field that a path names. Raises INVALID_FIELD where the caller has no such field or parent."""
        names = path.names
        if len(names) > 1 and names[0].lower() in self._called:
            names = names[1:]
        if len(names) - 1 > MAX_PARENTS:
            raise malformed(
                f"The maximum number of parent levels is {MAX_PARENTS}; '{path.text}' is nested deeper than that."
            )
        alias, entity, parents = self._walk(names[:-1], path)
        found = entity.by_name.get(names[-1].lower())
        if found is None or not visible(found, self.setting.caller):
            position = path.position + len(path.text) - len(names[-1])
            raise no_such_column(self.setting.soql, position, names[-1], entity.name)
        return Resolved(found, alias, entity, parents, self.sql(found, alias))

    def parent(self, parents: tuple[str, ...]) -> tuple[str, SObject]:
        """Alias and object of a parent that a resolved path went through."""
        return self._joins[tuple(name.lower() for name in parents)]

    def sql(self, item: Field, alias: str) -> str:
        """The field's value over an alias."""
        return self._timed(item.expression(alias))

    def kept(self, found: Resolved) -> str:
        """What a result holds of the field: its value, or a shorter stand-in."""
        if found.field.keep:
            return found.field.keep.replace("{t}", found.alias)
        return found.sql

    @property
    def from_clause(self) -> str:
        """FROM with all joins; complete once every path is resolved."""
        return f"FROM {self._from}"

    def conditions(self) -> list[str]:
        """What limits the rows before any WHERE: deleted ones, and those of others."""
        setting, entity = self.setting, self.entity
        found: list[str] = []
        if entity.deletable and not (setting.all_rows and "isdeleted" in entity.by_name):
            found.append(f'NOT {self.alias}."IsDeleted"')
        if entity.own_rows and not setting.caller.may(*entity.all_rows_needs):
            own = setting.bind(setting.ids.number(setting.catalog["User"].prefix, setting.caller.user_id))
            found.append(f'{self.alias}."{entity.own_rows}" = {own}')
        return found

    def _walk(self, names: tuple[str, ...], path: Path) -> tuple[str, SObject, tuple[str, ...]]:
        alias, entity = self.alias, self.entity
        parents: tuple[str, ...] = ()
        for name in names:
            link = entity.by_relationship.get(name.lower())
            target = self._target(link) if link and visible(link, self.setting.caller) else None
            if link is None or target is None:
                raise no_such_relationship(self.setting.soql, path.position, name, "field path")
            parents = (*parents, link.relationship or name)
            alias, entity = self._join(parents, link, alias, target)
        return alias, entity, parents

    def _target(self, link: Field) -> SObject | None:
        if len(link.targets) == 1:
            return self.setting.catalog.find(link.targets[0], self.setting.caller)
        seen = [name for name in link.targets if self.setting.catalog.find(name, self.setting.caller)]
        return NAME_OF_ANY if seen else None

    def _join(self, parents: tuple[str, ...], link: Field, alias: str, target: SObject) -> tuple[str, SObject]:
        key = tuple(name.lower() for name in parents)
        if key not in self._joins:
            joined = self.setting.alias()
            rows = self._any_of(link) if target is NAME_OF_ANY else self._rows_of(target)
            self._from += f' LEFT JOIN {rows} {joined} ON {joined}."Id" = {link.expression(alias)}'
            self._joins[key] = (joined, target)
        return self._joins[key]

    def _rows_of(self, entity: SObject) -> str:
        if entity.stored:
            return f'"{entity.name}"'
        held = self.setting.caller.permissions
        flags = ", ".join(f'{name in held} AS "Permissions{name}"' for name in PERMISSIONS)
        return self._timed(f'(SELECT 1 AS "Id", org_now() AS "LastCacheUpdate", {flags})')

    def _any_of(self, link: Field) -> str:
        """The records that a polymorphic reference may point to, with the names they have in common."""
        selects = []
        for place, name in enumerate(link.targets):
            target = self.setting.catalog[name]
            title = next(item.name for item in target.fields if item.name_field)
            selects.append(
                f'SELECT "Id" + {place * TARGET_SHIFT} AS "Id", "{title}" AS "Name", \'{name}\' AS "Type" '  # noqa: S608 - schema names
                f'FROM "{name}"'
            )
        return f"({' UNION ALL '.join(selects)})"

    def _timed(self, sql: str) -> str:
        if "org_now()" not in sql:
            return sql
        self.setting.bound["org_now"] = self.setting.naive_now()
        return sql.replace("org_now()", "$org_now::TIMESTAMP")


NAME_OF_ANY = SObject("Name", "", (record_id(), text("Name", 255, name_field=True), picklist("Type")))
"""What can be said of a polymorphic parent without knowing which object it is."""


def open_scope(setting: Setting, target: Path, called: str | None) -> Scope:
    """The scope of `FROM target`. Raises INVALID_TYPE where the caller has no such object."""
    entity = setting.catalog.find(target.names[0], setting.caller) if len(target.names) == 1 else None
    if entity is None:
        raise no_such_object(setting.soql, target.position, target.text)
    return Scope(setting, entity, called)


def all_fields(scope: Scope, which: str) -> tuple[Field, ...]:
    """The fields of FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM)."""
    seen = visible_fields(scope.entity, scope.setting.caller)
    if which == "ALL":
        return seen
    return tuple(item for item in seen if item.custom == (which == "CUSTOM"))
