"""Three clocks with one face: the wall's, the sandbox's and the one that only moves when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from gateway.clock import Clock, OffsetClock, VirtualClock, WallClock

MORNING = datetime(2026, 8, 18, 1, 20, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_the_wall_clock_is_in_utc_wherever_the_machine_stands() -> None:
    with time_machine.travel(MORNING, tick=False):
        assert WallClock().utcnow() == MORNING
        assert WallClock().utcnow().tzinfo is UTC


def test_the_wall_clocks_monotonic_seconds_do_not_go_back() -> None:
    clock = WallClock()
    assert clock.monotonic() <= clock.monotonic()


def test_a_sandbox_clock_moves_on_with_its_base_after_it_was_moved() -> None:
    base = VirtualClock(MORNING)
    clock = OffsetClock(base)
    assert clock.advance_to(MORNING + HOUR) == HOUR
    base.advance(timedelta(seconds=5))
    assert clock.utcnow() == MORNING + HOUR + timedelta(seconds=5)


def test_a_sandbox_clock_takes_up_at_its_stored_offset() -> None:
    clock = OffsetClock(VirtualClock(MORNING), offset=HOUR)
    assert clock.utcnow() == MORNING + HOUR
    assert clock.offset == HOUR


def test_leases_do_not_see_the_sandbox_clock_being_moved() -> None:
    base = VirtualClock(MORNING)
    clock = OffsetClock(base)
    before = clock.monotonic()
    clock.advance_to(MORNING + 24 * HOUR)
    assert clock.monotonic() == before


def test_no_clock_goes_back() -> None:
    with pytest.raises(ValueError, match="does not go back"):
        OffsetClock(VirtualClock(MORNING), offset=HOUR).advance_to(MORNING)
    with pytest.raises(ValueError, match="does not go back"):
        VirtualClock(MORNING).move_to(MORNING - timedelta(microseconds=1))
    with pytest.raises(ValueError, match="never behind the wall"):
        OffsetClock(VirtualClock(MORNING), offset=-HOUR)


def test_a_moment_without_a_time_zone_is_refused() -> None:
    naive = datetime(2026, 8, 18, 1, 20)
    with pytest.raises(ValueError, match="needs a time zone"):
        VirtualClock(naive)
    with pytest.raises(ValueError, match="needs a time zone"):
        OffsetClock(VirtualClock(MORNING)).advance_to(naive)


def test_a_moment_of_another_zone_is_kept_in_utc() -> None:
    shanghai = timezone(timedelta(hours=8))
    clock = VirtualClock(datetime(2026, 8, 18, 9, 20, 4, tzinfo=shanghai))
    assert clock.utcnow() == MORNING
    assert clock.utcnow().tzinfo is UTC


@given(st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)), max_size=20))
def test_however_a_virtual_clock_is_moved_both_its_times_move_alike(steps: list[timedelta]) -> None:
    clock = VirtualClock(MORNING)
    for step in steps:
        clock.advance(step)
    assert clock.utcnow() == MORNING + sum(steps, timedelta(0))
    assert clock.monotonic() == (clock.utcnow() - MORNING).total_seconds()


@pytest.mark.parametrize("clock", [WallClock(), OffsetClock(WallClock()), VirtualClock(MORNING)])
def test_each_is_a_clock(clock: Clock) -> None:
    assert clock.utcnow().utcoffset() == timedelta(0)
    assert isinstance(clock.monotonic(), float)
