"""simple-salesforce, Bulk 2.0, and DuckDB.

Arguments: the org's https address, its token, the CA file, an empty folder, and a JSON file {object: SOQL}.
Prints one JSON line: seconds, peak_rss_mb, rows.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path
from time import monotonic

import duckdb
import requests  # noqa: TID251  simple-salesforce's own transport, which must trust the practice org's CA
from simple_salesforce.api import Salesforce

_FIRST_POLL_SECONDS = 0.25  # as ours; the client's own default of 5 would only cost it time


def main(instance_url: str, token: str, ca_file: str, folder: str, questions: str) -> None:
    session = requests.Session()
    session.verify = ca_file
    session.trust_env = False
    salesforce = Salesforce(session_id=token, instance_url=instance_url, version="66.0", session=session)
    began = monotonic()
    database = duckdb.connect(str(Path(folder) / "peer.duckdb"))
    rows = {}
    for name, soql in json.loads(Path(questions).read_text()).items():
        target = Path(folder) / name
        target.mkdir()
        for page in salesforce.bulk2.__getattr__(name).download(
            soql, path=str(target), max_records=50_000, wait=_FIRST_POLL_SECONDS
        ):
            assert page["number_of_records"] >= 0
        database.read_csv(str(target / "*.csv"), all_varchar=True).create(name)
        [(rows[name],)] = database.table(name).count("*").fetchall()
    database.close()
    print(
        json.dumps(
            {
                "seconds": round(monotonic() - began, 2),
                "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
                "rows": rows,
            }
        )
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
