"""Is everything right, will download and reclaim work, and may the profile be published?"""

import streamlit as st

from sfsam.domain.playbook import Page
from sfsam.ui import shell
from sfsam.ui.components.playbook import frame, review
from sfsam.ui.viewer import INTEGRATORS

shell.open_page("Review and publish", INTEGRATORS, needs_data=False)

book = frame.opened(Page.REVIEW_AND_PUBLISH)

wide, narrow = st.columns([1, 1.12])
with wide:
    review.processes(book)
    review.everything(book)
with narrow:
    review.validation(book)
    review.vendor_configuration(book)

frame.footer(book, Page.REVIEW_AND_PUBLISH)
frame.activity_log(book)
