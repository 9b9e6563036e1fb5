"""The address / leads to the overview, or to the welcome page as long as there is no data."""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.viewer import EVERYONE

shell.open_page("sfsam", EVERYONE, needs_data=False)

st.switch_page(shell.OVERVIEW if shell.has_data() else shell.WELCOME)
