"""What could be saved, what was freed, and what was really saved?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import export, filters, savings
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Savings", EVERYONE)
scope = filters.scope(controls)
with controls:
    export.menu(["savings"], scope)

savings.lead(scope)
savings.outcome()
left, middle, right = st.columns(3)
with left:
    savings.potential(scope)
with middle:
    savings.freed(scope)
with right:
    savings.realized(scope)
savings.entries(scope)
