from __future__ import annotations

import csv
import errno
import json
from datetime import datetime
from pathlib import Path

import pytest

from sfsam.errors import StorageFull
from sfsam.ports import StagedDownload
from sfsam.salesforce.pages import MANIFEST, ObjectPages, PageFolder, storage_errors


def manifest(folder: Path) -> dict[str, object]:
    content: dict[str, object] = json.loads((folder / MANIFEST).read_text())
    return content


def test_rest_rows_become_the_csv_that_bulk_would_give(tmp_path: Path) -> None:
    pages = ObjectPages(tmp_path, "User", ("Id", "IsActive", "Name", "Total", "Parent.Name"))
    pages.add([{"Id": "1", "IsActive": True, "Name": 'a "b"\nc', "Total": 5.0, "Parent": {"Name": "P"}}])
    pages.add([{"Id": "2", "IsActive": False, "Name": None, "Total": None, "Parent": None}])
    staged = pages.staged("rest")
    assert [path.name for path in staged.files] == ["User-00001.csv", "User-00002.csv"]
    assert staged.rows == 2
    assert staged.files[0].read_text() == (
        '"Id","IsActive","Name","Total","Parent.Name"\n"1","true","a ""b""\nc","5.0","P"\n'
    )
    with staged.files[1].open(newline="") as file:
        assert list(csv.reader(file))[1] == ["2", "false", "", "", ""]


def test_the_manifest_says_complete_only_at_the_very_end(tmp_path: Path) -> None:
    folder = PageFolder(tmp_path / "new")
    assert manifest(tmp_path / "new") == {"complete": False, "objects": []}
    pages = folder.pages("User", ("Id",), lambda rows: None)
    pages.add([{"Id": "1"}])
    folder.add(pages.staged("rest"))
    half = manifest(tmp_path / "new")
    assert (half["complete"], [item["name"] for item in half["objects"]]) == (False, ["User"])  # type: ignore[attr-defined]
    folder.finish(
        StagedDownload(profile_id="p", org_id="o", taken_at=datetime(2026, 11, 24), objects=(pages.staged("rest"),))
    )
    assert manifest(tmp_path / "new")["complete"] is True


def test_what_a_killed_run_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in ("User-00001.csv", "User-00002.part", MANIFEST, "notes.txt"):
        (tmp_path / name).write_text("old")
    PageFolder(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [MANIFEST, "notes.txt"]
    assert manifest(tmp_path)["complete"] is False


def test_a_page_that_fails_never_joins_the_others(tmp_path: Path) -> None:
    pages = ObjectPages(tmp_path, "User", ("Id",))
    with pytest.raises(ZeroDivisionError), pages.new_file() as part:
        part.write_text("half")
        raise ZeroDivisionError
    assert pages.staged("bulk").files == ()


def test_a_full_disk_has_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageFull, match="Make room"), storage_errors(tmp_path):
        raise OSError(errno.ENOSPC, "No space left on device")
    with pytest.raises(PermissionError), storage_errors(tmp_path):
        raise PermissionError(errno.EACCES, "denied")
