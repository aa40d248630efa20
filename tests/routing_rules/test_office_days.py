"""Limits that end at the same time of day: office days and calendar days."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing_rules import deadlines
from routing_rules.deadlines import DeadlineKind
from routing_rules.limit_text import parse_limit
from routing_rules.working_time import AROUND_THE_CLOCK, Limit, Unit, WorkCalendar, parse_session

ZONE = ZoneInfo("America/New_York")
HALL = WorkCalendar(
    zone="America/New_York",
    hours=(parse_session("08:30-12:00"), parse_session("13:00-17:00")),
    overrides={datetime(2026, 8, 20).date(): False},
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


#: Tuesday is 18 August 2026, Thursday 20 August is free.
DUE = [
    ("a time within the hours", "2026-08-18 10:15:07", "1 office days", "2026-08-19 10:15:07"),
    ("a free day and a weekend between", "2026-08-19 10:15", "3 office days", "2026-08-25 10:15"),
    ("before the opening the time is kept", "2026-08-18 05:00", "1 office days", "2026-08-19 05:00"),
    ("in the lunch hour too", "2026-08-18 12:30", "1 office days", "2026-08-19 12:30"),
    ("at the close it counts from the next opening", "2026-08-18 17:00", "1 office days", "2026-08-21 08:30"),
    ("late before a free day, over it", "2026-08-19 19:00", "1 office days", "2026-08-24 08:30"),
    ("from a weekend, at that time of Monday", "2026-08-22 10:00", "2 office days", "2026-08-26 10:00"),
    ("late on a weekend, from Tuesday's opening", "2026-08-22 20:00", "2 office days", "2026-08-27 08:30"),
    ("clocks go back between", "2026-10-30 10:00", "2 office days", "2026-11-03 10:00"),
    ("any day counts", "2026-08-19 19:00", "3 calendar days", "2026-08-22 19:00"),
    ("the time stays when the clocks change", "2026-10-30 10:00", "14 calendar days", "2026-11-13 10:00"),
    ("an hour that is skipped is read as if not", "2026-03-07 02:30", "1 calendar days", "2026-03-08 03:30"),
]


@pytest.mark.parametrize(("why", "start", "limit", "due"), DUE)
def test_the_same_time_some_days_later(why: str, start: str, limit: str, due: str) -> None:
    assert HALL.add(local(start), parse_limit(limit, HALL.hours)) == local(due), why


def test_an_office_that_never_closes_keeps_every_time() -> None:
    open_always = WorkCalendar(zone="America/New_York", hours=AROUND_THE_CLOCK, weekdays=frozenset(range(7)))
    assert open_always.add(local("2026-08-18 23:59"), Limit(2, Unit.OFFICE_DAYS)) == local("2026-08-20 23:59")


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
    st.integers(0, 40),
    st.sampled_from((Unit.OFFICE_DAYS, Unit.CALENDAR_DAYS)),
)
def test_more_days_are_later_and_the_whole_is_what_lies_between(start: datetime, days: int, unit: Unit) -> None:
    due = HALL.add(start, Limit(days, unit))
    assert start <= due < HALL.add(start, Limit(days + 1, unit))
    assert HALL.whole(start, Limit(days, unit)) == due - start
    assert HALL.share_reached_at(start, Limit(days, unit), 100) == due


def test_such_a_clock_warns_pauses_and_goes_on_by_the_wall() -> None:
    clock = deadlines.start(
        HALL,
        case_number=1,
        kind=DeadlineKind.FINISH,
        round=1,
        assignment=None,
        limit=Limit(2, Unit.OFFICE_DAYS),
        now=local("2026-08-17 09:00"),
        thresholds=(50,),
    )
    assert (clock.due_at, clock.wake_at) == (local("2026-08-19 09:00"), local("2026-08-18 09:00"))
    paused = deadlines.pause(clock, local("2026-08-18 09:00"))
    resumed = deadlines.resume(paused, local("2026-08-20 09:00"), HALL)
    assert resumed.due_at == local("2026-08-21 09:00")


@pytest.mark.parametrize("text", ["1000 office days", "2 office", "2 office h", "-1 calendar days", "2 Office days"])
def test_other_forms_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a limit is written like"):
        parse_limit(text, HALL.hours)
