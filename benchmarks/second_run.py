"""The second download of an org: nothing changed, and one user in a thousand changed."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.e2e.journey import CommandLine, PracticeProcess, practice_org

CHANGED_SHARE = 0.001
_RECORDS_PER_CALL = 200


def measure(users: int) -> dict[str, Any]:
    """Seconds, API calls and peak memory of a first, an unchanged and a changed download, as `download` says them."""
    with practice_org(users=users) as practice, tempfile.TemporaryDirectory() as folder:
        sfsam = CommandLine(Path(folder), SFSAM_CA_FILE=practice.ca_file)
        org = practice.orgs[0]
        sfsam.connect(org | {"base_url": org["tls_url"]})
        first = sfsam.done("download", "Production")
        unchanged = sfsam.done("download", "Production")
        changes = change(practice, users)
        changed = sfsam.done("download", "Production")
    return {"users": users, "first": first, "unchanged": unchanged, "changes": changes, "changed": changed}


def change(practice: PracticeProcess, users: int) -> int:
    """Change about one user in a thousand, in turn: moved to another department, signed in, a license taken back."""
    wanted = max(3, round(users * CHANGED_SHARE))
    rows = practice.query(f"SELECT Id FROM User WHERE IsActive = true LIMIT {wanted}")  # noqa: S608 - a number
    moved, signed_in = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    for start in range(0, len(moved), _RECORDS_PER_CALL):
        records = [
            {"attributes": {"type": "User"}, "id": row["Id"], "Department": "Moved"}
            for row in moved[start : start + _RECORDS_PER_CALL]
        ]
        practice.rest("PATCH", "composite/sobjects", {"allOrNone": False, "records": records})
    for row in signed_in:
        practice.side_door("activity", {"user_id": row["Id"]})
    packages = practice.query("SELECT Id FROM UserPackageLicense LIMIT 1")
    for row in packages:
        practice.rest("DELETE", f"sobjects/UserPackageLicense/{row['Id']}")
    return len(moved) + len(signed_in) + len(packages)
