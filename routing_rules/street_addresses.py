"""How the names of streets are written in English addresses, and what form of them is compared.

Which streets there are is the registry's affair; how they are learned from addresses, that of ``street_learning``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from routing_rules.normalise import fold, normalise

#: Street suffixes as the US Postal Service abbreviates them (Publication 28, appendix C1), with directions and the
#: common slips.
_IN_FULL = {
    "rd": "road", "st": "street", "str": "street", "ave": "avenue", "av": "avenue", "blvd": "boulevard",
    "dr": "drive", "ln": "lane", "ct": "court", "pl": "place", "sq": "square", "ter": "terrace", "terr": "terrace",
    "hwy": "highway", "pkwy": "parkway", "pky": "parkway", "cir": "circle", "aly": "alley", "brg": "bridge",
    "ctr": "center", "centre": "center", "bldg": "building", "gdns": "gardens", "pk": "park", "mt": "mount",
    "ft": "fort", "cres": "crescent", "hts": "heights", "expy": "expressway", "tpke": "turnpike", "plz": "plaza",
    "rte": "route", "whf": "wharf", "wy": "way", "xing": "crossing", "vw": "view", "grn": "green", "trl": "trail",
    "dist": "district", "comm": "community", "n": "north", "s": "south", "e": "east", "w": "west",
    "ne": "northeast", "nw": "northwest", "se": "southeast", "sw": "southwest",
    "first": "1st", "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "sixth": "6th", "seventh": "7th",
    "eighth": "8th", "ninth": "9th", "tenth": "10th", "eleventh": "11th", "twelfth": "12th", "thirteenth": "13th",
    "fourteenth": "14th", "fifteenth": "15th", "sixteenth": "16th",
}  # fmt: skip
_SHORT = re.compile(rf"(?<![0-9a-z'’])(?:{'|'.join(sorted(_IN_FULL, key=len, reverse=True))})(?![0-9a-z'’])\.?")
#: "St" is Saint where a name begins with it: "104 St Botolph St", "corner of St James Ave".
_SAINT = re.compile(r"(?:^|[0-9,;:&(][a-z]? ?|\b(?:of|at|on|in|and|near|by) )$")
_A_WORD_FOLLOWS = re.compile(" [a-z]{3}")


@dataclass(frozen=True, slots=True)
class Written:
    """A text in the form in which names are compared, and the way back to the positions in the text."""

    text: str
    #: Position in the text of each character, None where nothing moved.
    positions: list[int] | None

    def original(self, at: int) -> int:
        return at if self.positions is None else self.positions[at]

    def original_end(self, at: int) -> int:
        return at if self.positions is None else self.positions[at - 1] + 1


def in_full(text: str) -> Written:
    """Lower case, the abbreviations of English addresses in full: "Yangang W. Rd" → "yangang west road".

    Ordinal words become digits ("Sixth St" → "6th street").
    """
    folded = fold(text)
    pieces: list[str] = []
    positions: list[int] = []
    done = 0
    for found in _SHORT.finditer(folded):
        word = found.group().rstrip(".")
        full = _IN_FULL[word]
        if word == "st" and _A_WORD_FOLLOWS.match(folded, found.end()) and _SAINT.search(folded[: found.start()][-8:]):
            full = "saint"
        pieces.append(folded[done : found.start()])
        positions.extend(range(done, found.start()))
        pieces.append(full)
        # The last letter stands for the last one written, so that a span ends where the abbreviation ends.
        positions.extend([found.start()] * (len(full) - 1) + [found.end() - 1])
        done = found.end()
    if not pieces:
        return Written(folded, None)
    pieces.append(folded[done:])
    positions.extend(range(done, len(folded)))
    return Written("".join(pieces), positions)


def street_key(name: str) -> str:
    """The one form of a street's name: "Saint Botolph Street", "St. Botolph St" → "saint botolph street"."""
    return in_full(normalise(name)).text


def corner_key(one: str, other: str) -> tuple[str, str]:
    """A corner by the names of its streets, in whichever order they were written."""
    first, second = sorted((street_key(one), street_key(other)))
    return first, second
