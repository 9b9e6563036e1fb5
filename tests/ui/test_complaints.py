"""The complaint of product.md that only a page can answer; the others stand in tests/services/test_complaints.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sfsam.ui import messages
from sfsam.ui.components.tables import grid_key
from tests.fakes.frames import CANDIDATES
from tests.fakes.system import FakeSystem
from tests.ui.conftest import Open

BEST = [row["number"] for row in sorted(CANDIDATES[:12], key=lambda row: -row["potential_savings"])]


def test_complaint_06_beside_the_button_it_says_that_freezing_frees_no_seat(full: FakeSystem, visit: Open) -> None:
    app = visit("pages/reclaim/candidates.py")
    app.session_state[grid_key("candidates", BEST[:10])] = {"selection": {"rows": [0, 1], "columns": [], "cells": []}}
    app.run()
    assert messages.FREEZING == "Freezing stops the login. It does not free the seat and saves nothing."
    _is_beside_the_button(app)
    app.button(key="reclaim").click().run()
    assert app.button(key="confirm_reclaim")
    _is_beside_the_button(app)  # it stays while the question is asked


def _is_beside_the_button(app: Any) -> None:
    """The sentence stands in the very card of the button: nothing has to be opened to read it."""
    [card] = [block for block in _blocks(app.main) if _holds(block, "button", "reclaim")]
    said = [child.value for child in card.children.values() if child.type == "caption"]
    assert any(messages.FREEZING in each for each in said), said


def _blocks(block: Any) -> Iterator[Any]:
    yield block
    for child in block.children.values():
        if hasattr(child, "children"):
            yield from _blocks(child)


def _holds(block: Any, kind: str, key: str) -> bool:
    return any(child.type == kind and child.key == key for child in block.children.values())
