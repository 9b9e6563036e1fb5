"""150 random conditions over the fields of 15 objects, each said once in SOQL and once in SQL."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.emulator.dumped import DumpedOrg, same_rows

pytestmark = pytest.mark.emulator

SEED = 20261124
GENERATED = 150


class Family:
    """Random conditions over the fields of one object, each said once in SOQL and once in SQL.

    The SQL is written from the rules of SOQL (text compares without case, != finds null, NOT IN finds null), not
    from what the practice org does.
    """

    def __init__(self, org: DumpedOrg, name: str, chance: random.Random) -> None:
        self.org, self.name, self.chance = org, name, chance
        self.fields = [f for f in org.fields[name].values() if f["filterable"] and f["type"] != "base64"]

    def condition(self, depth: int = 2) -> tuple[str, str]:
        """A condition in SOQL and the same in SQL."""
        if depth and self.chance.random() < 0.5:
            word = self.chance.choice(["AND", "OR"])
            parts = [self.condition(depth - 1) for _ in range(self.chance.randint(2, 3))]
            joined = [f"({f' {word} '.join(each)})" for each in zip(*parts, strict=True)]
            if self.chance.random() < 0.3:
                return f"(NOT {joined[0]})", f"(NOT coalesce({joined[1]}, false))"
            return joined[0], joined[1]
        return self._comparison(self.chance.choice(self.fields))

    def _comparison(self, field: dict[str, Any]) -> tuple[str, str]:
        name, kind = field["name"], field["type"]
        values = self.org.sql(f'SELECT DISTINCT "{name}" FROM "{self.name}" WHERE "{name}" IS NOT NULL ORDER BY 1')  # noqa: S608
        if not values or self.chance.random() < 0.1:
            if kind == "boolean":
                return f"{name} = true", f'coalesce("{name}", false)'
            word = self.chance.choice(["=", "!="])
            return f"{name} {word} null", f'"{name}" IS {"NOT " if word == "!=" else ""}NULL'
        chosen = [value for (value,) in self.chance.sample(values, min(3, len(values)))]
        if kind == "boolean":
            return f"{name} != {str(chosen[0]).lower()}", f'"{name}" <> {chosen[0]}'
        if kind in ("id", "reference"):
            return self._id(name, chosen)
        if kind in ("int", "double", "percent", "date", "datetime"):
            return self._ordered(name, kind, chosen[0])
        return self._text(name, [str(value) for value in chosen])

    def _id(self, name: str, chosen: list[str]) -> tuple[str, str]:
        short = [value[: self.chance.choice([15, 18])] for value in chosen]
        full = ", ".join(f"'{value}'" for value in chosen)
        listed = ", ".join(f"'{value}'" for value in short)
        if self.chance.random() < 0.5:
            return f"{name} IN ({listed})", f'"{name}" IN ({full})'
        return f"{name} NOT IN ({listed})", f'("{name}" IS NULL OR "{name}" NOT IN ({full}))'

    def _ordered(self, name: str, kind: str, value: Any) -> tuple[str, str]:
        word = self.chance.choice(["<", "<=", ">", ">=", "=", "!="])
        literal, sql = str(value), str(value)
        if kind == "datetime":
            literal, sql = f"{value:%Y-%m-%dT%H:%M:%S}Z", f"TIMESTAMP '{value}'"
        elif kind == "date":
            sql = f"DATE '{value}'"
        if word == "!=":
            return f"{name} != {literal}", f'"{name}" IS DISTINCT FROM {sql}'
        return f"{name} {word} {literal}", f'"{name}" {word} {sql}'

    def _text(self, name: str, chosen: list[str]) -> tuple[str, str]:
        soql, sql = ([self._quoted(v, mark) for v in chosen] for mark in ("\\'", "''"))
        lower = ", ".join(f"lower({value})" for value in sql)
        kind = self.chance.choice(["=", "!=", "IN", "NOT IN", "LIKE", "NOT LIKE", "<"])
        if kind == "=":
            return f"{name} = {self._any_case(soql[0])}", f'lower("{name}") = lower({sql[0]})'
        if kind == "!=":
            return f"{name} != {soql[0]}", f'lower("{name}") IS DISTINCT FROM lower({sql[0]})'
        if kind == "IN":
            return f"{name} IN ({', '.join(soql)})", f'lower("{name}") IN ({lower})'
        if kind == "NOT IN":
            return f"{name} NOT IN ({', '.join(soql)})", f'("{name}" IS NULL OR lower("{name}") NOT IN ({lower}))'
        if kind == "<":
            return f"{name} < {soql[0]}", f'lower("{name}") < lower({sql[0]})'
        part = chosen[0][: self.chance.randint(1, 5)]
        wild = part.replace("\\", "\\\\").replace("_", "\\_").replace("%", "\\%")
        like = f"{name} LIKE {self._quoted(wild, chr(92) + chr(39), keep=True)[:-1]}%'"
        same = f"""starts_with(lower("{name}"), lower({self._quoted(part, "''")}))"""
        if kind == "LIKE":
            return like, same
        return f"(NOT {like})", f"(NOT coalesce({same}, false))"

    @staticmethod
    def _quoted(text: str, apostrophe: str, *, keep: bool = False) -> str:
        if apostrophe.startswith("\\") and not keep:
            text = text.replace("\\", "\\\\")
        return "'" + text.replace("'", apostrophe) + "'"

    def _any_case(self, literal: str) -> str:
        return literal if "\\" in literal else self.chance.choice([literal, literal.upper(), literal.lower()])


OBJECTS = (
    "User",
    "LoginHistory",
    "PermissionSetAssignment",
    "PermissionSetLicense",
    "PermissionSet",
    "PermissionSetLicenseAssign",
    "UserLicense",
    "PackageLicense",
    "UserPackageLicense",
    "Profile",
    "UserLogin",
    "VerificationHistory",
    "AuthSession",
    "ActiveProfileMetric",
    "UserAppInfo",
)


@pytest.mark.parametrize("number", range(GENERATED))
def test_a_random_condition_finds_the_same_records(dumped_org: DumpedOrg, number: int) -> None:
    chance = random.Random(SEED + number)
    name = OBJECTS[number % len(OBJECTS)]
    soql, sql = Family(dumped_org, name, chance).condition()
    expected = dumped_org.sql(f'SELECT Id FROM "{name}" WHERE coalesce({sql}, false)')  # noqa: S608 - our own words
    assert same_rows(dumped_org.soql(f"SELECT Id FROM {name} WHERE {soql}")) == same_rows(expected), soql  # noqa: S608
    assert dumped_org.total(f"SELECT COUNT() FROM {name} WHERE {soql}") == len(expected)  # noqa: S608
