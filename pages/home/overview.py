"""What do we pay, what of it is used, what can come back?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import attention, export, filters, overview, what_if
from sfsam.ui.components.playbook import starting
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Overview", EVERYONE)
scope = filters.scope(controls, judging=True)
with controls:
    starting.control()
    export.menu(["position", "unused"], scope)

overview.lead(scope)
attention.line(scope)
overview.figures(scope)

wide, narrow = st.columns([1.62, 1])
with wide:
    overview.licenses(scope)
    overview.departments(scope)
with narrow:
    overview.activity(scope)
    overview.orgs(scope)
    overview.cost_centers(scope)

overview.trend(scope)
what_if.card(scope)
overview.footnote(scope)
