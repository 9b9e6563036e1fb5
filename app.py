"""The frame: the ASGI application around the pages and, run by it once per visit, the list of pages."""

from streamlit.runtime.scriptrunner import get_script_run_ctx

if get_script_run_ctx(suppress_warning=True) is None:  # started by a server
    from sfsam.web.application import build_app

    app = build_app(__file__)
else:  # run for one visit
    from sfsam.ui import shell

    shell.frame().run()
