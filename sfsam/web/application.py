"""Builds the ASGI application around the pages: what runs beside them, and the routes that are no pages."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import streamlit as st
from starlette.concurrency import run_in_threadpool
from streamlit.runtime.pages_manager import PagesManager

from sfsam import bootstrap
from sfsam.config import Settings
from sfsam.jobs.recovery import settle_what_is_open
from sfsam.jobs.timekeeper import Timekeeper
from sfsam.jobs.worker import Worker
from sfsam.web import health, lifeline, metrics, sign_in
from sfsam.web.control import control_route
from sfsam.web.security import middleware


def build_app(main_script: str) -> st.App:
    """The app whose pages `main_script` lists. While it runs it owns the database and does the jobs."""
    settings = Settings()
    # Streamlit's older mechanism would run pages/*.py without the main script on the first deep link.
    PagesManager.uses_pages_directory = False
    return st.App(
        main_script,
        lifespan=_lifespan,
        routes=[*health.ROUTES, *metrics.ROUTES, *sign_in.ROUTES],
        middleware=middleware(settings),
    )


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
    closing.enter_context(control_route(settings.control_file, system.send))
