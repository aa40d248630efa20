"""Compares the rules of a rulebook with each other: which never apply, and where only their order decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta

from routing_rules.areas import Area
from routing_rules.normalise import HAN
from routing_rules.rulebook import Dates, Rule, RuleBook
from routing_rules.word_index import written
from routing_rules.working_time import Session

#: More of a kind are counted, not told: whoever has so many looks at the first ones.
MOST_TOLD = 20

_MINUTES_OF_DAY = 24 * 60
_ALL_DAY = (1 << _MINUTES_OF_DAY) - 1
#: A leap year stands for every year.
_ANY_YEAR = 2024
#: Fixed dates further apart are compared within this many years only.
_MOST_YEARS = 30


def idle_rules(book: RuleBook, areas: Mapping[str, Area]) -> tuple[str, ...]:
    """One sentence for each rule behind others that already match everything it matches, or that says nothing."""
    scopes = _scopes(book, areas)
    return tuple(sentence for at in range(len(scopes)) if (sentence := _idle(scopes, at)))


def reachable_rules(book: RuleBook, areas: Mapping[str, Area]) -> tuple[Rule, ...]:
    """The rules that some matter can lead to."""
    scopes = _scopes(book, areas)
    return tuple(scope.rule for at, scope in enumerate(scopes) if not _covered_by(scopes, at))


def overlapping_rules(book: RuleBook, areas: Mapping[str, Area]) -> tuple[str, ...]:
    """One sentence for each pair of rules that share matters and say different things of them.

    An exception that stands before a wider rule is how rules are meant to be written, and is no overlap.
    """
    scopes = _scopes(book, areas)
    reachable = [scope for at, scope in enumerate(scopes) if not _covered_by(scopes, at)]
    found = [
        f"rules {first.rule.code} and {second.rule.code} both match {_shared(first, second)} and say different things: "
        f"{first.rule.code} decides since it stands first"
        for at, second in enumerate(reachable)
        for first in reachable[:at]
        if says(first.rule) != says(second.rule) and first.meets(second) and not second.covers(first)
    ]
    if len(found) > MOST_TOLD:
        return (*found[:MOST_TOLD], f"{len(found) - MOST_TOLD} more pairs of rules overlap")
    return tuple(found)


def says(rule: Rule) -> tuple[object, ...]:
    """What a rule says of what it matches; rules that say the same compare equal."""
    return rule.department, rule.assisting, rule.handle_at, rule.urgent, dict(rule.ladder), dict(rule.limits)


def _idle(scopes: Sequence[_Scope], at: int) -> str | None:
    rule = scopes[at].rule
    if covered := _covered_by(scopes, at):
        return f"rule {rule.code} never applies: {covered}"
    silent = says(rule) == says(Rule(code=""))
    if silent and not any(scopes[at].meets(later) for later in scopes[at + 1 :]):
        return f"rule {rule.code} says nothing, and there is no later rule that it makes an exception from"
    return None


def _covered_by(scopes: Sequence[_Scope], at: int) -> str | None:
    """What takes everything before a rule is asked; None when something is left for it."""
    scope = scopes[at]
    for earlier in scopes[:at]:
        if earlier.covers(scope):
            return f"{earlier.rule.code} comes before it and matches all of it"
    together = [earlier for earlier in scopes[:at] if earlier.unconditional and earlier.meets(scope)]
    if together and all(_taken(together, category, scope) for category in scope.categories):
        return f"{', '.join(each.rule.code for each in together)} come before it and together match all of it"
    return None


def _taken(earlier: Sequence[_Scope], category: str | None, scope: _Scope) -> bool:
    """Whether rules without conditions of word and time take a category wherever a rule would."""
    taken = [each for each in earlier if category in each.categories]
    if any(each.areas is None for each in taken):
        return True
    reached = frozenset().union(*(each.areas for each in taken if each.areas is not None))
    return scope.areas is not None and scope.areas <= reached


class _Scope:
    """Everything that a rule matches, in a form in which rules can be compared."""

    def __init__(self, rule: Rule, book: RuleBook, inside: Mapping[str, frozenset[str]], years: range) -> None:
        self.rule = rule
        #: None among them stands for what no category names.
        self.categories: frozenset[str | None] = rule.categories or (
            frozenset((None, *book.categories)) if rule.words else frozenset(book.categories)
        )
        #: With everything below them; None is everywhere, unknown places too.
        self.areas = (
            frozenset().union(*(inside.get(area, frozenset((area,))) for area in rule.areas)) if rule.areas else None
        )
        self.words = frozenset(written(word) for word in rule.words)
        #: A bit for each minute of the day.
        self.minutes = _minutes(rule.hours)
        self.weekdays = rule.weekdays or frozenset(range(7))
        #: None is always.
        self.days = _days(rule.dates, years) if rule.dates else None

    @property
    def unconditional(self) -> bool:
        """Whether category and area alone decide."""
        rule = self.rule
        return not (rule.words or rule.hours or rule.weekdays or rule.dates) and rule.when_urgent is None

    def covers(self, other: _Scope) -> bool:
        """Whether it matches everything that the other does."""
        return (
            other.categories <= self.categories
            and (self.areas is None or (other.areas is not None and other.areas <= self.areas))
            and (not self.words or (bool(other.words) and all(self._says(word) for word in other.words)))
            and other.minutes & ~self.minutes == 0
            and other.weekdays <= self.weekdays
            and (self.days is None or (other.days is not None and other.days <= self.days))
            and self.rule.when_urgent in (None, other.rule.when_urgent)
        )

    def _says(self, word: str) -> bool:
        """Whether a text with the word has one of ours; Latin words are compared whole."""
        return word in self.words or any(HAN.search(ours) and ours in word for ours in self.words)

    def meets(self, other: _Scope) -> bool:
        """Whether one matter can match both. Different words are taken for different matters."""
        mine, theirs = self.rule.when_urgent, other.rule.when_urgent
        return (
            not self.categories.isdisjoint(other.categories)
            and (self.areas is None or other.areas is None or not self.areas.isdisjoint(other.areas))
            and (not self.words or not other.words or not self.words.isdisjoint(other.words))
            and self.minutes & other.minutes != 0
            and not self.weekdays.isdisjoint(other.weekdays)
            and (self.days is None or other.days is None or not self.days.isdisjoint(other.days))
            and (mine is None or theirs is None or mine == theirs)
        )


def _shared(first: _Scope, second: _Scope) -> str:
    """An example of what both match: a category and, where they name any, an area and a word."""
    parts = [min(category or "texts of no category" for category in first.categories & second.categories)]
    if first.areas is not None or second.areas is not None:
        areas = (
            first.areas if second.areas is None else second.areas if first.areas is None else first.areas & second.areas
        )
        parts.append(f"in {min(areas or ('',))}")
    if first.words or second.words:
        words = first.words & second.words or first.words or second.words
        parts.append(f"with {min(words)!r}")
    return " ".join(parts)


def _scopes(book: RuleBook, areas: Mapping[str, Area]) -> list[_Scope]:
    inside = _inside(areas)
    named = sorted(
        day[0] for rule in book.rules for span in rule.dates for day in (span.first, span.last) if len(day) == 3
    )
    years = range(named[0], min(named[-1], named[0] + _MOST_YEARS) + 1) if named else range(_ANY_YEAR, _ANY_YEAR + 1)
    return [_Scope(rule, book, inside, years) for rule in book.rules]


def _inside(areas: Mapping[str, Area]) -> Mapping[str, frozenset[str]]:
    """Each area with everything below it."""
    found: dict[str, set[str]] = {code: set() for code in areas}
    for code in areas:
        above: str | None = code
        for _ in range(len(areas)):
            if above is None or above not in areas or code in found[above]:
                break
            found[above].add(code)
            above = areas[above].parent
    return {code: frozenset(below) for code, below in found.items()}


def _minutes(hours: Sequence[Session]) -> int:
    if not hours:
        return _ALL_DAY
    found = 0
    for opens, closes in hours:
        begin, end = (clock.hour * 60 + clock.minute for clock in (opens, closes))
        for first, last in ((begin, end),) if begin < end else ((begin, _MINUTES_OF_DAY), (0, end)):
            found |= (1 << last) - (1 << first)
    return found


def _days(dates: Sequence[Dates], years: range) -> frozenset[date]:
    return frozenset(day for day in _every_day(years) if any(span.holds(day) for span in dates))


def _every_day(years: range) -> Iterator[date]:
    day = date(years[0], 1, 1)
    while day.year in years:
        yield day
        day += timedelta(days=1)


__all__ = ["MOST_TOLD", "idle_rules", "overlapping_rules", "reachable_rules", "says"]
