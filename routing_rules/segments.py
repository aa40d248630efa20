"""Segments: how many pieces a carrier makes of a text. It changes no text.

A text whose characters all stand in the GSM-7 alphabet travels as septets, any other one as UTF-16.
Carriers cut a longer text into pieces that each lose six bytes to a header (3GPP TS 23.040, 9.2.3.24.1),
and never cut inside a character: an escaped septet pair or a surrogate pair that does not fit moves to
the next piece as a whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from gsm0338 import Codec


class Encoding(StrEnum):
    """How a text travels; one character outside GSM-7 turns the whole text into UCS-2."""

    GSM_7 = "GSM-7"
    UCS_2 = "UCS-2"


#: Units in the only segment of a text, and in each segment of a longer one.
LIMITS: Mapping[Encoding, tuple[int, int]] = MappingProxyType({Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)})

_ESCAPE = b"\x1b"


def _septets_by_character() -> dict[str, int]:
    """Every character of GSM-7 with its septets: 1, or 2 from the extension table (3GPP TS 23.038, 6.2.1).

    The escape itself is no character that a text could hold.
    """
    codec = Codec()
    table = {}
    for septet in range(0x80):
        for code in (bytes([septet]), _ESCAPE + bytes([septet])):
            character, _ = codec.decode(code, "ignore")
            table[character] = len(code)
    del table[""]
    return table


_SEPTETS = _septets_by_character()


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs."""

    encoding: Encoding
    #: Septets or UTF-16 code units of the text, without headers and unused ends.
    units: int
    #: Pieces the carrier sends; 0 for an empty text.
    count: int


def count_segments(text: str) -> Segments:
    """How a text is encoded and in how many segments, exactly as carriers count."""
    encoding, sizes = _sizes(text)
    single, part = LIMITS[encoding]
    units = sum(sizes)
    if units <= single:
        return Segments(encoding, units, 1 if units else 0)
    count, room_left = 1, part
    for size in sizes:
        if size > room_left:
            count, room_left = count + 1, part
        room_left -= size
    return Segments(encoding, units, count)


def fits_one(text: str) -> bool:
    """Whether the text travels in one segment."""
    return count_segments(text).count <= 1


def room(text: str) -> int:
    """Units that are left in one segment of the text's encoding; negative by what is too much."""
    segments = count_segments(text)
    return LIMITS[segments.encoding][0] - segments.units


def _sizes(text: str) -> tuple[Encoding, list[int]]:
    """The units of each character. A lone surrogate counts as the one code unit it is."""
    try:
        return Encoding.GSM_7, [_SEPTETS[character] for character in text]
    except KeyError:
        return Encoding.UCS_2, [2 if character > "\uffff" else 1 for character in text]
