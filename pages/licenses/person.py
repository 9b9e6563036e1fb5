"""Who is this person: every seat in every org, what was seen, and what was done about it?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import erasure, person, person_history, unmatched
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Person", EVERYONE)
found = person.chosen()
if found:
    with controls:
        erasure.control(found)
    person.lead(found)
    unmatched.refusal()
    erasure.outcome(found)
    wide, narrow = st.columns([1.45, 1])
    with wide:
        person.users(found)
        person_history.periods(found)
    with narrow:
        person.identity(found)
        person_history.days(found)
        person_history.candidates(found)
        person_history.exclusions(found)
        person_history.audit(found)
