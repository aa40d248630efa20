"""The training phones as a browser's requests see them: the page, its state, and the clock that moves forward."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gateway.app import create_app
from gateway.clock import WallClock
from gateway.phones.moving import next_working_morning
from gateway.phones.people import MOST_PHONES, wanted
from gateway.phones.words import LANGUAGES, STATES, WORDS
from gateway.runtime import Runtime
from routing_rules.decisions import Verdict
from routing_rules.working_time import WorkCalendar, parse_session
from storage import sandbox
from storage.texts import TextStatus
from tests.sandbox import START, Trainee, opened, set_up, settings_of

ZONE = ZoneInfo("Asia/Shanghai")
SMOKE = "盐港西路83号三个烟囱日夜冒黑烟,用劣质燃料,没人管"


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
        yield Trainee(runtime)


# -- the story ------------------------------------------------------------------------------------------------


def test_a_text_climbs_to_the_department_while_the_clock_is_moved(trainee: Trainee) -> None:
    trainee.text("alice", SMOKE)
    assert trainee.move(minutes=10)["reached"]
    assert trainee.times("zhushan") == ["09:20"]
    assert trainee.times("jiefang") == ["09:23"]
    assert trainee.times("dinghai") == ["09:26"]
    assert trainee.times("env") == ["09:29"]
    assert trainee.texts("alice")[0].startswith("【定海网格】已收到,编号Z1042")
    trainee.text("sim:env", f"{trainee.code('env')}办 已到场,下达限期整改通知书,将持续关注")
    trainee.move(minutes=3)
    trainee.text("zhushan", f"{trainee.code('zhushan', '核查')}合格")
    trainee.move(to="next_event")
    assert any("办理结果" in text for text in trainee.texts("alice"))
    typed, arrived = trainee.lines("alice")[:2]
    assert (typed["direction"], typed["state_word"], typed["case"]) == ("in", "已立件", 1042)
    assert arrived["direction"] == "out"
    assert arrived["state_word"] in ("已发出", "已送达")
    assert arrived["day"] == "8月18日 周二"


def test_every_text_of_a_long_move_carries_its_own_time(trainee: Trainee) -> None:
    trainee.text("alice", SMOKE)
    trainee.move(minutes=2 * 24 * 60)
    times = [line["at"] for line in trainee.lines("env")]
    assert len(set(times)) > 2
    assert times == sorted(times)
    assert times[0] == "2026-08-18T01:29:04.000Z"


def test_the_next_event_is_where_the_page_says_it_is(trainee: Trainee) -> None:
    trainee.text("alice", SMOKE)
    trainee.move(minutes=0)
    told = trainee.state("alice")["next_event"]
    assert told == "2026-08-18T01:23:04.000Z"
    answer = trainee.move(to="next_event")
    assert (answer["now"], answer["reached"]) == (told, True)
    assert trainee.times("jiefang") == ["09:23"]


def test_without_any_deadline_the_next_event_moves_nothing(visitor: Trainee) -> None:
    before = visitor.now()
    assert visitor.state("alice")["next_event"] is None
    assert visitor.move(to="next_event") == {"now": "2026-08-18T01:20:04.000Z", "until": None, "reached": True}
    assert visitor.now() == before


def test_the_next_working_morning_opens_the_offices(trainee: Trainee) -> None:
    trainee.move(to="next_working_morning")
    assert trainee.now() == datetime(2026, 8, 19, 8, 30, tzinfo=ZONE)


def test_a_moved_clock_is_still_ahead_after_a_restart(ready_database_url: str, tmp_path: Path) -> None:
    settings = settings_of(ready_database_url, tmp_path)
    set_up(settings)
    with opened(settings) as runtime:
        runtime.engine.start()
        Trainee(runtime).move(minutes=90)
    with opened(settings) as runtime:
        assert runtime.clock.utcnow() == START + timedelta(minutes=90)
        with runtime.database.reading() as connection:
            assert sandbox.clock_offset(connection) == timedelta(minutes=90)


def test_a_long_way_is_gone_in_several_requests(trainee: Trainee, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.phones.moving.BUDGET", -1.0)
    trainee.text("alice", SMOKE)
    answer = trainee.move(minutes=30)
    assert not answer["reached"]
    assert trainee.now() == START
    monkeypatch.undo()
    assert trainee.move(until=answer["until"])["reached"]
    assert trainee.now() == START + timedelta(minutes=30)


def test_a_running_gateway_sends_each_text_before_the_clock_goes_on(ready_database_url: str, tmp_path: Path) -> None:
    settings = settings_of(ready_database_url, tmp_path, heartbeat_seconds=0.05)
    set_up(settings)
    with opened(settings) as runtime:
        runtime.start()
        trainee = Trainee(runtime)
        trainee.text("alice", SMOKE)
        trainee.move(minutes=60)
        assert [trainee.times(phone)[0] for phone in ("zhushan", "jiefang", "dinghai", "env")] == [
            "09:20",
            "09:23",
            "09:26",
            "09:29",
        ]


# -- what the clock refuses -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"minutes": -3}, "the clock only moves forward"),
        ({"until": "2026-08-18T01:00:00Z"}, "the clock only moves forward"),
        ({"minutes": 10**9}, "one move is 400 days at most"),
        ({"until": "2026-08-19T01:00:00"}, "a moment needs a time zone"),
        ({"minutes": True}, "say minutes, to"),
        ({"minutes": 3, "to": "next_event"}, "say minutes, to"),
        ({"to": "yesterday"}, "say minutes, to"),
        ([], "say minutes, to"),
    ],
)
def test_the_clock_goes_nowhere_for(visitor: Trainee, wish: object, sentence: str) -> None:
    answer = visitor.post_move(wish)
    assert answer.status_code == 400
    assert answer.get_json()["problem"].startswith(sentence)
    assert visitor.now() == START


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:81"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost"},
    ],
)
def test_another_sites_page_cannot_move_the_clock(visitor: Trainee, headers: dict[str, str]) -> None:
    assert visitor.post_move({"minutes": 3}, **headers).status_code == 403
    assert visitor.now() == START


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
        {"Origin": "http://127.0.0.1:8000"},
        {},
    ],
)
def test_the_page_itself_may_move_the_clock(visitor: Trainee, headers: dict[str, str]) -> None:
    assert visitor.post_move({"minutes": 0}, **headers).status_code == 200


def test_a_form_of_another_site_cannot_move_the_clock(visitor: Trainee) -> None:
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = visitor.client.post("/phones/clock", data='{"minutes": 3}', content_type=content_type)
        assert answer.status_code == 403
    assert visitor.client.get("/phones/clock").status_code == 405
    assert visitor.now() == START


# -- the page -------------------------------------------------------------------------------------------------


def test_the_page_shows_one_phone_of_every_kind(visitor: Trainee) -> None:
    html = visitor.client.get("/phones?lang=zh").text
    assert re.findall(r'data-phone="([^"]+)"', html) == ["alice", "zhushan", "jiefang", "dinghai", "env"]
    for title in ("居民甲", "竹山社区", "解放街道", "区环保局"):
        assert f">{title}</h2>" in html
    assert '<option value="bob">居民乙 · 居民</option>' in html


def test_another_city_brings_its_own_phones(sqlite: Any, tmp_path: Path) -> None:
    settings = settings_of(sqlite.ready(), tmp_path, city="harbour")
    set_up(settings)
    with opened(settings) as runtime:
        html = Trainee(runtime).client.get("/phones").text
    phones = re.findall(r'data-phone="([^"]+)"', html)
    assert phones[:2] == ["ann", "market-square"]
    assert len(phones) == 5
    assert "citydesk" in phones
    assert '<html lang="en">' in html


def test_a_phone_is_added_by_its_name_and_removed_again(visitor: Trainee) -> None:
    html = visitor.client.get("/phones?lang=en&phone=alice&phone=sim:newcomer&phone=no%20name&phone=alice").text
    assert re.findall(r'data-phone="([^"]+)"', html) == ["alice", "newcomer"]
    assert 'href="/phones?lang=en&amp;phone=alice"' in html
    assert "New number" in html


def test_a_new_phone_can_text_like_any_other(trainee: Trainee) -> None:
    assert trainee.lines("newcomer") == []
    trainee.text("newcomer", SMOKE)
    trainee.move(minutes=0)
    assert [line["direction"] for line in trainee.lines("newcomer")] == ["in", "out"]


@pytest.mark.parametrize(
    ("query", "header", "language"),
    [
        ("?lang=en", "zh-CN", "en"),
        ("", "en-GB,en;q=0.9", "en"),
        ("", "zh-CN,zh;q=0.9", "zh"),
        ("", "fr", "zh"),
        ("?lang=fr", "", "zh"),
    ],
)
def test_the_page_speaks(visitor: Trainee, query: str, header: str, language: str) -> None:
    html = visitor.client.get(f"/phones{query}", headers={"Accept-Language": header}).text
    assert WORDS["purpose"][language] in html
    assert f'"language": "{language}"' in unescape(html)


def test_nothing_but_our_own_files_may_run(visitor: Trainee) -> None:
    answer = visitor.client.get("/phones")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*src=)|<style|style=|\son\w+=", answer.text)
    for name in set(re.findall(r'(?:src|href)="(/phones/static/[^"]+)"', answer.text)) | {"/phones/static/bubbles.js"}:
        with visitor.client.get(name) as file:
            assert file.status_code == 200


def test_what_people_write_is_never_markup(visitor: Trainee) -> None:
    html = visitor.client.get("/phones", query_string={"phone": '"><script>alert(1)</script>'}).text
    assert "alert(1)" not in html
    config = re.search(r'data-config="([^"]*)"', html)
    assert config
    assert json.loads(unescape(config[1]))["texts"] == "/webhooks/simulator"


# -- its state ------------------------------------------------------------------------------------------------


def test_nothing_is_sent_again_while_nothing_changes(trainee: Trainee) -> None:
    trainee.text("alice", SMOKE)
    trainee.move(minutes=0)
    first = trainee.client.get("/phones/state?phone=alice")
    known = {"If-None-Match": first.headers["ETag"]}
    again = trainee.client.get("/phones/state?phone=alice", headers=known)
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["Gridgate-Now"] == "2026-08-18T01:20:04.000Z"
    trainee.text("alice", "催")
    assert trainee.client.get("/phones/state?phone=alice", headers=known).status_code == 200


def test_a_phone_shows_its_own_texts_only(trainee: Trainee) -> None:
    trainee.text("alice", SMOKE)
    trainee.move(minutes=0)
    assert trainee.lines("bob") == []
    assert [phone["name"] for phone in trainee.state("bob", "alice")["phones"]] == ["bob", "alice"]


def test_state_words_follow_the_language(trainee: Trainee) -> None:
    trainee.text("alice", SMOKE)
    trainee.move(minutes=0)
    lines = trainee.state("alice", lang="en")["phones"][0]["lines"]
    assert [line["day"] for line in lines] == ["Tue 18 Aug", "Tue 18 Aug"]
    assert lines[0]["state_word"] == "new case"
    assert lines[1]["state_word"] in ("sent", "delivered")


# -- small parts ----------------------------------------------------------------------------------------------


def test_the_page_is_served_in_the_sandbox_only(sqlite: Any, tmp_path: Path) -> None:
    settings = settings_of(sqlite.ready(), tmp_path, sandbox=False)
    set_up(settings)
    with opened(settings) as runtime:
        client = create_app(runtime).test_client()
        for path in ("/phones", "/phones/state", "/phones/static/phones.js"):
            assert client.get(path).status_code == 404
        assert client.post("/phones/clock", json={"minutes": 3}).status_code == 404


def test_a_clock_that_cannot_be_moved_is_refused(sqlite: Any, tmp_path: Path) -> None:
    settings = settings_of(sqlite.ready(), tmp_path)
    set_up(settings)
    runtime = Runtime.open(settings, clock=WallClock())
    with pytest.raises(TypeError, match="only the sandbox has a clock that can be moved"):
        create_app(runtime)
    runtime.stop()


def test_every_sentence_and_every_state_has_both_languages() -> None:
    for forms in (*WORDS.values(), *STATES.values()):
        assert set(forms) == set(LANGUAGES)
    assert {verdict.value for verdict in Verdict} <= STATES.keys()
    hidden = {TextStatus.PENDING, TextStatus.SENDING, TextStatus.CANCELLED}
    assert {status.value for status in set(TextStatus) - hidden} <= STATES.keys()


def test_no_more_phones_than_fit_on_the_page() -> None:
    assert len(wanted(f"p{n}" for n in range(40))) == MOST_PHONES


WEEK = WorkCalendar(
    zone="Asia/Shanghai", country="CN", hours=(parse_session("08:30-12:00"), parse_session("13:30-17:00"))
)


@pytest.mark.parametrize(
    ("now", "morning"),
    [
        ("2026-08-18T06:00", "2026-08-18T08:30"),
        ("2026-08-18T08:30", "2026-08-19T08:30"),
        ("2026-08-18T12:30", "2026-08-19T08:30"),
        ("2026-08-21T18:00", "2026-08-24T08:30"),
        ("2026-09-30T18:00", "2026-10-08T08:30"),
    ],
)
def test_the_next_working_morning_after(now: str, morning: str) -> None:
    local = datetime.fromisoformat(now).replace(tzinfo=ZONE)
    assert next_working_morning(WEEK, local.astimezone(UTC)) == datetime.fromisoformat(morning).replace(tzinfo=ZONE)
