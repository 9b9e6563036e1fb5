"""aio-sf: its bulk query to a CSV file, which DuckDB loads afterwards. Run by the interpreter that has aio-sf.

Arguments: the org's address, its token, an empty folder, and a JSON file {object: SOQL}.
Prints one JSON line: seconds, peak_rss_mb, rows.
"""

from __future__ import annotations

import asyncio
import csv
import json
import resource
import sys
from pathlib import Path
from time import monotonic
from typing import Any

from aio_sf import SalesforceClient, StaticTokenAuth, bulk_query

_PAGE_ROWS = 50_000


async def read(instance_url: str, token: str, folder: Path, soql: str, name: str) -> int:
    """One object to a CSV file; its rows."""
    rows = 0
    auth = StaticTokenAuth(instance_url=instance_url, access_token=token)
    async with SalesforceClient(auth, version="v66.0") as salesforce:
        result = await bulk_query(salesforce, soql, batch_size=_PAGE_ROWS, poll_interval=0.25)
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer: Any = None
            async for record in result:
                if writer is None:
                    writer = csv.DictWriter(file, list(record))
                    writer.writeheader()
                writer.writerow(record)
                rows += 1
    return rows


def main(instance_url: str, token: str, folder: str, questions: str) -> None:
    began = monotonic()
    wanted = json.loads(Path(questions).read_text())
    rows = {name: asyncio.run(read(instance_url, token, Path(folder), soql, name)) for name, soql in wanted.items()}
    sys.stdout.write(
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
