"""Real community names, of which many are alike: the right place or a question, never a guess."""

from __future__ import annotations

import csv
import json
from typing import Any

import pytest

from routing_rules.areas import Area, Level, Registry
from routing_rules.location import Gazetteer, Location, LocationKind

#: How residents mention a place.
TEXTS = ("{}", "{}路灯不亮", "我家住{},水管爆了", "{}的垃圾没人清", "在{}有人打架", "{}附近有臭味")


@pytest.fixture(scope="module")
def communities(data_folder) -> list[dict[str, str]]:
    with (data_folder / "places_cn" / "zhoushan_330900.csv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def alike(data_folder) -> dict[str, Any]:
    names: dict[str, Any] = json.loads(
        (data_folder / "places_cn" / "zhoushan_ambiguities.json").read_text(encoding="utf-8")
    )
    return names


@pytest.fixture(scope="module")
def gazetteer(communities) -> Gazetteer:
    areas: dict[str, Area] = {}
    for row in communities:
        for level, parent in (
            (Level.DISTRICT, None),
            (Level.STREET, "district_code"),
            (Level.COMMUNITY, "street_code"),
        ):
            code = row["code" if level is Level.COMMUNITY else f"{level}_code"]
            names = {"zh": row[str(level)]}
            areas[code] = Area(code=code, level=level, parent=row[parent] if parent else None, names=names)
    return Gazetteer(Registry(areas=areas, places=(), offices={}))


def offered(found: Location) -> set[str]:
    return {candidate.area for candidate in found.candidates}


@pytest.mark.parametrize("text", TEXTS)
def test_a_name_that_several_communities_bear_leads_to_a_question(gazetteer, alike, text):
    assert len(alike["ambiguous_short_names"]) == 22
    for name, bearers in alike["ambiguous_short_names"].items():
        found = gazetteer.locate(text.format(name))
        assert found.kind is LocationKind.AMBIGUOUS, name
        assert offered(found) == {bearer["code"] for bearer in bearers}
        displays = [candidate.display for candidate in found.candidates]
        assert len(set(displays)) == len(displays)


@pytest.mark.parametrize("text", TEXTS)
def test_a_community_named_like_a_street_leads_to_a_question(gazetteer, alike, text):
    for name, bearers in alike["community_same_as_street"].items():
        found = gazetteer.locate(text.format(name))
        assert found.kind is LocationKind.AMBIGUOUS, name
        assert {each["code"] for each in bearers["communities"]} < offered(found)


@pytest.mark.parametrize("text", TEXTS)
def test_a_name_inside_a_longer_one_is_not_heard(gazetteer, communities, alike, text):
    by_code = {row["code"]: row["community"] for row in communities}
    for _, longer in alike["contained_names"]:
        found = gazetteer.locate(text.format(longer))
        assert found.kind is not LocationKind.AMBIGUOUS, longer
        assert found.area is None or by_code[found.area].startswith(longer)
    assert gazetteer.locate("毛竹山路灯不亮").kind is LocationKind.EXACT


def test_each_community_is_found_by_its_official_name_or_asked_about(gazetteer, communities):
    for row in communities:
        found = gazetteer.locate(f"{row['community']}路灯不亮")
        assert row["code"] in ({found.area} | offered(found))
        assert found.kind is LocationKind.AMBIGUOUS or found.area == row["code"]


def test_each_community_is_found_by_street_and_official_name(gazetteer, communities):
    for row in communities:
        for text in (
            f"{row['street']}{row['community']}",
            f"{row['district']}{row['street']}{row['community']}的垃圾",
        ):
            found = gazetteer.locate(text)
            assert (found.kind, found.area) == (LocationKind.EXACT, row["code"]), text
