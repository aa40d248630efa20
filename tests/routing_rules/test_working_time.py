"""Working time: limits and hours as text, work days, and tables of real moments."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from routing_rules.working_time import AROUND_THE_CLOCK, MAX_AMOUNT, Limit, Unit, WorkCalendar, parse_session
from tests.routing_rules.minute_oracle import MINUTE

OFFICE_HOURS = ((time(8, 30), time(12)), (time(13, 30), time(17)))
DINGHAI = WorkCalendar(zone="Asia/Shanghai", hours=OFFICE_HOURS, country="CN")


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    """A moment as a local clock shows it, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


# Limits and hours as text


@pytest.mark.parametrize("text", ["420 working_minutes", "3 wall_minutes", "1 end_of_working_day", "0 wall_minutes"])
def test_a_limit_survives_the_way_into_text_and_back(text):
    assert Limit.parse(text).as_text() == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "420",
        "working_minutes",
        "-1 wall_minutes",
        "1.5 wall_minutes",
        "3 hours",
        "3  wall_minutes",
        "٣ wall_minutes",
    ],
)
def test_a_limit_that_is_written_otherwise_is_refused_with_the_units(text):
    with pytest.raises(ValueError, match="one of working_minutes, wall_minutes, end_of_working_day"):
        Limit.parse(text)


@pytest.mark.parametrize("amount", [-1, MAX_AMOUNT + 1])
def test_a_limit_out_of_all_proportion_is_refused(amount):
    with pytest.raises(ValueError, match="a limit lies between 0 and 1000000"):
        Limit(amount, Unit.WALL_MINUTES)


@pytest.mark.parametrize(
    ("text", "session"),
    [
        ("08:30-12:00", (time(8, 30), time(12))),
        (" 8:30 - 12:00 ", (time(8, 30), time(12))),
        ("00:00-24:00", (time(0), time(0))),
    ],
)
def test_hours_are_read_as_people_write_them(text, session):
    assert parse_session(text) == session


@pytest.mark.parametrize(
    "text", ["", "08:30", "08:30-", "8-12", "08:30-25:00", "24:00-08:00", "08:30-12:00-13:00", "08:30Z-12:00"]
)
def test_hours_that_are_written_otherwise_are_refused(text):
    with pytest.raises(ValueError, match='hours are written like "08:30-12:00"'):
        parse_session(text)


# Calendars that make no sense


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ({"zone": "Asia/Dinghai"}, "time zone 'Asia/Dinghai' is not known"),
        ({"zone": "Asia"}, "time zone 'Asia' is not known"),
        ({"zone": "../etc/passwd"}, "is not known"),
        ({"zone": ""}, "is not known"),
        ({"hours": ()}, "at least one session"),
        ({"hours": ((time(17), time(8, 30)),)}, "open at 17:00 cannot close at 08:30"),
        ({"hours": ((time(8), time(8)),)}, "open at 08:00 cannot close at 08:00"),
        ({"hours": ((time(8), time(12)), (time(11), time(17)))}, "11:00 cannot follow 12:00"),
        ({"hours": ((time(8), time(0)), (time(13), time(17)))}, "13:00 cannot follow 00:00"),
        ({"weekdays": frozenset()}, "at least one weekday"),
        ({"weekdays": frozenset({7})}, "at least one weekday"),
        ({"country": "XX"}, "country 'XX' are not known"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_with_a_sentence(parts, sentence):
    sensible: dict[str, Any] = {"zone": "Asia/Shanghai", "hours": OFFICE_HOURS}
    with pytest.raises(ValueError, match=sentence):
        WorkCalendar(**(sensible | parts))


def test_a_moment_without_a_zone_is_refused():
    naive = datetime(2026, 8, 18, 9, 20)
    for ask in (DINGHAI.opens_at, lambda moment: DINGHAI.add(moment, Limit(1, Unit.WALL_MINUTES))):
        with pytest.raises(ValueError, match="has no time zone"):
            ask(naive)


# Days


def test_the_work_days_of_china_agree_with_the_state_council_on_every_day(data_folder: Path):
    with (data_folder / "calendars_cn" / "cn_workdays_2018_2026.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 3287
    wrong = [
        row["date"]
        for row in rows
        if DINGHAI.is_working_day(date.fromisoformat(row["date"])) is not (row["is_workday"] == "1")
    ]
    assert wrong == []


def test_an_override_wins_over_holiday_swapped_day_and_weekend():
    calendar = WorkCalendar(
        zone="Asia/Shanghai",
        hours=OFFICE_HOURS,
        country="CN",
        overrides={date(2025, 10, 1): True, date(2025, 10, 11): False, date(2025, 10, 19): True},
    )
    assert calendar.is_working_day(date(2025, 10, 1))
    assert not calendar.is_working_day(date(2025, 10, 11))
    assert calendar.is_working_day(date(2025, 10, 19))
    assert not calendar.is_working_day(date(2025, 10, 2))


@pytest.mark.parametrize("year", [1900, 2027, 2031, 2075, 2150])
def test_a_year_nobody_has_published_yet_still_has_its_weekends(year):
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(365)]
    weekends = [day for day in days if day.weekday() >= 5]
    assert not any(DINGHAI.is_working_day(day) for day in weekends)
    assert sum(DINGHAI.is_working_day(day) for day in days) > 230


def test_new_year_is_free_in_a_year_nobody_has_published_yet():
    assert not DINGHAI.is_working_day(date(2031, 1, 1))


# Moments on a real calendar


@pytest.mark.parametrize(
    ("start", "limit", "due"),
    [
        # The office windows of the golden case.
        ("2026-08-18 09:20:04", "3 working_minutes", "2026-08-18 09:23:04"),
        ("2026-08-18 09:29", "1 end_of_working_day", "2026-08-18 17:00"),
        # Over lunch, over night, over the weekend.
        ("2026-08-18 11:58", "5 working_minutes", "2026-08-18 13:33"),
        ("2026-08-18 16:58", "5 working_minutes", "2026-08-19 08:33"),
        ("2026-08-21 16:00", "420 working_minutes", "2026-08-24 16:00"),
        ("2026-08-21 23:59", "3 wall_minutes", "2026-08-22 00:02"),
        # A text at night: the window starts with duty.
        ("2026-08-18 02:00", "3 working_minutes", "2026-08-18 08:33"),
        # Exactly the rest of a session ends with it.
        ("2026-08-18 11:00", "60 working_minutes", "2026-08-18 12:00"),
        ("2026-08-18 16:00", "60 working_minutes", "2026-08-18 17:00"),
        ("2026-08-18 12:00", "60 working_minutes", "2026-08-18 14:30"),
        # Nothing to wait for, even at night.
        ("2026-08-18 02:00", "0 working_minutes", "2026-08-18 02:00"),
        ("2026-08-18 02:00", "0 end_of_working_day", "2026-08-18 02:00"),
        # At the very close the day is over.
        ("2026-08-18 16:59:59", "1 end_of_working_day", "2026-08-18 17:00"),
        ("2026-08-18 17:00", "1 end_of_working_day", "2026-08-19 17:00"),
        ("2026-08-18 02:00", "1 end_of_working_day", "2026-08-18 17:00"),
        ("2026-08-18 12:30", "3 end_of_working_day", "2026-08-20 17:00"),
        ("2026-08-22 10:00", "1 end_of_working_day", "2026-08-24 17:00"),
        # National Day 2025 swaps Sunday 28 September and Saturday 11 October into working days.
        ("2025-09-27 10:00", "1 working_minutes", "2025-09-28 08:31"),
        ("2025-09-30 16:00", "120 working_minutes", "2025-10-09 09:30"),
        ("2025-10-10 10:00", "2 end_of_working_day", "2025-10-11 17:00"),
        # Leap day and year end.
        ("2024-02-28 16:30", "60 working_minutes", "2024-02-29 09:00"),
        ("2024-02-29 16:30", "60 working_minutes", "2024-03-01 09:00"),
        ("2024-12-31 16:30", "60 working_minutes", "2025-01-02 09:00"),
    ],
)
def test_a_limit_is_due_when_the_office_has_worked_it_off(start, limit, due):
    assert DINGHAI.add(local(start), Limit.parse(limit)) == local(due)


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-08-18 08:30", "2026-08-18 08:30"),
        ("2026-08-18 09:20:04", "2026-08-18 09:20:04"),
        ("2026-08-18 12:00", "2026-08-18 13:30"),
        ("2026-08-18 17:00", "2026-08-19 08:30"),
        ("2026-02-14 18:00", "2026-02-24 08:30"),
    ],
)
def test_a_closed_office_opens_with_its_next_session(moment, opening):
    assert DINGHAI.opens_at(local(moment)) == local(opening)


def test_everything_comes_out_in_utc_whatever_zone_went_in():
    start = datetime(2026, 8, 18, 9, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
    for moment in (
        DINGHAI.opens_at(start),
        DINGHAI.add(start, Limit(3, Unit.WALL_MINUTES)),
        DINGHAI.add(start, Limit(3, Unit.WORKING_MINUTES)),
        DINGHAI.add(start, Limit(1, Unit.WORKING_DAYS)),
        DINGHAI.add(start, Limit(0, Unit.WORKING_DAYS)),
    ):
        assert moment.tzinfo is UTC


def test_a_working_day_is_420_minutes_and_not_24_hours():
    day = DINGHAI.elapsed(local("2026-08-18 00:00"), local("2026-08-19 00:00"), Unit.WORKING_MINUTES)
    assert day == timedelta(minutes=420)
    assert DINGHAI.elapsed(local("2026-08-18 00:00"), local("2026-08-19 00:00"), Unit.WALL_MINUTES) == timedelta(days=1)


def test_nothing_elapses_backwards():
    for unit in Unit:
        assert DINGHAI.elapsed(local("2026-08-18 16:00"), local("2026-08-18 09:00"), unit) == timedelta(0)


@pytest.mark.parametrize(
    ("limit", "percent", "moment"),
    [
        ("420 working_minutes", 50, "2026-08-18 14:30"),
        ("420 working_minutes", 80, "2026-08-18 16:36"),
        ("420 working_minutes", 100, "2026-08-19 09:30"),
        ("1 end_of_working_day", 50, "2026-08-18 14:00"),
        ("1 end_of_working_day", 100, "2026-08-18 17:00"),
        ("60 wall_minutes", 80, "2026-08-18 10:18"),
    ],
)
def test_a_share_of_a_limit_is_a_share_of_its_own_kind_of_time(limit, percent, moment):
    assert DINGHAI.share_reached_at(local("2026-08-18 09:30"), Limit.parse(limit), percent) == local(moment)


def test_an_extension_past_the_close_goes_on_the_next_day():
    close = local("2026-08-18 17:00")
    assert DINGHAI.extend(close, 240, Unit.WORKING_DAYS) == local("2026-08-19 14:00")
    assert DINGHAI.extend(close, 240, Unit.WORKING_MINUTES) == local("2026-08-19 14:00")
    assert DINGHAI.extend(close, 240, Unit.WALL_MINUTES) == local("2026-08-18 21:00")
    assert DINGHAI.extend(close, 0, Unit.WORKING_MINUTES) == close


def test_an_extension_cannot_take_time_away():
    with pytest.raises(ValueError, match="never takes time away"):
        DINGHAI.extend(local("2026-08-18 17:00"), -1, Unit.WALL_MINUTES)


# Changes of the clocks


def always(zone: str) -> WorkCalendar:
    return WorkCalendar(zone=zone, hours=AROUND_THE_CLOCK, weekdays=frozenset(range(7)))


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2025, 3, 9), 23),
        ("America/New_York", date(2025, 11, 2), 25),
        ("Australia/Lord_Howe", date(2024, 10, 6), 23.5),
        ("Australia/Lord_Howe", date(2025, 4, 6), 24.5),
        ("Asia/Shanghai", date(2025, 3, 9), 24),
        # These change at midnight: the day of the first begins at 01:00, the second repeats its last hour.
        ("America/Santiago", date(2024, 9, 8), 23),
        ("America/Santiago", date(2024, 4, 6), 25),
        # The day that Samoa skipped to cross the date line.
        ("Pacific/Apia", date(2011, 12, 30), 0),
    ],
)
def test_a_day_is_as_long_as_its_clock_says(zone, day, hours):
    only = WorkCalendar(
        zone=zone,
        hours=AROUND_THE_CLOCK,
        overrides={day + timedelta(days=n): n == 0 for n in range(-10, 11)},
    )
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    worked = only.elapsed(noon - timedelta(days=5), noon + timedelta(days=5), Unit.WORKING_MINUTES)
    assert worked == timedelta(hours=hours)


def test_a_calendar_that_never_closes_counts_like_the_wall():
    start = datetime(2025, 3, 8, 3, 4, 5, tzinfo=UTC)
    for zone in ("America/New_York", "Australia/Lord_Howe", "Asia/Shanghai"):
        assert always(zone).opens_at(start) == start
        assert always(zone).add(start, Limit(100_000, Unit.WORKING_MINUTES)) == start + 100_000 * MINUTE


@pytest.mark.parametrize(
    ("hours", "day", "minutes"),
    [
        # 02:00 to 03:00 does not exist on this day, and 01:00 to 02:00 comes twice on the other.
        ((time(2), time(3)), "2025-03-09", 0),
        ((time(2, 30), time(5)), "2025-03-09", 120),
        ((time(1), time(2)), "2025-11-02", 120),
        ((time(0), time(1, 30)), "2025-11-02", 120),
        ((time(1, 30), time(3)), "2025-11-02", 120),
    ],
)
def test_a_session_at_night_is_worked_as_long_as_the_clock_shows_it(hours, day, minutes):
    calendar = WorkCalendar(zone="America/New_York", hours=(hours,), weekdays=frozenset(range(7)))
    start = local(day, "America/New_York")
    worked = calendar.elapsed(start, start + timedelta(hours=20), Unit.WORKING_MINUTES)
    assert worked == minutes * MINUTE


def test_a_day_whose_only_session_was_skipped_is_no_day_of_a_limit():
    calendar = WorkCalendar(zone="America/New_York", hours=((time(2), time(3)),), weekdays=frozenset(range(7)))
    start = local("2025-03-08 12:00", "America/New_York")
    assert calendar.add(start, Limit(1, Unit.WORKING_DAYS)) == local("2025-03-10 03:00", "America/New_York")
