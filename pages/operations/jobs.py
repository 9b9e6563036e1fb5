"""What is running, what ran, and how did it end?"""

from sfsam.ui import shell
from sfsam.ui.components import jobs, operations
from sfsam.ui.viewer import EVERYONE

shell.open_page("Jobs", EVERYONE, needs_data=False)

operations.jobs_lead()
operations.actions()
jobs.card(operations.SLOT)
jobs.others_running(operations.SLOT)
jobs.last_failure(operations.SLOT)
jobs.listing(limit=50)
