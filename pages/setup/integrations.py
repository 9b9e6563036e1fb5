"""What can be integrated?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components.playbook import starting
from sfsam.ui.viewer import INTEGRATORS

shell.open_page("Create direct integration", INTEGRATORS, needs_data=False)

starting.lead()

wide, narrow = st.columns([1.62, 1])
with wide:
    starting.integrations()
with narrow:
    starting.waiting()
