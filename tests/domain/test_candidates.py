"""The state machine: what product.md R2 lists, and nothing else."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sfsam.domain.candidates import MOVES, OPEN_STATES, Candidate, Justification, State
from sfsam.domain.subscriptions import Kind
from sfsam.errors import MoveNotAllowed

NOON = datetime(2026, 11, 24, 12)

ALLOWED = {
    "ready": "awaiting_user awaiting_revocation attention_required closed_skipped closed_canceled",
    "awaiting_user": "awaiting_approval awaiting_revocation closed_canceled closed_skipped",
    "awaiting_approval": "closed_skipped awaiting_revocation closed_canceled",
    "awaiting_revocation": "closed_complete attention_required closed_canceled closed_skipped",
    "attention_required": "ready closed_canceled closed_skipped",
    "closed_complete": "",
    "closed_skipped": "",
    "closed_canceled": "",
}


def candidate(state: State = State.READY) -> Candidate:
    return Candidate(
        number="RC0000001",
        profile_id="p",
        org_id="o",
        user_id="005000000000001AAA",
        user_principal_name="ada@acme.example",
        kind=Kind.USER,
        identifier="SFDC",
        rule="unused_user_license",
        justification=Justification.LOW_USAGE,
        state=state,
        opened_at=NOON,
        updated_at=NOON,
    )


def test_the_table_is_the_one_in_the_product_description() -> None:
    assert {state.value: set(MOVES[state]) for state in State} == {
        state: set(targets.split()) for state, targets in ALLOWED.items()
    }


@pytest.mark.parametrize("start", list(State))
@pytest.mark.parametrize("to", list(State))
def test_a_move_is_in_the_table_or_refused(start: State, to: State) -> None:
    subject = candidate(start)
    if to in MOVES[start]:
        moved, entry = subject.move(to, reason="because", actor="ada", at=NOON)
        assert moved.state is to
        assert moved.closed_at == (NOON if to.is_closed else None)
        assert (entry.subject, entry.actor, entry.reason) == ("RC0000001", "ada", "because")
        assert (entry.detail["from"], entry.detail["to"]) == (start, to)
    else:
        with pytest.raises(MoveNotAllowed) as refused:
            subject.move(to, reason="because", actor="ada", at=NOON)
        assert refused.value.values["to"] == to
        assert "Allowed from here" in refused.value.remedy


@given(st.lists(st.sampled_from(list(State)), max_size=12))
def test_no_sequence_of_moves_leaves_a_closed_state(moves: list[State]) -> None:
    subject, trail = candidate(), 0
    for to in moves:
        if to in MOVES[subject.state]:
            subject, _ = subject.move(to, reason="r", actor="a", at=NOON)
            trail += 1
    assert trail <= 12
    assert (subject.state in OPEN_STATES) is (subject.closed_at is None)


def test_complete_is_reached_only_from_awaiting_revocation() -> None:
    assert [state for state in State if State.CLOSED_COMPLETE in MOVES[state]] == [State.AWAITING_REVOCATION]
