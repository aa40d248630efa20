"""Names of the sender's own community with one slip: always a question."""

from __future__ import annotations

import dataclasses

import pytest

from routing_rules.areas import Registry
from routing_rules.location import Gazetteer, LocationKind
from tests.routing_rules.small_town import AREAS, PLACES, small_registry


@pytest.fixture(scope="module")
def town() -> Gazetteer:
    return Gazetteer(small_registry())


@pytest.mark.parametrize(
    ("text", "home", "display", "place_key"),
    [
        ("新和路12号井盖没了", "zhushan", "新河路12号", "xh-jf#12"),
        ("盐巷西路83号冒烟", "zhushan", "盐港西路83号", "yg-1#83"),
        ("盐西路83号冒烟", "zhushan", "盐港西路83号", "yg-1#83"),
        ("住在盐港港西路83号", "zhushan-1", "盐港西路83号", "yg-1#83"),
        ("竹山小去3幢漏水", "zhushan", "竹山小区3幢", "zsxq#3幢"),
        ("83 Yangeng West Rd, smoke", "zhushan", "83 Yangang West Road", "yg-1#83"),
        ("smoke on Yangan W Rd", "zhushan", "Yangang West Road", "yg-1"),
    ],
)
def test_a_name_with_one_slip_is_offered(town, text, home, display, place_key):
    found = town.locate(text, home)
    assert found.kind is LocationKind.AMBIGUOUS
    assert [(each.display, each.place_key) for each in found.candidates] == [(display, place_key)]
    assert "one character from" in found.reasons[0]
    assert found.area is None


@pytest.mark.parametrize(
    ("text", "home"),
    [
        ("盐巷西路83号冒烟", "dongguan"),  # another community's road
        ("盐巷西路83号冒烟", None),
        ("盐巷夕路83号冒烟", "zhushan"),  # two slips
        ("居民路灯不亮", "zhushan"),
        ("路灯坏了", "zhushan"),
        ("my main streak of luck", "zhushan"),
        ("", "zhushan"),
        ("盐巷西路83号", "no-such-area"),
    ],
)
def test_elsewhere_and_other_words_are_not(town, text, home):
    assert town.locate(text, home).kind is LocationKind.NONE


def test_a_name_that_is_right_needs_no_guess(town):
    assert town.locate("竹山小区3幢", "zhushan") == town.locate("竹山小区3幢")


# Former names


@pytest.fixture(scope="module")
def after_the_reform() -> Gazetteer:
    """城关街道 is no more; its communities live on in two streets."""
    areas = {each.code: each for each in AREAS}
    for code in ("zhushan", "dongguan"):
        areas[code] = dataclasses.replace(areas[code], aliases=("城关街道",))
    return Gazetteer(Registry(areas=areas, places=PLACES, offices={}))


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("城关街道竹山社区路灯不亮", "zhushan"),
        ("城关街道人民路", "zhushan"),
        ("城关街道新河路13号", "zhushan"),
        ("城关街道盐港西路冒烟", "zhushan"),
    ],
)
def test_a_former_street_still_says_where(after_the_reform, text, area):
    assert after_the_reform.locate(text).area == area


def test_a_former_street_alone_offers_what_became_of_it(after_the_reform):
    found = after_the_reform.locate("城关街道路灯不亮")
    assert [each.display for each in found.candidates] == ["解放街道竹山社区", "昌国街道东管社区"]
