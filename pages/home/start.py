"""The address / leads to the overview; without data to the welcome page, for those who may connect an org."""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.viewer import EVERYONE

shell.open_page("sfsam", EVERYONE, needs_data=False)

st.switch_page(shell.first_page())
