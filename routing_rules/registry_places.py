"""Reads places (roads, compounds, buildings, landmarks); what is wrong is noted, not raised."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from shapely import GEOSException
from shapely.geometry import shape

from routing_rules.areas import Area, Place
from routing_rules.yaml_lines import Entry
from routing_rules.yaml_shapes import check_code, names_in

#: A corner is named by its two roads ("Adams St & Dudley St"); a postcode lies in one area only. Nobody writes the name
#: of an outline, which is that of its area, or of a nowhere, a point at which maps put what they cannot find.
KINDS = ("road", "compound", "building", "landmark", "corner", "postcode", "outline", "nowhere")

#: These bear the name of their area where they have none.
NAMELESS_KINDS = ("outline", "nowhere")

#: Characters of an outline at most: some thousand corners.
OUTLINE_LIMIT = 500_000

#: A place's name must leave room for what is wrong there.
NAME_LIMIT = 40

_NUMBERS = re.compile(r"([0-9]{1,5})?-([0-9]{1,5})?(?: (odd|even))?")

_NumberRange = tuple[int | None, int | None, str | None]


def read_places(sections: list[Entry], areas: Mapping[str, Area], languages: tuple[str, ...]) -> tuple[Place, ...]:
    """All places. A road that crosses areas is one place for each stretch, with other numbers."""
    places: dict[str, Place] = {}
    for section in sections:
        for code, entry in section.keys.items():
            entry.only("kind", "area", "names", "aliases", "numbers", "outline")
            check_code(code, entry)
            if code in places:
                entry.problem("stands twice")
            number_from, number_to, parity = _numbers(entry.get("numbers"))
            kind, area, names = _kind(entry.get("kind")), _area(entry.get("area"), areas), entry.get("names")
            nameless = kind in NAMELESS_KINDS and not names.given
            of_area = areas[area].names if area in areas else {}
            places[code] = Place(
                code=code,
                kind=kind,
                area=area,
                names=of_area if nameless else names_in(names, languages, limit=NAME_LIMIT),
                aliases=entry.get("aliases").words(),
                number_from=number_from,
                number_to=number_to,
                parity=parity,
                outline=_outline(entry.get("outline"), kind),
            )
    return tuple(places.values())


def _kind(entry: Entry) -> str:
    kind = entry.text()
    if kind and kind not in KINDS:
        entry.problem(f"{kind!r} is not known; known are {', '.join(KINDS)}")
    return kind


def _area(entry: Entry, areas: Mapping[str, Area]) -> str:
    code = entry.text()
    if code and code not in areas:
        entry.problem(f"there is no area {code!r}")
    return code


def _numbers(entry: Entry) -> _NumberRange:
    """House numbers of the stretch: "1-199", "200-", "-98 even"."""
    text = entry.optional()
    if text is None:
        return None, None, None
    found = _NUMBERS.fullmatch(text)
    if found is None:
        entry.problem(f'house numbers are written like "1-199", "200-" or "2-98 even", not as {text!r}')
        return None, None, None
    first, last = (int(number) if number else None for number in found.group(1, 2))
    if first is not None and last is not None and first > last:
        entry.problem(f"house numbers run from the smaller to the greater, not {text!r}")
    return first, last, found[3]


def _outline(entry: Entry, kind: str) -> str | None:
    """GeoJSON geometry as text in WGS84 degrees: a polygon, or the point of a nowhere."""
    if not entry.given:
        if kind in NAMELESS_KINDS:
            entry.problem(f"is missing: a place of kind {kind} is nothing else")
        return None
    text = entry.text(limit=OUTLINE_LIMIT)
    try:
        outline = shape(json.loads(text))
        west, south, east, north = outline.bounds
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError, GEOSException):
        entry.problem("is not a GeoJSON geometry")
        return None
    allowed = ("Polygon", "MultiPolygon", "Point") if kind == "nowhere" else ("Polygon", "MultiPolygon")
    if outline.geom_type not in allowed or not outline.is_valid:
        entry.problem("must be a valid " + " or ".join(allowed[:2]))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        entry.problem("must be in WGS84 degrees, longitude first")
    return text
