"""A town on a Tuesday morning, with simulated phones, that is looked over when the story is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from gateway.rehearsal import Rehearsal
from tests.scenarios.invariants import check_invariants
from tests.scenarios.telling import START


@pytest.fixture
def city_at(ready_database_url: str) -> Iterator[Callable[[datetime], Rehearsal]]:
    """The town at another moment."""
    made: list[Rehearsal] = []

    def make(start: datetime) -> Rehearsal:
        made.append(Rehearsal(ready_database_url, start=start))
        return made[-1]

    yield make
    for city in made:
        try:
            check_invariants(city)
        finally:
            city.close()


@pytest.fixture
def city(city_at: Callable[[datetime], Rehearsal]) -> Rehearsal:
    """Dinghai on Tuesday, 18 August 2026, at 09:20:04; both kinds of database."""
    return city_at(START)
