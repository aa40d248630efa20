"""The gridman's whole loop over HTTP: a real gateway, the bot's real library, and a fake Telegram for its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.fake_provider import Mode, Person
from routing_rules.cases import CaseStatus
from tests.databases import Databases
from tests.gateway.chat_city import ACTS, ChatCity, pixels_only, running_city, wait_until
from tests.gateway.test_photo_checks import exif, file, gps, picture

WANG, LI, CHEN = 7000001, 7000002, 7000003
GRID = "grid:zhushan-3"
HERE = (30.0185, 122.0925)
ROAD = "竹山路5号路面坑坑洼洼破损严重"

Cities = Callable[..., ChatCity]


@pytest.fixture
def city_on(tmp_path: Path) -> Iterator[Cities]:
    """Start a city on a database; it is stopped when the test is over."""
    with ExitStack() as stack:
        yield lambda url, webhook: stack.enter_context(running_city(url, tmp_path, webhook=webhook))


@pytest.fixture(params=["webhook", "polling"])
def city(request: pytest.FixtureRequest, city_on: Cities, sqlite: Databases) -> ChatCity:
    """A city on SQLite; with Telegram calling us, and once more with us asking Telegram."""
    return city_on(sqlite.ready(), webhook=request.param == "webhook")


def jpeg(taken: str, size: tuple[int, int] = (640, 480)) -> bytes:
    """A photo as a camera writes it: with the time, the place and its maker."""
    where = gps("N", (30.0, 1.0, 6.6), "E", (122.0, 5.0, 33.0))
    return file("JPEG", picture(size=size), exif=exif(taken=taken, gps=where))


def photo_of(taken: str) -> bytes:
    return jpeg(f"2026:08:18 {taken}")


# -- the loop -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_from_an_album_to_a_resident_who_is_not_satisfied(city: ChatCity) -> None:
    tell_the_whole_loop(city)


@pytest.mark.slow
@pytest.mark.postgresql
def test_the_same_on_postgresql(city_on: Cities, postgresql: Databases) -> None:
    tell_the_whole_loop(city_on(postgresql.ready(), webhook=True))


def tell_the_whole_loop(city: ChatCity) -> None:
    wang = city.gridman(WANG, "王某", GRID)
    li = city.gridman(LI, "李某", GRID)

    # An album with a caption, then a pin: one report, proposed once.
    wang.send_photo(photo_of("09:18:00"), photo_of("09:18:30"), caption="盐港西路83号烟囱冒黑烟")
    wang.pin(*HERE)
    proposal = city.hears(wang, "收到2图1定位")
    assert proposal.text == "收到2图1定位。盐港西路83号烟囱冒黑烟?"
    assert proposal.buttons == ("立案", "改类别", "改地点")

    # Pressed: the press is answered, the buttons go, and it is first the gridman's own turn.
    city.presses(wang, "立案", notice="已办")
    city.loses_buttons(wang, proposal)
    filed = city.hears(wang, "Z1042 已立案")
    assert filed.buttons == ("即办", "上报")
    city.presses(wang, "上报", notice="已办")
    city.loses_buttons(wang, filed)
    city.gets("zhushan", "【转办】Z1042")
    assert city.case().holder == "zhushan"

    # A resident joins; the case climbs; the bureau reports. The reporter has gone home, another gridman looks.
    city.phones.text("alice", "盐港西路83号烟囱冒黑烟")
    city.gets("alice", "已有2人反映(Z1042)")
    wang.write("/duty off")
    city.hears(wang, "已下岗")
    for office in ("zhushan", "jiefang", "dinghai"):
        city.orders(office, "【转办】Z1042", "转")
    city.orders("env", "【派单】Z1042", "办 已到场,下达限期整改通知书")
    check = city.hears(li, "核查 Z1042")
    assert check.buttons == ("已解决", "未解决")

    # "Solved" wants a photo, and closes the case with it.
    city.presses(li, "已解决", notice="请看聊天里的说明")
    city.hears(li, "请发一张现场照片")
    assert city.case().status is CaseStatus.REPORTED
    li.send_photo(photo_of("09:40:00"))
    wait_until(lambda: city.case().status is CaseStatus.CLOSED, "the case is closed")
    city.loses_buttons(li, check)
    assert not any(seen.text.startswith("核查") for seen in wang.received())

    # The resident is told, and reopens it.
    city.gets("alice", "Z1042办理结果:已到场,下达限期整改通知书")
    city.phones.text("alice", "3 晚上还在冒")
    city.gets("alice", "已记录“不满意”,Z1042重新办理")
    city.gets("env", "【重办】Z1042")
    assert city.case().rework == 1

    look_at_the_photos(city)
    look_at_the_wire(city, wang, li)


def look_at_the_photos(city: ChatCity) -> None:
    """Both photos of the report and the one of the check are kept: pixels without a word of where they were taken."""
    kept = wait_until(
        lambda: rows if (rows := city.photos()) and all(row.state == "kept" for row in rows) else None,
        "every photo is kept",
    )
    assert [(row.case_number, row.purpose) for row in kept] == [(1042, "report"), (1042, "report"), (1042, "evidence")]
    assert [row.taken_at.astimezone(UTC) for row in kept] == [
        datetime(2026, 8, 18, 1, 18, tzinfo=UTC),
        datetime(2026, 8, 18, 1, 18, 30, tzinfo=UTC),
        datetime(2026, 8, 18, 1, 40, tzinfo=UTC),
    ]
    for row in kept:
        assert (row.lat, row.lon) == pytest.approx((30.0185, 122.0925))
        assert pixels_only(city.runtime.settings.photos_folder / row.file)


def look_at_the_wire(city: ChatCity, *people: Person) -> None:
    """Telegram refused nothing, everything it had was confirmed, and nobody heard anything twice."""
    assert city.telegram.wait_until_delivered()
    assert [one for one in city.acts() if not one.ok] == []
    for person in people:
        texts = [seen.text for seen in person.received()]
        assert len(texts) == len(set(texts))
        assert len(person.toasts()) == len({toast.press for toast in person.toasts()})


# -- when Telegram does not take it -------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("told", [True, False], ids=["told-by-an-update", "learned-from-a-403"])
def test_who_blocked_the_bot_is_texted_and_the_district_hears_of_it(city: ChatCity, told: bool) -> None:
    wang = city.gridman(WANG, "王某", GRID, phone="sim:wang")
    before = len(city.acts())
    if told:
        wang.block()
        assert city.telegram.wait_until_delivered()
        city.gets("dinghai", "【提醒】")
    else:
        # The update about it is lost, or has not come yet.
        city.telegram.book.change_chat(WANG, blocked=True)
    city.phones.text("alice", ROAD)
    city.gets("wang", "【核实】")
    city.gets("dinghai", "多次未送达")
    assert [one.code for one in city.acts()[before:]] == ([] if told else [403])
    city.orders("wang", "【核实】", "属实")
    wait_until(lambda: city.case().holder == "zhushan", "the case is the community's")


@pytest.mark.slow
def test_after_too_many_nothing_leaves_before_it_may_and_everything_afterwards(city: ChatCity) -> None:
    people = [city.gridman(number, name, GRID) for number, name in ((WANG, "王某"), (LI, "李某"), (CHEN, "陈某"))]
    city.provider.behave(Mode.TOO_MANY, retry_after_seconds=3)
    before = len(city.acts())
    people[0].write("/where")
    refused = wait_until(lambda: next(iter(city.acts()[before:]), None), "Telegram refuses")
    assert refused.code == 429
    city.provider.behave(Mode.OK)
    for person in people[1:]:
        person.write("/where")
    for person in people:
        city.hears(person, "09:20上岗")
    later = [one for one in city.acts()[before:] if one is not refused]
    assert [one.code for one in later] == [200, 200, 200]
    assert min(one.monotonic for one in later) >= refused.monotonic + 3
    assert {one.method for one in later} <= set(ACTS)
