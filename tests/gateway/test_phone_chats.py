"""The training page's chats as a browser's requests see them: gridmen, buttons, notices, photos, positions."""

from __future__ import annotations

import io
import json
import re
from base64 import b64encode
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gateway.books import read_book
from gateway.phones.chats import LONGEST_NAME, MOST_GRIDS, pins, usual_grid
from gateway.photos import PhotoWorker
from handlers.simulator import Simulator
from routing_rules.messages import Point
from routing_rules.outlines import OutlineIndex
from storage import views
from tests.sandbox import Trainee, opened, set_up, settings_of

WANG = "王某"
GRID = "zhushan-3"
WORDS = "盐港西路83号烟囱冒黑烟"
HERE = {"lat": 30.0185, "lon": 122.0925}


@pytest.fixture
def trainee(ready_database_url: str, tmp_path: Path) -> Iterator[Trainee]:
    settings = settings_of(ready_database_url, tmp_path)
    set_up(settings)
    with opened(settings) as runtime:
        runtime.engine.start()
        yield Trainee(runtime)


@pytest.fixture(scope="module")
def visitor(sqlite: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trainee]:
    """For what leaves no trace: these tests share one gateway."""
    settings = settings_of(sqlite.ready(), tmp_path_factory.mktemp("visitor"))
    set_up(settings)
    with opened(settings) as runtime:
        runtime.engine.start()
        yield Trainee(runtime)


def add(trainee: Trainee, name: str = WANG, *grids: str) -> str:
    answer = trainee.client.post("/phones/gridman", json={"name": name, "grids": list(grids or (GRID,))})
    assert answer.status_code == 200, answer.text
    return str(answer.get_json()["phone"])


def post(trainee: Trainee, id: str, sender: str = WANG, **values: Any) -> None:
    answer = trainee.client.post("/webhooks/simulator", json={"from": sender, "text": "", "id": id, **values})
    assert answer.status_code == 200, answer.text


def shown(trainee: Trainee, name: str = WANG, **query: Any) -> dict[str, Any]:
    return dict(trainee.state(name, **query)["phones"][0])


def with_buttons(trainee: Trainee, name: str = WANG) -> dict[str, dict[str, str]]:
    """Label → what a tap posts, of everything that can be tapped now."""
    return {
        button["label"]: {"button": button["token"], "reply_to": line["external_id"]}
        for line in shown(trainee, name)["lines"]
        for row in line.get("buttons", [])
        for button in row
    }


def jpeg(shade: int) -> str:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), (shade, shade, shade)).save(file, "JPEG")
    return b64encode(file.getvalue()).decode()


def report(trainee: Trainee) -> None:
    """Two photos with a caption and a pin, proposed with buttons."""
    trainee.text(WANG, "/duty on")
    post(trainee, "r-0", text=WORDS, photos=[jpeg(40)], album="r")
    post(trainee, "r-1", photos=[jpeg(80)], album="r")
    post(trainee, "r-2", location=HERE)
    trainee.move(minutes=1)


# -- gridmen --------------------------------------------------------------------------------------------------


def test_somebody_becomes_a_gridman_with_a_chat_of_his_own(trainee: Trainee) -> None:
    assert add(trainee, WANG, GRID, "zhushan-4") == WANG
    phone = shown(trainee)
    assert phone["chat"]
    assert phone["commands"][0] == "/duty on"
    first, answer = phone["lines"]
    assert re.fullmatch(r"/start [A-Z2-9]{4}-[A-Z2-9]{4}", first["text"])
    assert (first["state_word"], answer["direction"]) == ("已绑定", "out")
    assert answer["text"].startswith("已绑定:王某,竹山社区第3格、竹山社区第4格")
    html = unescape(trainee.client.get("/phones", query_string={"lang": "zh", "phone": [WANG, "alice"]}).text)
    assert f">{WANG}</h2>" in html
    assert "竹山社区第3格 · 竹山社区第4格" in html
    assert html.count('class="toggle on"') == 1


def test_who_invited_stands_on_the_ledger(trainee: Trainee) -> None:
    add(trainee)
    with trainee.runtime.database.reading() as connection:
        actors = {fact.kind: fact.actor for _, fact in views.all_facts(connection)}
    assert actors["gridman_invited"] == "operator:phones page"
    assert "gridman_bound" in actors


def test_a_gridman_gets_a_further_grid_but_none_twice(trainee: Trainee) -> None:
    add(trainee)
    answer = trainee.client.post("/phones/gridman", json={"name": WANG, "grids": [GRID]})
    assert (answer.status_code, answer.get_json()["problem"]) == (400, "王某 has these grids already")
    add(trainee, WANG, GRID, "zhushan-4")
    assert trainee.texts(WANG)[-1].startswith("已绑定:王某,竹山社区第4格")


def test_a_name_with_spaces_has_a_phone_without(trainee: Trainee) -> None:
    assert add(trainee, "  Wang   Xiaoming ") == "Wang-Xiaoming"
    assert trainee.texts("Wang-Xiaoming")[0].startswith("已绑定:Wang Xiaoming")


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"name": WANG}, "say name and grids"),
        ({"name": WANG, "grids": [GRID], "cover": True}, "say name and grids"),
        ([], "the JSON must be one object"),
        ({"name": 7, "grids": [GRID]}, "name is a text"),
        ({"name": WANG, "grids": GRID}, "name is a text"),
        ({"name": WANG, "grids": [3]}, "name is a text"),
        ({"name": " ", "grids": [GRID]}, "a name has 1 to"),
        ({"name": "!?", "grids": [GRID]}, "a name has 1 to"),
        ({"name": "a\u202eb", "grids": [GRID]}, "a name has 1 to"),
        ({"name": "x" * (LONGEST_NAME + 1), "grids": [GRID]}, "a name has 1 to"),
        ({"name": WANG, "grids": []}, "a gridman has 1 to"),
        ({"name": WANG, "grids": [GRID] * (MOST_GRIDS + 1)}, "a gridman has 1 to"),
        ({"name": WANG, "grids": ["zhushan"]}, "there is no grid"),
        ({"name": WANG, "grids": ["nowhere-1"]}, "there is no grid"),
        ({"name": "zhushan", "grids": [GRID]}, "sim:zhushan is an office's phone"),
    ],
)
def test_nobody_is_bound_for(visitor: Trainee, wish: object, sentence: str) -> None:
    answer = visitor.client.post("/phones/gridman", json=wish)
    assert answer.status_code == 400
    assert answer.get_json()["problem"].startswith(sentence)


def test_brackets_without_end_are_refused_like_anything_else(visitor: Trainee) -> None:
    answer = visitor.client.post("/phones/gridman", data="[" * 100_000, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_another_sites_page_makes_no_gridman(visitor: Trainee, headers: dict[str, str]) -> None:
    wish = {"name": WANG, "grids": [GRID]}
    assert visitor.client.post("/phones/gridman", json=wish, headers=headers).status_code == 403
    assert visitor.client.post("/phones/gridman", data=wish).status_code == 403
    assert visitor.state(WANG)["phones"][0]["lines"] == []


def test_chats_are_served_in_the_sandbox_only(sqlite: Any, tmp_path: Path) -> None:
    settings = settings_of(sqlite.ready(), tmp_path, sandbox=False)
    set_up(settings)
    with opened(settings) as runtime:
        client = Trainee(runtime).client
        assert client.post("/phones/gridman", json={"name": WANG, "grids": [GRID]}).status_code == 404
        assert client.get(f"/phones/photo/{'0' * 64}").status_code == 404


# -- buttons and notices --------------------------------------------------------------------------------------


def test_a_report_is_proposed_with_buttons_filed_and_passed_up(trainee: Trainee) -> None:
    add(trainee)
    report(trainee)
    assert shown(trainee)["commands"][0] == "/duty off"
    assert "收到2图1定位" in trainee.texts(WANG)[-1]
    stale = with_buttons(trainee)
    assert list(stale) == ["立案", "改类别", "改地点"]
    post(trainee, "p1", press="p1", **stale["立案"])
    trainee.move(minutes=0)
    assert list(with_buttons(trainee)) == ["即办", "上报"]
    assert [notice["text"] for notice in shown(trainee)["notices"]] == ["已办"]
    tapped = next(line for line in shown(trainee)["lines"] if "pressed" in line)
    assert (tapped["pressed"], tapped["text"], tapped["state"]) == ("立案", "", "pressed")
    post(trainee, "p2", press="p2", **stale["立案"])
    trainee.move(minutes=0)
    assert len(shown(trainee)["notices"]) == 2
    post(trainee, "p3", press="p3", **with_buttons(trainee)["上报"])
    trainee.move(minutes=0)
    assert with_buttons(trainee) == {}
    assert trainee.texts("zhushan")[-1].startswith("【转办】")


def test_what_was_done_in_passing_is_no_line(trainee: Trainee) -> None:
    add(trainee)
    report(trainee)
    post(trainee, "p1", press="p1", **with_buttons(trainee)["立案"])
    trainee.move(minutes=0)
    assert not any("sim-" in line["text"] or line["text"].startswith("p1") for line in shown(trainee)["lines"])


def test_a_phone_that_is_no_chat_shows_what_an_sms_says(trainee: Trainee) -> None:
    trainee.text("alice", WORDS)
    trainee.move(minutes=0)
    plain = shown(trainee, "alice")
    assert (plain["chat"], plain["commands"], plain["notices"]) == (False, [], [])
    assert all("buttons" not in line for line in plain["lines"])
    chat = shown(trainee, "alice", chat="alice")
    assert chat["chat"]
    assert chat["commands"] == ["/start ", "/status", "/help"]
    assert [line.get("buttons") for line in chat["lines"] if line["direction"] == "out"] == [[]]


def test_the_page_remembers_which_phones_are_seen_as_chats(visitor: Trainee) -> None:
    html = unescape(visitor.client.get("/phones?lang=zh&phone=alice&phone=bob&chat=bob").text)
    assert 'href="/phones?lang=zh&phone=alice&phone=bob&chat=bob&chat=alice"' in html
    assert 'href="/phones?lang=zh&phone=alice&phone=bob"' in html
    assert 'href="/phones?lang=en&phone=alice&phone=bob&chat=bob"' in html
    config = re.search(r'data-config="(\{.*?\})">', html)
    assert config
    assert json.loads(config[1])["state"] == "/phones/state?lang=zh&phone=alice&phone=bob&chat=bob"


# -- photos and positions -------------------------------------------------------------------------------------


def test_a_photo_is_seen_on_the_page_and_kept_by_the_worker(trainee: Trainee, tmp_path: Path) -> None:
    add(trainee)
    report(trainee)
    photos = [photo for line in shown(trainee)["lines"] for photo in line.get("photos", [])]
    assert len(photos) == 2
    seen = trainee.client.get(photos[0])
    assert (seen.status_code, seen.mimetype) == (200, "image/jpeg")
    assert trainee.client.get(f"/phones/photo/{'0' * 64}").status_code == 404
    runtime = trainee.runtime
    source = runtime.roads.channels["simulator"]
    assert isinstance(source, Simulator)
    worker = PhotoWorker(runtime.engine.do, {"simulator": source}, tmp_path / "photos", runtime.clock)
    assert worker.run_once() == 2
    assert len([file for file in (tmp_path / "photos").rglob("*") if file.is_file()]) == 2


def test_a_photo_that_lies_elsewhere_is_named_but_not_shown(trainee: Trainee) -> None:
    post(trainee, "m1", "alice", text=WORDS, media=["https://example.org/1.jpg"])
    assert shown(trainee, "alice")["lines"][0]["photos"] == [None]


def test_a_pin_and_a_live_position_are_shown(trainee: Trainee) -> None:
    add(trainee)
    trainee.text(WANG, "/duty on")
    post(trainee, "l1", location=HERE, live=True)
    assert [line["pin"] for line in shown(trainee)["lines"] if "pin" in line] == [{**HERE, "live": True}]
    body = {"from": WANG, "id": "l2", "position": HERE}
    assert trainee.client.post("/webhooks/simulator", json=body).status_code == 200
    assert trainee.runtime.positions.flush() == 2


def test_pins_offer_places_with_an_outline_each_with_a_point_inside(visitor: Trainee) -> None:
    registry = visitor.runtime.engine.city.registry
    centre, *named = pins(registry, "zh")
    assert centre["name"] == ""
    assert len(named) == sum(place.outline is not None for place in registry.places) > 0
    index = OutlineIndex(registry.places)
    for pin in named:
        area = index.area_at(Point(pin["lat"], pin["lon"]))
        assert pin["name"].endswith(f" · {registry.name_of(area, 'zh')}")
    assert usual_grid(registry) == GRID


def test_a_city_without_outlines_has_no_pins_to_offer(sqlite: Any, tmp_path: Path) -> None:
    settings = settings_of(sqlite.ready(), tmp_path, city="harbour")
    set_up(settings)
    with opened(settings) as runtime:
        registry = runtime.engine.city.registry
        html = Trainee(runtime).client.get("/phones").text
    assert pins(registry, "en") == []
    assert usual_grid(registry) == "old-port-1"
    assert 'name="lat"' in html
    assert "Add a gridman" in html
    assert read_book("harbour").staff_language == "en"
