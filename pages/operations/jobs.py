"""What is running, what runs next, what ran, and how did it end?"""

from sfsam.ui import shell
from sfsam.ui.components import jobs, operations, schedules
from sfsam.ui.viewer import EVERYONE

shell.open_page("Jobs", EVERYONE, needs_data=False)

operations.jobs_lead()
operations.job_card()
jobs.others_running(operations.SLOT)
jobs.last_failure(operations.SLOT)
schedules.card(operations.SLOT)
jobs.listing(limit=50)
