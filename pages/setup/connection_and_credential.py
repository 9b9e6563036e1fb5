"""Which org, by which app, as which user?"""

import streamlit as st

from sfsam.domain.playbook import Page
from sfsam.ui import shell
from sfsam.ui.components.playbook import connection, frame
from sfsam.ui.viewer import INTEGRATORS

shell.open_page("Connection and credential", INTEGRATORS, needs_data=False)

book = frame.opened(Page.CONNECTION_AND_CREDENTIAL)

wide, narrow = st.columns([1.12, 1])
with wide:
    connection.form(book)
    connection.act_form(book)
with narrow:
    connection.outcome(book)
    connection.connected(book)

frame.footer(book, Page.CONNECTION_AND_CREDENTIAL, connection.save)
frame.activity_log(book)
