"""How is each license used: owned, assigned, active, stale, available?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import export, filters, utilization, what_if
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Utilization", EVERYONE)
scope = filters.scope(controls, judging=True)
with controls:
    export.menu(["position"], scope)

utilization.lead(scope)
utilization.figures(scope)
chosen = utilization.table(scope, utilization.which())

wide, narrow = st.columns([1.4, 1])
with wide:
    utilization.bars(scope)
    what_if.card(scope)
with narrow:
    if chosen:
        utilization.chosen(chosen, scope)
