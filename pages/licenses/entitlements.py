"""What do contracts give, and what does a seat cost?"""

import streamlit as st

from sfsam.ui import shell
from sfsam.ui.components import entitlements, export, filters, imports, jobs, list_prices
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Entitlements", EVERYONE)
scope = filters.scope(controls, departments=False)

entitlements.lead(scope)
entitlements.drift(scope)
jobs.card(imports.SLOT)
entitlements.outcome()

contracts, prices, files = st.tabs(["Entitlements", "List prices", "Import"])
with contracts:
    with st.container(horizontal=True, vertical_alignment="center", key="tools"):
        scope = entitlements.narrowing(scope)
        sorting = entitlements.tools()
    entitlements.table(scope, sorting)
with prices:
    list_prices.table()
with files:
    imports.section(("entitlements", "prices"))
with controls:
    export.menu(["entitlements"], scope)
