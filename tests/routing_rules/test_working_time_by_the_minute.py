"""Working time against an oracle that steps through every minute: a year of deadlines, and any office."""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing_rules.working_time import Limit, Unit
from tests.routing_rules.minute_oracle import MINUTE, offices, pair, starts


def days(text: str) -> frozenset[date]:
    return frozenset(date.fromisoformat(day) for day in text.split())


# As the State Council and the United States Office of Personnel Management announced them.
_CHINA_FREE = days("""
    2024-01-01 2024-02-10 2024-02-11 2024-02-12 2024-02-13 2024-02-14 2024-02-15 2024-02-16 2024-02-17
    2024-04-04 2024-04-05 2024-04-06 2024-05-01 2024-05-02 2024-05-03 2024-05-04 2024-05-05 2024-06-10
    2024-09-15 2024-09-16 2024-09-17 2024-10-01 2024-10-02 2024-10-03 2024-10-04 2024-10-05 2024-10-06
    2024-10-07 2025-01-01 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-02-01 2025-02-02 2025-02-03
    2025-02-04
""")
_CHINA_SWAPPED = days("""
    2024-02-04 2024-02-18 2024-04-07 2024-04-28 2024-05-11 2024-09-14 2024-09-29 2024-10-12 2025-01-26
    2025-02-08
""")
_USA_FREE = days("""
    2024-01-01 2024-01-15 2024-02-19 2024-05-27 2024-06-19 2024-07-04 2024-09-02 2024-10-14 2024-11-11
    2024-11-28 2024-12-25 2025-01-01 2025-01-20 2025-02-17
""")
_MONDAY_TO_FRIDAY = frozenset(range(5))

YEARS = {
    "an office in Shanghai with swapped weekends": pair(
        "Asia/Shanghai",
        ((510, 720), (810, 1020)),
        _MONDAY_TO_FRIDAY,
        free=_CHINA_FREE,
        swapped=_CHINA_SWAPPED,
        country="CN",
        overrides={date(2024, 3, 15): False, date(2024, 6, 16): True},
    ),
    "a night watch in New York with public holidays": pair(
        "America/New_York", ((0, 375), (1200, 1440)), frozenset({0, 2, 4, 6}), free=_USA_FREE, country="US"
    ),
    "a station on Lord Howe Island across the half hour": pair(
        "Australia/Lord_Howe",
        ((90, 135), (600, 905)),
        frozenset(range(7)),
        overrides={date(2024, 12, 25): False, date(2024, 4, 8): False},
    ),
}


@pytest.mark.parametrize("office", YEARS)
def test_a_year_of_deadlines_agrees_with_counting_every_minute(office):
    calendar, oracle = YEARS[office]
    first = datetime(2024, 1, 1, tzinfo=UTC)
    last_of_year = 366 * 24 * 60
    is_open = [oracle.is_open(first + n * MINUTE) for n in range(last_of_year + 40 * 24 * 60)]
    open_minutes = [n for n, works in enumerate(is_open) if works]
    worked_before = [0, *accumulate(is_open)]
    amounts = (1, 3, 30, 420, 421, 1111)
    for turn, begin in enumerate(range(0, last_of_year, 97)):
        start, amount = first + begin * MINUTE, amounts[turn % len(amounts)]
        end = open_minutes[bisect_left(open_minutes, begin) + amount - 1] + 1
        limit = Limit(amount, Unit.WORKING_MINUTES)
        assert calendar.add(start, limit) == first + end * MINUTE, start
        assert calendar.elapsed(start, first + end * MINUTE, Unit.WORKING_MINUTES) == amount * MINUTE, start
        later = begin + 9973
        worked = worked_before[later] - worked_before[begin]
        assert calendar.elapsed(start, first + later * MINUTE, Unit.WORKING_MINUTES) == worked * MINUTE, start
        opening = open_minutes[bisect_left(open_minutes, begin)]
        assert calendar.opens_at(start) == first + opening * MINUTE, start


# Properties

thorough = settings(max_examples=100, deadline=None)


@thorough
@given(st.data(), starts(), st.integers(0, 600))
def test_working_minutes_agree_with_counting_every_minute(data, start, amount):
    calendar, oracle = data.draw(offices(start))
    due = oracle.due(start, amount)
    assert calendar.add(start, Limit(amount, Unit.WORKING_MINUTES)) == due
    assert calendar.elapsed(start, due, Unit.WORKING_MINUTES) == amount * MINUTE
    assert calendar.opens_at(start) == oracle.opens_at(start)
    end = start + data.draw(st.integers(0, 3 * 1440)) * MINUTE
    assert calendar.elapsed(start, end, Unit.WORKING_MINUTES) == oracle.elapsed(start, end) * MINUTE


@thorough
@given(st.data(), starts(), st.integers(0, 3))
def test_the_close_of_a_working_day_agrees_with_counting_every_minute(data, start, days):
    calendar, oracle = data.draw(offices(start))
    assert calendar.add(start, Limit(days, Unit.WORKING_DAYS)) == oracle.close_of_day(start, days)


@thorough
@given(st.data(), starts(), st.integers(0, 30), st.sampled_from((5, 20, 50, 80, 100)))
def test_a_share_agrees_with_counting_every_minute(data, start, twenties, percent):
    calendar, oracle = data.draw(offices(start))
    amount = twenties * 20
    reached = calendar.share_reached_at(start, Limit(amount, Unit.WORKING_MINUTES), percent)
    assert reached == oracle.due(start, amount * percent // 100)
    reached = calendar.share_reached_at(start, Limit(amount, Unit.WALL_MINUTES), percent)
    assert reached == start + amount * percent // 100 * MINUTE


@thorough
@given(st.data(), starts(), st.integers(1, 2), st.sampled_from((20, 40, 60, 80, 100)))
def test_a_share_of_working_days_agrees_with_counting_every_minute(data, start, days, percent):
    calendar, oracle = data.draw(offices(start))
    # Hours and starts lie on five-minute marks, so a fifth of the working time is a whole number of minutes.
    whole = oracle.elapsed(start, oracle.close_of_day(start, days))
    reached = calendar.share_reached_at(start, Limit(days, Unit.WORKING_DAYS), percent)
    assert reached == oracle.due(start, whole * percent // 100)


@thorough
@given(
    st.data(),
    starts(),
    st.timedeltas(timedelta(0), timedelta(days=2)),
    st.timedeltas(timedelta(0), timedelta(hours=30)),
    st.sampled_from(Unit),
)
def test_to_the_microsecond_what_is_added_has_elapsed_and_order_is_kept(data, start, shift, span, unit):
    calendar, _ = data.draw(offices(start))
    start += shift
    due = calendar.after(start, span, unit)
    assert calendar.elapsed(start, due, unit) == span
    assert calendar.after(start, span / 2, unit) <= due <= calendar.after(start + MINUTE, span + MINUTE, unit)
    assert calendar.opens_at(calendar.opens_at(start)) == calendar.opens_at(start)
