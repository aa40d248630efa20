"""Decides whether two reports are about the same matter: the same place, category and time.

It compares keys and times only; it never looks at texts or people.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class Match(StrEnum):
    """Whether a report belongs to an open case."""

    SAME = "same"
    #: It may; only a person can say. Never joined without being asked.
    MAYBE = "maybe"
    OTHER = "other"


def same_matter(
    *,
    case_area: str | None,
    case_category: str | None,
    case_place_key: str | None,
    last_report_at: datetime,
    area: str | None,
    category: str | None,
    place_key: str | None,
    now: datetime,
    join_hours: int,
) -> Match:
    """Whether a report of now is about the matter of a case.

    Times are UTC; ``join_hours`` are hours of the wall since the case's last report. A place that is not
    known, or known only as a whole area (its key is the code of the area, as for an assumed home area),
    never joins. The areas say no more than the keys do and may differ where one text named the grid as
    well.
    """
    if category is None or category != case_category:
        return Match.OTHER
    if now - last_report_at > timedelta(hours=join_hours):
        return Match.OTHER
    if not is_a_spot(place_key, area) or not is_a_spot(case_place_key, case_area):
        return Match.OTHER
    return _same_spot(str(case_place_key), str(place_key))


def is_a_spot(place_key: str | None, area: str | None) -> bool:
    """Whether a key names a place rather than a whole area."""
    return bool(place_key) and place_key != area


def _same_spot(ours: str, theirs: str) -> Match:
    """Compares two keys part by part: "code#lane/house/building/unit/room", the later parts where known.

    Of two texts one may say more than the other (the road, and a number on it): only a person can say whether
    they mean one spot. Neighbours who give their own flats may well complain about one matter of the house.
    """
    if ours == theirs:
        return Match.SAME
    our_code, _, our_detail = ours.partition("#")
    their_code, _, their_detail = theirs.partition("#")
    if our_code != their_code:
        return Match.OTHER
    our_house, their_house = _house(our_detail), _house(their_detail)
    shorter = min(len(our_house), len(their_house))
    return Match.MAYBE if our_house[:shorter] == their_house[:shorter] else Match.OTHER


def _house(detail: str) -> list[str]:
    """The parts down to the building, without unit, floor and room; "83-2" is a part of 83."""
    parts = [part for part in detail.split("/") if part and not part.startswith(("u", "f", "r"))]
    if parts and "-" in parts[-1]:
        return [*parts[:-1], *parts[-1].split("-")]
    return parts
