"""Which rules look for candidates, where do they look, and whom would another one catch?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import filters, jobs, reclamation_rules, rule_form
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Reclamation rules", EVERYONE)
scope = filters.scope(controls, facets=False)

reclamation_rules.lead(scope)
reclamation_rules.outcome()
jobs.card(rule_form.SLOT)

chosen = reclamation_rules.table(scope)
if chosen:
    reclamation_rules.chosen(chosen)

narrow, wide = st.columns([1, 1.2])
with narrow:
    rule_form.form()
with wide:
    rule_form.preview()
