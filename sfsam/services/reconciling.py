"""Reconciliation on demand. Every download ends with one; this is for what people entered since."""

from __future__ import annotations

from sfsam.domain.answers import ReconcileAnswer, ReconciledTotal
from sfsam.domain.commands import Reconcile
from sfsam.domain.subscriptions import Thresholds
from sfsam.services.running import JobControl, Phases
from sfsam.services.world import World, entry, profile_named


def reconcile(world: World, command: Reconcile, control: JobControl) -> ReconcileAnswer:
    """Reconcile every org that has data, or the one named, org by org. Raises NotFound for an unknown profile."""
    with world.store.begin() as work:
        wanted = profile_named(work, command.profile).profile_id if command.profile else None
    orgs = [
        (row["profile_id"], row["name"], row["org_id"])
        for row in world.store.reads.rows("profiles")
        if row["last_download_at"] and wanted in (None, row["profile_id"])
    ]
    phases = Phases(control, [name for _, name, _ in orgs] or ["Nothing was downloaded yet"])
    at, licenses = world.clock.now(), 0
    for profile_id, name, org_id in orgs:
        phases.begin(name)
        with world.store.begin() as work:
            rows = work.position.reconcile(org_id, at, Thresholds())
            work.audit.append([entry(world, command.actor, "position.reconciled", profile_id, profile_id=profile_id)])
            work.commit()
        licenses += rows
        phases.end(name, rows=rows)
    totals = world.store.reads.rows("overview_money", org_ids=[org_id for _, _, org_id in orgs])
    fields = ReconciledTotal.model_fields
    return ReconcileAnswer(
        day=at.date(),
        orgs=len(orgs),
        licenses=licenses,
        totals=[ReconciledTotal(**{name: row[name] or 0 for name in fields}) for row in totals],
    )
