"""Where a text says something is."""

from __future__ import annotations

import dataclasses
import math

import pytest

from routing_rules.areas import Registry
from routing_rules.location import Gazetteer, LocationKind, choose
from routing_rules.messages import Point
from tests.routing_rules.small_town import area, place, small_registry, square


@pytest.fixture(scope="module")
def town() -> Gazetteer:
    return Gazetteer(small_registry())


@pytest.mark.parametrize(
    ("text", "place_key", "area_code", "display"),
    [
        ("盐港西路83号三个烟囱日夜冒黑烟,没人管", "yg-1#83", "zhushan", "盐港西路83号"),
        ("盐港西路\uff18\uff13号冒烟", "yg-1#83", "zhushan", "盐港西路83号"),
        ("盐港西路八十三号冒烟", "yg-1#83", "zhushan", "盐港西路八十三号"),
        ("盐港西路 83 号冒烟", "yg-1#83", "zhushan", "盐港西路 83 号"),
        ("盐港西路二百一十号", "yg-2#210", "xiyuan", "盐港西路二百一十号"),
        ("在盐港西路83", "yg-1#83", "zhushan", "盐港西路83"),
        ("新河路12号井盖没了", "xh-cg#12", "dongguan", "新河路12号"),
        ("新河路13号井盖没了", "xh-jf#13", "zhushan", "新河路13号"),
        ("竹山小区3幢楼道灯不亮两天了", "zsxq#3幢", "zhushan-1", "竹山小区3幢"),
        ("竹山小区3号楼2单元401室漏水", "zsxq#3幢/u2/r401", "zhushan-1", "竹山小区3号楼2单元401室"),
        ("竹山小区3幢401漏水", "zsxq#3幢/r401", "zhushan-1", "竹山小区3幢401"),
        ("竹山小区B2座", "zsxq#B2幢", "zhushan-1", "竹山小区B2座"),
        ("盐港西路83-2号", "yg-1#83-2", "zhushan", "盐港西路83-2号"),
        ("盐港西路83-89号", "yg-1#83", "zhushan", "盐港西路83-89号"),
        ("盐港西路一八三号三楼", "yg-1#183/f3", "zhushan", "盐港西路一八三号三楼"),
        ("人民路12弄", "rm#12弄", "zhushan", "人民路12弄"),
        ("Main Street, no. 12", "rm#12", "zhushan", "Main Street, no. 12"),
        ("人民路5弄12号", "rm#5弄/12", "zhushan", "人民路5弄12号"),
        ("老大街路灯不亮", "rm", "zhushan", "老大街"),
        ("人民路3个井盖没了", "rm", "zhushan", "人民路"),
        ("人民路,3号早上停水", "rm", "zhushan", "人民路"),
        ("人民路3号早上停水", "rm", "zhushan", "人民路"),
        ("桂园有人打架", "gyl", "dongguan", "桂园"),
        ("83 Yangang W Rd, black smoke", "yg-1#83", "zhushan", "83 Yangang W Rd"),
        ("smoke at 83 yangang west road", "yg-1#83", "zhushan", "83 yangang west road"),
        ("83 Main St.", "rm#83", "zhushan", "83 Main St."),
        ("83B Main Street Apt 4 no heat", "rm#83b/r4", "zhushan", "83B Main Street Apt 4"),
        ("since 2019 Main St has no lights", "rm", "zhushan", "Main St"),
        ("pothole on main st", "rm", "zhushan", "main st"),
        ("No. 7 Harbor? no, 7 Harbour Road", "hb#7", "dongguan", "7 Harbour Road"),
    ],
)
def test_a_text_that_names_one_place_is_located(town, text, place_key, area_code, display):
    found = town.locate(text)
    assert (found.kind, found.place_key, found.area, found.display) == (
        LocationKind.EXACT,
        place_key,
        area_code,
        display,
    )
    assert not found.assumed


@pytest.mark.parametrize(
    "text",
    [
        "路灯不亮了",
        "",
        "定海区路灯不亮",
        "Dinghai District lights",
        "竹山路5号路面塌陷",
        "老竹山有人乱停车",
        "竹山公园",
        "Mainstreet",
        "North Main St",
        "桂园路8号",
        "石门镇毛竹山村",
    ],
)
def test_what_names_no_place_below_the_district_is_not_located(town, text):
    assert town.locate(text).kind is LocationKind.NONE


@pytest.mark.parametrize(
    ("text", "code", "display"),
    [
        ("竹山社区的路灯不亮", "zhushan", "竹山社区"),
        ("我们竹山头的路灯不亮", "zhushan", "竹山社区"),
        ("竹山附近路灯不亮", "zhushan", "竹山社区"),
        ("竹山", "zhushan", "竹山社区"),
        ("毛竹山", "maozhushan", "毛竹山村"),
        ("我们镇毛竹山村", "maozhushan", "毛竹山村"),
        ("毛竹山村路灯不亮", "maozhushan", "毛竹山村"),
        ("解放街道路灯不亮", "jf", "解放街道"),
        ("定海区解放街道竹山社区", "zhushan", "竹山社区"),
        ("竹山社区竹山第一网格", "zhushan-1", "竹山第一网格"),
        ("lights out in zhushan community", "zhushan", "zhushan community"),
    ],
)
def test_an_area_is_a_place_known_as_a_whole(town, text, code, display):
    found = town.locate(text)
    assert (found.kind, found.place_key, found.area, found.display) == (
        LocationKind.EXACT,
        code,
        code,
        display,
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("西园", "xiyuan"),
        ("西园,路灯不亮", "xiyuan"),
        ("我家住西园,水管爆了", "xiyuan"),
        ("西园附近有臭味", "xiyuan"),
        ("西园居民都说臭", "xiyuan"),
        ("解放街道西园路灯不亮", "xiyuan"),
        ("西园路灯不亮", None),
        ("去西园玩", None),
        ("毛竹山路灯不亮", "maozhushan"),
    ],
)
def test_a_short_name_that_may_be_a_word_counts_only_where_it_must_be_a_place(text, code):
    without_landmark = dataclasses.replace(small_registry(), places=())
    assert Gazetteer(without_landmark).locate(text).area == code


def test_a_house_of_a_village_is_a_place_of_its_own(town):
    found = town.locate("毛竹山村12号")
    assert (found.place_key, found.area, found.display) == ("maozhushan#12", "maozhushan", "毛竹山村12号")


def test_a_road_name_in_two_streets_leads_to_a_question(town):
    found = town.locate("新河路井盖没了")
    assert found.kind is LocationKind.AMBIGUOUS
    assert found.name == "新河路"
    assert [(each.place_key, each.area, each.display) for each in found.candidates] == [
        ("xh-jf", "zhushan", "解放街道新河路"),
        ("xh-cg", "dongguan", "昌国街道新河路"),
    ]
    assert found.area is None


def test_the_stretches_of_one_road_are_told_apart_by_community(town):
    found = town.locate("盐港西路冒烟")
    assert [each.display for each in found.candidates] == ["竹山社区盐港西路", "西园社区盐港西路"]


def test_an_english_question_goes_from_the_small_to_the_large(town):
    found = town.locate("pothole on Xinhe Rd")
    assert [each.display for each in found.candidates] == [
        "Xinhe Rd, Jiefang Street",
        "Xinhe Rd, Changguo Street",
    ]


@pytest.mark.parametrize(
    ("text", "place_key", "display"),
    [
        ("解放街道新河路井盖没了", "xh-jf", "解放街道新河路"),
        ("昌国街道的新河路井盖没了", "xh-cg", "昌国街道新河路"),
        ("新河路井盖没了,东管社区这边", "xh-cg", "东管社区新河路"),
        ("竹山社区新河路", "xh-jf", "竹山社区新河路"),
        ("pothole on Xinhe Road, Jiefang Street", "xh-jf", "Xinhe Road, Jiefang Street"),
        ("新河路竹山小区门口", "zsxq", "竹山小区"),
        ("桂园旁边的新河路12号", "xh-cg#12", "新河路12号"),
    ],
)
def test_an_area_or_neighbour_in_the_text_tells_which_one_is_meant(town, text, place_key, display):
    found = town.locate(text)
    assert (found.kind, found.place_key, found.display) == (LocationKind.EXACT, place_key, display)


def test_an_answer_chooses_a_candidate(town):
    question = town.locate("新河路井盖没了")
    chosen = choose(question, 2)
    assert (chosen.kind, chosen.place_key, chosen.area) == (LocationKind.EXACT, "xh-cg", "dongguan")
    assert chosen.display == "昌国街道新河路"
    assert chosen.spans == question.spans
    for wrong in (0, 3, -1):
        with pytest.raises(ValueError, match="no candidate"):
            choose(question, wrong)


@pytest.mark.parametrize(
    ("text", "displays"),
    [
        ("人民路和海滨大道都很脏", ["解放街道人民路", "昌国街道海滨大道"]),
        ("桂园和竹山小区", ["昌国街道桂园", "解放街道竹山小区"]),
        ("昌国街道人民路", ["解放街道人民路", "昌国街道"]),
        ("竹山社区和东管社区", ["解放街道竹山社区", "昌国街道东管社区"]),
    ],
)
def test_places_that_contradict_each_other_lead_to_a_question(town, text, displays):
    found = town.locate(text)
    assert found.kind is LocationKind.AMBIGUOUS
    assert [each.display for each in found.candidates] == displays


@pytest.mark.parametrize(
    ("text", "place_key"),
    [
        ("我在东管社区上班,人民路井盖没了", "rm"),
        ("人民路到海滨大道8号之间", "hb#8"),
        ("人民路井盖没了,就在人民路12号门口", "rm#12"),
        ("人民路建业路都没灯", "rm"),
    ],
)
def test_the_more_precise_place_decides(town, text, place_key):
    found = town.locate(text)
    assert (found.kind, found.place_key) == (LocationKind.EXACT, place_key)


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("人民路与建业路交叉口红绿灯坏了", "人民路与建业路交叉口"),
        ("建业路人民路口红绿灯坏了", "建业路人民路口"),
        ("light out at the corner of Main St and Oak Street", "Main St and Oak Street"),
        ("Oak St & Main St light out", "Oak St & Main St"),
    ],
)
def test_a_corner_is_one_place_whichever_road_comes_first(town, text, display):
    found = town.locate(text)
    assert (found.kind, found.place_key, found.area, found.display) == (
        LocationKind.EXACT,
        "jy&rm",
        "zhushan",
        display,
    )


def test_an_area_below_that_of_the_place_does_not_contradict_it(town):
    found = town.locate("竹山第一网格人民路")
    assert (found.place_key, found.area) == ("rm", "zhushan")


def test_roads_that_never_meet_make_no_corner(town):
    assert town.locate("人民路与海滨大道交叉口").kind is LocationKind.AMBIGUOUS


def test_a_number_on_no_known_stretch_does_not_tell_which(town):
    registry = dataclasses.replace(
        small_registry(),
        places=(place("a", "road", "zhushan", "短路", number_to=9), place("b", "road", "xiyuan", "长街")),
    )
    assert Gazetteer(registry).locate("短路99号").place_key == "a#99"


def test_the_two_sides_of_a_road_in_one_area_need_no_question(town):
    sides = tuple(place(parity, "road", "zhushan", "双边路", parity=parity) for parity in ("odd", "even"))
    gazetteer = Gazetteer(dataclasses.replace(small_registry(), places=sides))
    assert gazetteer.locate("双边路没灯").area == "zhushan"
    assert gazetteer.locate("双边路2号没灯").place_key == "even#2"


def test_a_compound_that_named_its_community_stands_for_both():
    areas = {each.code: each for each in small_registry().areas.values()}
    areas["gy"] = dataclasses.replace(areas["dongguan"], code="gy", names={"zh": "桂园社区"})
    gazetteer = Gazetteer(Registry(areas=areas, places=(place("g", "compound", "gy", "桂园"),), offices={}))
    assert gazetteer.locate("桂园3幢").place_key == "g#3幢"
    assert gazetteer.locate("桂园社区").place_key == "gy"


def test_every_decision_keeps_its_words_and_reasons(town):
    found = town.locate("盐港西路83号冒烟")
    assert found.words == ("盐港西路", "83号")
    assert found.reasons[0] == "road '盐港西路' → 竹山社区"
    assert found.spans == ((0, 7),)
    assert town.locate("老大街").reasons == ("road '老大街' → 竹山社区 (alias)",)
    assert "'解放街道' tells which of 2" in town.locate("解放街道新河路").reasons


def test_the_spans_lie_in_the_normalised_text(town):
    found = town.locate("  在\u3000盐港西路\uff18\uff13号  ")
    assert found.spans == ((2, 9),)


def test_a_district_in_the_text_is_a_span_but_no_place(town):
    assert town.locate("定海区路灯").spans == ((0, 3),)


def test_the_home_area_is_said_to_be_assumed(town):
    home = town.at_home("zhushan-1")
    assert (home.kind, home.area, home.place_key, home.assumed) == (
        LocationKind.EXACT,
        "zhushan-1",
        "zhushan-1",
        True,
    )
    assert home.words == ("home area",)
    assert home.display == "竹山第一网格"
    assert town.at_home("zhushan", "en").display == "Zhushan Community"


def test_a_point_lies_in_the_area_with_the_smallest_outline_around_it(town):
    assert town.by_point(Point(30.015, 122.105)) == "dongguan"
    assert town.by_point(Point(30.03, 122.095)) == "xiyuan"
    assert town.by_point(Point(30.00, 122.09)) == "xiyuan"


@pytest.mark.parametrize("point", [Point(0, 0), Point(math.nan, 122.1), Point(30.01, math.inf)])
def test_a_point_outside_all_outlines_lies_nowhere(town, point):
    assert town.by_point(point) is None


def test_a_point_that_means_unknown_lies_nowhere():
    hall = place("hall", "nowhere", "dh", outline='{"type":"Point","coordinates":[122.105,30.015]}')
    registry = dataclasses.replace(small_registry(), places=(*small_registry().places, hall))
    gazetteer = Gazetteer(registry)
    assert gazetteer.by_point(Point(30.015, 122.105)) is None
    assert gazetteer.by_point(Point(30.01504, 122.10496)) is None
    assert gazetteer.by_point(Point(30.0153, 122.105)) == "dongguan"


def test_an_outline_of_an_area_has_no_name_of_its_own():
    outline = place("o", "outline", "xiyuan", "人民路", outline=square(123.0, 30.0, 0.01))
    gazetteer = Gazetteer(dataclasses.replace(small_registry(), places=(outline,)))
    assert gazetteer.locate("人民路").kind is LocationKind.NONE
    assert gazetteer.by_point(Point(30.005, 123.005)) == "xiyuan"


def test_a_corner_of_the_registry_is_where_the_registry_says():
    corner = place("c", "corner", "dongguan", "海滨大道 & 人民路", "Main St & Harbour Rd")
    gazetteer = Gazetteer(dataclasses.replace(small_registry(), places=(*small_registry().places, corner)))
    for text in ("人民路与海滨大道交叉口红灯坏了", "海滨大道人民路口", "corner of Harbour Road and Main Street"):
        found = gazetteer.locate(text)
        assert (found.kind, found.place_key, found.area) == (LocationKind.EXACT, "c", "dongguan")
    assert gazetteer.locate("人民路和海滨大道都很脏").kind is LocationKind.AMBIGUOUS


def test_a_postcode_says_where_when_nothing_else_does():
    code = place("zip", "postcode", "xiyuan", "316000")
    gazetteer = Gazetteer(dataclasses.replace(small_registry(), places=(*small_registry().places, code)))
    assert gazetteer.locate("316000 no water").area == "xiyuan"
    assert gazetteer.locate("海滨大道8号,316000").area == "dongguan"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("12 Main Street, Changguo Street", LocationKind.AMBIGUOUS),
        ("12 Main Street, Jiefang Street", LocationKind.EXACT),
        ("12 Great Main Street", LocationKind.NONE),
        ("Zhushan Community Ave", LocationKind.NONE),
    ],
)
def test_an_english_name_is_read_with_what_stands_around_it(town, text, kind):
    assert town.locate(text).kind is kind


def test_a_registry_without_outlines_knows_no_points():
    registry = Registry(
        areas={"d": area("d", small_registry().areas["dh"].level, None, "定海区")}, places=(), offices={}
    )
    assert Gazetteer(registry).by_point(Point(30, 122)) is None


@pytest.mark.parametrize("outline", ["{", '{"type":"Polygon","coordinates":[]}', '{"type":"Nonsense"}'])
def test_an_outline_that_is_none_is_refused_by_name(outline):
    broken = place("odd-one", "landmark", "xiyuan", "某处", outline=outline)
    with pytest.raises(ValueError, match="odd-one"):
        Gazetteer(dataclasses.replace(small_registry(), places=(broken,)))


def test_a_text_of_ten_thousand_names_is_read(town):
    assert town.locate("人民路海滨大道竹山小区桂园" * 800).kind is LocationKind.AMBIGUOUS
