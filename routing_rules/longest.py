"""The longest values that a city can put into its texts, for checking that every text fits one segment.

It makes up nothing that could not happen: the longest names of the book and the registry, case numbers of seven digits,
people who write more than fits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta

from routing_rules.areas import Level
from routing_rules.cases import CaseStatus
from routing_rules.phrases import date_text, duration, level_name, state_name, when
from routing_rules.registry_file import RegistryFile
from routing_rules.rulebook import RuleBook
from routing_rules.segments import count_segments
from routing_rules.wording import Gist, Value, phrase

_NUMBER = 9_999_999
_CODE = "888888"
#: More than fits anywhere, in the script of the language.
_LONG = {"zh": "已到现场查看并约谈负责人,下达限期整改通知书,三日后复查并书面答复来信人。" * 4}
_LONG_WORDS = "We went there, talked to the owner and served a notice that is due within three days. " * 4

#: The longest words that staff type as a command.
_LONGEST_VERB = {"zh": "不受理"}
_LONGEST_VERB_ELSEWHERE = "APPROVE"

_NOW = datetime(2026, 12, 24, 1, tzinfo=UTC)
#: Today, tomorrow and another day, late in the day.
_MOMENTS = tuple(_NOW + timedelta(days=days) for days in (0, 1, 6))
_MINUTES = (59, 9 * 60 + 59, 47 * 60, 99 * 24 * 60)


def longest_values(book: RuleBook, registry: RegistryFile, language: str) -> Mapping[str, Value]:
    """A value for every placeholder, each as long as it can be in this language."""
    number = book.label(_NUMBER)
    words = _LONG.get(language, _LONG_WORDS)
    department = longest(department.names[language] for department in book.departments.values())
    office = longest(office.names[language] for office in registry.offices.values())
    short = longest(category.short[language] for category in book.categories.values())
    matter = longest(category.names[language] for category in book.categories.values())
    due = longest(when(book, language, moment, _NOW) for moment in _MOMENTS)
    state = longest(state_name(book, language, status) for status in CaseStatus)
    options = [phrase(book, language, "option_case", index=index, short=short, number=number) for index in range(1, 5)]
    guess = phrase(book, language, "guess", name=longest((short, *_fields(book))), percent=49)
    return {
        "number": number,
        "query_number": _NUMBER,
        "gist": Gist(longest_place(book, registry, language), matter, short),
        "guesses": phrase(book, language, "guesses", first=guess, second=guess),
        "short": short,
        "department": department,
        "office": office,
        "by": longest((department, office)),
        "next": longest([office, *(level_name(book, language, level) for level in Level)]),
        "due": due,
        "until": due,
        "time": due,
        "date": longest(date_text(book, language, moment) for moment in _MOMENTS),
        "left": longest(duration(book, language, minutes) for minutes in _MINUTES),
        "code": _CODE,
        "verb": _LONGEST_VERB.get(language, _LONGEST_VERB_ELSEWHERE),
        "name": office,
        "state": state,
        "detail": phrase(book, language, "detail_accepted", department=department, time=due, due=due),
        "outcome": longest(phrase(book, language, f"outcome_{outcome}") for outcome in _OUTCOMES),
        "options": tuple(options),
        "items": tuple(phrase(book, language, "item_case", number=number, short=short, state=state) for _ in range(4)),
        "tasks": tuple(phrase(book, language, "item_task", code=_CODE, short=short) for _ in range(30)),
        "reason": words,
        "result": words,
        "question": words,
        "text": words,
        "reporters": 99_999,
        "urges": 999,
        "count": 999,
        "hours": 999,
        "minutes": 999,
        "top": 99,
        "part": 99,
        "parts": 99,
    }


def _fields(book: RuleBook) -> Iterable[str]:
    return (field for code in book.categories if (field := book.field_of(code)) is not None)


_OUTCOMES = ("passed", "failed", "approved", "refused")


def longest_place(book: RuleBook, registry: RegistryFile, language: str) -> str:
    """The longest name of a place with a four-digit house number, as an assumed one where nothing is longer."""
    place = longest(place.names[language] for place in registry.places)
    numbered = f"{place}1234号" if language == "zh" else f"1234 {place}"
    home = longest(area.names[language] for area in registry.areas.values())
    return longest((numbered, phrase(book, language, "assumed_place", place=home)))


def longest(words: Iterable[str]) -> str:
    """The text that takes the most room; empty for none."""
    return max(words, key=lambda word: count_segments(word).units, default="")
