"""When a request of Boston was due, recomputed from a rulebook with the city's hours and a limit for each category.

The limit of a category is the one that most of its earlier requests agree with, in one of the forms a rulebook has:
office days, calendar days, or hours of the wall. It is written as YAML and loaded; the due time of a later request then
comes from the same clock that runs in service. Times of the data lie some seconds apart, since the targets were
counted from the moment of saving: what is right lies within two seconds, and the wider bounds are told beside.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from routing_rules import deadlines
from routing_rules.city import City
from routing_rules.deadlines import DeadlineKind
from routing_rules.ladder import plan
from routing_rules.working_time import Limit, Unit, WorkCalendar, parse_session
from tests.measures.boston import ZONE, Codes, Request, book_of, read, registry_of

FLOOR, STRETCH = 0.743, 0.80
#: A due time is right within so many seconds.
RIGHT_WITHIN = 2
_BOUNDS = (1, RIGHT_WITHIN, 10, 60)
#: How exactly an earlier request must agree with a limit to speak for it.
_AGREES_WITHIN = timedelta(seconds=30)

#: The city's offices, by the earlier half alone: of its 17,243 targets 16,979 agree with a limit of their category, and
#: 15,512 would with the holidays of the country. So no holiday moves a target; a close at 16:30 or 17:30 fits worse.
_HOURS = "08:30-17:00"
CALENDAR = {"zone": str(ZONE), "hours": [_HOURS], "weekdays": ["mon", "tue", "wed", "thu", "fri"]}
_OFFICE = WorkCalendar(zone=str(ZONE), hours=(parse_session(_HOURS),))


def measure(files: Sequence[Path]) -> tuple[dict[str, Any], int]:
    """The share of given targets of the later half that come out, and whether it is enough (0)."""
    earlier, later = read(files)
    city, codes, forms = learned(earlier)
    asked = [request for request in later if request.target_at is not None]
    within: Counter[int] = Counter()
    wrong: Counter[str] = Counter()
    for request in asked:
        apart = _apart(city, codes.known(request.type), request)
        for bound in _BOUNDS:
            within[bound] += apart <= timedelta(seconds=bound)
        wrong[request.type] += apart > timedelta(seconds=_BOUNDS[-1])
    share = within[RIGHT_WITHIN] / len(asked)
    figures = {
        "measure": "due",
        "earlier": len(earlier),
        "later_with_target": len(asked),
        "right": round(share, 4),
        "right_within_seconds": RIGHT_WITHIN,
        "floor": FLOOR,
        "stretch": STRETCH,
        "within_seconds": {str(bound): round(within[bound] / len(asked), 4) for bound in _BOUNDS},
        "categories": len(city.book.categories),
        "forms": dict(forms.most_common()),
        "more_than_a_minute_off_by_category": dict(+Counter(dict(wrong.most_common(8)))),
    }
    return figures, 0 if share >= FLOOR else 1


def _apart(city: City, category: str | None, request: Request) -> timedelta:
    """How far the recomputed due time lies from the given one; for ever where the category is unknown."""
    if category not in city.book.categories or request.target_at is None:
        return timedelta.max
    ladder = plan(city, category, None, at=request.opened_at)
    clock = deadlines.start(
        city.book.calendar,
        case_number=1,
        kind=DeadlineKind.FINISH,
        round=1,
        assignment=None,
        limit=ladder.limits[DeadlineKind.FINISH],
        now=request.opened_at.astimezone(UTC),
    )
    return abs(clock.due_at - request.target_at.astimezone(UTC))


def learned(requests: Sequence[Request]) -> tuple[City, Codes, Counter[str]]:
    """The city with a limit for each category that has targets; how many requests each form of limit holds for."""
    codes = Codes()
    agreed: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for request in requests:
        if request.target_at is not None:
            agreed[request.type].update(set(_agreeing(request.opened_at, request.target_at)))
    categories: dict[str, Any] = {}
    forms: Counter[str] = Counter()
    for kind, limits in sorted(agreed.items()):
        if not limits:
            continue
        limit, count = max(limits.items(), key=lambda each: (each[1], _plainness(each[0])))
        forms[limit.split(" ", 1)[1].removesuffix("s")] += count
        categories[codes.of(kind)] = {
            "names": {"en": kind[:40]},
            "short": {"en": kind[:24]},
            "department": "city",
            "limits": {"finish": limit},
        }
    book = book_of({"city": {"names": {"en": "City of Boston"}}}, categories, calendar=CALENDAR)
    return City.build(book, registry_of(())), codes, forms


def _plainness(limit: str) -> int:
    """Of limits that explain as much, office days come first and minutes last."""
    return ("min", "h", "calendar", "office").index(limit.split()[1])


def _agreeing(opened: datetime, target: datetime) -> Iterator[str]:
    """The limits, as a rulebook writes them, with which a due time agrees."""
    days = (target.date() - opened.date()).days
    for unit, form in ((Unit.OFFICE_DAYS, "office"), (Unit.CALENDAR_DAYS, "calendar")):
        about = days if unit is Unit.CALENDAR_DAYS else days * 5 // 7
        for count in range(max(0, about - 3), min(about + 3, 999) + 1):
            due = _OFFICE.add(opened.astimezone(UTC), Limit(count, unit))
            if abs(due - target.astimezone(UTC)) <= _AGREES_WITHIN:
                yield f"{count} {form} days"
    minutes = round((target.astimezone(UTC) - opened.astimezone(UTC)) / timedelta(minutes=1))
    if 0 <= minutes < 1_000_000:
        yield f"{minutes // 60} h" if minutes % 60 == 0 else f"{minutes} min"
