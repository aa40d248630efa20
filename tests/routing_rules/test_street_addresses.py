"""English street addresses, and streets learned from addresses."""

from __future__ import annotations

import pytest

from routing_rules.areas import Area, Level, Registry
from routing_rules.location import Gazetteer, LocationKind
from routing_rules.messages import Point
from routing_rules.street_addresses import corner_key, in_full, street_key
from routing_rules.street_learning import KnownAddress, learn_streets


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Main St", "Main Street"),
        ("Main St.", "MAIN STREET"),
        ("Blue Hill Ave", "Blue Hill Avenue"),
        ("W. Park Blvd", "West Park Boulevard"),
        ("E Sixth St", "East 6th Street"),
        ("St Botolph St", "Saint Botolph Street"),
        ("St. James Ave", "saint james av"),
        ("Harbour Rd", "harbour road"),
        ("Monsignor Casey Hwy", "monsignor casey highway"),
        ("Copley Sq", "Copley Square"),
        ("Park Plz", "Park Plaza"),
    ],
)
def test_the_ways_of_writing_a_street_are_one_name(one, other):
    assert street_key(one) == street_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Main St", "Main Ave"), ("N Main St", "Main St"), ("Park St", "Parker St")]
)
def test_other_streets_stay_others(one, other):
    assert street_key(one) != street_key(other)


def test_a_position_in_the_full_form_leads_back_to_the_text():
    written = in_full("104 St Botolph St, near")
    assert written.text == "104 saint botolph street, near"
    begin = written.text.index("saint")
    end = written.text.index("street") + len("street")
    assert "104 St Botolph St, near"[written.original(begin) : written.original_end(end)] == "St Botolph St"


def test_a_corner_is_the_same_from_both_sides():
    assert corner_key("Oak St", "Main Street") == corner_key("Main St", "Oak Street")


# A town along one road: west is ward 1, east is ward 2, and the border runs at number 100.

STEP = 0.000_05  # about 4 metres of longitude a number


def house(street: str, number: int, ward: int, *, lat: float = 42.3, town: str = "milton") -> KnownAddress:
    point = Point(lat + (0.000_1 if number % 2 else 0), -71.1 + number * STEP)
    return KnownAddress(street=street, number=number, locality=town, area=f"{town}-{ward}", point=point)


def corner(street: str, crossing: str, ward: int, lat: float, lon: float) -> KnownAddress:
    return KnownAddress(
        street=street, crossing=crossing, locality="milton", area=f"milton-{ward}", point=Point(lat, lon)
    )


KNOWN = (
    *(house("Main St", number, 1) for number in range(2, 60, 3)),
    *(house("Main St", number, 2) for number in range(141, 200, 3)),
    *(house("Oak St", number, 1, lat=42.31) for number in range(2, 20, 3)),
    *(house("Oak St", number, 9, town="quincy") for number in range(2, 20, 3)),
    corner("Main St", "Elm St", 1, 42.3, -71.1),
    KnownAddress(street="Far Rd", number=7, locality="milton", area="milton-2"),
)


def registry(known: tuple[KnownAddress, ...] = KNOWN) -> Registry:
    areas = {"county": Area(code="county", level=Level.DISTRICT, parent=None, names={"en": "County"})}
    for town, name in (("milton", "Milton"), ("quincy", "Quincy")):
        areas[town] = Area(code=town, level=Level.STREET, parent="county", names={"en": name})
        for ward in (1, 2, 9):
            code = f"{town}-{ward}"
            areas[code] = Area(code=code, level=Level.COMMUNITY, parent=town, names={"en": f"Ward {ward}, {name}"})
    return Registry(areas=areas, places=learn_streets(known), offices={})


@pytest.fixture(scope="module")
def county() -> Gazetteer:
    return Gazetteer(registry())


@pytest.mark.parametrize(
    ("text", "area"),
    [
        ("12 Main St", "milton-1"),
        ("12 Main Street Milton MA", "milton-1"),
        ("pothole in front of 13 main st.", "milton-1"),
        ("180 Main St", "milton-2"),
        ("181 Main St", "milton-2"),
        ("1 Main St", "milton-1"),
        ("250 Main St", "milton-2"),
        ("8 Oak St, Milton", "milton-1"),
        ("8 Oak St, Quincy", "quincy-9"),
        ("corner of Main St and Elm St", "milton-1"),
        ("Elm Street & Main Street", "milton-1"),
        ("INTERSECTION of Elm St & Main St  Milton  MA", "milton-1"),
        ("elm st at main st light out", "milton-1"),
    ],
)
def test_a_number_or_corner_tells_the_area(county, text, area):
    found = county.locate(text)
    assert (found.kind, found.area) == (LocationKind.EXACT, area)
    assert found.reasons


@pytest.mark.parametrize(
    "text",
    [
        "100 Main St",  # between the last known house of one ward and the first of the other
        "Main St has no lights",
        "8 Oak St",  # in two towns
        "Oak St",
        "8 Main St, Quincy",  # there is no such street that we know
    ],
)
def test_what_the_known_addresses_leave_open_is_asked(county, text):
    assert county.locate(text).kind is LocationKind.AMBIGUOUS


@pytest.mark.parametrize("text", ["12 Great Main St", "12 North Main St", "Mainstreet", "12 Park Ave"])
def test_a_street_that_is_not_known_is_no_other_one(county, text):
    assert county.locate(text).kind is LocationKind.NONE


def test_a_number_zero_is_no_number(county):
    assert county.locate("0 Main St").kind is LocationKind.AMBIGUOUS


def test_a_divided_street_is_told_apart_by_its_sides():
    known = tuple(house("Border St", number, 1 + number % 2) for number in range(2, 40))
    places = learn_streets(known)
    assert {(each.area, each.parity) for each in places if each.kind == "road"} >= {
        ("milton-1", "even"),
        ("milton-2", "odd"),
    }
    gazetteer = Gazetteer(registry(known))
    assert gazetteer.locate("20 Border St").area == "milton-1"
    assert gazetteer.locate("21 Border St").area == "milton-2"


def test_addresses_without_points_are_learned_too():
    known = (
        KnownAddress(street="Main St", number=2, locality="milton", area="milton-1"),
        KnownAddress(street="Main St", number=90, locality="milton", area="milton-2"),
    )
    gazetteer = Gazetteer(registry(known))
    assert gazetteer.locate("2 Main St").area == "milton-1"
    assert gazetteer.locate("90 Main St").area == "milton-2"
    assert gazetteer.locate("50 Main St").kind is LocationKind.AMBIGUOUS


def test_the_codes_of_learned_places_are_unique_and_fit_a_registry():
    places = learn_streets((*KNOWN, house("A Very Long Name of a Street That Goes On St", 1, 1)))
    codes = [place.code for place in places]
    assert len(set(codes)) == len(codes)
    assert all(len(code) <= 40 for code in codes)


def test_nothing_known_is_nothing_learned():
    assert learn_streets(()) == ()
