"""Which software models do the licenses stand for, and what would cost less?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import export, filters, software_models
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Software models", EVERYONE)
scope = filters.scope(controls, facets=False)

lead = st.container()
with st.container(horizontal=True, vertical_alignment="center", key="tools"):
    scope = software_models.narrowing(scope)
    sorting = software_models.sorting()
with controls:
    export.menu(["models"], scope)
with lead:
    software_models.lead(scope)

wide, narrow = st.columns([1.62, 1])
with wide:
    chosen = software_models.table(scope, sorting)
with narrow:
    if chosen:
        software_models.chosen(chosen, scope)
