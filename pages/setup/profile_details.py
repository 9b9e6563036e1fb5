"""What is the profile called, and what does it do?"""

from sfsam.domain.playbook import Page
from sfsam.ui import shell
from sfsam.ui.components.playbook import details, frame
from sfsam.ui.viewer import INTEGRATORS

shell.open_page("Profile details", INTEGRATORS, needs_data=False)

book = frame.opened(Page.PROFILE_DETAILS)

details.form(book)

frame.footer(book, Page.PROFILE_DETAILS, details.save)
frame.activity_log(book)
