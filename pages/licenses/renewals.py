"""What ends soon, how is it used, and how many seats are worth renewing?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import export, filters, renewals
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Renewals", EVERYONE)
scope = filters.scope(controls, facets=False)
with controls:
    export.menu(["renewals"], scope)

lead = st.container()
days = renewals.horizon()
with lead:
    renewals.lead(scope, days)
renewals.figures(scope, days)
renewals.course(scope, days)
chosen = renewals.table(scope, days)
if chosen:
    renewals.chosen(chosen)
