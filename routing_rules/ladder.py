"""Plans the way of a case: which offices are asked, for how long, and who decides in the end.

The plan is frozen on the case when it is filed, so a later change of rules never moves the goalposts of open work.
"""

from __future__ import annotations

from routing_rules.areas import OFFICE_LEVELS, Level, Registry
from routing_rules.cases import Ladder, Step
from routing_rules.city import City
from routing_rules.rulebook import Category, Rule, RuleBook
from routing_rules.working_time import Limit, Unit

#: The rule's name on a case that nothing in the rulebook fits: the district command centre owns it.
NO_RULE = "no-rule"

#: A window that only informs.
_AT_ONCE = Limit(0, Unit.WALL_MINUTES)


def plan(city: City, category: str | None, area: str | None) -> Ladder:
    """The ladder for a matter of a category in an area; either may be unknown.

    The category says how far up offices are asked and which department decides; the first rule that fits may say
    otherwise. An urgent matter only informs the offices and goes to the department at once. An unknown category, or
    one in an unknown area that an office would have to decide, begins at the district.
    """
    book, registry = city.book, city.registry
    known = book.categories.get(category or "")
    if known is None:
        return Ladder(rule=NO_RULE, steps=(_district(registry),), department=None, limits=book.limits)
    rule = _rule_for(book, registry, known, area)
    department = known.department if rule is None or rule.department is None else rule.department
    handle_at = known.handle_at if rule is None or rule.handle_at is None else rule.handle_at
    urgent = known.urgent if rule is None or rule.urgent is None else rule.urgent
    limits = {**book.limits, **known.limits, **(rule.limits if rule else {})}
    steps = _steps(book, registry, area, handle_at, informed_only=urgent and department is not None)
    if not steps and department is None:
        steps = (_district(registry),)
    return Ladder(
        rule=rule.code if rule else known.code, steps=steps, department=department, limits=limits, urgent=urgent
    )


def _rule_for(book: RuleBook, registry: Registry, category: Category, area: str | None) -> Rule | None:
    chain = {each.code for each in registry.chain(area)}
    for rule in book.rules:
        fits_category = not rule.categories or category.code in rule.categories
        fits_area = not rule.areas or bool(rule.areas & chain)
        if fits_category and fits_area:
            return rule
    return None


def _steps(
    book: RuleBook, registry: Registry, area: str | None, handle_at: Level | None, *, informed_only: bool
) -> tuple[Step, ...]:
    if handle_at is None:
        return ()
    steps = []
    for level in OFFICE_LEVELS:
        if level.rank > handle_at.rank:
            break
        office = registry.office_at(level, area)
        window = _AT_ONCE if informed_only else book.windows[level]
        steps.append(Step(level=level, office=office.code if office else None, window=window))
    return tuple(steps)


def _district(registry: Registry) -> Step:
    return Step(level=Level.DISTRICT, office=registry.district_office.code, window=_AT_ONCE)
