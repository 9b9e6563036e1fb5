"""Which application in Salesforce does sfsam ask through, and what is to be entered there?"""

import streamlit as st

from sfsam.domain.playbook import Page
from sfsam.ui import shell
from sfsam.ui.components.playbook import frame, registration
from sfsam.ui.viewer import INTEGRATORS

shell.open_page("Register application", INTEGRATORS, needs_data=False)

book = frame.opened(Page.REGISTER_APPLICATION)

wide, narrow = st.columns([1.62, 1])
with wide:
    registration.choice(book)
    registration.steps(book)
with narrow:
    registration.metadata(book)
    registration.grants()

frame.footer(book, Page.REGISTER_APPLICATION, registration.save)
frame.activity_log(book)
