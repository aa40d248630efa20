"""Finds the area around a point by the outlines of a registry's places. It knows no names.

Some points mean that nobody knows where: maps put what they cannot find at the city hall. A registry names them.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite

import shapely

from routing_rules.areas import Place
from routing_rules.messages import Point

#: Kind of a place whose outline (a point as a rule) means "not located".
NOWHERE = "nowhere"
#: A point within so many degrees of such a one is one: providers round to four or five decimals. About 11 metres.
_SAME_POINT = 0.000_1


class OutlineIndex:
    """The outlines of one registry, compiled."""

    def __init__(self, places: Iterable[Place]) -> None:
        """Raises ValueError naming the place whose outline is no GeoJSON geometry."""
        outlined = [place for place in places if place.outline is not None]
        nowhere = [_outline(place) for place in outlined if place.kind == NOWHERE]
        self._nowhere = shapely.union_all(nowhere).buffer(_SAME_POINT) if nowhere else None
        outlined = [place for place in outlined if place.kind != NOWHERE]
        self._areas: list[str] = [place.area for place in outlined]
        self._outlines = [_outline(place) for place in outlined]
        self._sizes = [float(shapely.area(outline)) for outline in self._outlines]
        self._tree = shapely.STRtree(self._outlines)

    def area_at(self, point: Point) -> str | None:
        """Code of the area with the smallest outline around a WGS84 point, the border included; or None.

        None too for a point that the registry knows as one that means "not located".
        """
        if not self._areas or not (isfinite(point.lat) and isfinite(point.lon)):
            return None
        where = shapely.Point(point.lon, point.lat)
        if self._nowhere is not None and self._nowhere.intersects(where):
            return None
        holding = self._tree.query(where, predicate="intersects")
        if len(holding) == 0:
            return None
        smallest = min((int(at) for at in holding), key=lambda at: (self._sizes[at], at))
        return self._areas[smallest]


def _outline(place: Place) -> shapely.Geometry:
    try:
        geometry = shapely.from_geojson(place.outline)
    except shapely.errors.ShapelyError as error:
        raise ValueError(f"the outline of place {place.code} is no GeoJSON geometry: {error}") from error
    if geometry is None or geometry.is_empty:
        raise ValueError(f"the outline of place {place.code} is empty")
    shapely.prepare(geometry)
    return geometry
