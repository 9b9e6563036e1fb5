"""Can people be asked by mail, who was, and what became of it?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import jobs, notices
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Notifications", EVERYONE, needs_data=False)
mail = notices.settings()
with controls:
    notices.controls(mail)

notices.lead(mail)
jobs.card(notices.SLOT)

wide, narrow = st.columns([1.85, 1])
with wide:
    notices.listing()
with narrow:
    notices.mail_card(mail)
    notices.chat_card(mail)
