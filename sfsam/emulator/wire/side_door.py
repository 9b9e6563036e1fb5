"""The practice org's own side door, never part of Salesforce: look inside, and arrange what shall happen.

It needs no token and is not metered; it listens on the loopback address only, as the whole org does.
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from sfsam.emulator.org import SalesforceError
from sfsam.emulator.wire import data_door
from sfsam.emulator.wire.faults import Fault
from sfsam.emulator.wire.host import OrgHost
from sfsam.emulator.wire.replies import empty_reply, json_reply
from sfsam.emulator.wire.resource import PlainRoute
from sfsam.emulator.wire.versions import VERSIONS

PREFIX = "/_emulator"
_SideDoorHandler = Callable[[OrgHost, Request, Any], Response | Awaitable[Response]]


def side_door_routes(host: OrgHost) -> list[PlainRoute]:
    """The side door of one org; it concerns that org only."""
    return [
        _route(host, "/log", GET=_log),
        _route(host, "/permissions", POST=_permissions),
        _route(host, "/users", POST=_add_user),
        _route(host, "/stats", GET=_stats),
        _route(host, "/faults", POST=_order_faults, DELETE=_clear_faults),
        _route(host, "/time", GET=_time, POST=_set_time),
        _route(host, "/activity", POST=_activity),
        _route(host, "/settings", GET=_settings, POST=_change_settings),
        _route(host, "/dump", GET=_dump),
        _route(host, "/behavior", GET=data_door.behavior, POST=data_door.change_behavior),
        _route(host, "/blockers", POST=data_door.block, DELETE=data_door.unblock),
        _route(host, "/licenses", POST=data_door.set_license),
        _route(host, "/labels", GET=data_door.labels),
    ]


def _route(host: OrgHost, path: str, **handlers: _SideDoorHandler) -> PlainRoute:
    """A side-door route. Async handlers run on the event loop, where faults live; the others on a thread."""

    async def endpoint(request: Request) -> Response:
        handler = handlers[request.method]
        try:
            body = await request.body()
            content = orjson.loads(body) if body else {}
            if inspect.iscoroutinefunction(handler):
                answer: Response = await handler(host, request, content)
                return answer
            return await run_in_threadpool(handler, host, request, content)  # type: ignore[arg-type]
        except SalesforceError as error:
            return json_reply({"error": f"{error.code}: {error.message}"}, 400)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            return json_reply({"error": f"{type(error).__name__}: {error}"}, 400)

    return PlainRoute(PREFIX + path, endpoint, methods=list(handlers))


def _log(host: OrgHost, request: Request, content: Any) -> Response:
    return json_reply(host.log.as_list())


def _permissions(host: OrgHost, request: Request, content: Any) -> Response:
    username = content["username"]
    host.org.grant(username, content.get("grant", []))
    host.org.revoke(username, content.get("revoke", []))
    host.callers.forget()
    host.schema_changed_at = host.org.clock.now()  # what the describes show may be more or less from now on
    return empty_reply()


def _add_user(host: OrgHost, request: Request, content: Any) -> Response:
    return json_reply({"id": host.org.add_user(content)}, 201)


async def _stats(host: OrgHost, request: Request, content: Any) -> Response:
    return json_reply(
        {
            "api_calls": dict(host.meter.calls_by_resource),
            "api_calls_total": sum(host.meter.calls_by_resource.values()),
            "api_usage": host.meter.used(),
            "bytes_sent": host.meter.bytes_sent,
            "tokens_issued": sum(host.meter.tokens_by_grant.values()),
            "tokens_by_grant": dict(host.meter.tokens_by_grant),
            "held": host.faults.held(),
        }
    )


async def _order_faults(host: OrgHost, request: Request, content: Any) -> Response:
    orders = content if isinstance(content, list) else [content]
    host.faults.order([Fault.parse(order) for order in orders])
    return empty_reply()


async def _clear_faults(host: OrgHost, request: Request, content: Any) -> Response:
    await host.faults.clear()
    return empty_reply()


def _time(host: OrgHost, request: Request, content: Any) -> Response:
    return json_reply({"now": host.org.clock.now().isoformat().replace("+00:00", "Z")})


def _set_time(host: OrgHost, request: Request, content: Any) -> Response:
    """`{"now": moment}` or `{"advance_seconds": n}`."""
    if content.keys() == {"now"}:
        host.org.clock.set(_moment(content["now"]))
    elif content.keys() == {"advance_seconds"}:
        host.org.clock.advance(float(content["advance_seconds"]))
    else:
        raise ValueError("time takes either now or advance_seconds")
    return _time(host, request, content)


def _activity(host: OrgHost, request: Request, content: Any) -> Response:
    """`{"user_id" or "username", "type"?, "sub_type"?, "application"?, "status"?, "at"?}`."""
    known = {"user_id", "username", "type", "sub_type", "application", "status", "at"}
    if unknown := content.keys() - known:
        raise ValueError(f"unknown {sorted(unknown)}; known are {sorted(known)}")
    user_id = content.get("user_id") or _user_id(host, content["username"])
    host.org.record_login(
        user_id,
        login_type=content.get("type", "Application"),
        sub_type=content.get("sub_type"),
        application=content.get("application", "Browser"),
        status=content.get("status", "Success"),
        at=_moment(content["at"]) if "at" in content else None,
    )
    return json_reply({"user_id": user_id})


def _settings(host: OrgHost, request: Request, content: Any) -> Response:
    return json_reply(host.settings.as_dict())


def _change_settings(host: OrgHost, request: Request, content: Any) -> Response:
    host.settings.change(content)
    return _settings(host, request, content)


def _dump(host: OrgHost, request: Request, content: Any) -> Response:
    """Every row of an object with every field, by id: what a test compares before and after."""
    name = request.query_params["object"]
    admin = host.org.caller(host.org.admin_user_id)
    fields = [field["name"] for field in host.org.describe(name, admin)["fields"]]
    result = host.org.query(f"SELECT {', '.join(fields)} FROM {_word(name)} ORDER BY Id", admin)  # noqa: S608
    records = result.records(0, result.total_size, VERSIONS[-1])
    result.close()
    for record in records:
        del record["attributes"]
    return json_reply(records)


def _word(name: str) -> str:
    """An object name that is nothing but a name."""
    if not name.isidentifier():
        raise ValueError(f"not an object name: {name!r}")
    return name


def _user_id(host: OrgHost, username: str) -> str:
    found = host.user_id_of(username)
    if found is None:
        raise ValueError(f"no user {username!r}")
    return found


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
