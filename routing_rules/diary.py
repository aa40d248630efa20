"""The people's diary (民情日记): what a gridman saw and did in his grid, with a score for its quality.

The score is a sum of merits, so that everybody can see what earned it and an assessment can weigh count and quality:

* ``length``: 1 point for each character that says something, 40 at most
* ``place``: 20 points when it names a place of the registry or has a pin
* ``novel``: 20 points when it is no copy of what he wrote lately
* ``photo``: 10 points for a photo
* ``case``: 10 points when it belongs to a case
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from rapidfuzz import fuzz

from routing_rules.grid_work import DiaryEntry

#: Entries of this long ago count as "lately".
LATELY = timedelta(days=30)

_MOST_FOR_LENGTH, _PLACE, _NOVEL, _PHOTO, _CASE = 40, 20, 20, 10, 10
#: Above this likeness, in percent, an entry is a copy.
_COPY = 80


def score(words: str, earlier: Iterable[str], *, has_place: bool, has_photo: bool, has_case: bool) -> DiaryScore:
    """Points from 0 to 100 and the merits that earned them. ``earlier`` are the person's entries of late."""
    said = sum(1 for character in words if character.isalnum())
    is_copy = any(fuzz.ratio(words, other) >= _COPY for other in earlier)
    points = {
        "length": min(said, _MOST_FOR_LENGTH),
        "place": _PLACE if has_place else 0,
        "novel": 0 if is_copy or not said else _NOVEL,
        "photo": _PHOTO if has_photo else 0,
        "case": _CASE if has_case else 0,
    }
    return sum(points.values()), tuple(merit for merit, earned in points.items() if earned)


#: Points and merits.
DiaryScore = tuple[int, tuple[str, ...]]


def scored(entry: DiaryEntry, earlier: Iterable[DiaryEntry], *, has_place: bool) -> DiaryScore:
    """The score of an entry beside the person's earlier ones."""
    return score(
        entry.words,
        (each.words for each in earlier if each.id != entry.id),
        has_place=has_place,
        has_photo=entry.has_photo,
        has_case=entry.case_number is not None,
    )
