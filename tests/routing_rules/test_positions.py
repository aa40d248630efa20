"""What a position is worth: vague, a jump, or neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from routing_rules.messages import Point
from routing_rules.positions import JUMP_METRES, Fix, judge, metres_between, sensible

NOW = datetime(2026, 8, 18, 1, 20, tzinfo=UTC)
HARBOUR = Point(30.0, 122.1)
#: Metres that one degree of latitude is long on the sphere that is reckoned with.
DEGREE = 111_195.08


def fix(after: float = 0, north: float = 0, accuracy: float | None = None) -> Fix:
    """A measurement some seconds later, some metres north of the harbour."""
    point = Point(HARBOUR.lat + north / DEGREE, HARBOUR.lon)
    return Fix(point=point, measured_at=NOW + timedelta(seconds=after), accuracy=accuracy)


@pytest.mark.parametrize(
    ("accuracy", "vague"), [(None, False), (0, False), (12.5, False), (200, False), (200.1, True), (1500, True)]
)
def test_a_wide_radius_is_vague(accuracy: float | None, vague: bool) -> None:
    assert judge(None, fix(accuracy=accuracy)) == (vague, False)
    assert judge(fix(), fix(10, 5000, accuracy)) == (vague, True)


@pytest.mark.parametrize(
    ("after", "north", "jump"),
    [
        # ten seconds at 200 km/h are 556 m
        (10, 0, False),
        (10, 550, False),
        (10, 560, True),
        (10, -560, True),
        # fast, and near
        (1, 499, False),
        (1, 501, True),
        (0, 499, False),
        (0, 501, True),
        # far, and slow: an hour's drive, 199 and 201 km
        (3600, 199_000, False),
        (3600, 201_000, True),
        # came late, however far
        (-1, 90_000, False),
        (-3600, 90_000, False),
    ],
)
def test_nobody_travels_far_and_faster_than_a_train(after: float, north: float, jump: bool) -> None:
    assert judge(fix(), fix(after, north)) == (False, jump)


def test_the_first_one_is_no_jump() -> None:
    assert judge(None, fix(north=90_000)) == (False, False)


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        (Point(30.0, 122.1), Point(30.0, 122.1), 0),
        (Point(0, 0), Point(0, 1), DEGREE),
        (Point(0, 179.5), Point(0, -179.5), DEGREE),
        (Point(90, 0), Point(-90, 0), 180 * DEGREE),
        (Point(0, 0), Point(0, 180), 180 * DEGREE),
        # at 60 degrees a degree of longitude is half as long
        (Point(60, 10), Point(60, 11), DEGREE / 2),
    ],
)
def test_distances(one: Point, other: Point, metres: float) -> None:
    assert metres_between(one, other) == pytest.approx(metres, rel=1e-4)


@pytest.mark.parametrize(
    ("lat", "lon", "accuracy", "expected"),
    [
        (30.0, 122.1, None, True),
        (-90.0, 180.0, 0.0, True),
        (90.1, 0.0, None, False),
        (0.0, -180.1, None, False),
        (float("nan"), 0.0, None, False),
        (0.0, float("inf"), None, False),
        (0.0, 0.0, float("inf"), False),
        (0.0, 0.0, float("nan"), False),
        (0.0, 0.0, -1.0, False),
    ],
)
def test_what_lies_on_earth(lat: float, lon: float, accuracy: float | None, expected: bool) -> None:
    assert sensible(Fix(point=Point(lat, lon), measured_at=NOW, accuracy=accuracy)) is expected


_POINTS = st.builds(Point, st.floats(-90, 90), st.floats(-180, 180))
_FIXES = st.builds(
    lambda point, after, accuracy: Fix(point=point, measured_at=NOW + timedelta(seconds=after), accuracy=accuracy),
    _POINTS,
    st.integers(-100_000, 100_000),
    st.none() | st.floats(0, 10_000),
)


@given(_POINTS, _POINTS, _POINTS)
def test_a_distance_is_one(one: Point, other: Point, third: Point) -> None:
    there = metres_between(one, other)
    assert 0 <= there <= 180 * DEGREE + 1
    assert there == pytest.approx(metres_between(other, one), abs=1e-3)
    assert there <= metres_between(one, third) + metres_between(third, other) + 1


@given(_FIXES, _FIXES)
def test_of_two_far_apart_only_the_later_one_can_be_a_jump(before: Fix, later: Fix) -> None:
    assume(before.measured_at != later.measured_at)
    assert not (judge(before, later)[1] and judge(later, before)[1])
    assert judge(before, before)[1] is False


@given(_POINTS, _POINTS, st.integers(0, 100_000), st.integers(0, 1_000_000))
def test_more_time_never_makes_a_jump(one: Point, other: Point, seconds: int, more: int) -> None:
    before = Fix(point=one, measured_at=NOW)
    soon = Fix(point=other, measured_at=NOW + timedelta(seconds=seconds))
    waited = Fix(point=other, measured_at=soon.measured_at + timedelta(seconds=more))
    assert judge(before, soon)[1] or not judge(before, waited)[1]


@given(_FIXES, _FIXES)
def test_near_is_never_a_jump_and_vagueness_does_not_depend_on_the_one_before(before: Fix, later: Fix) -> None:
    vague, jump = judge(before, later)
    assert vague == judge(None, later)[0]
    assert not jump or metres_between(before.point, later.point) > JUMP_METRES
