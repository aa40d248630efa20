"""Another city with another book, other offices and another calendar: nothing is wired to the first one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gateway.rehearsal import Rehearsal
from routing_rules.decisions import Verdict
from tests.scenarios.invariants import check_invariants
from tests.scenarios.telling import last, texts

ZONE = ZoneInfo("America/New_York")
#: A Tuesday morning in the first week of November, the clocks having been put back two days before.
START = datetime(2026, 11, 3, 9, 0, tzinfo=ZONE)


@pytest.fixture
def city(ready_database_url: str) -> Iterator[Rehearsal]:
    """Harbourside, on both kinds of database."""
    city = Rehearsal(ready_database_url, start=START, city="harbour")
    yield city
    check_invariants(city)
    city.close()


def test_a_pothole_climbs_to_public_works_and_is_filled(city: Rehearsal) -> None:
    city.text("zoe", "There is a huge pothole at 120 Main St")
    assert last(city, "zoe").startswith("[Harbourside] Got it: case H5001, pothole, 120 Main St. Sent to Market Square")
    city.wait(minutes=10)
    assert "H5001" in last(city, "downtown")
    city.wait(minutes=5)
    code = city.code("works")
    assert last(city, "works").startswith(f"[TASK] H5001 pothole, 120 Main St. Reply {code} OK")
    city.text("works", f"{code} OK")
    city.text("works", f"{code} DONE filled and levelled")
    city.text("market-square", f"{city.code('market-square', 'H5001')} PASS")
    assert last(city, "zoe").startswith("[Harbourside] H5001 result: filled and levelled.")
    city.text("zoe", "1")
    assert all(text.startswith("[Harbourside]") for text in texts(city, "zoe"))


def test_a_street_of_two_neighborhoods_is_asked_for(city: Rehearsal) -> None:
    assert city.text("zoe", "graffiti on Park St").verdict is Verdict.ASKED
    assert "1 " in last(city, "zoe")
    assert city.text("zoe", "2").verdict is Verdict.ANSWERED


def test_words_in_another_script_are_answered_in_the_city_s_own(city: Rehearsal) -> None:
    city.text("zoe", "路灯不亮了")
    assert last(city, "zoe").startswith("[Harbourside]")
