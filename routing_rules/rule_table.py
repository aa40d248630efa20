"""Finds the first rule of a rulebook that fits a matter, and says by what it fits; it plans nothing.

Built once for each rulebook: the words of all rules are one automaton, and a matter is compared only with the rules
that may concern its category.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from routing_rules.normalise import fold, normalise
from routing_rules.rulebook import Rule, RuleBook
from routing_rules.word_index import WordIndex, written
from routing_rules.working_time import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is known of a matter when its rule is looked for."""

    category: str | None
    #: Codes of the areas that it lies in, the smallest first; empty while the place is unknown.
    areas: Collection[str] = ()
    #: What was written.
    words: str = ""
    #: When it was told of (aware); None is like no rule of a certain time.
    at: datetime | None = None
    #: By its category or its words.
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Fit:
    """A rule that fits, and each thing that it was matched by."""

    rule: Rule
    #: The rule's words that the text has, as the book writes them.
    words: tuple[str, ...]
    #: Everything else as a name and a value: ("area", "huannan"), ("hours", "22:00-06:00").
    reasons: tuple[tuple[str, str], ...]


class RuleTable:
    """The rules of one rulebook, compiled."""

    def __init__(self, book: RuleBook) -> None:
        self._zone = ZoneInfo(book.calendar.zone)
        by_category: dict[str | None, list[Rule]] = {code: [] for code in (None, *book.categories)}
        for rule in book.rules:
            # What no category names is taken by words alone.
            everywhere = by_category if rule.words else book.categories
            for code in rule.categories or everywhere:
                by_category[code].append(rule)
        self._rules: Mapping[str | None, tuple[Rule, ...]] = {code: tuple(found) for code, found in by_category.items()}
        self._words = WordIndex(word for rule in book.rules for word in rule.words)
        #: Word as compared to how the rules write it.
        self._as_in_book = {written(word): word for rule in reversed(book.rules) for word in reversed(rule.words)}
        self._compared = {rule.code: frozenset(written(word) for word in rule.words) for rule in book.rules}
        #: Categories (None for no category) that have a rule which asks whether the matter is urgent.
        self.asks_urgency = frozenset(
            code for code, rules in by_category.items() if any(rule.when_urgent is not None for rule in rules)
        )

    def find(self, matter: Matter) -> Fit | None:
        """The first rule that fits."""
        rules = self._rules.get(matter.category, ())
        if not rules:
            return None
        said = self._said(matter.words) if any(rule.words for rule in rules) else {}
        local = matter.at.astimezone(self._zone) if matter.at is not None else None
        for rule in rules:
            if (
                (not rule.areas or any(area in rule.areas for area in matter.areas))
                and (not rule.words or not self._compared[rule.code].isdisjoint(said))
                and (rule.when_urgent is None or rule.when_urgent == matter.urgent)
                and _in_time(rule, local)
            ):
                return Fit(rule, self._words_of(rule, said), _reasons(rule, matter, local))
        return None

    def _said(self, words: str) -> dict[str, None]:
        """The words of rules that the text has, in its order."""
        found = self._words.find(fold(normalise(words)))
        return dict.fromkeys(word for _, _, word in found)

    def _words_of(self, rule: Rule, said: Mapping[str, None]) -> tuple[str, ...]:
        compared = self._compared[rule.code]
        return tuple(self._as_in_book[word] for word in said if word in compared)


def _in_time(rule: Rule, local: datetime | None) -> bool:
    if not (rule.hours or rule.weekdays or rule.dates):
        return True
    if local is None:
        return False
    return (
        (not rule.hours or any(in_session(session, local.time()) for session in rule.hours))
        and (not rule.weekdays or local.weekday() in rule.weekdays)
        and (not rule.dates or any(dates.holds(local.date()) for dates in rule.dates))
    )


def in_session(session: Session, clock: time) -> bool:
    """Whether a time of day lies in a span that may run past midnight; its end lies outside."""
    opens, closes = session
    if opens < closes:
        return opens <= clock < closes
    return clock >= opens or clock < closes


def _reasons(rule: Rule, matter: Matter, local: datetime | None) -> tuple[tuple[str, str], ...]:
    found = []
    if rule.categories and matter.category is not None:
        found.append(("category", matter.category))
    found += [("area", area) for area in matter.areas if area in rule.areas][:1]
    if local is not None:
        for opens, closes in rule.hours:
            if in_session((opens, closes), local.time()):
                found.append(("hours", f"{opens:%H:%M}-{closes:%H:%M}"))
        if rule.weekdays:
            found.append(("weekday", f"{local:%a}".lower()))
        if rule.dates:
            found.append(("date", local.date().isoformat()))
    if rule.when_urgent is not None:
        found.append(("urgent", "yes" if matter.urgent else "no"))
    return tuple(found)


__all__ = ["Fit", "Matter", "RuleTable", "in_session"]
