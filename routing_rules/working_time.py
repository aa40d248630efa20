"""Working time: when an office is open and what a limit of working time means; it never reads a clock.

Every moment that comes out is an aware datetime in UTC (any aware one may go in, a naive one raises
ValueError); only the calendar knows the local zone. A minute counts as working time when the local clock
shows a time inside the hours of a working day. So the hour that a change to summer time skips is never
counted, and the hour that the change back repeats is counted each time it is worked.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

#: Opening and closing time on the local clock. A session never crosses midnight, so a closing time of 00:00
#: can only mean the midnight that ends the day ("24:00").
Session = tuple[time, time]

#: Begin and end in UTC.
Span = tuple[datetime, datetime]

#: Hours of a calendar that never closes (with all seven weekdays).
AROUND_THE_CLOCK: tuple[Session, ...] = ((time(0), time(0)),)

#: No limit is longer than this (nearly two years of wall time in minutes). A larger number is a slip of the
#: pen, and counting it day by day would hold up everybody else.
MAX_AMOUNT = 1_000_000

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


class Unit(StrEnum):
    """What a limit counts."""

    #: Minutes inside the working hours of the calendar.
    WORKING_MINUTES = "working_minutes"
    #: Minutes of the clock on the wall, day and night.
    WALL_MINUTES = "wall_minutes"
    #: Until the close of the n-th working day; today is the first one as long as it has not closed.
    WORKING_DAYS = "end_of_working_day"
    #: The same time of day so many working days later. What starts after the close counts from the next opening,
    #: what starts on a free day from that time of the next working day. Its time is that of the wall.
    OFFICE_DAYS = "office_days"
    #: The same time of day so many days later, whatever the clocks were changed by meanwhile.
    CALENDAR_DAYS = "calendar_days"

    @property
    def is_working_time(self) -> bool:
        """Whether only time inside the working hours counts."""
        return self in (Unit.WORKING_MINUTES, Unit.WORKING_DAYS)

    @property
    def counts_days(self) -> bool:
        """Whether the amount is a number of days, not of minutes."""
        return self not in (Unit.WORKING_MINUTES, Unit.WALL_MINUTES)


@dataclass(frozen=True, slots=True)
class Limit:
    """How long something may take, for example 420 working minutes."""

    #: How many, from 0 to MAX_AMOUNT. 0 is due at once.
    amount: int
    unit: Unit

    def __post_init__(self) -> None:
        if not 0 <= self.amount <= MAX_AMOUNT:
            raise ValueError(f"a limit lies between 0 and {MAX_AMOUNT}, not at {self.amount}")

    def as_text(self) -> str:
        """The limit in the form that ``parse`` reads, for example "420 working_minutes"."""
        return f"{self.amount} {self.unit}"

    @classmethod
    def parse(cls, text: str) -> Limit:
        """Read "420 working_minutes" or "1 end_of_working_day". Raises ValueError otherwise."""
        amount, _, unit = text.strip().partition(" ")
        if not (amount.isascii() and amount.isdigit()) or unit not in set(Unit):
            units = ", ".join(Unit)
            raise ValueError(f"a limit is written as a number and one of {units}, not as {text!r}")
        return cls(int(amount), Unit(unit))


def parse_session(text: str) -> Session:
    """Read "08:30-12:00"; "24:00" closes at midnight. Raises ValueError when it is written otherwise."""
    opens, _, closes = text.partition("-")
    try:
        return _clock(opens.strip()), _clock(closes.strip().replace("24:00", "00:00"))
    except ValueError:
        raise ValueError(f'hours are written like "08:30-12:00" or "18:00-24:00", not as {text!r}') from None


def _clock(text: str) -> time:
    if not re.fullmatch(r"[0-9]{1,2}:[0-9]{2}", text):
        raise ValueError(text)
    hour, _, minute = text.partition(":")
    return time(int(hour), int(minute))


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """When an office works. Raises ValueError when its parts make no sense.

    A day works if the override says so; else if the country swapped it into a working day; else if it is one
    of the weekdays and no public holiday.
    """

    #: IANA name of the zone the hours are meant in, for example "Asia/Shanghai".
    zone: str
    #: Sessions of a working day in order, for example 08:30 to 12:00 and 13:30 to 17:00.
    hours: tuple[Session, ...]
    #: Days that work in an ordinary week, 0 is Monday.
    weekdays: frozenset[int] = frozenset(range(5))
    #: ISO code of the country whose public holidays are free and whose swapped weekends work.
    country: str | None = None
    #: Days the office decides itself: True works, False is free.
    overrides: Mapping[date, bool] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        _check_zone(self.zone)
        _check_hours(self.hours)
        if not self.weekdays or not self.weekdays <= set(range(7)):
            raise ValueError("a calendar works on at least one weekday, 0 (Monday) to 6 (Sunday)")
        if self.country is not None and self.country not in holidays.list_supported_countries():
            raise ValueError(f"the public holidays of country {self.country!r} are not known")

    def is_working_day(self, day: date) -> bool:
        """Whether the office works on this local day."""
        decided = self.overrides.get(day)
        if decided is not None:
            return decided
        free, swapped = _public_days(self.country, day.year)
        return day in swapped or (day.weekday() in self.weekdays and day not in free)

    def opens_at(self, moment: datetime) -> datetime:
        """The moment itself when it lies inside the hours, else the next opening. Closing time is outside."""
        opens, _ = next(self._sessions_from(_utc(moment)))
        return opens

    def add(self, start: datetime, limit: Limit) -> datetime:
        """When a limit that starts now is due.

        A due time that falls on the end of a session is that end, not the next opening. Amount 0 is due at
        once, even outside the hours.
        """
        if limit.unit is Unit.WORKING_DAYS:
            return self._close_of_working_day(_utc(start), limit.amount)
        if limit.unit.counts_days and limit.amount:
            return self._same_time_later(_utc(start), limit)
        return self.after(start, limit.amount * _MINUTE, limit.unit)

    def after(self, start: datetime, span: timedelta, unit: Unit) -> datetime:
        """The moment at which so much time has passed; with either working unit, so much working time."""
        start = _utc(start)
        if not unit.is_working_time or not span:
            return start + span
        sessions = self._sessions_from(start)
        opens, closes = next(sessions)
        while span > closes - opens:
            span -= closes - opens
            opens, closes = next(sessions)
        return opens + span

    def elapsed(self, start: datetime, end: datetime, unit: Unit) -> timedelta:
        """The time between two moments, never negative; with either working unit, the working time."""
        start, end = _utc(start), _utc(end)
        passed = timedelta()
        if not unit.is_working_time:
            return max(end - start, passed)
        for opens, closes in self._sessions_from(start):
            if opens >= end:
                break
            passed += min(closes, end) - opens
        return passed

    def whole(self, start: datetime, limit: Limit) -> timedelta:
        """All the time that a limit gives; for days, the time of their kind up to the due time."""
        if limit.unit.counts_days:
            return self.elapsed(start, self.add(start, limit), limit.unit)
        return limit.amount * _MINUTE

    def share_reached_at(self, start: datetime, limit: Limit, percent: int) -> datetime:
        """When ``percent`` of the limit has passed."""
        return self.after(start, share(self.whole(start, limit), percent), limit.unit)

    def extend(self, due: datetime, minutes: int, unit: Unit) -> datetime:
        """The due time moved on by minutes of this kind of time. Raises ValueError for less than 0."""
        if minutes < 0:
            raise ValueError(f"an extension never takes time away, {minutes} minutes would")
        return self.after(due, minutes * _MINUTE, unit)

    def _close_of_working_day(self, start: datetime, count: int) -> datetime:
        closing = start
        day = self._local_day(start)
        while count:
            sessions = self._sessions_on(day)
            if sessions and sessions[-1][1] > start:
                closing = sessions[-1][1]
                count -= 1
            day += _DAY
        return closing

    def _same_time_later(self, start: datetime, limit: Limit) -> datetime:
        local = start.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        if limit.unit is Unit.CALENDAR_DAYS:
            later = local + limit.amount * _DAY
        else:
            later = self._counted_from(local)
            for _ in range(limit.amount):
                later = datetime.combine(self._working_day_from(later.date() + _DAY), later.time())
        return later.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def _counted_from(self, local: datetime) -> datetime:
        """Where office days begin to count, on the local clock."""
        begin = datetime.combine(self._working_day_from(local.date()), local.time())
        closes = self.hours[-1][1]
        if closes != time(0) and begin.time() >= closes:
            return datetime.combine(self._working_day_from(begin.date() + _DAY), self.hours[0][0])
        return begin

    def _working_day_from(self, day: date) -> date:
        while not self.is_working_day(day):
            day += _DAY
        return day

    def _sessions_from(self, moment: datetime) -> Iterator[Span]:
        """What is left of the session that runs, then all later ones, without end."""
        day = self._local_day(moment)
        while True:
            for opens, closes in self._sessions_on(day):
                if closes > moment:
                    yield max(opens, moment), closes
            day += _DAY

    def _sessions_on(self, day: date) -> tuple[Span, ...]:
        return _sessions_in_utc(self.zone, self.hours, day) if self.is_working_day(day) else ()

    def _local_day(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.zone)).date()


def share(whole: timedelta, percent: int) -> timedelta:
    """``percent`` of a span of time, exact to the microsecond."""
    return whole * percent / 100


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return moment.astimezone(UTC)


def _check_zone(zone: str) -> None:
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # unknown; not a relative path; a folder such as "Asia"
        raise ValueError(f"the time zone {zone!r} is not known; write one like Asia/Shanghai") from None


def _check_hours(hours: tuple[Session, ...]) -> None:
    if not hours:
        raise ValueError("a calendar has at least one session of working hours")
    for opens, closes in hours:
        if closes != time(0) and opens >= closes:
            raise ValueError(f"working hours that open at {opens:%H:%M} cannot close at {closes:%H:%M}")
    for (_, closes), (opens, _) in pairwise(hours):
        if closes == time(0) or opens < closes:
            raise ValueError(f"working hours stand in order: {opens:%H:%M} cannot follow {closes:%H:%M}")


@lru_cache(maxsize=512)
def _public_days(country: str | None, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Public holidays of a year, and the weekend days that the country turned into working days.

    A year whose swaps are not published yet has its known holidays only.
    """
    if country is None:
        return frozenset(), frozenset()
    known = holidays.country_holidays(country, years=year)
    return frozenset(known), frozenset(known.weekend_workdays)


@lru_cache(maxsize=16_384)
def _sessions_in_utc(zone: str, hours: tuple[Session, ...], day: date) -> tuple[Span, ...]:
    """The sessions of one local day, in order. A change of the clocks can split, shorten or swallow one."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    sessions = []
    for since, until, offset in _steady_pieces(ZoneInfo(zone), midnight - _DAY, midnight + 2 * _DAY):
        for opens, closes in hours:
            begin = max(since, _on(day, opens) - offset)
            end = min(until, _on(day + _DAY if closes == time(0) else day, closes) - offset)
            if begin < end:
                sessions.append((begin, end))
    return tuple(sessions)


def _on(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=UTC)


def _steady_pieces(
    zone: ZoneInfo, since: datetime, until: datetime
) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Cut a span of UTC where the zone's offset changes; no zone changes it twice within three days."""
    first, last = _offset(zone, since), _offset(zone, until)
    if first == last:
        return ((since, until, first),)
    seconds = range(int((until - since).total_seconds()))
    change = since + timedelta(
        seconds=bisect_left(seconds, True, key=lambda s: _offset(zone, since + timedelta(seconds=s)) != first)
    )
    return (since, change, first), (change, until, last)


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
