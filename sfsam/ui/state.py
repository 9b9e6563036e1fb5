"""What the address of a page says: the scope that acts on everything on it.

The widgets that hold these values are bound to the query parameters of their keys (`bind="query-params"`), so an
address can be sent to somebody else; Streamlit drops values that are not among a widget's options.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from sfsam.domain.subscriptions import STALE_AFTER_DAYS

IN_ADDRESS: Literal["query-params"] = "query-params"


@dataclass(frozen=True)
class Scope:
    """The rows a page looks at, and by which threshold it judges them. Empty means all."""

    org_ids: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    search: str = ""
    stale_after_days: int = STALE_AFTER_DAYS
    include_sandboxes: bool = False
    only_counted: bool = False

    @property
    def is_narrowed(self) -> bool:
        """Whether some rows stand outside."""
        chosen = (self.org_ids, self.kinds, self.models, self.departments, self.parts, self.search.strip())
        return any(chosen) or self.only_counted

    def parameters(self) -> dict[str, Any]:
        """As the parameters of the reads; what does not filter is left out, and so is what the rules say anyway."""
        given = {
            "org_ids": list(self.org_ids),
            "kinds": list(self.kinds),
            "models": list(self.models),
            "departments": list(self.departments),
            "parts": list(self.parts),
            "search": self.search.strip(),
            "include_sandboxes": self.include_sandboxes,
            "only_counted": self.only_counted,
        }
        judged = {"stale_after_days": self.stale_after_days} if self.stale_after_days != STALE_AFTER_DAYS else {}
        return {name: value for name, value in given.items() if value} | judged


def notice() -> tuple[str, str] | None:
    """What the return from Salesforce's log-in left in the address: ("connected", profile id) or ("error", name)."""
    for name in ("connected", "error"):
        if value := st.query_params.get(name):
            return name, value
    return None


def go(path: str, query: dict[str, Any]) -> NoReturn:
    """Turn to another page, or to this one, with another address.

    Streamlit refuses to set a parameter that a widget of this page is bound to, so that none is set twice. Here the
    widgets are left behind in the same breath, so they are let go of first (no public way exists in Streamlit 1.67).
    """
    context = get_script_run_ctx()
    if context is not None:
        with context.session_state.query_params() as params:
            for name in [*params, *query]:
                if binding := params.get_binding_for_param(name):
                    params.unbind_widget(binding.widget_id)
    st.switch_page(path, query_params=query)


def remember(name: str, value: Any) -> None:
    """Keep a value for this visit, such as the job a button has just asked for."""
    st.session_state[f"kept_{name}"] = value


def remembered(name: str, default: Any = None) -> Any:
    """A value kept by `remember`."""
    return st.session_state.get(f"kept_{name}", default)


def forget(name: str) -> None:
    st.session_state.pop(f"kept_{name}", None)


def in_address(name: str) -> str | None:
    """A value of the address. A click in the sidebar drops it; then it is what this visit named last, put back."""
    value = st.query_params.get(name) or remembered(f"address_{name}")
    if value and st.query_params.get(name) != value:
        st.query_params[name] = value
    remember(f"address_{name}", value)
    return value


def forget_address(name: str) -> None:
    """Take a value out of the address and out of this visit's memory."""
    st.query_params.pop(name, None)
    forget(f"address_{name}")
