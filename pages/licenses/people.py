"""Who holds seats, over all orgs, and whom does nobody know?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import as_of, directory, export, filters, people, resolution_rules, unmatched
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("People", EVERYONE)
scope = filters.scope(controls, facets=False)
with controls:
    export.menu(["people"], scope)

people.lead()
shown = people.view()
unmatched.refusal()
resolution_rules.refusal()
people.progress()

if shown == people.LISTED:
    people.listing(scope)
elif shown == people.UNKNOWN:
    unmatched.listing(scope)
elif shown == people.PAST:
    as_of.card(scope)
elif shown == people.RULES:
    wide, narrow = st.columns([1.3, 1])
    with wide:
        resolution_rules.order()
    with narrow:
        resolution_rules.add()
else:
    directory.importing()
    directory.imported()
