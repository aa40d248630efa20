"""Working time counted the slow way, minute by minute, to check the arithmetic; it shares no code with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from routing_rules.working_time import WorkCalendar

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class MinuteOracle:
    """Asks of every minute of UTC what the local clock shows."""

    zone: str
    #: Sessions in minutes of the local day, for example (510, 720).
    hours: tuple[tuple[int, int], ...]
    works: Callable[[date], bool]

    def is_open(self, minute: datetime) -> bool:
        local = minute.astimezone(ZoneInfo(self.zone))
        clock = local.hour * 60 + local.minute
        return any(opens <= clock < closes for opens, closes in self.hours) and self.works(local.date())

    def opens_at(self, start: datetime) -> datetime:
        return next(minute for minute in minutes_from(start) if self.is_open(minute))

    def due(self, start: datetime, amount: int) -> datetime:
        """The end of the ``amount``-th open minute."""
        moment = start
        while amount:
            amount -= self.is_open(moment)
            moment += MINUTE
        return moment

    def elapsed(self, start: datetime, end: datetime) -> int:
        count, moment = 0, start
        while moment < end:
            count += self.is_open(moment)
            moment += MINUTE
        return count

    def close_of_day(self, start: datetime, days: int) -> datetime:
        """The end of the last open minute of the ``days``-th local day that has one from ``start`` on."""
        closing = start
        day, worked = None, False
        for minute in minutes_from(start):
            today = minute.astimezone(ZoneInfo(self.zone)).date()
            if today != day:
                days -= worked
                day, worked = today, False
            if not days:
                break
            if self.is_open(minute):
                worked, closing = True, minute + MINUTE
        return closing


def minutes_from(start: datetime) -> Iterator[datetime]:
    """``start`` and every minute after it, without end."""
    while True:
        yield start
        start += MINUTE


def clock(minute: int) -> time:
    """Minute of the day on a clock; 1440 is the midnight that ends it."""
    return time(minute // 60 % 24, minute % 60)


def pair(
    zone: str,
    hours: tuple[tuple[int, int], ...],
    weekdays: frozenset[int],
    *,
    free: frozenset[date] = frozenset(),
    swapped: frozenset[date] = frozenset(),
    country: str | None = None,
    overrides: dict[date, bool] | None = None,
) -> tuple[WorkCalendar, MinuteOracle]:
    """The calendar under test and the oracle of the same office.

    ``free`` and ``swapped`` are what the oracle believes where the calendar asks for ``country``.
    """
    decided = overrides or {}

    def works(day: date) -> bool:
        if day in decided:
            return decided[day]
        return day in swapped or (day.weekday() in weekdays and day not in free)

    calendar = WorkCalendar(
        zone=zone,
        hours=tuple((clock(opens), clock(closes)) for opens, closes in hours),
        weekdays=weekdays,
        country=country,
        overrides=decided,
    )
    return calendar, MinuteOracle(zone, hours, works)


#: Days on which the clocks change in New York and on Lord Howe Island (there by half an hour), the leap day,
#: and the end of a year; Shanghai has no summer time.
DELICATE_DAYS = (
    date(2024, 2, 29),
    date(2024, 3, 10),
    date(2024, 4, 7),
    date(2024, 10, 6),
    date(2024, 11, 3),
    date(2024, 12, 31),
    date(2025, 3, 9),
    date(2025, 4, 6),
)

zones = st.sampled_from(("Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"))


@st.composite
def starts(draw: st.DrawFn) -> datetime:
    """A moment on a five-minute mark, usually around a delicate day."""
    day = draw(st.sampled_from(DELICATE_DAYS) | st.dates(date(2024, 1, 1), date(2025, 12, 31)))
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return noon + draw(st.integers(-36 * 12, 24 * 12)) * 5 * MINUTE


@st.composite
def sessions(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    """Sessions on quarters of an hour, two hours or more a day; now and then around the clock."""
    if draw(st.integers(0, 9)) == 0:
        return ((0, 1440),)
    marks = draw(st.sampled_from((2, 4, 6)))
    quarters = sorted(draw(st.sets(st.integers(0, 96), min_size=marks, max_size=marks)))
    hours = tuple((a * 15, b * 15) for a, b in zip(quarters[::2], quarters[1::2], strict=True))
    if sum(closes - opens for opens, closes in hours) < 120:
        return ((0, 150), *((max(opens, 150), closes) for opens, closes in hours if closes > 150))
    return hours


@st.composite
def offices(draw: st.DrawFn, around: datetime) -> tuple[WorkCalendar, MinuteOracle]:
    """An office in one of three zones with hours, weekdays and overrides of its own near a moment."""
    days = st.integers(-3, 12).map(lambda n: around.date() + timedelta(days=n))
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=3))
    return pair(
        draw(zones),
        draw(sessions()),
        weekdays,
        overrides=draw(st.dictionaries(days, st.booleans(), max_size=5)),
    )
