"""Plans the way of a case: which offices are asked, for how long, and who decides in the end.

The plan is frozen on the case when it is filed, so a later change of rules never moves the goalposts of open work.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TypeVar

from routing_rules.areas import OFFICE_LEVELS, Level, Registry
from routing_rules.cases import Ladder, Step
from routing_rules.city import City
from routing_rules.rule_table import Fit, Matter
from routing_rules.working_time import Limit, Unit

#: The rule's name on a case that nothing in the rulebook fits: the district command centre owns it.
NO_RULE = "no-rule"

_Said = TypeVar("_Said")

#: A window that only informs.
_AT_ONCE = Limit(0, Unit.WALL_MINUTES)


def plan(city: City, category: str | None, area: str | None, *, words: str = "", at: datetime | None = None) -> Ladder:
    """The ladder for a matter of a category in an area, told of in ``words`` at an aware moment; each may be unknown.

    The category says how far up offices are asked and which department decides; the first rule that fits may say
    otherwise. An urgent matter only informs the offices and goes to the department at once. An unknown category that
    no rule takes up by words, or one in an unknown area that an office would have to decide, begins at the district.
    """
    book, registry = city.book, city.registry
    known = book.categories.get(category or "")
    fit = rule_for(city, category, area, words=words, at=at)
    rule = fit.rule if fit is not None else None
    if known is None and (rule is None or (rule.department is None and rule.handle_at is None)):
        return Ladder(rule=NO_RULE, steps=(_district(registry),), department=None, limits=book.limits)
    department = _first(rule.department if rule else None, known.department if known else None)
    handle_at = _first(rule.handle_at if rule else None, known.handle_at if known else None)
    urgent = bool(_first(rule.urgent if rule else None, known.urgent if known else None))
    steps = _steps(
        city, area, handle_at, windows=rule.ladder if rule else {}, informed_only=urgent and department is not None
    )
    if not steps and department is None:
        steps = (_district(registry),)
    return Ladder(
        rule=rule.code if rule else (known.code if known else NO_RULE),
        steps=steps,
        department=department,
        assisting=tuple(code for code in rule.assisting if code != department) if rule else (),
        limits={**book.limits, **(known.limits if known else {}), **(rule.limits if rule else {})},
        urgent=urgent,
    )


def rule_for(
    city: City, category: str | None, area: str | None, *, words: str = "", at: datetime | None = None
) -> Fit | None:
    """The first rule that fits a matter, with what it was matched by; None when the category goes its own way."""
    known = city.book.categories.get(category or "")
    code = known.code if known else None
    urgent = known is not None and known.urgent
    if not urgent and code in city.rules.asks_urgency:
        urgent = city.classifier.emergency(words) is not None
    areas = tuple(each.code for each in city.registry.chain(area))
    return city.rules.find(Matter(category=code, areas=areas, words=words, at=at, urgent=urgent))


def _first(said: _Said | None, otherwise: _Said | None) -> _Said | None:
    return otherwise if said is None else said


def _steps(
    city: City,
    area: str | None,
    handle_at: Level | None,
    *,
    windows: Mapping[Level, Limit | None],
    informed_only: bool,
) -> tuple[Step, ...]:
    if handle_at is None:
        return ()
    steps = []
    for level in OFFICE_LEVELS:
        if level.rank > handle_at.rank:
            break
        window = windows[level] if level in windows else city.book.windows[level]
        if window is None:
            continue
        office = city.registry.office_at(level, area)
        steps.append(
            Step(level=level, office=office.code if office else None, window=_AT_ONCE if informed_only else window)
        )
    return tuple(steps)


def _district(registry: Registry) -> Step:
    return Step(level=Level.DISTRICT, office=registry.district_office.code, window=_AT_ONCE)
