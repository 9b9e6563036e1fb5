"""Who changed what, when and why, and is the trail whole?"""

from sfsam.ui import shell
from sfsam.ui.components import export, operations
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Audit", EVERYONE, needs_data=False)
with controls:
    operations.verify_button()
    export.menu(["audit"])

operations.audit_lead()
operations.verdict()
operations.audit_table()
