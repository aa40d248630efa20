"""The rulebook of a city: categories, departments, rules, ladder, calendar, limits and texts.

Types only; ``rulebook_file`` reads them from YAML and names every mistake by file and line. A rulebook is data:
nothing in it is executed, and no regular expression can be written in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from routing_rules.areas import Level
from routing_rules.cases import Ladder, Step
from routing_rules.deadlines import DeadlineKind
from routing_rules.working_time import Limit, WorkCalendar


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word as residents write it."""

    text: str
    #: How strongly it speaks for its category; 1 unless the book says otherwise.
    weight: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A kind of matter."""

    code: str
    #: Language to the matter's name as it stands in texts: "烟囱冒黑烟", "chimney smoke".
    names: Mapping[str, str]
    #: Language to the shortest name that still says it: "烟囱", "smoke".
    short: Mapping[str, str]
    keywords: tuple[Keyword, ...]
    #: The department that decides; None when the office of ``handle_at`` does.
    department: str | None
    #: Offices are asked up to and including this level; None sends it to the department at once.
    handle_at: Level | None
    urgent: bool = False
    #: Limits that differ from the rulebook's own.
    limits: Mapping[DeadlineKind, Limit]
    #: Closing needs a photo.
    evidence: bool = False
    #: A gridman looks whether it is real before it is filed.
    verify: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An exception to a category's own way. Rules are tried in order, the first that matches decides."""

    code: str
    #: Empty matches every category.
    categories: frozenset[str] = frozenset()
    #: Areas (with everything below them); empty matches everywhere.
    areas: frozenset[str] = frozenset()
    #: None keeps the category's own.
    department: str | None = None
    handle_at: Level | None = None
    urgent: bool | None = None
    limits: Mapping[DeadlineKind, Limit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A department that can be given a case."""

    code: str
    #: What staff type after 派: short, unique ("环保", "env").
    aliases: tuple[str, ...]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Emergency:
    """Phrases that mean danger to life, and the words that take it back."""

    phrases: tuple[str, ...]
    #: Right before a phrase they deny it: "没有", "no".
    negations: tuple[str, ...]
    #: Anywhere before a phrase in its sentence they put it in the past: "去年", "last year".
    past: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleBook:
    """Everything a city decides for itself."""

    code: str
    #: First 12 hex digits of the SHA-256 over its files; stands on the ledger of every case it filed.
    version: str
    #: "Z" in Z1042.
    number_prefix: str
    #: Number of the first case.
    first_number: int
    #: Language to the name in brackets that begins each text to a resident: "定海网格".
    sender: Mapping[str, str]
    #: Languages in the order of preference; the first is the staff's.
    languages: tuple[str, ...]
    calendar: WorkCalendar
    #: Office level to how long it may be silent on routine matters.
    windows: Mapping[Level, Limit]
    #: The limits every case has unless its category or rule says otherwise.
    limits: Mapping[DeadlineKind, Limit]
    #: Percentages of a limit at which the holder is reminded.
    warnings: Mapping[DeadlineKind, tuple[int, ...]]
    #: How long after the last report a text about the same matter still joins, in hours of the wall.
    join_hours: int
    categories: Mapping[str, Category]
    departments: Mapping[str, Department]
    rules: tuple[Rule, ...]
    emergency: Emergency
    #: Words that complain without naming a matter ("还是没人来", "still nobody"): about an open case.
    follow_up_words: tuple[str, ...]
    thanks_words: tuple[str, ...]
    #: Language to template name to text, see ``wording``.
    texts: Mapping[str, Mapping[str, str]]

    #: How often the finish of one case may be extended.
    extensions_allowed: int = 1

    def category_named(self, words: str) -> str | None:
        """The category that words are the code or a name of."""
        wanted = words.strip().lower()
        for category in self.categories.values():
            if wanted in {name.lower() for name in (category.code, *category.names.values(), *category.short.values())}:
                return category.code
        return None

    @property
    def staff_language(self) -> str:
        return self.languages[0]

    def label(self, number: int) -> str:
        """A case number as people see it: "Z1042"."""
        return f"{self.number_prefix}{number}"


__all__ = ["Category", "Department", "Emergency", "Keyword", "Ladder", "Rule", "RuleBook", "Step"]
