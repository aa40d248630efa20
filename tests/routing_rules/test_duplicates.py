"""Same matter or not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from routing_rules.duplicates import Match, same_matter

NOW = datetime(2026, 8, 17, 1, 20, tzinfo=UTC)
CASE = {
    "case_area": "zhushan",
    "case_category": "smoke",
    "case_place_key": "yg#83",
    "last_report_at": NOW - timedelta(hours=1),
    "area": "zhushan",
    "category": "smoke",
    "place_key": "yg#83",
    "now": NOW,
    "join_hours": 72,
}


@pytest.mark.parametrize(
    ("differs", "expected"),
    [
        ({}, Match.SAME),
        ({"case_place_key": "yg", "place_key": "yg"}, Match.SAME),
        ({"case_place_key": "yg"}, Match.MAYBE),
        ({"place_key": "yg"}, Match.MAYBE),
        ({"place_key": "yg#85"}, Match.OTHER),
        ({"place_key": "yg#8"}, Match.OTHER),
        ({"place_key": "xh#83"}, Match.OTHER),
        ({"place_key": "yg#83-2"}, Match.MAYBE),
        ({"place_key": "yg#83-2", "case_place_key": "yg#83-4"}, Match.OTHER),
        ({"place_key": "yg#83/3幢"}, Match.MAYBE),
        ({"place_key": "yg#83/r401"}, Match.MAYBE),
        ({"place_key": "yg#83/r401", "case_place_key": "yg#83/r402"}, Match.MAYBE),
        ({"place_key": "zs#3幢", "case_place_key": "zs#5幢"}, Match.OTHER),
        ({"place_key": "yg#5弄/12", "case_place_key": "yg#5弄/14"}, Match.OTHER),
        ({"category": "lamp"}, Match.OTHER),
        ({"category": None, "case_category": None}, Match.OTHER),
        ({"place_key": None}, Match.OTHER),
        ({"case_place_key": None}, Match.OTHER),
        ({"case_place_key": ""}, Match.OTHER),
        ({"place_key": "zhushan", "case_place_key": "zhushan"}, Match.OTHER),
        ({"place_key": "zhushan"}, Match.OTHER),
        ({"last_report_at": NOW - timedelta(hours=72)}, Match.SAME),
        ({"last_report_at": NOW - timedelta(hours=72, seconds=1)}, Match.OTHER),
        ({"join_hours": 0}, Match.OTHER),
    ],
)
def test_place_category_and_time_make_the_same_matter(differs, expected):
    assert same_matter(**{**CASE, **differs}) is expected
