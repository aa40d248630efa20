"""How a limit is written in a rulebook: "3 min", "4 working h", "end of day 1". It counts no time itself.

- by the clock on the wall: 3 min, 2 h, 3 days
- inside the working hours: 60 working min, 4 working h, 2 working days (each as long as a working day is)
- at the same time of day: 14 calendar days; 10 office days (what comes after the close counts from the next opening)
- until the close of the n-th working day, today being the first: end of day 2
"""

from __future__ import annotations

import re
from datetime import time

from routing_rules.working_time import Limit, Session, Unit

#: The forms in one sentence, for error messages.
FORMS = (
    '"3 min", "2 h", "3 days", "60 working min", "4 working h", "2 working days", "10 office days", '
    '"14 calendar days" or "end of day 1"'
)

_SPAN = re.compile(r"([0-9]{1,6}) (working )?(min|h|days?)")
_DAYS = re.compile(r"([0-9]{1,3}) (office|calendar) days?")
_END = re.compile(r"end of day ([0-9]{1,3})")


def parse_limit(text: str, hours: tuple[Session, ...]) -> Limit:
    """Read a limit; ``hours`` say how long a working day is. Raises ValueError for any other form."""
    if end := _END.fullmatch(text):
        if int(end[1]) < 1:
            raise ValueError("the first working day is day 1")
        return Limit(int(end[1]), Unit.WORKING_DAYS)
    if days := _DAYS.fullmatch(text):
        return Limit(int(days[1]), Unit.OFFICE_DAYS if days[2] == "office" else Unit.CALENDAR_DAYS)
    span = _SPAN.fullmatch(text)
    if span is None:
        raise ValueError(f"a limit is written like {FORMS}, not as {text!r}")
    day = minutes_of_day(hours) if span[2] else 24 * 60
    minutes = int(span[1]) * {"m": 1, "h": 60, "d": day}[span[3][0]]
    return Limit(minutes, Unit.WORKING_MINUTES if span[2] else Unit.WALL_MINUTES)


def minutes_of_day(hours: tuple[Session, ...]) -> int:
    """Working minutes of one day; a session that closes at 00:00 lasts until midnight."""
    return sum((_minute(closes) or 24 * 60) - _minute(opens) for opens, closes in hours)


def _minute(clock: time) -> int:
    return clock.hour * 60 + clock.minute
