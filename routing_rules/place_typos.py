"""Finds a name of the sender's own community that a text misses by one character, for asking whether it is meant.

It is never sure of anything and looks nowhere but in one community: elsewhere too many names are one character apart.
"""

from __future__ import annotations

from dataclasses import dataclass

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from routing_rules import house_numbers
from routing_rules.areas import Registry
from routing_rules.house_numbers import Detail
from routing_rules.normalise import HAN
from routing_rules.place_names import WORD_ENDS, Bearer, names_of
from routing_rules.street_addresses import in_full, street_key
from routing_rules.word_index import is_latin

#: Shorter names are one character from too many words.
_SHORTEST, _SHORTEST_LATIN = 3, 7
#: A person who has to choose reads no more than these.
_MOST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NearName:
    """Words that may be a name with one slip."""

    #: Positions in the normalised text.
    start: int
    end: int
    #: The name as the registry has it.
    name: str
    bearer: Bearer
    #: A house number and what else stands behind or before it.
    detail: Detail | None


class TypoIndex:
    """The names of each community of a registry, put together when somebody from there is not understood."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._names: dict[str, list[tuple[str, str, Bearer]]] = {}

    def near(self, text: str, home: str) -> tuple[NearName, ...]:
        """The names of the community around an area that the normalised text has with one slip, at most four."""
        written = in_full(text)
        found: dict[str, NearName] = {}
        for key, name, bearer in self._names_around(home):
            score_cutoff = 100 * (1 - 2 / len(key))
            at = fuzz.partial_ratio_alignment(key, written.text, score_cutoff=score_cutoff)
            if at is None or bearer.code in found:
                continue
            for begin, stop in _windows(at.dest_start, len(key), len(written.text)):
                if not _is_near(key, written.text[begin:stop]):
                    continue
                start, end = written.original(begin), written.original_end(stop)
                detail = _number(text, start, end)
                if _stands_as_a_place(text, start, end, detail):
                    found[bearer.code] = NearName(start=start, end=end, name=name, bearer=bearer, detail=detail)
                    break
        longest = [each for each in found.values() if not any(_is_part(each, other) for other in found.values())]
        return tuple(longest)[:_MOST]

    def _names_around(self, home: str) -> list[tuple[str, str, Bearer]]:
        if home not in self._names:
            inside = frozenset(self._registry.around(home))
            self._names[home] = [
                (key, name, bearer)
                for name, bearer in names_of(self._registry, inside)
                if len(key := street_key(name)) >= (_SHORTEST if HAN.search(key) else _SHORTEST_LATIN)
            ]
        return self._names[home]


def _is_near(name: str, words: str) -> bool:
    """Whether words are a name with one slip. A short one keeps its kind: "竹山学" is not 竹山路, nor "道路" 道头路."""
    if len(words) < _SHORTEST or (len(name) == _SHORTEST and name[-1] != words[-1]):
        return False
    return bool(Levenshtein.distance(name, words, score_cutoff=1) == 1)


def _is_part(near: NearName, other: NearName) -> bool:
    return other.start <= near.start and near.end <= other.end and near.end - near.start < other.end - other.start


def _windows(around: int, length: int, end: int) -> list[tuple[int, int]]:
    """The stretches of a text that may be a name with one character more, less or other; the same length first."""
    return [
        (begin, begin + size)
        for size in (length, length - 1, length + 1)
        for begin in (around, around - 1, around + 1)
        if begin >= 0 and begin + size <= end
    ]


def _number(text: str, start: int, end: int) -> Detail | None:
    if not HAN.match(text[start]):
        before = house_numbers.before(text, start, end)
        if before is not None:
            return before
    return house_numbers.behind(text, end)


def _stands_as_a_place(text: str, start: int, end: int, detail: Detail | None) -> bool:
    """Whether the words stand where a name would: "居民路灯" is not 人民路 with a slip."""
    if is_latin(text[start]):
        begins = start == 0 or not is_latin(text[start - 1])
        return begins and (end == len(text) or not is_latin(text[end])) and not text[start:end].startswith(" ")
    if text[end - 1] in "路街" and text[end : end + 1] in tuple("灯燈面边上障牌况人"):
        return False
    return detail is not None or start == 0 or text[start - 1] in WORD_ENDS or not HAN.match(text[start - 1])
