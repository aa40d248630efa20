"""The books that ship: they load, nothing in them is an oversight, and the two cities share nothing."""

from __future__ import annotations

import shutil
from importlib import resources
from pathlib import Path

import pytest

from gateway.books import read_book, read_registry_file, shipped_books
from routing_rules.areas import Level, Registry
from routing_rules.book_check import oversights
from routing_rules.city import City
from routing_rules.deadlines import DeadlineKind
from routing_rules.location import LocationKind
from routing_rules.registry_file import RegistryFileError, offices_of
from routing_rules.rulebook_file import RuleBookError
from routing_rules.working_time import Limit, Unit


def city(name: str) -> City:
    book = read_book(name)
    file = read_registry_file(name, book)
    return City.build(book, Registry(areas=file.areas, places=file.places, offices=offices_of(book, file)))


def test_two_books_ship() -> None:
    assert shipped_books() == ("dinghai", "harbour")


@pytest.mark.parametrize("name", shipped_books())
def test_a_shipped_book_has_no_oversight(name: str) -> None:
    book = read_book(name)
    assert oversights(book, read_registry_file(name, book)) == ()


@pytest.mark.parametrize("name", shipped_books())
def test_no_address_of_a_sample_can_be_dialled(name: str) -> None:
    people = read_registry_file(name, read_book(name)).people
    assert {address.scheme for person in people for address in person.addresses} == {"sim"}


@pytest.mark.parametrize("name", shipped_books())
def test_every_department_and_office_has_somebody(name: str) -> None:
    book = read_book(name)
    file = read_registry_file(name, book)
    posted = {post.office for person in file.people for post in person.postings}
    assert posted == set(offices_of(book, file))


def test_the_dinghai_sample_is_as_large_as_it_says() -> None:
    dinghai = city("dinghai")
    assert len(dinghai.book.departments) >= 12
    assert len(dinghai.book.categories) >= 35
    assert len([p for p in dinghai.registry.places if p.kind in ("road", "compound")]) >= 40
    assert {area.level for area in dinghai.registry.areas.values()} == set(Level)


def test_the_golden_case_finds_its_category_and_its_community() -> None:
    dinghai = city("dinghai")
    text = "盐港西路83号三个烟囱日夜冒黑烟,用劣质燃料,没人管"
    assert dinghai.classifier.classify(text).category == "smoke"
    found = dinghai.gazetteer.locate(text)
    assert found.display == "盐港西路83号"
    chain = [area.code for area in dinghai.registry.chain(found.area)]
    assert chain == ["zhushan", "jiefang", "dinghai"]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("竹山小区3幢楼道灯不亮两天了", "stair_light"),
        ("新河路井盖没了", "manhole_missing"),
        ("人民北路20号门口路灯不亮", "streetlight"),
        ("解放东路工地半夜施工吵得睡不着", "construction_noise"),
        ("我们小区煤气味很大", "gas_leak"),
        ("老板拖欠工资三个月不给", "wages"),
        ("小区电梯坏了一个星期", "elevator"),
        ("楼下烧烤店油烟太大", "cooking_fumes"),
        ("下水道堵了污水外溢", "drain"),
        ("停水两天了", "water_supply"),
        ("street light out on Renmin N Rd", "streetlight"),
        ("water main broke, burst pipe on Wenchang Rd", "water_supply"),
    ],
)
def test_what_people_write_is_understood(text: str, category: str) -> None:
    assert city("dinghai").classifier.classify(text).category == category


@pytest.mark.parametrize(
    ("text", "kind", "areas"),
    [
        ("新河路井盖没了", LocationKind.AMBIGUOUS, {"jukui", "liufang"}),
        ("毛竹山路5号路面积水", LocationKind.EXACT, {"maozhushan"}),
        ("竹山路5号路面积水", LocationKind.EXACT, {"zhushan"}),
        ("解放西路200号路灯不亮", LocationKind.EXACT, {"xian"}),
        ("解放西路100号路灯不亮", LocationKind.EXACT, {"jukui"}),
        ("人民中路88号占道", LocationKind.EXACT, {"wenchang"}),
        ("竹山新村垃圾没人清", LocationKind.EXACT, {"zhushan-3"}),
    ],
)
def test_places_of_the_sample_lead_to_their_area_or_to_a_question(
    text: str, kind: LocationKind, areas: set[str]
) -> None:
    found = city("dinghai").gazetteer.locate(text)
    assert found.kind is kind
    assert {each.area for each in found.candidates} or {found.area} == areas
    assert areas <= {found.area, *(each.area for each in found.candidates)}


def test_the_windows_add_up_to_less_than_ten_minutes_of_duty() -> None:
    windows = read_book("dinghai").windows.values()
    assert all(window.unit is Unit.WORKING_MINUTES for window in windows)
    assert sum(window.amount for window in windows) < 10


def test_a_working_day_is_the_working_time_of_a_day_not_24_hours() -> None:
    assert read_book("dinghai").limits[DeadlineKind.OVERALL] == Limit(7 * 420, Unit.WORKING_MINUTES)
    assert read_book("harbour").limits[DeadlineKind.OVERALL] == Limit(10 * 510, Unit.WORKING_MINUTES)


def test_the_second_city_shares_no_code_with_the_first() -> None:
    first, second = (
        read_registry_file("dinghai", read_book("dinghai")),
        read_registry_file("harbour", read_book("harbour")),
    )
    assert not first.areas.keys() & second.areas.keys()
    assert not {place.code for place in first.places} & {place.code for place in second.places}
    assert read_book("harbour").number_prefix != read_book("dinghai").number_prefix


def test_the_second_city_understands_its_people() -> None:
    harbour = city("harbour")
    text = "Huge pothole at 250 Main St, second flat tire this week"
    assert harbour.classifier.classify(text).category == "pothole"
    assert harbour.gazetteer.locate(text).area == "city-hall"
    assert harbour.gazetteer.locate("no street lights on Park St").kind is LocationKind.AMBIGUOUS


def test_a_book_in_a_folder_is_read_like_one_that_ships(tmp_path: Path) -> None:
    with resources.as_file(resources.files("routing_rules") / "books" / "harbour") as shipped:
        shutil.copytree(shipped, tmp_path / "town")
    book = read_book(tmp_path / "town")
    assert book == read_book("harbour")
    assert read_registry_file(tmp_path / "town", book) == read_registry_file("harbour", book)
    one_file = tmp_path / "town" / "registry" / "areas.yaml"
    with pytest.raises(RegistryFileError, match="areas"):
        read_registry_file(one_file, read_book("dinghai"))


def test_a_book_that_is_not_there_is_a_problem_with_a_name(tmp_path: Path) -> None:
    with pytest.raises(RuleBookError, match="books that ship: dinghai, harbour"):
        read_book("atlantis")
    with pytest.raises(RegistryFileError, match="cannot be read"):
        read_registry_file(tmp_path / "nowhere", read_book("harbour"))
    (tmp_path / "book.yaml").write_bytes(b"\xff\xfe\x00code")
    with pytest.raises(RuleBookError):
        read_book(tmp_path)
