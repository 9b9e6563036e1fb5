"""Every sentence shown to people, but for the findings above the figures (sfsam/charts/titles.py) and the errors.

US spelling, sentence case, who does what. The bold parts are Markdown; values are escaped by formats.plain.
"""

from __future__ import annotations

from typing import Any

from sfsam.charts.formats import counted, is_missing, money, money_exact, number, percent
from sfsam.domain.candidates import State
from sfsam.domain.commands import PracticeScenario
from sfsam.domain.jobs import JobKind
from sfsam.ui.formats import age_in_words, plain

OLD_AFTER_DAYS = 2  # a download a day is the plan; one missed day is no news yet
LOCAL_ONLY = "This page is for other roles. Ask an administrator of sfsam for access."
PRACTICE_BAND = "Practice org: an invented company on this machine. Nothing here touches Salesforce."
HOW_COMPUTED = "How is this computed?"
CLOSE_PAGE = "You can close this page; the work goes on."
SECRET_KEPT = "The secret is encrypted on this server and is never shown again."  # noqa: S105  a sentence, no secret
MACHINES = "Machine logins are shown and do not count as use."
FREEZING = "Freezing stops the login. It does not free the seat and saves nothing."
READ_AGAIN = (
    "Just before each call the last activity is read again. Whoever was active is skipped and closed as canceled."
)
REMEMBERED = "What each person held is remembered before the first call, so that it can be given back."
NOTHING_SENT = "Nothing has been sent."
LIST_PRICES = "Prices are list prices; enter what you pay to see your own amounts."
FREE_OUTSIDE = "Free licenses stand outside these numbers; so do sandboxes."
EXPORT_WHOLE = "Whole lists. Moments are in UTC."
EXPORT_NARROWED = "The rows that fit the filters and the search. Moments are in UTC."
NO_HISTORY = "The course of active and stale seats appears after the second day with a download."

WELCOME_TITLE = "See which Salesforce seats nobody uses, and stop paying for them."
WELCOME_LEAD = (
    "No org is connected yet. Connecting only reads. Nothing in Salesforce changes until you look at a plan and "
    "confirm it."
)
WELCOME_WAITING = "The org is connected. Its first download fills the pages."
WELCOME_AGAIN = "Each org is connected by its own app and its own user. Connecting only reads."
CONNECT_NEEDS = (
    (":material/apps:", "An External Client App in your org, with the scopes **api** and **refresh\\_token**"),
    (":material/badge:", "An integration user that may view setup and all users"),
    (":material/key:", "The consumer key and the consumer secret of the app"),
)
PLAYBOOK_LEADS = "The playbook leads through all of it, five pages, and shows what to enter where in Salesforce."
CONNECT_AT_ONCE = "Client id and secret at hand? Connect in one step"
PRACTICE_SITUATIONS: dict[PracticeScenario, str] = {
    "company": "A company like many",
    "merger": "Two companies became one",
    "over-limit": "More seats used than bought",
    "hidden-objects": "An org that hides things",
    "sandbox": "Sandboxes beside production",
    "unknown-licenses": "40 licenses no catalog knows",
}

PRACTICE_FACTS = (
    (":material/timer:", "Ready in about a minute"),
    (":material/cloud_off:", "Nothing leaves this machine"),
    (":material/science:", "The same screens and the same steps, no risk; a band says so"),
)
AFTER_CONNECTING = (
    (":material/download:", "Download", "Who holds which license, and when each person last used it."),
    (
        ":material/insights:",
        "See",
        "What is paid for nothing, per license, org and department, each number open to its rows.",
    ),
    (":material/undo:", "Reclaim", "With a plan first, a confirmation, and the outcome read back from the org."),
)
SELF_HOSTED = "Self-hosted. Data stays on this server; secrets and tokens are encrypted at rest."
OAUTH_ERRORS = {
    "access_denied": (
        "Salesforce did not allow the access: it was denied at the log-in.",
        "Start the log-in again and choose Allow.",
    ),
    "ClientRejected": (
        "Salesforce does not know the client id, or refused the client secret.",
        "Compare both with the app in Salesforce, enter the secret again, and start the log-in again.",
    ),
    "NotFound": (
        "There is no profile for this log-in any more.",
        "Enter the connection again.",
    ),
    "invalid_scope": (
        "The app in Salesforce does not have a scope that was asked for.",
        "Add the scopes api and refresh_token to the app, and start the log-in again.",
    ),
    "replayed": (
        "This log-in was used already; nothing was changed.",
        "If the profile is not connected, start the log-in again.",
    ),
    "expired": (
        "The log-in took longer than 15 minutes and is not good any more.",
        "Start the log-in again.",
    ),
    "forged": (
        "This log-in was not begun here; nothing was changed.",
        "Start the log-in again on the page Connection and credential.",
    ),
    "other_org": (
        "This log-in is for another org than the profile's earlier one; nothing was changed.",
        "Connect the other org as a profile of its own, or confirm below that this profile changes to it. The data of "
        "the earlier org is then removed.",
    ),
    "state": (
        "The return from Salesforce does not belong to a log-in of this browser.",
        "Start the log-in again, and finish it in the same browser within 15 minutes.",
    ),
}
OAUTH_UNKNOWN = (
    "The log-in at Salesforce did not finish, and no org was connected.",
    "Start the log-in again. If it fails again, compare client id, secret and redirect URL with the app in Salesforce.",
)
JOB_TITLES = {
    JobKind.CONNECT: "Connect the org",
    JobKind.CREATE_TOKEN: "Create and get the OAuth token",
    JobKind.VALIDATE: "Validate the connection",
    JobKind.PRACTICE: "Start the practice org",
    JobKind.DOWNLOAD: "Download subscriptions",
    JobKind.IDENTIFY: "Identify removal candidates",
    JobKind.RECLAIM: "Reclaim seats",
    JobKind.RESTORE: "Give seats back",
    JobKind.SETTLE: "Settle open outcomes",
    JobKind.RECONCILE: "Reconcile",
    JobKind.IMPORT: "Import a file",
    JobKind.RESOLVE_PEOPLE: "Match users to people",
    JobKind.HOUSEKEEP: "Forget old history",
    JobKind.REMIND: "Close and remind",
    JobKind.TRIAL_MAIL: "Test mail",
}
NO_DATA = (
    "No data yet",
    "This page fills with the first download. Connect a Salesforce org, or start the practice org, to see it work.",
)
NOTHING_MATCHES = ("Nothing matches", "No row fits the search and the filters. Clear them to see all rows.")
NO_JOBS = ("No jobs yet", "Connecting, downloading, identifying and reclaiming leave their results here.")
NO_AUDIT = (
    "The trail is empty",
    "Whatever changes a profile, a candidate or an org is written here, with who and why.",
)
STATE_WORDS = {
    State.READY: "Ready",
    State.AWAITING_USER: "Awaiting User",
    State.AWAITING_APPROVAL: "Awaiting Approval",
    State.AWAITING_REVOCATION: "Awaiting Revocation",
    State.ATTENTION_REQUIRED: "Attention Required",
    State.CLOSED_COMPLETE: "Closed Complete",
    State.CLOSED_SKIPPED: "Closed Skipped",
    State.CLOSED_CANCELED: "Closed Canceled",
}
STEP_WORDS = {
    "freeze": "Freeze the login",
    "remove_permission_sets": "Remove permission sets",
    "remove_permission_set_licenses": "Remove permission set licenses",
    "remove_package_licenses": "Remove package licenses",
    "clear_feature_licenses": "Clear feature licenses",
    "change_license": "Change the license",
    "deactivate": "Deactivate user",
    "change_license_back": "Change the license back",
    "reactivate": "Reactivate user",
    "assign_permission_set_licenses": "Assign permission set licenses",
    "assign_permission_sets": "Assign permission sets",
    "assign_package_licenses": "Assign package licenses",
    "set_feature_licenses": "Set feature licenses",
    "unfreeze": "Unfreeze the login",
}
KIND_WORDS = {
    "user": "User license",
    "permission_set": "Permission set license",
    "package": "Package license",
    "feature": "Feature license",
    "login_based": "Login-based license",
    "consumption": "Consumption",
}
PART_WORDS = {
    "active": "Active",
    "stale": "Stale",
    "in_grace": "In grace",
    "machine": "Machine",
    "inactive_holder": "Inactive holder",
    "unknown": "Not known",
}


_ALL_OF_THEM = {1: "The org is", 2: "Both orgs are"}


def overview_lead(seats: dict[str, Any], money_rows: list[dict[str, Any]], days: int) -> str:
    """You pay … for … seats. … of them have not been used for 60 days; reclaiming them frees … a year."""
    owned, stale = seats.get("owned"), seats.get("stale") or 0
    spend = _amounts(money_rows, "annual_spend", exact=False)
    savings = _amounts(money_rows, "potential_savings", exact=True)
    whole = f"**{counted(owned, 'seat', 'seats')}**" if not is_missing(owned) else "your seats"
    first = f"You pay **{spend}** a year for {whole} of Salesforce." if spend else f"You hold {whole} of Salesforce."
    if not stale:
        return f"{first} Every assigned paid seat was used in the last {days} days."
    unused = f"**{number(stale)}** of them {'has' if stale == 1 else 'have'} not been used for {days} days"
    return (
        f"{first} {unused}; reclaiming them frees :primary[**{savings}**] a year." if savings else f"{first} {unused}."
    )


def overview_caption(rows: list[dict[str, Any]], money_rows: list[dict[str, Any]]) -> str:
    """The largest lever: the license with the most money in stale seats. `rows`: license rows, best first."""
    if not rows or len(money_rows) != 1 or is_missing(rows[0]["potential_savings"]):
        return FREE_OUTSIDE
    whole = float(money_rows[0]["potential_savings"] or 0)
    share = 100 * float(rows[0]["potential_savings"]) / whole if whole else 0
    if share < 1:
        return FREE_OUTSIDE
    seats = counted(rows[0]["stale"], "stale seat", "stale seats")
    return f"{percent(min(share, 100), 0)} of it is one license: {seats} of {plain(rows[0]['model'])}."


def utilization_lead(seats: dict[str, Any]) -> str:
    """Of … owned seats … are assigned and … used; … free, … stale."""
    owned = seats.get("owned")
    of = f"Of **{number(owned)}** owned seats, " if not is_missing(owned) else ""
    parts = f"**{number(seats.get('assigned'))}** are assigned and **{number(seats.get('active'))}** in use"
    return f"{of}{parts}; :primary[**{number(seats.get('stale'))}**] are stale."


def subscriptions_lead(found: int, unused: int, narrowed: bool) -> str:
    """… seats are held; … of them unused."""
    whose = "match" if narrowed and found != 1 else "matches" if narrowed else "are held" if found != 1 else "is held"
    of_them = f":primary[**{number(unused)}**] {'is' if unused == 1 else 'are'} unused"
    return f"**{counted(found, 'seat', 'seats')}** {whose}; {of_them}."


def candidates_lead(states: list[dict[str, Any]]) -> str:
    """… candidates are ready to be reclaimed, worth … a year. … need attention first."""
    ready = [row for row in states if row["state"] == State.READY]
    attention = sum(int(row["candidates"]) for row in states if row["state"] == State.ATTENTION_REQUIRED)
    count = sum(int(row["candidates"]) for row in ready)
    worth = _amounts(ready, "potential_savings", exact=True)
    first = (
        f"**{counted(count, 'candidate', 'candidates')}** {'is' if count == 1 else 'are'} ready to be reclaimed"
        if count
        else "No seat can be reclaimed right now"
    )
    value = f", worth :primary[**{worth}**] a year" if worth and count else ""
    needs = f" **{number(attention)}** {'needs' if attention == 1 else 'need'} attention first." if attention else ""
    return f"{first}{value}.{needs}"


def jobs_lead(jobs: int, active: int, failed: int) -> str:
    """What runs now, and how many of the last jobs failed."""
    running = f"**{counted(active, 'job is', 'jobs are')}** running" if active else "No job is running"
    if not failed:
        return f"{running}; none has failed." if jobs else f"{running}."
    return f"{running}; **{number(failed)}** of the last {number(jobs)} failed."


def freshness(row: dict[str, Any], last: str, oldest_days: int) -> tuple[str, str]:
    """The foot of the sidebar: (icon and first line, second line). `oldest_days`: age of the org read longest ago."""
    orgs, with_data = int(row.get("orgs") or 0), int(row.get("orgs_with_data") or 0)
    if row.get("running_jobs"):
        first = f":blue[:material/progress_activity:] {counted(int(row['running_jobs']), 'job is', 'jobs are')} running"
    elif row.get("failed_since"):
        first = ":red[:material/error:] A download failed; see Jobs"
    elif with_data < orgs:
        first = (
            f":orange[:material/warning:] {number(orgs - with_data)} of {counted(orgs, 'org', 'orgs')} has no data yet"
        )
    elif oldest_days >= OLD_AFTER_DAYS:
        first = f":orange[:material/warning:] The oldest data is {age_in_words(oldest_days)} old"
    else:
        first = f":green[:material/check_circle:] {_ALL_OF_THEM.get(orgs, f'All {orgs} orgs are')} up to date"
    return first, f"Last download {last}" if with_data else "Nothing downloaded yet"


def chain_verdict(intact: bool | None, first_broken: int | None, entries: int) -> tuple[bool, str]:
    """(all is well, sentence) after the audit chain was checked."""
    if intact:
        return (
            True,
            f"All {counted(entries, 'entry', 'entries')} follow from one another. Nothing was changed or removed.",
        )
    return False, (
        f"The chain breaks at entry {first_broken}. That entry, or one before it, was changed or removed after it "
        "was written. Compare with a backup before you rely on the trail."
    )


def _amounts(rows: list[dict[str, Any]], column: str, *, exact: bool) -> str:
    """The amounts of all currencies side by side, never added up; empty when none is known or all are nothing."""
    write = money_exact if exact else money
    known = [row for row in rows if not is_missing(row[column]) and not is_missing(row["currency"])]
    return " and ".join(write(row[column], row["currency"]) for row in known if float(row[column]) > 0)
