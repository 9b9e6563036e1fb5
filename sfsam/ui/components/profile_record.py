"""The record of one integration profile: what it is, what it brought, its jobs, and pause, resume, delete."""

from __future__ import annotations

from typing import Any

import streamlit as st

from sfsam.charts.formats import counted, number
from sfsam.domain.answers import ProfileAnswer
from sfsam.domain.commands import ListProfiles
from sfsam.domain.playbook import Page
from sfsam.domain.profiles import ProfileStatus
from sfsam.ui import formats, frames, job_words, state, viewer
from sfsam.ui import messages as common
from sfsam.ui import playbook_messages as messages
from sfsam.ui.components import cards, jobs, permissions, profiles, schedules, tables
from sfsam.ui.components import exclusions as exclusion_list
from sfsam.ui.components.playbook import frame

SHOWN = 10
MODEL_PAGES = {
    "models": "pages/licenses/software_models.py",
    "unrecognized": "pages/licenses/unrecognized_identifiers.py",
}


def slot(profile_id: str) -> str:
    """Where the job that this profile's record shows stands."""
    return f"record_{profile_id}"


def open_record(profile_id: str) -> None:
    """Leave for the record of this profile."""
    st.switch_page(profiles.RECORD, query_params={frame.PROFILE: profile_id})


def opened() -> ProfileAnswer:
    """The profile that the address names, with its lead sentence; without one the page ends with the list."""
    profile_id = state.in_address(frame.PROFILE)
    found = [each for each in frames.send(ListProfiles()) if each.profile_id == profile_id]
    if not found:
        state.forget_address(frame.PROFILE)
        if profile_id and state.remembered(profiles.DELETED) == profile_id:
            state.forget(profiles.DELETED)
            st.switch_page(profiles.LIST)
        cards.lead("**Which profile?** Choose one from the list of profiles.")
        st.page_link(profiles.LIST, label="All profiles", icon=":material/arrow_forward:")
        st.stop()
    profile: ProfileAnswer = found[0]
    cards.lead(_lead(profile), _caption(profile))
    return profile


def running(profile: ProfileAnswer) -> None:
    """The job of this profile that runs now, or the one that publishing started and how it ended."""
    shown = jobs.card(slot(profile.profile_id))
    jobs.running_for(profile.profile_id, but=[shown])


def details(profile: ProfileAnswer) -> None:
    """What is connected, as whom, since when."""
    with cards.card("record", formats.plain(profile.name), badge=profiles.badge(profile)):
        cards.facts(
            {
                "Profile type": "Salesforce CRM",
                "Org": formats.text(profile.org_name),
                "Org id": formats.text(profile.org_id),
                "Kind": profiles.kind(profile),
                "Connection URL": formats.optional(profile.url),
                "Alias": formats.optional(profile.alias),
                "Connected as": formats.text(profile.username),
                "Reclaim": "On" if profile.reclaim_enabled else "Report-only",
                "Last download": _last_download(profile),
            }
        )
        if profile.checks:
            permissions.table(profile.checks)
        if not profile.is_practice:
            with st.container(horizontal=True):
                profiles.playbook_link(profile.profile_id, Page.CONNECTION_AND_CREDENTIAL, "Change the connection")
                profiles.playbook_link(profile.profile_id, Page.REVIEW_AND_PUBLISH, "Validate and publish")


def counts(profile: ProfileAnswer) -> None:
    """The key figures: identifiers, models, seats."""
    rows = _models(profile)
    recognized = sum(bool(row["is_recognized"]) for row in rows)
    cards.kpis(
        [
            cards.Kpi("Subscriptions", number(sum(row["assigned"] for row in rows)) if rows else formats.NOT_KNOWN),
            cards.Kpi("Software models", number(recognized) if rows else formats.NOT_KNOWN),
            cards.Kpi("Unrecognized", number(len(rows) - recognized) if rows else formats.NOT_KNOWN),
        ]
    )


def software_models(profile: ProfileAnswer) -> None:
    """The models that the org's identifiers stand for."""
    rows = [row for row in _models(profile) if row["is_recognized"]]
    _models_card("models", "Software models", rows, messages.NO_MODELS)


def unrecognized(profile: ProfileAnswer) -> None:
    """The identifiers that the catalog does not know."""
    every = _models(profile)
    rows = [row for row in every if not row["is_recognized"]]
    _models_card(
        "unrecognized",
        "Unrecognized subscription identifiers",
        rows,
        messages.NO_UNRECOGNIZED if every else messages.NO_MODELS,
    )


def scheduled_jobs(profile: ProfileAnswer) -> None:
    """What runs for this profile by itself, when next, and how it ended last."""
    rows = schedules.rows_of(profile.profile_id)
    with cards.card("scheduled", "Scheduled jobs"):
        if profile.status is not ProfileStatus.PUBLISHED or not rows:
            st.caption(". ".join(messages.NO_SCHEDULE))
            return
        if profile.is_paused:
            st.caption(messages.PAUSED)
        schedules.of_profile(rows, slot(profile.profile_id))


def results(profile: ProfileAnswer) -> None:
    """The newest job results of this profile."""
    rows = [row for row in frames.rows("jobs") if row["profile_id"] == profile.profile_id][:SHOWN]
    with cards.card("results", "Job results"):
        if not rows:
            st.caption(". ".join(messages.NO_RESULTS))
            return
        tables.small([_result(row) for row in rows], alt="The newest job results of this profile")


def exclusions(profile: ProfileAnswer) -> None:
    """Licenses and people that are kept out here, and the way to where that is decided."""
    rows = exclusion_list.of_org(profile.org_id) if profile.org_id else []
    with cards.card("exclusions", "Exclusions", aside=str(len(rows)) if rows else ""):
        if rows:
            tables.small(rows[:SHOWN], alt="What is excluded in this org")
        else:
            st.caption(". ".join(messages.NO_EXCLUSIONS))
        st.page_link("pages/licenses/exclusions.py", label="Exclusions", icon=":material/arrow_forward:")


def _models(profile: ProfileAnswer) -> list[dict[str, Any]]:
    return frames.rows("software_models", org_ids=[profile.org_id]) if profile.org_id else []


def _models_card(name: str, title: str, rows: list[dict[str, Any]], empty: tuple[str, str]) -> None:
    with cards.card(name, title, aside=counted(len(rows), "identifier", "identifiers") if rows else ""):
        if not rows:
            st.caption(". ".join(empty))
            return
        shown = sorted(rows, key=lambda row: -row["assigned"])
        tables.small([_model(row) for row in shown[:SHOWN]], alt=title)
        if len(rows) > SHOWN:
            st.caption(f"The {SHOWN} with most seats.")
        st.page_link(MODEL_PAGES[name], label="All of them, in every org", icon=":material/arrow_forward:")


def _model(row: dict[str, Any]) -> dict[str, str]:
    return {
        "Model": formats.plain(row["model"]),
        "Identifier": f"`{str(row['identifier']).replace('`', '')}`",
        "Kind": common.KIND_WORDS.get(row["kind"], formats.words(row["kind"])),
        "Owned": "Unlimited" if row["is_unlimited"] else number(row["owned"]),
        "Assigned": number(row["assigned"]),
    }


def _result(row: dict[str, Any]) -> dict[str, str]:
    icon, color, word = job_words.ICONS[row["state"]]
    return {
        "Job": common.JOB_TITLES.get(row["kind"], row["kind"]),
        "State": f":{color}[{icon}] {word}",
        "When": viewer.moment(row["created_at"]),
        "Result": formats.plain(jobs.result(row)),
    }


def _lead(profile: ProfileAnswer) -> str:
    name = f"**{formats.plain(profile.name)}**"
    if profile.reconnect_required:
        return f"{name} has to be reconnected. {messages.RECONNECT}"
    if profile.is_paused:
        return f"{name} is paused."
    if profile.status is ProfileStatus.DRAFT:
        return f"{name} is a draft. {messages.DRAFT}"
    seats = sum(row["assigned"] for row in _models(profile))
    verb = "seat is" if seats == 1 else "seats are"
    held = f" **{number(seats)}** {verb} held in {formats.plain(profile.org_name)}." if seats else ""
    return f"{name} is published.{held}"


def _caption(profile: ProfileAnswer) -> str:
    return f"Last download {_last_download(profile)}"


def _last_download(profile: ProfileAnswer) -> str:
    return viewer.moment(profile.last_download_at) if profile.last_download_at else formats.NEVER
