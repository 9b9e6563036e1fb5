"""What aio-sf does with an org: run by the interpreter that has it; its one JSON line goes to stdout."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

from aio_sf import ClientCredentialsAuth, RefreshTokenAuth, SalesforceClient, bulk_query

QUERY = "SELECT Id, Username FROM User"


async def main(order: dict[str, Any]) -> dict[str, Any]:
    """Log in both ways, read by REST and by bulk, describe, change one user, remove one assignment."""
    own = {name: order[name] for name in ("instance_url", "client_id", "client_secret")}
    async with SalesforceClient(ClientCredentialsAuth(**own), version="v66.0") as salesforce:
        queried = await (await salesforce.query.soql(QUERY)).collect_all()
        exported = await bulk_query(salesforce, QUERY, batch_size=250, poll_interval=0.1)
        described = await salesforce.describe.sobject("User")
        told = {
            "organization": await salesforce.describe.get_organization_info(),
            "limits": await salesforce.describe.get_limits(),
            "objects": [each["name"] for each in await salesforce.describe.list_sobjects()],
            "fields": [field["name"] for field in described["fields"]],
            "queried": {record["Id"]: record["Username"] for record in queried},
            "exported": {record["Id"]: record["Username"] async for record in exported},
            "updated": await salesforce.collections.update(
                [{"Id": order["user_id"], "Department": "By aio-sf"}], sobject_type="User"
            ),
        }
    as_admin = RefreshTokenAuth(**own, access_token="", refresh_token=order["refresh_token"])
    async with SalesforceClient(as_admin, version="v66.0") as salesforce:
        told["deleted"] = await salesforce.collections.delete([order["assignment_id"]])
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
