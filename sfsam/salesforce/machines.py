"""Behind which users and applications no person sits: positive evidence only (product.md D7)."""

from __future__ import annotations

import csv
from functools import cache

from sfsam.config import PROJECT_DIR

DATA = PROJECT_DIR / "data"
# The user types of fact sheet 4.1 that nobody logs in as.
MACHINE_USER_TYPES = frozenset({"AutomatedProcess", "CloudIntegrationUser", "Guest"})


@cache
def machine_applications() -> frozenset[str]:
    """The connected apps that are known to be machines, in lower case."""
    return frozenset(row["application"].lower() for row in _rows("machine_applications.csv"))


@cache
def machine_licenses() -> frozenset[str]:
    """The LicenseDefinitionKeys of user licenses that are made for integrations."""
    rows = _rows("license_catalog.csv")
    return frozenset(row["identifier"] for row in rows if row["kind"] == "user" and row["is_machine"] == "true")


def _rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
