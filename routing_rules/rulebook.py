"""The rulebook of a city: categories, departments, rules, ladder, calendar, limits and texts.

Types only; ``rulebook_file`` reads them from YAML and names every mistake by file and line. A rulebook is data:
nothing in it is executed, and no regular expression can be written in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from routing_rules.areas import Level
from routing_rules.cases import Ladder, Step
from routing_rules.deadlines import DeadlineKind
from routing_rules.working_time import Limit, Session, WorkCalendar


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word as residents write it."""

    text: str
    #: How strongly it speaks for its category; 1 unless the book says otherwise. Below 1 it is a hint, which adds to
    #: a category and alone names none.
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
    #: Words that tell of another matter: beside one of them in a sentence the keywords say nothing.
    not_when: tuple[str, ...] = ()
    #: First level of the city's taxonomy ("城乡建设"); None when its department's holds, or there is none.
    field: str | None = None
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


@dataclass(frozen=True, slots=True)
class Dates:
    """Days from one to another, both included: in one year (2026-06-01 to 2026-08-31) or in every (11-15 to 03-15)."""

    #: Year, month and day, or month and day.
    first: tuple[int, ...]
    last: tuple[int, ...]

    def holds(self, day: date) -> bool:
        """Whether a day lies in it; a yearly span may run over the end of the year."""
        asked = (day.year, day.month, day.day)[-len(self.first) :]
        if self.first <= self.last:
            return self.first <= asked <= self.last
        return asked >= self.first or asked <= self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An exception to a category's own way. Rules are tried in order, the first that matches decides.

    What it matches by stands first; everything that is given must hold, and what is left out always holds.
    """

    code: str
    categories: frozenset[str] = frozenset()
    #: Areas (with everything below them).
    areas: frozenset[str] = frozenset()
    #: Any one of them must occur in the text. Without categories such a rule takes texts of no category as well.
    words: tuple[str, ...] = ()
    #: Local time of day at which the matter was told of; a session may run past midnight (22:00-06:00).
    hours: tuple[Session, ...] = ()
    #: 0 is Monday.
    weekdays: frozenset[int] = frozenset()
    dates: tuple[Dates, ...] = ()
    #: True takes only what is urgent (by its category or its words), False only what is not.
    when_urgent: bool | None = None

    #: None keeps the category's own.
    department: str | None = None
    #: Departments that are told to help; they hold no task.
    assisting: tuple[str, ...] = ()
    handle_at: Level | None = None
    urgent: bool | None = None
    #: How long the office of a level may be silent, in place of the book's window; None passes the level over.
    ladder: Mapping[Level, Limit | None] = field(default_factory=dict)
    limits: Mapping[DeadlineKind, Limit] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """A department that can be given a case."""

    code: str
    #: What staff type after 派: short, unique ("环保", "env").
    aliases: tuple[str, ...]
    names: Mapping[str, str]
    #: The field of its categories, as far as they name none themselves.
    field: str | None = None


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

    def field_of(self, category: str | None) -> str | None:
        """The field of a category: its own, or else that of its department."""
        known = self.categories.get(category or "")
        if known is None or known.field is not None:
            return known.field if known else None
        department = self.departments.get(known.department or "")
        return department.field if department else None

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


__all__ = ["Category", "Dates", "Department", "Emergency", "Keyword", "Ladder", "Rule", "RuleBook", "Step"]
