"""Which license identifiers does nobody know, and what are they?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import filters, unrecognized
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Unrecognized identifiers", EVERYONE)
scope = filters.scope(controls, facets=False)

lead = st.container()
unrecognized.outcome()
with st.container(horizontal=True, vertical_alignment="center", key="tools"):
    scope = unrecognized.narrowing(scope)
    sorting = unrecognized.sorting()
with lead:
    unrecognized.lead(scope)

wide, narrow = st.columns([1.62, 1])
with wide:
    chosen = unrecognized.table(scope, sorting)
    unrecognized.mappings()
with narrow:
    if chosen:
        unrecognized.form(chosen)
