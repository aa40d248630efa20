"""Shapes that rulebook and registry files share: codes, names by language, lists of words, limits."""

from __future__ import annotations

import re
from collections.abc import Mapping

from routing_rules.deadlines import DeadlineKind
from routing_rules.limit_text import parse_limit
from routing_rules.working_time import Limit, Session, Unit, parse_session
from routing_rules.yaml_lines import Entry

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_CODE = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")

#: Stands in for a limit that cannot be read, until the whole file is refused.
_ANY_LIMIT = Limit(0, Unit.WALL_MINUTES)


def check_code(code: str, entry: Entry) -> None:
    """Complain unless the code is short and of a kind that ledger, command line and phone all carry."""
    if not _CODE.fullmatch(code):
        entry.problem(f"a code is up to 40 of a-z, 0-9, - and _, beginning with a letter or digit, not {code!r}")


def code_of(entry: Entry) -> str:
    """A code that stands as a value."""
    code = entry.text()
    if code:
        check_code(code, entry)
    return code


def names_in(entry: Entry, languages: tuple[str, ...], *, limit: int) -> Mapping[str, str]:
    """A name in each of the languages, none of them longer than ``limit`` characters."""
    if not entry.given:
        entry.problem(f"is missing: a name in each language ({', '.join(languages)})")
        return {}
    names = {}
    for language, item in entry.keys.items():
        if language not in languages:
            item.problem(f"{language!r} is not among the languages ({', '.join(languages)})")
        else:
            names[language] = item.text(limit=limit)
    for language in languages:
        if entry.is_mapping and language not in names:
            entry.problem(f"has no name in {language!r}")
    return names


def words_in(entry: Entry, languages: tuple[str, ...]) -> tuple[str, ...]:
    """Words by language ({zh: [...], en: [...]}), as one list: a text is read in all languages at once."""
    words: dict[str, None] = {}
    for language, item in entry.keys.items():
        if language not in languages:
            item.problem(f"{language!r} is not among the languages ({', '.join(languages)})")
        words.update(dict.fromkeys(item.words()))
    return tuple(words)


def limit_at(entry: Entry, hours: tuple[Session, ...]) -> Limit:
    """One limit, see ``limit_text``."""
    text = entry.text()
    try:
        return parse_limit(text, hours) if text else _ANY_LIMIT
    except ValueError as error:
        entry.problem(str(error))
        return _ANY_LIMIT


def limits_in(entry: Entry, hours: tuple[Session, ...]) -> dict[DeadlineKind, Limit]:
    """Limits by the kind of deadline."""
    entry.only(*DeadlineKind)
    known = set(DeadlineKind)
    return {DeadlineKind(kind): limit_at(item, hours) for kind, item in entry.keys.items() if kind in known}


def sessions_in(entry: Entry) -> tuple[Session, ...]:
    """Spans of the day: ["08:30-12:00", "13:30-17:00"]."""
    sessions = []
    for item in entry.items():
        try:
            sessions.append(parse_session(item.text()))
        except ValueError as error:
            item.problem(str(error))
    return tuple(sessions)


def weekdays_in(entry: Entry) -> frozenset[int]:
    """Days of the week, 0 is Monday; none when none are given."""
    days = set()
    for item in entry.items() if entry.given else ():
        if (day := item.text()) in WEEKDAYS:
            days.add(WEEKDAYS.index(day))
        else:
            item.problem(f"{day!r} is no weekday; weekdays are {', '.join(WEEKDAYS)}")
    return frozenset(days)
