"""The floor: curl fetches the same pages side by side, DuckDB reads the files and merges them. Nothing is checked.

Arguments: the org's https address, its token, the CA file, an empty folder, the object, its SOQL, pages at once.
Prints one JSON line: seconds, page_seconds, rows.
"""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import duckdb

_POLL_SECONDS = 0.1


class _Org:
    def __init__(self, url: str, token: str, ca_file: str) -> None:
        self.url, self.token = url, token
        self._trusted = ssl.create_default_context(cafile=ca_file)

    def ask(self, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=120, context=self._trusted) as answer:
            return json.load(answer)


def main(url: str, token: str, ca_file: str, folder: str, name: str, soql: str, at_once: str) -> None:
    org, where = _Org(url, token, ca_file), Path(folder)
    began = time.monotonic()
    jobs = "/services/data/v66.0/jobs/query"
    job = f"{jobs}/{org.ask(jobs, {'operation': 'query', 'query': soql})['id']}"
    while org.ask(job)["state"] != "JobComplete":
        time.sleep(_POLL_SECONDS)
    ready = time.monotonic()
    config = []
    path = f"{job}/resultPages"
    while path:
        listed = org.ask(path)
        config += [
            f'url = "{url}{page["resultUrl"]}"\noutput = "{where / f"page{len(config) + number:05d}.csv"}"'
            for number, page in enumerate(listed["resultPages"])
        ]
        path = "" if listed["done"] else listed["nextRecordsUrl"]
    (where / "curl.cfg").write_text("\n".join(config))
    options = ["--silent", "--fail", "--cacert", ca_file, "--parallel", "--parallel-max", at_once]
    headers = ["--header", f"Authorization: Bearer {token}", "--header", "Accept: text/csv"]
    subprocess.run(["curl", *options, *headers, "--config", str(where / "curl.cfg")], check=True)  # noqa: S607
    fetched = time.monotonic()
    with duckdb.connect(
        str(where / "floor.duckdb"), config={"threads": 2, "preserve_insertion_order": False}
    ) as database:
        database.execute("CREATE TEMP TABLE staged AS FROM read_csv(?)", [str(where / "page*.csv")])
        database.execute(f"CREATE TABLE {name} AS FROM staged LIMIT 0")
        database.execute(
            f"MERGE INTO {name} t USING staged s ON t.Id = s.Id WHEN MATCHED THEN UPDATE WHEN NOT MATCHED THEN INSERT"
        )
        [(rows,)] = database.execute(f"SELECT count(*) FROM {name}").fetchall()  # noqa: S608
    sys.stdout.write(
        json.dumps(
            {
                "seconds": round(time.monotonic() - began, 2),
                "page_seconds": round(fetched - ready, 2),
                "rows": {name: rows},
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
