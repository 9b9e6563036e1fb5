"""Several calls that become true together, as composite requests need it (Salesforce fact sheet 2.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.emulator.data.desk import Desk


class _Stop(Exception):
    """What goes wrong halfway."""


def department(desk: Desk, user_id: str) -> object:
    return desk.value("SELECT Department FROM User WHERE Id = :id", id=user_id)


def test_an_exception_undoes_every_call(busy: Desk) -> None:
    one, two = (busy.add_user(Department="Before") for _ in range(2))
    with pytest.raises(_Stop), busy.org.together():
        assert busy.update("User", one, Department="After").success
        assert busy.update("User", two, Department="After").success
        raise _Stop
    assert [department(busy, one), department(busy, two)] == ["Before", "Before"]


def test_without_one_all_of_it_stays(busy: Desk) -> None:
    one, two = (busy.add_user(Department="Before") for _ in range(2))
    with busy.org.together():
        assert busy.update("User", one, Department="After").success
        assert not busy.update("User", two, Department=7).success
    assert [department(busy, one), department(busy, two)] == ["After", "Before"]
    assert busy.update("User", two, Department="Alone").success
    assert department(busy, two) == "Alone"
