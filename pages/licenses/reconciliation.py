"""What did each day's reconciliation come to, and what changed since?"""

from sfsam.ui import shell
from sfsam.ui.components import export, filters, reconciliation
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Reconciliation", EVERYONE)
scope = filters.scope(controls, facets=False)
with controls:
    export.menu(["reconciliations"], scope)

days = reconciliation.days(scope)
reconciliation.lead(days)
reconciliation.run_now()
if days:
    reconciliation.changes(scope, days)
    reconciliation.results(scope)
