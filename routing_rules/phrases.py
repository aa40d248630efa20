"""Times, durations, states and levels in the words of a rulebook; it reads no clock.

Moments go in aware and in UTC and are shown in the rulebook's own time zone.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from routing_rules.areas import Level
from routing_rules.book_words import phrase
from routing_rules.cases import CaseStatus
from routing_rules.rulebook import RuleBook


def clock_time(book: RuleBook, moment: datetime) -> str:
    """The time of day, "09:34"."""
    return f"{_local(book, moment):%H:%M}"


def when(book: RuleBook, language: str, moment: datetime, now: datetime) -> str:
    """A moment as people say it today: "今日17:00", "明日09:00", "8月18日17:00"."""
    there, here = _local(book, moment), _local(book, now)
    time = f"{there:%H:%M}"
    if there.date() == here.date():
        return phrase(book, language, "today", time=time)
    if there.date() == here.date() + timedelta(days=1):
        return phrase(book, language, "tomorrow", time=time)
    return phrase(book, language, "other_day", time=time, **_day(book, language, there))


def date_text(book: RuleBook, language: str, moment: datetime) -> str:
    """The day without the time: "8月18日", "18 Aug"."""
    return phrase(book, language, "date", **_day(book, language, _local(book, moment)))


def duration(book: RuleBook, language: str, minutes: int) -> str:
    """A span of time, never more than it is: "30分钟", "1小时30分钟", "17小时"; "1 h 30 min", "3 days"."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return phrase(book, language, "minutes", count=minutes)
    if rest and hours < 10:
        return phrase(book, language, "hours_minutes", hours=hours, minutes=rest)
    if hours < 48:
        return phrase(book, language, "hours", count=hours)
    return phrase(book, language, "days", count=hours // 24)


def state_name(book: RuleBook, language: str, status: CaseStatus) -> str:
    """What is happening to a case, "处理中"."""
    return phrase(book, language, f"state_{status.value}")


def level_name(book: RuleBook, language: str, level: Level) -> str:
    """The city's word for a level, "街道"."""
    return phrase(book, language, f"level_{level.value}")


def _local(book: RuleBook, moment: datetime) -> datetime:
    return moment.astimezone(ZoneInfo(book.calendar.zone))


def _day(book: RuleBook, language: str, day: datetime) -> dict[str, str | int]:
    names = phrase(book, language, "month_names").split()
    return {"month": day.month, "month_name": names[day.month - 1], "day": day.day}
