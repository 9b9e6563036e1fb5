"""Which orgs are connected, and in which state is each?"""

from sfsam.ui import shell
from sfsam.ui.components import profiles
from sfsam.ui.components.playbook import starting
from sfsam.ui.viewer import EVERYONE

controls = shell.open_page("Profiles", EVERYONE, needs_data=False)
with controls:
    starting.control()

profiles.listing()
