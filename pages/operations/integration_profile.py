"""What does this integration profile bring, how is it set up, and what runs for it?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import four_eyes, profile_actions, profile_lists, profile_record
from sfsam.ui.viewer import INTEGRATORS

controls = shell.open_page("Integration profile", INTEGRATORS, needs_data=False)

profile = profile_record.opened()
with controls:
    profile_actions.controls(profile)
profile_actions.outcome(profile)
profile_record.running(profile)
profile_record.counts(profile)

wide, narrow = st.columns([1.62, 1])
with wide:
    profile_record.software_models(profile)
    profile_record.unrecognized(profile)
    profile_lists.subscriptions(profile)
    profile_record.results(profile)
with narrow:
    profile_record.details(profile)
    four_eyes.card(profile)
    profile_record.scheduled_jobs(profile)
    profile_lists.consumption(profile)
    profile_record.exclusions(profile)
