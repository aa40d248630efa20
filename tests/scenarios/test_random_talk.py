"""Whatever people text and whatever time brings: nothing is left without an owner, a clock and a verdict."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.rehearsal import Rehearsal
from tests.databases import Databases
from tests.scenarios.invariants import check_invariants
from tests.scenarios.random_talk import Move, moves
from tests.scenarios.telling import START


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(happened=st.lists(moves(), min_size=20, max_size=60))
def test_every_open_case_keeps_one_holder_and_a_running_clock(databases: Databases, happened: list[Move]) -> None:
    city = Rehearsal(databases.empty(), start=START)
    try:
        for move in happened:
            move.happen(city)
            check_invariants(city)
    finally:
        city.close()
