"""Reads departments, categories and emergency phrases; what is wrong is noted, not raised."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

from routing_rules.areas import OFFICE_LEVELS, Level
from routing_rules.rulebook import Category, Department, Emergency, Keyword
from routing_rules.working_time import Session
from routing_rules.yaml_lines import Entry
from routing_rules.yaml_shapes import check_code, limits_in, names_in, words_in

_Hours = tuple[Session, ...]

#: Longer names would leave no room for anything else in a segment of 70 characters.
NAME_LIMIT, SHORT_LIMIT, KEYWORD_LIMIT = 40, 24, 60


def read_departments(root: Entry, languages: tuple[str, ...]) -> Mapping[str, Department]:
    """Departments by code. What staff type after 派 means one department only."""
    departments = {}
    typed: dict[str, str] = {}
    for code, entry in root.keys.items():
        entry.only("names", "aliases", "field")
        check_code(code, entry)
        department = Department(
            code=code,
            aliases=entry.get("aliases").words(),
            names=names_in(entry.get("names"), languages, limit=NAME_LIMIT),
            field=entry.get("field").optional(),
        )
        for word in (code, *department.aliases):
            owner = typed.setdefault(comparable(word), code)
            if owner != code:
                entry.get("aliases").problem(f"{word!r} already means the department {owner}")
        departments[code] = department
    if not departments:
        root.problem("must name at least one department")
    return departments


def read_categories(
    root: Entry, languages: tuple[str, ...], departments: Mapping[str, Department], hours: _Hours
) -> Mapping[str, Category]:
    """Categories by code. Two of them may share a keyword only where one has the greater weight."""
    categories = {}
    owners: dict[tuple[str, float], str] = {}
    for code, entry in root.keys.items():
        check_code(code, entry)
        categories[code] = _category(code, entry, languages, departments, hours)
        for keyword, at in _keywords(entry.get("keywords"), languages):
            owner = owners.setdefault((comparable(keyword.text), keyword.weight), code)
            if owner != code:
                at.problem(
                    f"{keyword.text!r} is a keyword of {owner} with the same weight; give one the greater weight"
                )
    if not categories:
        root.problem("must name at least one category")
    return categories


def _category(
    code: str, entry: Entry, languages: tuple[str, ...], departments: Mapping[str, Department], hours: _Hours
) -> Category:
    entry.only(
        "names", "short", "keywords", "not_when", "field", "department", "handle_at", "urgent", "limits", "evidence",
        "verify",
    )  # fmt: skip
    names = names_in(entry.get("names"), languages, limit=NAME_LIMIT)
    short = names_in(entry.get("short"), languages, limit=SHORT_LIMIT) if entry.get("short").given else names
    department, handle_at = department_at(entry.get("department"), departments), level_at(entry.get("handle_at"))
    if department is None and handle_at is None:
        entry.problem("needs a department, or a level (handle_at) whose office decides")
    return Category(
        code=code,
        names=names,
        short=short,
        keywords=tuple(keyword for keyword, _ in _keywords(entry.get("keywords"), languages, complain=True)),
        not_when=words_in(entry.get("not_when"), languages),
        field=entry.get("field").optional(),
        department=department,
        handle_at=handle_at,
        urgent=entry.get("urgent").flag(False),
        limits=limits_in(entry.get("limits"), hours),
        evidence=entry.get("evidence").flag(False),
        verify=entry.get("verify").flag(False),
    )


def _keywords(entry: Entry, languages: tuple[str, ...], *, complain: bool = False) -> list[tuple[Keyword, Entry]]:
    """Keywords of all languages with their places: a plain word weighs 1, ``word: 2`` weighs 2."""
    found: dict[str, tuple[Keyword, Entry]] = {}
    for language, words in entry.keys.items():
        if complain and language not in languages:
            words.problem(f"{language!r} is not among the languages ({', '.join(languages)})")
        for item in words.items():
            for keyword in _weighted(item):
                if complain and keyword.text in found:
                    item.problem(f"{keyword.text!r} stands twice")
                found.setdefault(keyword.text, (keyword, item))
    return list(found.values())


def _weighted(item: Entry) -> list[Keyword]:
    if not item.is_mapping:
        word = item.text(limit=KEYWORD_LIMIT)
        return [Keyword(word)] if word else []
    found = []
    for word, weight in item.keys.items():
        if not word.strip():
            item.problem("is empty")
        else:
            found.append(Keyword(word.strip(), weight.number(1.0, least=0.01, most=100)))
    return found


def read_emergency(root: Entry) -> Emergency:
    """Phrases of all languages in one list each; at least one phrase."""
    root.only("phrases", "negations", "past")
    emergency = Emergency(
        phrases=_flat(root.get("phrases")),
        negations=_flat(root.get("negations")),
        past=_flat(root.get("past")),
    )
    if not emergency.phrases:
        root.get("phrases").problem("must hold at least one phrase")
    return emergency


def comparable(word: str) -> str:
    """A word as it is compared: full-width and half-width, upper and lower case are the same."""
    return unicodedata.normalize("NFKC", word).casefold().strip()


def _flat(entry: Entry) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for words in entry.keys.values() for word in words.words()))


def department_at(entry: Entry, departments: Mapping[str, Department]) -> str | None:
    """A department that the book has; None when none is given."""
    code = entry.optional()
    if code is not None and code not in departments:
        entry.problem(f"{code!r} is not a department")
        return None
    return code


def level_at(entry: Entry) -> Level | None:
    """A level with an office that answers texts; None when none is given."""
    level = entry.choice(Level)
    if level is not None and level not in OFFICE_LEVELS:
        entry.problem(f"must be a level with an office: {', '.join(OFFICE_LEVELS)}")
    return level
