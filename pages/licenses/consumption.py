"""What is bought by use: how much is allowed, how much is used, and how much was to be expected by now?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import consumption, export, filters
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Consumption", EVERYONE)
scope = filters.scope(controls, facets=False)
with controls:
    export.menu(["consumption"], scope)

consumption.require_some()
consumption.lead(scope)
consumption.figures(scope)
chosen = consumption.table(scope)

wide, narrow = st.columns([1.4, 1])
with wide:
    consumption.bars(scope)
with narrow:
    if chosen:
        consumption.chosen(chosen)
