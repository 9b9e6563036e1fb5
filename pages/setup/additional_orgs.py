"""Is there another org to connect?"""

import streamlit as st

from sfsam.domain.playbook import Page
from sfsam.ui import shell
from sfsam.ui.components.playbook import frame, orgs
from sfsam.ui.viewer import INTEGRATORS

shell.open_page("Additional org", INTEGRATORS, needs_data=False)

book = frame.opened(Page.ADDITIONAL_ORGS)

wide, narrow = st.columns([1.62, 1])
with wide:
    orgs.listing(book)
with narrow:
    orgs.another(book)

frame.footer(book, Page.ADDITIONAL_ORGS)
frame.activity_log(book)
