"""The renewal report: the same reads as the pages, put together for a meeting."""

from __future__ import annotations

from typing import Any

from sfsam.domain.answers import (
    Definition,
    RenewalReport,
    ReportedLicense,
    ReportedMoney,
    ReportedOrg,
    ReportedRenewal,
)
from sfsam.domain.commands import ShowRenewalReport
from sfsam.domain.subscriptions import Thresholds
from sfsam.services.world import World, profile_named

MOST_ORGS, MOST_RENEWALS, MOST_LICENSES, MOST_ROWS = 3, 10, 12, 21  # so that the report stays one sheet of paper
DEFINED_BY = ("overview_money", "overview_seats", "position", "renewals")
_OTHER = ("in_grace", "machine", "inactive_holder", "unknown")


def renewal_report(world: World, command: ShowRenewalReport) -> RenewalReport:
    """Everything the page shows. Sandboxes, free and excluded licenses stand outside, as in all totals.

    Raises NotFound for a profile that does not exist.
    """
    reads, scope = world.store.reads, _scope(world, command)
    thresholds, today = Thresholds(), world.clock.now().date()
    [seats] = reads.rows("overview_seats", **scope)
    licenses = [row for row in reads.rows("position", **scope) if row["is_paid"] and not row["is_excluded"]]
    licenses = sorted((row for row in licenses if not row["is_sandbox"]), key=_weight, reverse=True)
    renewals = reads.rows("renewals", today=today, within_days=command.within_days, **scope)
    shown = _most_at_stake(renewals)
    money = [ReportedMoney.model_validate(row) for row in reads.rows("overview_money", **scope) if row["currency"]]
    most_licenses = min(MOST_LICENSES, max(MOST_ROWS - len(shown) - len(money), 3))
    orgs = _orgs(world, scope)
    return RenewalReport(
        made_at=world.clock.now(),
        within_days=command.within_days,
        **thresholds.model_dump(),
        orgs=orgs[:MOST_ORGS],
        orgs_left_out=max(len(orgs) - MOST_ORGS, 0),
        oldest_left_out=min((org.taken_at for org in orgs[MOST_ORGS:] if org.taken_at), default=None),
        money=money,
        **{name: seats[name] for name in ("owned", "assigned", "active", "stale", "percent_stale")},
        licenses=[_license(row) for row in licenses[:most_licenses]],
        licenses_left_out=max(len(licenses) - most_licenses, 0),
        renewals=[ReportedRenewal.model_validate(row) for row in shown],
        renewals_left_out=len(renewals) - len(shown),
        definitions=[
            Definition(title=header.title, description=header.description)
            for header in (reads.header(name) for name in DEFINED_BY)
        ],
    )


def _scope(world: World, command: ShowRenewalReport) -> dict[str, Any]:
    scope = {name: value for name, value in command.narrowing.model_dump().items() if value}
    if command.profile:
        with world.store.begin() as work:
            profile_id = profile_named(work, command.profile).profile_id
        rows = world.store.reads.rows("profiles")
        scope["org_ids"] = [row["org_id"] for row in rows if row["profile_id"] == profile_id]
    return {name: value for name, value in scope.items() if name not in ("search", "within_days")}


def _orgs(world: World, scope: dict[str, Any]) -> list[ReportedOrg]:
    wanted = scope.get("org_ids")
    return [
        ReportedOrg(org=row["name"], edition=row["edition"], taken_at=row["last_download_at"])
        for row in world.store.reads.rows("profiles")
        if row["last_download_at"] and not row["is_sandbox"] and (not wanted or row["org_id"] in wanted)
    ]


def _most_at_stake(renewals: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As many as the page has room for, in the order of their days."""
    by_stake = sorted(renewals, key=lambda row: (row["at_stake"] or 0, row["annual_cost"] or 0), reverse=True)
    chosen = {row["renewal_id"] for row in by_stake[:MOST_RENEWALS]}
    return [row for row in renewals if row["renewal_id"] in chosen]


def _license(row: dict[str, Any]) -> ReportedLicense:
    return ReportedLicense.model_validate(row | {"other": sum(row[part] for part in _OTHER)})


def _weight(row: dict[str, Any]) -> tuple[Any, ...]:
    """The most money first; licenses without a price by their seats."""
    spend = (row["unit_cost"] or 0) * (row["owned"] or row["assigned"])
    return row["potential_savings"] or 0, spend, row["assigned"]
