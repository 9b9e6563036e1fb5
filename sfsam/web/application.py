"""Builds the ASGI application around the pages: what runs beside them, and the routes that are no pages."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from typing import Any

import streamlit as st
import streamlit.config
from starlette.concurrency import run_in_threadpool
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from sfsam import bootstrap
from sfsam.config import Settings
from sfsam.jobs.recovery import settle_what_is_open
from sfsam.jobs.timekeeper import Timekeeper
from sfsam.jobs.worker import Worker
from sfsam.web import answers, health, lifeline, metrics, sign_in
from sfsam.web.control import control_route
from sfsam.web.security import middleware


def build_app(main_script: str) -> st.App:
    """The app whose pages `main_script` lists. While it runs it owns the database and does the jobs."""
    settings = Settings()
    # Streamlit's older mechanism would run pages/*.py without the main script on the first deep link.
    PagesManager.uses_pages_directory = False
    secret = bootstrap.sign_in_secret(settings) if settings.is_sign_in_on else ""
    if settings.path_prefix:  # of the environment Streamlit reads it by its own command only
        streamlit.config.set_option("server.baseUrlPath", settings.path_prefix)
    return st.App(
        main_script,
        lifespan=_lifespan,
        routes=below(settings.path_prefix, ROUTES),
        middleware=middleware(settings, secret),
        secrets={"auth": _sign_in(settings, secret)} if secret else None,
    )


ROUTES = [*answers.ROUTES, *health.ROUTES, *metrics.ROUTES, *sign_in.ROUTES]


def below(prefix: str, routes: list[Route]) -> list[Route]:
    """The routes below a path, as behind a reverse proxy, and the health also at the root, where no proxy asks."""
    moved = [Route(prefix + route.path, route.endpoint, methods=route.methods) for route in routes]
    return [*moved, *(health.ROUTES if prefix else [])]


def _sign_in(settings: Settings, secret: str) -> dict[str, Any]:
    """What Streamlit's own sign-in is told (st.login); it does the OpenID Connect, by Authlib."""
    assert settings.oidc_client_secret is not None  # noqa: S101  the settings are refused without
    return {
        "redirect_uri": f"{settings.base_url}/oauth2callback",
        "cookie_secret": secret,
        "client_id": settings.oidc_client_id,
        "client_secret": settings.oidc_client_secret.get_secret_value(),
        "server_metadata_url": settings.oidc_metadata_url,
        "client_kwargs": {"scope": settings.oidc_scopes},
    }


@asynccontextmanager
async def _lifespan(_: st.App) -> AsyncIterator[None]:
    with ExitStack() as closing:
        await run_in_threadpool(_open, closing)
        try:
            yield
        finally:
            await run_in_threadpool(closing.close)


def _open(closing: ExitStack) -> None:
    """Open the database, begin to work, keep the time, answer the command line; closing undoes it in reverse order."""
    if lifeline.END_WITH_STDIN in os.environ:
        lifeline.end_with_stdin()
    settings = Settings()
    bootstrap.configure_logging(settings)
    system = bootstrap.build(settings, memory_mb=bootstrap.SERVING_MEMORY_MB)
    closing.callback(system.close)
    bootstrap.set_current(system)
    closing.callback(bootstrap.set_current, None)
    settle_what_is_open(system)
    worker = Worker(system)
    worker.start()
    closing.callback(worker.stop)
    timekeeper = Timekeeper(system, worker)
    timekeeper.start()
    closing.callback(timekeeper.stop)
    closing.enter_context(health.watching(worker, timekeeper))
    closing.enter_context(control_route(settings.control_file, system.send_from_command_line))
