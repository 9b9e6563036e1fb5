"""How do I start: connect a Salesforce org, or look around in the practice org?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import connect, welcome
from sfsam.ui.viewer import INTEGRATORS

shell.open_page("Connect an org", INTEGRATORS, needs_data=False)

welcome.lead()
connect.returned()
welcome.work()

wide, narrow = st.columns(2)
with wide:
    connect.card()
with narrow:
    welcome.practice()
    welcome.profiles()

welcome.afterwards()
