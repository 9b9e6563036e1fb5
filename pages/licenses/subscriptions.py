"""Who holds which seat, and when was it last used?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import evidence, export, filters, subscriptions
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Subscriptions", EVERYONE)
scope = filters.scope(controls, judging=True, seats=True)

lead = st.container()
with st.container(horizontal=True, vertical_alignment="center", key="tools"):
    read = subscriptions.which()
    scope = subscriptions.narrowing(scope)
    sorting = subscriptions.sorting()
    columns = subscriptions.columns(read)
with controls:
    export.menu(["unused", "subscriptions"], scope)
with lead:
    subscriptions.lead(scope)

wide, narrow = st.columns([2, 1])
with wide:
    chosen = subscriptions.table(read, sorting, columns, scope)
with narrow:
    if chosen:
        with evidence.panel(chosen["org_id"], chosen["user_id"]):
            subscriptions.candidate_link(chosen)
