"""Finds signs with weights in a text and says which it found; what they stand for, the caller knows.

Chinese signs count anywhere, those of other scripts as whole words; inside a longer sign a shorter one says nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from routing_rules.normalise import HAN
from routing_rules.word_index import WordIndex, without_parts, written

#: A word or a sign of mood.
_TOKEN = re.compile(r"[a-z0-9](?:[a-z0-9'+&-]*[a-z0-9+])?|\.\.+|!!+|\?\?+|:-?[)(d]|;-?\)|<3")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The signs of a text, each once however often it stands there."""

    #: Sign to its weight, in the order of the text.
    weights: Mapping[str, float]

    @property
    def total(self) -> float:
        return sum(self.weights.values())


class SignTable:
    """Signs with weights, compiled. A weight of 0 hides what is inside the sign: 出发 says nothing of 发."""

    def __init__(self, *tables: Mapping[float, str]) -> None:
        """Each table maps a weight to signs: parted by ``|`` where there is one, else by white space. Of two weights
        of one sign the later one holds.
        """
        weights = {sign: weight for table in tables for weight, signs in table.items() for sign in _parted(signs)}
        chinese = {written(sign): weight for sign, weight in weights.items() if HAN.search(sign)}
        self._weights: dict[str, float] = dict(chinese)
        self._chinese = WordIndex(chinese)
        #: First word of a phrase to the most words that a phrase with it has.
        self._reach: dict[str, int] = {}
        for sign, weight in weights.items():
            tokens = _TOKEN.findall(written(sign))
            if HAN.search(sign) or not tokens:
                continue
            self._weights[" ".join(tokens)] = weight
            self._reach[tokens[0]] = max(self._reach.get(tokens[0], 1), len(tokens))

    def find(self, folded: str) -> Found:
        """The signs of a folded text."""
        places: dict[str, int] = {}
        if not folded.isascii():
            for start, _, word in without_parts(self._chinese.find(folded)):
                places.setdefault(word, start)
        self._find_words(folded, places)
        signs = sorted(places, key=lambda sign: places[sign])
        return Found(weights={sign: weight for sign in signs if (weight := self._weights[sign])})

    def _find_words(self, folded: str, places: dict[str, int]) -> None:
        tokens = [(match[0], match.start()) for match in _TOKEN.finditer(folded)]
        at = 0
        while at < len(tokens):
            first, start = tokens[at]
            for length in range(min(self._reach.get(first, 0), len(tokens) - at), 0, -1):
                phrase = " ".join(token for token, _ in tokens[at : at + length]) if length > 1 else first
                if phrase in self._weights:
                    places.setdefault(phrase, start)
                    at += length
                    break
            else:
                if len(first) > 4 and first[-1] == "s" and first[:-1] in self._weights:
                    places.setdefault(first[:-1], start)
                at += 1


def _parted(signs: str) -> list[str]:
    if "|" in signs:
        return [sign.strip() for sign in signs.replace("\n", " ").split("|") if sign.strip()]
    return signs.split()
