"""What was learned from texts whose label is known: a linear model over pairs of characters, as a value.

It says how strongly a text speaks for each label and which pieces of the text spoke. It learns nothing itself
(``gateway.learning`` does), reads no file, and knows neither rulebook nor categories: ``voting`` brings those in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from routing_rules.normalise import fold, normalise

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

#: Pieces are told apart by so many bits; a fourth of a million pieces leave one in sixteen to share a place.
BITS = 22

# A Chinese character stands alone, a Latin word is one unit, and whatever digits a number has it is a number.
_UNIT = re.compile(r"[a-z\u00c0-\u024f']+|\d+|[^\W\d_]|[\W_]+")
_NUMBER, _GAP, _WORD = ord("0"), ord(" "), 1 << 32
#: Odd constant of multiplicative hashing, 2^64 divided by the golden ratio.
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FOLDED = np.uint64(29)
_PLACES = np.uint64(64 - BITS)


#: Characters of a text that are read. What nobody has said by then changes no label, and would cost time.
MOST_READ = 1000


def _readable(text: str) -> str:
    return fold(normalise(text[: 2 * MOST_READ])[:MOST_READ])


def _units(folded: str) -> list[str]:
    return _UNIT.findall(folded)


def _number_of(unit: str) -> int:
    if unit[0].isdecimal():
        return _NUMBER
    if not unit[0].isalpha():
        return _GAP
    return ord(unit) if len(unit) == 1 else _WORD | crc32(unit.encode("utf-8", "replace"))


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = values * _GOLDEN
    return np.asarray(mixed ^ (mixed >> _FOLDED), dtype=np.uint64)


def pieces(text: str) -> Integers:
    """The units of a text one by one, then two by two, each as a number below 2 to the power of ``BITS``."""
    units = np.fromiter((_number_of(unit) for unit in _units(_readable(text))), dtype=np.uint64)
    single = _mixed(units + np.uint64(1))
    pairs = _mixed(single[:-1] ^ units[1:])
    return (np.concatenate((single, pairs)) * _GOLDEN >> _PLACES).astype(np.int64)


class LearnedError(Exception):
    """A trained model cannot be used; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class Counted:
    """The pieces of a text that a model knows."""

    #: Place of each in the model, ascending; how much it counts in this text, as a vector of length 1.
    at: Integers
    share: Floats


@dataclass(frozen=True, eq=False)
class Learned:
    """A trained model. The rows of all arrays belong together: one piece each, in the order of ``known``."""

    #: Codes of categories or names of fields, sorted.
    labels: tuple[str, ...]
    #: Numbers of the pieces that are known, ascending.
    known: Integers
    #: How much a piece counts: seldom ones, and those that stand in texts of few labels, count more.
    weight: Floats
    #: How strongly each piece speaks for each label, as whole numbers to be multiplied by ``scale`` of the label.
    speaks: NDArray[np.int8]
    scale: Floats
    #: What every label has without any piece.
    bias: Floats
    #: By how much margins are multiplied before they become chances; learned from texts that were held back.
    sharpness: float
    #: What is known about how it was made, for people: rows, scores.
    made: dict[str, object] = field(default_factory=dict)

    @cached_property
    def _places(self) -> NDArray[np.int32]:
        places = np.full(1 << BITS, -1, dtype=np.int32)
        places[self.known] = np.arange(len(self.known), dtype=np.int32)
        return places

    def count(self, text: str) -> Counted:
        """The known pieces of a text; often repeated ones count a little more."""
        numbers, times = np.unique(pieces(text), return_counts=True)
        return count_with(self._places, self.weight, numbers, times)

    def margins(self, counted: Counted) -> Floats:
        """How strongly the text speaks for each label: above 0 it rather has it. In the order of ``labels``."""
        said = counted.share @ self.speaks[counted.at].astype(np.float32)
        return np.asarray(said * self.scale + self.bias, dtype=np.float32)

    def spoke(self, text: str, label: str, rival: str | None, most: int = 4) -> tuple[str, ...]:
        """The pieces of a text that spoke most for a label and not for its rival, the strongest first."""
        folded = _readable(text)
        units = _units(folded)
        counted = self.count(text)
        own = self.labels.index(label)
        gain = self.speaks[counted.at, own] * self.scale[own]
        if rival is not None:
            other = self.labels.index(rival)
            gain = gain - self.speaks[counted.at, other] * self.scale[other]
        strength = dict(zip(counted.at.tolist(), (counted.share * gain).tolist(), strict=True))
        numbers = pieces(text)
        spans = _spans(units)
        gains = [strength.get(int(place), 0.0) for place in self._places[numbers]]
        for pair in range(len(units), len(gains)):
            # Two units say what each of them says and what they say together.
            gains[pair] += gains[pair - len(units)] + gains[pair - len(units) + 1]
        ranked = sorted(zip(gains, spans, strict=True), key=lambda each: (-each[0], each[1]))
        chosen: list[str] = []
        for gained, (begin, end) in ranked:
            words = folded[begin:end].strip()
            if gained <= 0 or len(chosen) == most:
                break
            if any(char.isalnum() for char in words) and not any(words in each or each in words for each in chosen):
                chosen.append(words)
        return tuple(chosen)


def _spans(units: list[str]) -> list[tuple[int, int]]:
    """Where the pieces stand in the text, in the order of ``pieces``."""
    ends = list(accumulate(len(unit) for unit in units))
    begins = [0, *ends][:-1]
    return [*zip(begins, ends, strict=True), *zip(begins[:-1], ends[1:], strict=True)]


def _shares(times: Integers, weight: Floats) -> Floats:
    shares = (1 + np.log(times)).astype(np.float32) * weight
    length = float(np.sqrt(shares @ shares))
    return np.asarray(shares / length if length > 0 else shares, dtype=np.float32)


def count_with(places: NDArray[np.int32], weight: Floats, numbers: Integers, times: Integers) -> Counted:
    """The pieces of a text that stand in a table of places; also for whoever trains and has no model yet."""
    at = places[numbers].astype(np.int64)
    found = at >= 0
    at = at[found]
    return Counted(at, _shares(times[found], weight[at]))
