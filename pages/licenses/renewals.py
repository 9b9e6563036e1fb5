"""What ends soon, how is it used, and how many seats are worth renewing?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import export, filters, outlook, renewals
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Renewals", EVERYONE)
scope = filters.scope(controls, departments=False)

lead = st.container()
with st.container(horizontal=True, vertical_alignment="center", key="tools"):
    days = renewals.horizon()
    renewals.report(scope, days)
with controls:
    export.menu(["renewals"], scope, within_days=days)
with lead:
    renewals.lead(scope, days)
renewals.figures(scope, days)
renewals.course(scope, days)
chosen = renewals.table(scope, days)
if chosen:
    wide, narrow = st.columns(2)
    with wide:
        renewals.chosen(chosen)
    with narrow:
        outlook.card(chosen, chosen["ends_on"])
