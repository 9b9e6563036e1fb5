"""Which seats can be reclaimed, why, and what would be sent?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import candidates, evidence, export, filters, jobs, notices, plan
from sfsam.ui.viewer import MANAGERS

controls = shell.open_page("Removal candidates", MANAGERS)
scope = filters.scope(controls)

candidates.lead(scope)
with st.container(horizontal=True, vertical_alignment="center", key="tools"):
    states = candidates.segments(scope)
    scope = candidates.narrowing(scope)
    sorting = candidates.sorting()
with controls:
    export.menu(["candidates", "unused"], scope)

jobs.card(plan.SLOT)

wide, narrow = st.columns([1.85, 1])
with wide:
    ticked, shown = candidates.table(states, sorting, scope)
    if ticked:
        plan.panel(ticked, candidates.orgs_of(ticked))
with narrow:
    if shown:
        with evidence.panel(shown["org_id"], shown["user_id"], candidate=shown):
            notices.waiting(shown)
            candidates.moves(shown)
