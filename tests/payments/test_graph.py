"""The graph of an order: whole, without dead ends that hold money, and drawn in the documents as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.payments.model.graph import GRAPH, Move, State, Unexpected, after
from tests.payments.drawing import PAGE, drawn

ENDS = {State.REFUNDED, State.LOST}


def test_the_document_shows_the_graph_of_the_code() -> None:
    page = PAGE.read_text("utf-8")

    assert page == drawn(page), "run `python -m tests.payments.drawing`"


def test_every_state_can_be_reached() -> None:
    reached, new = {State.HELD}, {State.HELD}
    while new:
        new = {GRAPH[before, move] for before, move in GRAPH if before in new} - reached
        reached |= new

    assert reached == set(State)


def test_every_move_leads_somewhere() -> None:
    assert {move for _, move in GRAPH} == set(Move)


@pytest.mark.parametrize("state", [one for one in State if one not in ENDS])
def test_no_state_is_a_trap(state: State) -> None:
    assert any(before is state and goal is not state for (before, _), goal in GRAPH.items())


@given(st.lists(st.sampled_from(Move), max_size=30))
def test_money_never_comes_from_nowhere(moves: list[Move]) -> None:
    """No row of moves leads to a state in which money is there without a capture before it."""
    state, captured = State.HELD, False
    for move in moves:
        try:
            state = after(state, move)
        except Unexpected:
            continue
        captured |= move in (Move.CAPTURED, Move.CAPTURED_LATE)
        assert captured or state in (State.HELD, State.PAYING, State.EXPIRED)
