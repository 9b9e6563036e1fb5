"""What stands outside the totals, and who is never proposed?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import exclusions, export, filters
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Exclusions", EVERYONE)
scope = filters.scope(controls, facets=False)
with controls:
    export.menu(["exclusions"], scope)

exclusions.lead(scope)
exclusions.outcome()

wide, narrow = st.columns([1.62, 1])
with wide:
    chosen = exclusions.table(scope)
    if chosen:
        exclusions.chosen(chosen)
    exclusions.past(scope)
with narrow:
    exclusions.form()
