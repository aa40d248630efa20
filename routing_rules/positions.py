"""What a phone's position is worth: too vague to place anybody, or a jump that nobody can have travelled.

Nothing is thrown away here: a doubtful position is marked, and whoever shows it decides. This room knows no person,
no map and no clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from routing_rules.messages import Point

#: Radius of uncertainty, in metres, beyond which a position says nothing about a grid: most grids are smaller.
VAGUE_METRES = 200
#: Nobody on duty in a city travels faster, in kilometres an hour.
JUMP_KMH = 200
#: Within this distance, in metres, a phone indoors wanders however short the time was.
JUMP_METRES = 500

#: Mean radius of the earth in metres (IUGG, R1).
_EARTH_METRES = 6_371_008.8
_SECONDS_AN_HOUR = 3600
_METRES_A_KILOMETRE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    """One measurement of where a phone was."""

    point: Point
    #: As the phone says, aware and in UTC.
    measured_at: datetime
    #: Radius of uncertainty in metres, where known.
    accuracy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a gridman's phone was while he was on duty, as it is kept."""

    #: Id of the contact.
    contact: str
    point: Point
    #: As the phone says.
    measured_at: datetime
    received_at: datetime
    #: Radius of uncertainty in metres, where known.
    accuracy: float | None
    #: Too uncertain to say where he was.
    vague: bool
    #: Nobody travels that fast from the one before.
    jump: bool


def judge(before: Fix | None, fix: Fix) -> tuple[bool, bool]:
    """Whether a fix is vague, and whether it is a jump.

    ``before`` is the last one of the same phone that was itself no jump, so that one wild measurement does not turn
    every true one after it into a jump; None when there is none. A fix that was measured before ``before`` came
    late, and is never a jump.
    """
    vague = fix.accuracy is not None and fix.accuracy > VAGUE_METRES
    return vague, before is not None and _is_jump(before, fix)


def sensible(fix: Fix) -> bool:
    """Whether the fix lies on the earth, with an uncertainty that is a number of metres."""
    on_earth = -90 <= fix.point.lat <= 90 and -180 <= fix.point.lon <= 180
    return on_earth and (fix.accuracy is None or 0 <= fix.accuracy < math.inf)


def metres_between(one: Point, other: Point) -> float:
    """The shortest way over the ground, in metres, on a round earth (haversine; wrong by half a percent at most)."""
    lat, other_lat = math.radians(one.lat), math.radians(other.lat)
    half_lat = math.sin((other_lat - lat) / 2) ** 2
    half_lon = math.sin(math.radians(other.lon - one.lon) / 2) ** 2
    # Rounding can lift the sum over 1 for opposite ends of the earth.
    return 2 * _EARTH_METRES * math.asin(math.sqrt(min(1.0, half_lat + math.cos(lat) * math.cos(other_lat) * half_lon)))


def _is_jump(before: Fix, fix: Fix) -> bool:
    seconds = (fix.measured_at - before.measured_at).total_seconds()
    metres = metres_between(before.point, fix.point)
    # Multiplied out, since two fixes of one second have no speed.
    fastest = JUMP_KMH * _METRES_A_KILOMETRE * seconds / _SECONDS_AN_HOUR
    return seconds >= 0 and metres > JUMP_METRES and metres > fastest
