"""Chinese map coordinates and WGS84."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing_rules.coordinates import SYSTEMS, to_gcj02, to_wgs84
from routing_rules.messages import Point


def metres(one: Point, other: Point) -> float:
    north = (one.lat - other.lat) * 111_000
    return math.hypot(north, (one.lon - other.lon) * 111_000 * math.cos(math.radians(one.lat)))


@pytest.mark.parametrize(
    ("wgs", "gcj"),
    # Test vectors of googollee/eviltransform (transform_test.go).
    [
        (Point(31.1774276, 121.5272106), Point(31.17530398364597, 121.531541859215)),
        (Point(22.543847, 113.912316), Point(22.540796131694766, 113.9171764808363)),
        (Point(39.911954, 116.377817), Point(39.91334545536069, 116.38404722455657)),
    ],
)
def test_the_published_vectors_are_met_both_ways(wgs, gcj):
    assert metres(to_gcj02(wgs), gcj) < 0.01
    assert metres(to_wgs84(gcj), wgs) < 0.01


@given(st.floats(18, 53), st.floats(74, 134))
def test_there_and_back_leaves_less_than_a_centimetre(lat, lon):
    point = Point(lat, lon)
    assert metres(to_wgs84(to_gcj02(point)), point) < 0.01


def test_the_shift_around_zhoushan_is_some_five_hundred_metres():
    assert 300 < metres(to_gcj02(Point(30.02, 122.10)), Point(30.02, 122.10)) < 700


def test_outside_china_nothing_moves():
    boston = Point(42.3594, -71.0587)
    assert to_gcj02(boston) == to_wgs84(boston) == SYSTEMS["WGS84"](boston) == boston


@pytest.mark.parametrize("turn", [to_gcj02, to_wgs84])
def test_no_number_is_no_point(turn):
    with pytest.raises(ValueError, match="latitude"):
        turn(Point(math.nan, 122))
