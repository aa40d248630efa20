"""When a place gathers unusually many cases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from routing_rules.hotspots import day_began, hot_from, looks_back, place_digest


@pytest.mark.parametrize(
    ("before", "from_"),
    [(0, 5), (30, 5), (39, 5), (40, 5), (49, 5), (50, 6), (59, 6), (60, 7), (100, 11), (300, 31)],
)
def test_hot_is_at_least_five_and_more_than_three_times_the_mean_of_thirty_days(before: int, from_: int) -> None:
    assert hot_from(before) == from_
    assert from_ >= 5
    assert from_ > 3 * before / 30


def test_a_place_is_the_road_or_compound_whatever_the_number() -> None:
    assert place_digest("yangang-w#83", "zhushan") == place_digest("yangang-w#85/r401", "zhushan")
    assert place_digest("yangang-w#83", "zhushan") != place_digest("xinhe#83", "zhushan")


@pytest.mark.parametrize("key", ["zhushan", "", None])
def test_a_whole_area_is_no_place(key: str | None) -> None:
    assert place_digest(key, "zhushan") is None


def test_the_day_is_the_citys() -> None:
    night = datetime(2026, 8, 18, 17, 30, tzinfo=UTC)
    assert day_began("Asia/Shanghai", night) == datetime(2026, 8, 18, 16, 0, tzinfo=UTC)
    assert looks_back("Asia/Shanghai", night) == datetime(2026, 7, 19, 16, 0, tzinfo=UTC)
