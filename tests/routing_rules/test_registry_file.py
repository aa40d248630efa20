"""A registry is refused whole, with every mistake named by file, line and field."""

from __future__ import annotations

import json

import pytest

from gateway.books import read_book
from routing_rules.areas import Duty, Level, OfficeKind, Registry
from routing_rules.messages import Address
from routing_rules.registry_file import RegistryFileError, load_registry, offices_of

BOOK = read_book("harbour")

TOWN = """\
areas:
  town: {level: district, names: {en: Town}}
  west: {level: street, parent: town, names: {en: West Ward}, aliases: [the West]}
  mill: {level: community, parent: west, names: {en: Mill}}
  mill-1: {level: grid, parent: mill, names: {en: Mill Block 1}}
  downtown: {level: street, parent: town, names: {en: Downtown}}
  waterfront: {level: street, parent: town, names: {en: Waterfront}}
offices:
  desk: {area: town, names: {en: City Desk}}
  west: {area: west}
  mill: {area: mill}
places:
  main-st: {kind: road, area: mill, names: {en: Main St}, numbers: 1-99 odd}
  oak-court: {kind: compound, area: mill-1, names: {en: Oak Court}}
people:
  - {name: Desk, addresses: [sim:desk], confirmed: true, postings: [{office: desk, duty: always}]}
  - {name: Mill, addresses: [sim:mill, sim:mill2], postings: [{office: mill}, {office: works, duty: off}]}
  - {name: Ann, addresses: [sim:ann], home_area: mill-1}
"""

OUTLINE = '{"type": "Polygon", "coordinates": [[[1, 2], [3, 2], [3, 4], [1, 2]]]}'

#: What stands there, what is written instead, a piece of the line that is to be named, field, piece of the sentence.
BROKEN: list[tuple[str, str, str, str, str]] = [
    ("parent: west", "parent: east", "parent: east", "areas.mill.parent", "there is no area 'east'"),
    ("parent: west, names: {en: Mill}", "names: {en: Mill}", "  mill: {level", "areas.mill.parent", "is missing"),
    ("level: community, parent: west", "level: community, parent: town", "community, parent: town",
     "areas.mill.parent", "a community lies in a street; 'town' is a district"),
    ("{level: grid,", "{level: block,", "level: block", "areas.mill-1.level", "is not known"),
    ("{level: grid,", "{", "mill-1: { parent", "areas.mill-1.level", "must be given"),
    ("{level: district, ", "{level: district, parent: west, ", "district", "areas.town.parent", "no parent"),
    ("names: {en: West Ward}", "names: {en: ''}", "west: {level", "areas.west.names.en", "is empty"),
    ("names: {en: West Ward}", "names: {zh: 西区}", "west: {level", "areas.west.names", "has no name in 'en'"),
    ("  mill-1:", "  mill:", "mill: {level: grid", "areas.mill", "stands twice"),
    ("aliases: [the West]", "alias: [the West]", "alias:", "areas.west.alias", "is not known here"),
    ("  west: {area: west}", "  west: {area: wst}", "area: wst", "offices.west.area", "there is no area"),
    ("  west: {area: west}", "  west: {area: mill-1}", "area: mill-1}", "offices.west.area", "only a gridman"),
    ("  west: {area: west}", "  west: {area: mill}", "  mill: {area", "offices.mill.area", "already has the office"),
    ("  west: {area: west}", "  works: {area: west}", "works: {area", "offices.works", "code of a department"),
    ("  west: {area: west}", "  west: {names: {en: W}}", "west: {names", "offices.west.area", "is missing"),
    ("kind: road, area: mill,", "kind: road, area: mil,", "area: mil,", "places.main-st.area", "there is no area"),
    ("kind: road, area: mill,", "kind: road,", "main-st", "places.main-st.area", "is missing"),
    ("kind: road", "kind: river", "kind: river", "places.main-st.kind", "known are road, compound"),
    ("numbers: 1-99 odd", "numbers: 99-1", "numbers", "places.main-st.numbers", "smaller to the greater"),
    ("numbers: 1-99 odd", "numbers: some", "numbers", "places.main-st.numbers", "house numbers are written like"),
    ("numbers: 1-99 odd", f"outline: '{OUTLINE[:-2]}'", "outline", "places.main-st.outline", "not a GeoJSON"),
    ("numbers: 1-99 odd", "outline: '{\"type\": \"Point\", \"coordinates\": [1, 2]}'", "outline",
     "places.main-st.outline", "Polygon or MultiPolygon"),
    ("numbers: 1-99 odd", f"outline: '{OUTLINE.replace('3, 2', '300, 2')}'", "outline", "places.main-st.outline",
     "WGS84"),
    ("sim:mill2", "sim:desk", "name: Mill", "people[1].addresses[1]", "already an address of Desk"),
    ("sim:mill2", "sim:mill", "name: Mill", "people[1].addresses[1]", "already an address of Mill"),
    ("sim:mill2", "mill2", "name: Mill", "people[1].addresses[1]", "scheme:value"),
    ("[sim:ann]", "[]", "name: Ann", "people[2].addresses", "at least one address"),
    ("{office: mill}", "{office: mil}", "name: Mill", "people[1].postings[0].office", "no office or department"),
    ("{office: mill}", "{office: works}", "name: Mill", "people[1].postings[1].office", "twice"),
    ("duty: off", "duty: sometimes", "name: Mill", "people[1].postings[1].duty", "known are always, hours, off"),
    ("home_area: mill-1", "home_area: mill-9", "name: Ann", "people[2].home_area", "there is no area"),
    ("name: Ann,", "name: Ann, language: fr,", "name: Ann", "people[2].language", "not among the languages"),
    ("name: Ann,", "name: Ann, phone: 1,", "name: Ann", "people[2].phone", "is not known here"),
    ("confirmed: true", "confirmed: perhaps", "confirmed", "people[0].confirmed", "true or false"),
    ("people:", "persons:", "persons:", "persons", "known are areas, offices, places, people"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "at", "field", "words"), BROKEN)
def test_a_mistake_is_named_by_file_line_and_field(old: str, new: str, at: str, field: str, words: str) -> None:
    assert old in TOWN
    text = TOWN.replace(old, new, 1)
    lines = [number for number, line in enumerate(text.splitlines(), start=1) if at in line]
    with pytest.raises(RegistryFileError) as refused:
        load_registry({"town.yaml": text}, BOOK)
    found = [(p.line, p.field) for p in refused.value.problems if words in p.sentence]
    assert any((line, field) in found for line in lines), refused.value


def test_a_town_has_exactly_one_district_office() -> None:
    none = TOWN.replace("  desk: {area: town, names: {en: City Desk}}\n", "").replace("office: desk", "office: west")
    with pytest.raises(RegistryFileError, match="exactly one district office, not 0"):
        load_registry({"town.yaml": none}, BOOK)
    two = TOWN.replace("areas:\n", "areas:\n  other: {level: district, names: {en: Other}}\n")
    two = two.replace("offices:\n", "offices:\n  other: {area: other}\n")
    with pytest.raises(RegistryFileError, match="exactly one district office, not 2"):
        load_registry({"town.yaml": two}, BOOK)


def test_a_rule_about_an_area_that_does_not_exist_is_named() -> None:
    with pytest.raises(RegistryFileError, match="downtown-noise is about the area 'downtown'"):
        load_registry({"town.yaml": TOWN.replace("downtown", "midtown")}, BOOK)


def test_all_mistakes_of_all_files_are_named_at_once() -> None:
    areas, people = TOWN.split("people:")
    with pytest.raises(RegistryFileError) as refused:
        load_registry(
            {"areas.yaml": areas.replace("grid,", "cell,"), "people.yaml": "people:" + people.replace("works", "wrks")},
            BOOK,
        )
    assert [problem.file for problem in refused.value.problems] == ["areas.yaml", "people.yaml"]


def test_a_registry_may_stand_in_one_file_or_in_several() -> None:
    areas, people = TOWN.split("people:")
    assert load_registry({"a.yaml": areas, "p.yaml": "people:" + people}, BOOK) == load_registry(
        {"town.yaml": TOWN}, BOOK
    )


@pytest.mark.parametrize("files", [{}, {"town.yaml": ""}, {"town.yaml": "- a"}, {"town.yaml": "a: *b"}])
def test_nothing_and_nonsense_are_refused(files: dict[str, str]) -> None:
    with pytest.raises(RegistryFileError):
        load_registry(files, BOOK)


def test_what_stands_in_the_file_is_what_comes_out() -> None:
    town = load_registry({"town.yaml": TOWN}, BOOK)
    main, oak = town.places
    assert (main.number_from, main.number_to, main.parity) == (1, 99, "odd")
    assert main.holds_number(83)
    assert not main.holds_number(84)
    assert (oak.number_from, oak.number_to, oak.parity) == (None, None, None)
    assert town.areas["west"].aliases == ("the West",)
    desk, mill, ann = town.people
    assert mill.addresses == (Address("sim", "mill"), Address("sim", "mill2"))
    assert [(post.office, post.duty) for post in mill.postings] == [("mill", Duty.HOURS), ("works", Duty.OFF)]
    assert (desk.confirmed, ann.confirmed, ann.home_area, ann.language) == (True, False, "mill-1", "en")


def test_a_department_is_an_office_of_the_district() -> None:
    town = load_registry({"town.yaml": TOWN}, BOOK)
    offices = offices_of(BOOK, town)
    assert offices["works"].kind is OfficeKind.DEPARTMENT
    assert (offices["works"].level, offices["works"].area) == (Level.DISTRICT, "town")
    registry = Registry(areas=town.areas, places=town.places, offices=offices)
    assert registry.district_office.code == "desk"
    west = registry.office_at(Level.STREET, "mill-1")
    assert west is not None
    assert west.names == {"en": "West Ward"}


def test_a_range_of_house_numbers_may_be_open_on_either_side() -> None:
    for text, expected in (('"200-"', (200, None)), ('"-98 even"', (None, 98))):
        town = load_registry({"t.yaml": TOWN.replace("1-99 odd", text)}, BOOK)
        assert (town.places[0].number_from, town.places[0].number_to) == expected


POINT = '{"type": "Point", "coordinates": [-71.0587, 42.3594]}'


def test_an_outline_and_a_point_that_means_unknown_bear_the_name_of_their_area() -> None:
    more = f"  edge: {{kind: outline, area: mill, outline: '{OUTLINE}'}}\n"
    more += f"  hall: {{kind: nowhere, area: town, outline: '{POINT}'}}\n"
    town = load_registry({"t.yaml": TOWN.replace("people:", more + "people:")}, BOOK)
    assert {place.code: place.names["en"] for place in town.places[-2:]} == {"edge": "Mill", "hall": "Town"}


@pytest.mark.parametrize(
    ("entry", "sentence"),
    [
        ("{kind: outline, area: mill}", "is missing: a place of kind outline is nothing else"),
        (f"{{kind: outline, area: mill, outline: '{POINT}'}}", "must be a valid Polygon or MultiPolygon"),
        (f"{{kind: landmark, area: mill, outline: '{OUTLINE}'}}", "is missing: a name in each language"),
    ],
)
def test_a_place_without_name_or_outline_is_refused_where_it_needs_one(entry: str, sentence: str) -> None:
    with pytest.raises(RegistryFileError, match=sentence):
        load_registry({"t.yaml": TOWN.replace("people:", f"  edge: {entry}\npeople:")}, BOOK)


def test_an_outline_may_have_thousands_of_corners() -> None:
    corners = [[round(10 + n / 10_000, 6), 20.0] for n in range(3_000)]
    ring = json.dumps({"type": "Polygon", "coordinates": [[*corners, [10.1, 21.0], corners[0]]]})
    more = f"  edge: {{kind: outline, area: mill, outline: '{ring}'}}\n"
    town = load_registry({"t.yaml": TOWN.replace("people:", more + "people:")}, BOOK)
    assert len(town.places[-1].outline or "") > 30_000
