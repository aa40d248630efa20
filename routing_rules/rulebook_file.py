"""Reads a rulebook from YAML texts and names every mistake by file and line; it opens no file.

A rulebook is a folder: ``book.yaml`` (general, calendar, limits), ``departments.yaml``, ``categories.yaml``,
``rules.yaml``, ``emergency.yaml`` and one ``texts.<language>.yaml`` for each of its languages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

from routing_rules.areas import OFFICE_LEVELS, Level
from routing_rules.deadlines import DeadlineKind
from routing_rules.rulebook import RuleBook
from routing_rules.rulebook_matters import read_categories, read_departments, read_emergency
from routing_rules.rulebook_rules import read_rules
from routing_rules.rulebook_texts import read_texts
from routing_rules.working_time import Limit, Session, WorkCalendar, parse_session
from routing_rules.yaml_lines import Entry, Findings, Problem, read_document
from routing_rules.yaml_shapes import code_of, limit_at, limits_in, names_in, sessions_in, weekdays_in, words_in

#: The files of every rulebook; those of its languages come on top.
FILES = ("book.yaml", "departments.yaml", "categories.yaml", "rules.yaml", "emergency.yaml")

_KEYS = (
    "code", "number_prefix", "first_number", "languages", "sender", "calendar", "windows", "limits", "warnings",
    "join_hours", "follow_up_words", "thanks_words",
)  # fmt: skip

#: Limits that every case needs; passing up has its windows instead, and a proposal follows in seconds.
_LIMITS = tuple(kind for kind in DeadlineKind if kind not in (DeadlineKind.PASS_UP, DeadlineKind.PROPOSE))

#: Stands in for a calendar that cannot be read, so that the rest of the book is still checked.
_ANY_CALENDAR = WorkCalendar(zone="UTC", hours=(parse_session("09:00-17:00"),))


class RuleBookError(Exception):
    """The rulebook cannot be used; ``problems`` holds everything that is wrong, in reading order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def load_book(files: Mapping[str, str]) -> RuleBook:
    """The rulebook of the texts (file name to content). Raises RuleBookError with all problems at once."""
    findings = Findings()
    _check_names(files, findings)
    roots = {name: read_document(files[name], name, findings) for name in FILES if name in files}
    for name in FILES:
        roots.setdefault(name, Entry(None, name, 1, "", findings))
    top = roots["book.yaml"].only(*_KEYS)
    languages = _languages(top.get("languages"))
    calendar = _calendar(top.get("calendar"))
    departments = read_departments(roots["departments.yaml"], languages)
    categories = read_categories(roots["categories.yaml"], languages, departments, calendar.hours)
    book = RuleBook(
        code=code_of(top.get("code")),
        version=version_of(files),
        number_prefix=_prefix(top.get("number_prefix")),
        first_number=top.get("first_number").whole(1, least=1, most=9_000_000),
        sender=names_in(top.get("sender"), languages, limit=24),
        languages=languages,
        calendar=calendar,
        windows=_windows(top.get("windows"), calendar.hours),
        limits=_all_limits(top.get("limits"), calendar.hours),
        warnings=_warnings(top.get("warnings")),
        join_hours=top.get("join_hours").whole(72, least=0, most=24 * 60),
        categories=categories,
        departments=departments,
        rules=read_rules(roots["rules.yaml"], categories, departments, calendar.hours),
        emergency=read_emergency(roots["emergency.yaml"]),
        follow_up_words=words_in(top.get("follow_up_words"), languages),
        thanks_words=words_in(top.get("thanks_words"), languages),
        texts={language: _texts(files, language, findings) for language in languages},
    )
    if findings:
        raise RuleBookError(findings.sorted())
    return book


def version_of(files: Mapping[str, str]) -> str:
    """First 12 hex digits of the SHA-256 over the names and contents of the files."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for text in (name, files[name]):
            raw = text.encode("utf-8", "surrogatepass")
            digest.update(len(raw).to_bytes(8, "big") + raw)
    return digest.hexdigest()[:12]


def _check_names(files: Mapping[str, str], findings: Findings) -> None:
    for name in FILES:
        if name not in files:
            findings.add(name, None, "", "is missing from the rulebook")
    for name in files:
        if name not in FILES and _language_of(name) is None:
            findings.add(
                name,
                None,
                "",
                f"is no part of a rulebook; parts are {', '.join(FILES)}, texts.<language>.yaml",
            )


def _language_of(name: str) -> str | None:
    if name.startswith("texts.") and name.endswith(".yaml"):
        return name.removeprefix("texts.").removesuffix(".yaml")
    return None


def _texts(files: Mapping[str, str], language: str, findings: Findings) -> Mapping[str, str]:
    name = f"texts.{language}.yaml"
    if name not in files:
        findings.add(name, None, "", f"is missing: the book speaks {language!r}")
        return {}
    return read_texts(read_document(files[name], name, findings))


def _languages(entry: Entry) -> tuple[str, ...]:
    languages = entry.words()
    if not languages:
        entry.problem("must name at least one language ([zh, en])")
    for language in languages:
        if not (language.isascii() and language.isalpha() and 2 <= len(language) <= 3):
            entry.problem(f"a language is an ISO code like zh or en, not {language!r}")
    return languages


def _prefix(entry: Entry) -> str:
    prefix = entry.text()
    if prefix and not (prefix.isascii() and prefix.isupper() and prefix.isalpha() and len(prefix) <= 3):
        entry.problem(f"must be one to three letters A to Z, not {prefix!r}")
    return prefix


def _calendar(entry: Entry) -> WorkCalendar:
    """The calendar. A part that makes no sense is named and left out, so that the rest is still checked."""
    entry.only("zone", "country", "hours", "weekdays", "overrides")
    calendar = _with(_ANY_CALENDAR, entry.get("zone"), zone=entry.get("zone").text("UTC"))
    calendar = _with(calendar, entry.get("hours"), hours=sessions_in(entry.get("hours")))
    calendar = _with(calendar, entry.get("country"), country=entry.get("country").optional())
    calendar = _with(calendar, entry.get("weekdays"), weekdays=_weekdays(entry.get("weekdays")))
    return replace(calendar, overrides=_overrides(entry.get("overrides")))


def _with(calendar: WorkCalendar, entry: Entry, **changes: Any) -> WorkCalendar:
    try:
        return replace(calendar, **changes)
    except ValueError as error:
        entry.problem(str(error))
        return calendar


def _weekdays(entry: Entry) -> frozenset[int]:
    return weekdays_in(entry) if entry.given else frozenset(range(5))


def _overrides(entry: Entry) -> dict[date, bool]:
    """Days that the city decides itself: ``2026-08-20: free`` or ``2026-08-22: work``."""
    days = {}
    for key, item in entry.keys.items():
        try:
            day = date.fromisoformat(key)
        except ValueError:
            item.problem("must be a day like 2026-08-20")
            continue
        if (said := item.text()) not in ("free", "work"):
            item.problem(f'must be "free" or "work", not {said!r}')
        days[day] = said == "work"
    return days


def _windows(entry: Entry, hours: tuple[Session, ...]) -> Mapping[Level, Limit]:
    entry.only(*OFFICE_LEVELS)
    return {level: limit_at(entry.get(level), hours) for level in OFFICE_LEVELS}


def _all_limits(entry: Entry, hours: tuple[Session, ...]) -> Mapping[DeadlineKind, Limit]:
    limits = limits_in(entry, hours)
    for kind in _LIMITS:
        if kind not in limits:
            entry.get(kind).problem("is missing: every case needs this limit")
    return limits


def _warnings(entry: Entry) -> Mapping[DeadlineKind, tuple[int, ...]]:
    """Percentages in rising order, each between 1 and 99: at 100 the limit itself has run out."""
    entry.only(*DeadlineKind)
    warnings = {}
    for key, item in entry.keys.items():
        shares = tuple(each.whole(50, least=1, most=99) for each in item.items())
        if any(later <= earlier for earlier, later in pairwise(shares)):
            item.problem("must rise: [50, 80]")
        if key in set(DeadlineKind):
            warnings[DeadlineKind(key)] = shares
    return warnings
