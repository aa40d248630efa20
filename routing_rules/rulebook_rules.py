"""Reads the rules of a rulebook: by what each is matched, and what it then says; what is wrong is noted, not raised."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from routing_rules.areas import OFFICE_LEVELS, Level
from routing_rules.rulebook import Category, Dates, Department, Rule
from routing_rules.rulebook_matters import KEYWORD_LIMIT, department_at, level_at
from routing_rules.working_time import Limit, Session
from routing_rules.yaml_lines import Entry
from routing_rules.yaml_shapes import code_of, limit_at, limits_in, sessions_in, weekdays_in

#: What a rule is matched by.
_MATCHED_BY = ("categories", "areas", "words", "hours", "weekdays", "dates", "when_urgent")
#: What a rule says.
_SAYS = ("department", "assisting", "handle_at", "urgent", "ladder", "limits")
#: On the ladder: the office of this level is not asked at all.
_SKIP = "skip"
#: A leap year, so that 02-29 is a day of every year.
_ANY_YEAR = 2024


def read_rules(
    root: Entry, categories: Mapping[str, Category], departments: Mapping[str, Department], hours: tuple[Session, ...]
) -> tuple[Rule, ...]:
    """Rules in their order. Their areas are compared with the registry when that is loaded."""
    rules: dict[str, Rule] = {}
    for entry in root.items():
        entry.only("code", *_MATCHED_BY, *_SAYS)
        code = code_of(entry.get("code"))
        if code in rules:
            entry.get("code").problem(f"there are two rules {code!r}")
        rules[code] = _rule(code, entry, categories, departments, hours)
    return tuple(rules.values())


def _rule(
    code: str,
    entry: Entry,
    categories: Mapping[str, Category],
    departments: Mapping[str, Department],
    hours: tuple[Session, ...],
) -> Rule:
    matched = entry.get("categories").words()
    for category in matched:
        if category not in categories:
            entry.get("categories").problem(f"{category!r} is not a category")
    department = department_at(entry.get("department"), departments)
    return Rule(
        code=code,
        categories=frozenset(matched),
        areas=frozenset(entry.get("areas").words()),
        words=_words(entry.get("words")),
        hours=_hours(entry.get("hours")),
        weekdays=weekdays_in(entry.get("weekdays")),
        dates=_dates(entry.get("dates")),
        when_urgent=_flag(entry.get("when_urgent")),
        department=department,
        assisting=_assisting(entry.get("assisting"), department, departments),
        handle_at=level_at(entry.get("handle_at")),
        urgent=_flag(entry.get("urgent")),
        ladder=_ladder(entry.get("ladder"), hours),
        limits=limits_in(entry.get("limits"), hours),
    )


def _flag(entry: Entry) -> bool | None:
    return entry.flag(False) if entry.given else None


def _words(entry: Entry) -> tuple[str, ...]:
    """A list of words of any language: a text is read in all of them at once."""
    return tuple(dict.fromkeys(word for item in entry.items() if (word := item.text(limit=KEYWORD_LIMIT))))


def _hours(entry: Entry) -> tuple[Session, ...]:
    """Spans of the day; one that ends before it begins runs past midnight."""
    sessions = sessions_in(entry)
    for opens, closes in sessions:
        if opens == closes:
            entry.problem(f"{opens:%H:%M}-{closes:%H:%M} holds no time; leave hours out for the whole day")
    return sessions


def _dates(entry: Entry) -> tuple[Dates, ...]:
    found = []
    for item in entry.items():
        first, between, last = item.text().partition(" to ")
        try:
            span = Dates(_day(first), _day(last) if between else _day(first))
        except ValueError:
            item.problem('must be days like "2026-06-01 to 2026-08-31", or "11-15 to 03-15" for every year')
            continue
        if len(span.first) != len(span.last):
            item.problem("must name the year in both days or in neither")
        elif len(span.first) == 3 and span.first > span.last:
            item.problem("ends before it begins")
        else:
            found.append(span)
    return tuple(found)


def _day(text: str) -> tuple[int, ...]:
    text = text.strip()
    if len(text) == len("06-01"):
        day = date.fromisoformat(f"{_ANY_YEAR}-{text}")
        return day.month, day.day
    day = date.fromisoformat(text)
    return day.year, day.month, day.day


def _assisting(entry: Entry, department: str | None, departments: Mapping[str, Department]) -> tuple[str, ...]:
    assisting = entry.words()
    for code in assisting:
        if code not in departments:
            entry.problem(f"{code!r} is not a department; departments are {', '.join(departments)}")
        elif code == department:
            entry.problem(f"{code!r} decides, so it cannot assist")
    return assisting


def _ladder(entry: Entry, hours: tuple[Session, ...]) -> dict[Level, Limit | None]:
    """Level to how long its office may be silent: a limit, "0 min" only informs it, "skip" passes it over."""
    entry.only(*OFFICE_LEVELS)
    known = {str(level) for level in OFFICE_LEVELS}
    return {
        Level(key): None if item.text() == _SKIP else limit_at(item, hours)
        for key, item in entry.keys.items()
        if key in known
    }
