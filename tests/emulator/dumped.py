"""An independent copy of a practice org: every object by the side door into a DuckDB of its own, and plain questions.

Nothing here comes from the emulator's code, so that an answer compared with this copy is compared with another truth.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

import duckdb
import httpx
import pandas as pd

from tests.e2e.journey import PracticeProcess

DATA = "/services/data/v66.0"
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000\+0000")
_TYPES = {"boolean": "BOOLEAN", "int": "BIGINT", "double": "DOUBLE", "percent": "DOUBLE", "date": "DATE"}
Answers = list[tuple[Any, ...]]


class DumpedOrg:
    """One org asked in SOQL by REST, and its copy asked in SQL. `fields` are the described fields by object."""

    def __init__(self, practice: PracticeProcess) -> None:
        line = practice.orgs[0]
        self._client = httpx.Client(
            base_url=line["base_url"], headers={"authorization": f"Bearer {line['access_token']}"}, timeout=60
        )
        self.today = datetime.fromisoformat(practice.side_door("time")["now"]).date()
        self.copy = duckdb.connect()
        self.fields: dict[str, dict[str, dict[str, Any]]] = {}
        for entry in self._get(f"{DATA}/sobjects")["sobjects"]:
            name = entry["name"]
            if name != "UserPermissionAccess":
                self.fields[name] = {f["name"]: f for f in self._get(f"{DATA}/sobjects/{name}/describe")["fields"]}
                self._keep(name, practice.side_door(f"dump?object={name}"))

    def soql(self, soql: str) -> Answers:
        """All rows of a query as tuples in SELECT order; a parent's fields stand where they were asked for."""
        return [tuple(_value(record, path) for path in _paths(soql)) for record in self.records(soql)]

    def records(self, soql: str) -> list[dict[str, Any]]:
        """All records of a query as REST gives them."""
        page = self._get(f"{DATA}/query", {"q": soql})
        records: list[dict[str, Any]] = page["records"]
        while not page["done"]:
            page = self._get(page["nextRecordsUrl"])
            records += page["records"]
        return records

    def total(self, soql: str) -> int:
        """The answer to a SELECT COUNT()."""
        return int(self._get(f"{DATA}/query", {"q": soql})["totalSize"])

    def sql(self, sql: str) -> Answers:
        """All rows of hand-written SQL over the copy."""
        return self.copy.execute(sql).fetchall()

    def close(self) -> None:
        self._client.close()
        self.copy.close()

    def _get(self, path: str, parameters: dict[str, str] | None = None) -> Any:
        answer = self._client.get(path, params=parameters)
        assert answer.status_code == 200, f"{parameters or path}: {answer.text}"
        return answer.json()

    def _keep(self, name: str, rows: list[dict[str, Any]]) -> None:
        frame = pd.DataFrame(rows, columns=[*self.fields[name]], dtype=object)
        columns = ", ".join(_column(field) for field in self.fields[name].values())
        self.copy.register("frame", frame)
        self.copy.execute(f'CREATE TABLE "{name}" AS SELECT {columns} FROM frame')  # noqa: S608 - described names
        self.copy.unregister("frame")


def normal(value: Any) -> Any:
    """A value of REST as SQL gives it: moments and days as such, whole floats as integers."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return datetime.fromisoformat(value).replace(tzinfo=None)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    return round(float(value), 6) if isinstance(value, int | float) and not isinstance(value, bool) else value


def same_rows(one: Answers) -> list[str]:
    """Rows in an order of their own, to compare answers that have none."""
    return sorted(repr(tuple(normal(value) for value in row)) for row in one)


def _column(field: dict[str, Any]) -> str:
    name = field["name"]
    if field["type"] == "datetime":
        return f"""strptime(CAST("{name}" AS VARCHAR), '%Y-%m-%dT%H:%M:%S.000+0000') AS "{name}" """
    return f'CAST("{name}" AS {_TYPES.get(field["type"], "VARCHAR")}) AS "{name}"'


def _paths(soql: str) -> list[list[str]]:
    """The SELECT list as paths into a record: aliases and expr0, expr1, … stand for aggregates."""
    head = re.split(r"\sFROM\s", soql, maxsplit=1, flags=re.IGNORECASE)[0].strip()[len("SELECT ") :]
    paths, unnamed = [], 0
    for item in (part.strip() for part in head.split(",")):
        if " " in item:
            paths.append([item.split()[-1]])
        elif "(" in item:
            paths.append([f"expr{unnamed}"])
            unnamed += 1
        else:
            paths.append(item.split("."))
    return paths


def _value(record: dict[str, Any], path: list[str]) -> Any:
    """What stands there; the query's alias of its object, and the parent of a grouped field, are not in the record."""
    value: Any = record
    if path[0].lower() not in {key.lower() for key in record}:
        path = path[1:]
    for name in path:
        if value is None:
            return None
        value = {key.lower(): each for key, each in value.items()}[name.lower()]
    return value
