"""Turns Chinese map coordinates (GCJ-02) into WGS84 degrees and back.

Maps published in China shift every point by 300 to 700 metres. The shift is published code, not a secret: the
formula below is the one of EvilTransform (googollee/eviltransform, MIT licence), with the ellipsoid of Krasovsky 1940.
Nothing here guesses which of the two a file is in; who hands coordinates in says so.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, isfinite, pi, sin, sqrt

from routing_rules.messages import Point

#: Semi-major axis in metres and squared eccentricity of the Krasovsky 1940 ellipsoid.
_AXIS = 6_378_245.0
_ECCENTRICITY = 0.00669342162296594323

#: The shift is applied within this box only: south, west, north, east in degrees.
_CHINA = (0.8293, 72.004, 55.8271, 137.8347)

#: Iterations of the inverse; each divides the error by some thousands, so three leave less than a millimetre.
_ROUNDS = 3


def to_gcj02(point: Point) -> Point:
    """A WGS84 point as Chinese maps show it; unchanged outside China. Raises ValueError unless both are numbers."""
    if not (isfinite(point.lat) and isfinite(point.lon)):
        raise ValueError("a point needs a latitude and a longitude")
    if not is_shifted(point):
        return point
    north, east = _shift(point.lat, point.lon)
    return Point(point.lat + north, point.lon + east)


def to_wgs84(point: Point) -> Point:
    """A point of a Chinese map (GCJ-02) in WGS84, to some millimetres; unchanged outside China.

    The published formula has no inverse: the point is found whose shifted place is the given one.
    Raises ValueError unless both are numbers.
    """
    if not (isfinite(point.lat) and isfinite(point.lon)):
        raise ValueError("a point needs a latitude and a longitude")
    if not is_shifted(point):
        return point
    lat, lon = point.lat, point.lon
    for _ in range(_ROUNDS):
        north, east = _shift(lat, lon)
        lat, lon = point.lat - north, point.lon - east
    return Point(lat, lon)


def is_shifted(point: Point) -> bool:
    """Whether maps in China shift the point: a box around the country, as the published formula has it."""
    south, west, north, east = _CHINA
    return south <= point.lat <= north and west <= point.lon <= east


def _shift(lat: float, lon: float) -> tuple[float, float]:
    """Degrees north and east that the formula adds to a WGS84 point."""
    x, y = lon - 105.0, lat - 35.0
    root = sqrt(abs(x))
    wave = 20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += (wave + 20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += (wave + 20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    latitude = lat / 180.0 * pi
    bulge = 1 - _ECCENTRICITY * sin(latitude) ** 2
    north = north * 180.0 / (_AXIS * (1 - _ECCENTRICITY) / (bulge * sqrt(bulge)) * pi)
    east = east * 180.0 / (_AXIS / sqrt(bulge) * cos(latitude) * pi)
    return north, east


#: The coordinate systems that a file may be in, and how each of their points becomes WGS84.
SYSTEMS: dict[str, Callable[[Point], Point]] = {"WGS84": lambda point: point, "GCJ-02": to_wgs84}
