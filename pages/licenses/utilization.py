"""How is each license used: owned, assigned, active, stale, available?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import export, filters, utilization
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Utilization", EVERYONE)
scope = filters.scope(controls)
with controls:
    export.menu(["position"], scope)

utilization.lead(scope)
utilization.figures(scope)
chosen = utilization.table(scope)

wide, narrow = st.columns([1.4, 1])
with wide:
    utilization.bars(scope)
with narrow:
    if chosen:
        utilization.chosen(chosen)
