"""Shows what a changed rulebook would do with past texts or cases, beside what the present one does with them.

Nothing is written, sent or learned: both books only say where each matter would go. Texts of a file are read as if
each came from somebody without open cases; cases of the ledger keep the place that was found for them, and the
category too where a person corrected it or both books read their words alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.replay_file import ReplayText
from routing_rules.areas import Level, Office, OfficeKind, Registry
from routing_rules.city import City
from routing_rules.contacts import Contact
from routing_rules.decisions import Verdict
from routing_rules.draft import Policy
from routing_rules.explanation import Way, explain, way_of
from routing_rules.intents import read_words
from routing_rules.messages import InboundMessage
from routing_rules.rulebook import RuleBook
from storage.past_cases import PastCase

#: In what an outcome may differ so that a matter goes elsewhere or otherwise, in the order they are told.
ASPECTS = ("verdict", "category", "department", "assisting", "office", "urgent", "limits")
#: Stands for nothing in counts.
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one rulebook does with one matter."""

    verdict: str
    category: str | None
    #: Words of the text that decided the category.
    words: tuple[str, ...]
    rule: str | None
    #: What the rule was matched by.
    rule_by: tuple[str, ...]
    department: str | None
    assisting: tuple[str, ...]
    #: The first office that hears of it; None while the place is asked for, and where the department is told at once.
    office: str | None
    urgent: bool
    #: Kind of deadline to its limit.
    limits: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One matter that the two books treat differently."""

    at: datetime
    #: Number of the case; None for a text of a file.
    case: int | None
    text: str
    #: In what they differ, see ASPECTS.
    differs: tuple[str, ...]
    present: Outcome
    changed: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """Everything that would go elsewhere."""

    #: Versions of the two books.
    present: str
    changed: str
    matters: int
    #: Aspect to "from → to" to how many, the most frequent first.
    counts: Mapping[str, Mapping[str, int]]
    changes: tuple[Change, ...]


def of_texts(present: City, changed: City, texts: Iterable[ReplayText], policy: Policy) -> Backtest:
    """Both books asked about each text, at its time and with its sender's home."""
    matters = []
    for text in texts:
        both = [_of_text(city, text, policy) for city in (present, changed)]
        matters.append((text.at, None, text.text, both[0], both[1]))
    return _compared(present.book, changed.book, matters)


def of_cases(present: City, changed: City, cases: Iterable[PastCase]) -> Backtest:
    """Both books asked about each case of the ledger."""
    matters = []
    for case in cases:
        mine, theirs = _categories(present, changed, case)
        before, after = _of_case(present, case, mine), _of_case(changed, case, theirs)
        matters.append((case.opened_at, case.number, case.words, before, after))
    return _compared(present.book, changed.book, matters)


def with_departments(registry: Registry, book: RuleBook) -> Registry:
    """A registry with the departments of a book in place of those it has."""
    district = next(area.code for area in registry.areas.values() if area.level is Level.DISTRICT)
    offices = {code: each for code, each in registry.offices.items() if each.kind is not OfficeKind.DEPARTMENT}
    for department in book.departments.values():
        offices[department.code] = Office(
            code=department.code,
            kind=OfficeKind.DEPARTMENT,
            level=Level.DISTRICT,
            area=district,
            names=department.names,
        )
    return replace(registry, offices=offices)


def unknown_areas(book: RuleBook, registry: Registry) -> list[str]:
    """A sentence for each rule about an area that there is not."""
    return [
        f"the rule {rule.code} is about the area {area!r}, which does not exist"
        for rule in book.rules
        for area in sorted(rule.areas - registry.areas.keys())
    ]


# -- one matter ---------------------------------------------------------------------------------------------------


def _of_text(city: City, text: ReplayText, policy: Policy) -> Outcome:
    sender = Contact(id=str(text.sender), addresses=(text.sender,), home_area=text.home)
    message = InboundMessage(
        channel="backtest",
        external_id="1",
        sender=text.sender,
        text=text.text,
        received_at=text.at,
        location=text.location,
    )
    found = explain(city, message, sender, policy, text.at)
    return _outcome(found.verdict, found.category.code, found.category.words, found.way)


def _categories(present: City, changed: City, case: PastCase) -> tuple[str | None, str | None]:
    """The category of a case for either book: the stored one, unless the changed book reads the words otherwise."""
    stored = case.category
    if not case.corrected and case.words:
        mine, theirs = (read_words(city, case.words).matter.category for city in (present, changed))
        if mine != theirs:
            return stored, theirs
    return stored, stored if stored in changed.book.categories else None


def _of_case(city: City, case: PastCase, category: str | None) -> Outcome:
    matter = read_words(city, case.words).matter
    way = way_of(city, category, case.area, case.words, case.opened_at)
    return _outcome(Verdict.OPENED, category, matter.words if matter.category == category else (), way)


def _outcome(verdict: Verdict, category: str | None, words: tuple[str, ...], way: Way | None) -> Outcome:
    if way is None:
        return Outcome(
            verdict=verdict.value,
            category=category,
            words=words,
            rule=None,
            rule_by=(),
            department=None,
            assisting=(),
            office=None,
            urgent=False,
            limits={},
        )
    said = tuple(f"word {word}" for word in way.rule_words)
    return Outcome(
        verdict=verdict.value,
        category=category,
        words=words,
        rule=way.rule,
        rule_by=(*way.rule_reasons, *said),
        department=way.department,
        assisting=way.assisting,
        office=next((stage.office for stage in way.stages if stage.role not in ("passed_over", "waits")), None),
        urgent=way.urgent,
        limits={each.kind.value: each.limit.as_text() for each in way.limits},
    )


# -- together -----------------------------------------------------------------------------------------------------


def _compared(
    present: RuleBook, changed: RuleBook, matters: Iterable[tuple[datetime, int | None, str, Outcome, Outcome]]
) -> Backtest:
    counted: dict[str, Counter[str]] = {aspect: Counter() for aspect in ASPECTS}
    changes = []
    asked = 0
    for at, number, text, before, after in matters:
        asked += 1
        differs = tuple(aspect for aspect in ASPECTS if getattr(before, aspect) != getattr(after, aspect))
        if not differs:
            continue
        changes.append(Change(at=at, case=number, text=text, differs=differs, present=before, changed=after))
        for aspect in differs:
            for moved in _moves(getattr(before, aspect), getattr(after, aspect)):
                counted[aspect][moved] += 1
    return Backtest(
        present=present.version,
        changed=changed.version,
        matters=asked,
        counts={aspect: dict(moves.most_common()) for aspect, moves in counted.items() if moves},
        changes=tuple(changes),
    )


def _moves(before: Any, after: Any) -> list[str]:
    """What went from where to where; of limits, each kind by itself."""
    if isinstance(before, Mapping):
        kinds = [kind for kind in {**before, **after} if before.get(kind) != after.get(kind)]
        return [f"{kind} {shown(before.get(kind))} → {shown(after.get(kind))}" for kind in kinds]
    return [f"{shown(before)} → {shown(after)}"]


def shown(value: Any) -> str:
    """A value of an outcome for people."""
    if value is None or value == ():
        return NONE
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return " + ".join(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{kind} {limit}" for kind, limit in value.items()) or NONE
    return str(value)


__all__ = [
    "ASPECTS",
    "Backtest",
    "Change",
    "Outcome",
    "of_cases",
    "of_texts",
    "shown",
    "unknown_areas",
    "with_departments",
]
