"""Which seats can be reclaimed, why, and what would be sent?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import (
    candidate_moves,
    candidates,
    evidence,
    export,
    filters,
    kill_switch,
    notices,
    orders,
    plan,
)
from sfsam.ui.viewer import MANAGERS

controls = shell.open_page("Removal candidates", MANAGERS)
scope = filters.scope(controls)

candidates.lead(scope)
kill_switch.banner()
with st.container(horizontal=True, vertical_alignment="center", key="tools"):
    states = candidates.segments(scope)
    scope = candidates.narrowing(scope)
    sorting = candidates.sorting()
with controls:
    export.menu(["candidates", "unused"], scope)
    kill_switch.button()

plan.running()
orders.waiting()

wide, narrow = st.columns([1.85, 1])
with wide:
    ticked, shown = candidates.table(states, sorting, scope)
    chosen = candidates.all_that_fit(states, scope) or candidates.those_ticked(ticked)
    if chosen:
        plan.panel(chosen)
with narrow:
    if shown:
        with evidence.panel(shown["org_id"], shown["user_id"], candidate=shown):
            notices.waiting(shown)
            candidate_moves.moves(shown)
