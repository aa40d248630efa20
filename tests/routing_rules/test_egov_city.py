"""A foreign city: complaint types, departments and areas of a real Indian deployment become a book of ours."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from routing_rules.areas import Level
from routing_rules.book_check import oversights
from routing_rules.city import City
from routing_rules.deadlines import DeadlineKind
from routing_rules.ladder import plan
from routing_rules.registry_file import RegistryFile, load_registry, picture_of
from routing_rules.rulebook import RuleBook
from routing_rules.working_time import Limit, Unit
from tests.measures.boston import Codes, book_of, dumped

#: Their areas, by what they call each, and our levels.
LEVELS = {"City": "district", "Zone": "street", "Block": "community", "Locality": "grid"}
CALENDAR = {
    "zone": "Asia/Kolkata",
    "country": "IN",
    "hours": ["09:00-17:00"],
    "weekdays": ["mon", "tue", "wed", "thu", "fri"],
}


def types_of(folder: Path) -> list[dict[str, Any]]:
    """The complaint types in use."""
    text = (folder / "egov_pgr" / "pb_RAINMAKER-PGR_ServiceDefs.json").read_text("utf-8")
    return [each for each in json.loads(text)["ServiceDefs"] if each["active"]]


def book_from(folder: Path) -> tuple[RuleBook, Codes]:
    text = (folder / "egov_pgr" / "pb_common-masters_Department.json").read_text("utf-8")
    named = {each["code"]: each["name"] for each in json.loads(text)["Department"]}
    types = types_of(folder)
    codes = Codes()
    departments = {
        codes.of(department): {"names": {"en": named.get(department, department)}}
        for department in sorted({each["department"] for each in types})
    }
    shared = Counter(word for each in types for word in set(words_of(each)))
    met: Counter[str] = Counter()
    categories = {}
    for each in types:
        keywords: dict[str, float] = {}
        for word in words_of(each):
            met[word] += 1
            # What fewer types share says more; of the types that share a word the first has a little more of it.
            keywords[word] = round(3 / shared[word] - 0.001 * met[word], 4)
        categories[codes.of(each["serviceCode"])] = {
            "names": {"en": each["name"][:40]},
            "short": {"en": each["name"][:24]},
            "department": codes.of(each["department"]),
            "handle_at": "community",
            "limits": {"finish": f"{each['slaHours']} h"},
            "keywords": {"en": [{word: weight} for word, weight in keywords.items()]},
        }
    return book_of(departments, categories, calendar=CALENDAR), codes


def words_of(each: Mapping[str, Any]) -> list[str]:
    """Their keywords, and the name of the type as one more."""
    words = [word.strip().lower() for word in f"{each['keywords']},{each['name']}".split(",")]
    return list(dict.fromkeys(word for word in words if word))


def registry_from(folder: Path, book: RuleBook) -> RegistryFile:
    text = (folder / "egov_pgr" / "pb_amritsar_egov-location_boundary-data.json").read_text("utf-8")
    tree = next(each for each in json.loads(text)["TenantBoundary"] if each["hierarchyType"]["code"] == "REVENUE")
    areas = {}
    for number, parent, node in _walked(tree["boundary"], None, iter(range(10_000))):
        name = node["name"].split(" - ")[0]
        areas[f"a{number}"] = {
            "level": LEVELS[node["label"]],
            **({"parent": f"a{parent}"} if parent is not None else {}),
            "names": {"en": name[:40]},
        }
    office = {"desk": {"area": "a0", "names": {"en": "Complaint Cell"}}}
    people = [
        {
            "name": "Desk",
            "addresses": ["sim:desk"],
            "confirmed": True,
            "postings": [{"office": "desk", "duty": "always"}],
        }
    ]
    whole = {"areas": areas, "offices": office, "places": {}, "people": people}
    return load_registry({"registry.yaml": dumped(whole)}, book)


def _walked(
    node: Mapping[str, Any], parent: int | None, numbers: Iterator[int]
) -> Iterator[tuple[int, int | None, Mapping[str, Any]]]:
    number = next(numbers)
    yield number, parent, node
    for child in node.get("children") or ():
        yield from _walked(child, number, numbers)


@pytest.fixture(scope="module")
def foreign(data_folder: Path) -> tuple[City, Codes]:
    book, codes = book_from(data_folder)
    return City.build(book, picture_of(book, registry_from(data_folder, book))), codes


def test_every_type_has_its_department_and_its_hours(foreign: tuple[City, Codes], data_folder: Path) -> None:
    city, codes = foreign
    types = types_of(data_folder)
    assert len(city.book.categories) == len(types) == 31
    for each in types:
        ladder = plan(city, codes.known(each["serviceCode"]), "a3")
        assert ladder.department == codes.known(each["department"])
        assert ladder.limits[DeadlineKind.FINISH] == Limit(each["slaHours"] * 60, Unit.WALL_MINUTES)


def test_zones_blocks_and_localities_become_streets_communities_and_grids(foreign: tuple[City, Codes]) -> None:
    city, _ = foreign
    levels = Counter(area.level for area in city.registry.areas.values())
    assert levels == {Level.DISTRICT: 1, Level.STREET: 1, Level.COMMUNITY: 11, Level.GRID: 45}
    assert [area.level for area in city.registry.chain("a3")] == [
        Level.GRID,
        Level.COMMUNITY,
        Level.STREET,
        Level.DISTRICT,
    ]


@pytest.mark.parametrize(
    ("text", "service", "department"),
    [
        ("The streetlight near Ajit Nagar is not working", "StreetLightNotWorking", "DEPT_1"),
        ("Stray dogs attack our children every evening", "StrayAnimals", "DEPT_3"),
        ("manhole cover is missing in front of the temple", "ManholeCoverMissingOrDamaged", "DEPT_4"),
        ("please spray, so many mosquitos and dengue here", "RequestSprayingOrFoggingOperation", "DEPT_3"),
        ("somebody parks his car illegally, illegal parking all day", "IllegalParking", "DEPT_6"),
        ("a branch has fallen, please trim the tree", "CuttingOrTrimmingOfTreeRequired", "DEPT_5"),
    ],
)
def test_what_people_write_there_finds_its_type(
    foreign: tuple[City, Codes], text: str, service: str, department: str
) -> None:
    city, codes = foreign
    found = city.classifier.classify(text).category
    assert found == codes.known(service)
    assert plan(city, found, None).department == codes.known(department)


def test_what_is_left_of_that_configuration_is_named(data_folder: Path) -> None:
    book, _ = book_from(data_folder)
    said = oversights(book, registry_from(data_folder, book))
    assert any(line.startswith("nobody is posted at the department") for line in said)
    assert not any("has no keywords" in line or "decides no category" in line for line in said)
