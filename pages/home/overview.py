"""What do we pay, what of it is used, what can come back?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import export, filters, overview
from sfsam.ui.components.playbook import starting
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Overview", EVERYONE)
scope = filters.scope(controls)
with controls:
    starting.control()
    export.menu(["position", "unused"], scope)

overview.lead(scope)
overview.figures(scope)

wide, narrow = st.columns([1.62, 1])
with wide:
    overview.licenses(scope)
    overview.departments(scope)
with narrow:
    overview.activity(scope)
    overview.orgs(scope)

overview.trend(scope)
overview.footnote(scope)
