"""The fake Telegram's people, played from a test and over HTTP by operators and pages."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gateway.fake_provider import FakeProvider, Person
from tests.gateway.fake_provider.test_telegram_calls import (
    BOT_TOKEN,
    LI,
    WANG,
    Receiver,
    a_provider,
    http,
    keyboard,
    picture,
    refusal,
    result,
)

GROUP = -4001


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with a_provider() as running:
        running.telegram.person(WANG, "王某")
        yield running


def steer(provider: FakeProvider, path: str, value: Any, status: int = 200) -> Any:
    answer = http(provider, "POST", f"/fake/telegram/{path}", json=value)
    assert answer.status_code == status, answer.text
    return answer.json()


def play(provider: FakeProvider, act: str, person: int = WANG, **fields: Any) -> Any:
    return steer(provider, f"people/{person}/{act}", fields)["result"]


def shown(provider: FakeProvider, person: int = WANG) -> Any:
    return http(provider, "GET", f"/fake/telegram/people/{person}").json()


# --- from a test


def test_a_person_the_bot_has_never_heard_of_cannot_be_written_to(provider: FakeProvider) -> None:
    assert refusal(provider, "sendMessage", chat_id=WANG, text="x")[1] == "Bad Request: chat not found"
    provider.telegram.person(WANG).start()
    result(provider, "sendMessage", chat_id=WANG, text="x")


def test_numbers_of_messages_say_nothing_without_their_chat(provider: FakeProvider) -> None:
    assert provider.telegram.person(WANG).write("一") == provider.telegram.person(LI, "李某").write("二") == 1


def test_a_button_is_found_by_its_label_on_the_newest_message_that_has_it(provider: FakeProvider) -> None:
    person = provider.telegram.person(WANG)
    person.start()
    numbers = [
        result(provider, "sendMessage", chat_id=WANG, text="x", reply_markup=keyboard(("到了", data)))["message_id"]
        for data in ("a:1", "a:2")
    ]
    person.press("到了")
    person.press("到了", message_id=numbers[0])
    assert [update["callback_query"]["data"] for update in provider.telegram.pending()[1:]] == ["a:2", "a:1"]
    for number in numbers:
        result(provider, "editMessageReplyMarkup", chat_id=WANG, message_id=number)
    with pytest.raises(LookupError, match="到了"):
        person.press("到了")


def test_a_button_that_opens_a_page_tells_the_bot_nothing(provider: FakeProvider) -> None:
    person = provider.telegram.person(WANG)
    person.start()
    link = {"inline_keyboard": [[{"text": "地图", "url": "https://maps.example"}]]}
    assert result(provider, "sendMessage", chat_id=WANG, text="x", reply_markup=link)["reply_markup"] == link
    with pytest.raises(LookupError, match="地图"):
        person.press("地图")


def test_an_album_is_one_message_a_photo_with_the_caption_at_the_first(provider: FakeProvider) -> None:
    photos = [picture(colour=colour) for colour in ("red", "green", "blue")]
    numbers = provider.telegram.person(WANG).send_photo(*photos, caption="三张")
    assert numbers == (1, 2, 3)
    messages = [update["message"] for update in provider.telegram.pending()]
    assert len({message["media_group_id"] for message in messages}) == 1
    assert [message.get("caption") for message in messages] == ["三张", None, None]
    for message, photo in zip(messages, photos, strict=True):
        path = result(provider, "getFile", file_id=message["photo"][-1]["file_id"])["file_path"]
        assert http(provider, "GET", f"/file/bot{BOT_TOKEN}/{path}").content == photo


def test_a_photo_that_is_none_is_passed_on_as_it_came(provider: FakeProvider) -> None:
    provider.telegram.person(WANG).send_photo(b"\0not a picture")
    (size,) = provider.telegram.pending()[0]["message"]["photo"]
    path = result(provider, "getFile", file_id=size["file_id"])["file_path"]
    assert http(provider, "GET", f"/file/bot{BOT_TOKEN}/{path}").content == b"\0not a picture"
    assert http(provider, "GET", f"/file/bot{BOT_TOKEN}/photos/file_9.jpg").json()["error_code"] == 404


def test_an_update_says_what_was_then_whatever_happens_afterwards(provider: FakeProvider) -> None:
    person = provider.telegram.person(WANG)
    person.edit(person.write("一"), "二")
    first, second = provider.telegram.pending()
    assert (first["message"]["text"], second["edited_message"]["text"]) == ("一", "二")


IMPOSSIBLE: list[tuple[Callable[[Person], object], type[Exception], str]] = [
    (lambda person: person.edit(9, "x"), LookupError, "no message 9"),
    (lambda person: person.reply(9, "x"), LookupError, "no message 9"),
    (lambda person: person.write("x", chat_id=-9), LookupError, "no group -9"),
    (lambda person: person.write("x", chat_id=LI), LookupError, "no group"),
    (lambda person: person.edit(2, "x"), ValueError, "somebody else's"),
    (lambda person: person.move_live(1, 30.0, 120.0), ValueError, "no place that is followed"),
    (lambda person: person.stop_live(1), ValueError, "no place that is followed"),
    (lambda person: person.pin(91, 0), ValueError, "latitude"),
    (lambda person: person.pin(0, 0, accuracy=1501), ValueError, "accuracy"),
    (lambda person: person.start_live(0, 0, live_period=59), ValueError, "live_period"),
    (lambda person: person.send_photo(), ValueError, "1 to 10 photos"),
    (lambda person: person.forward(), ValueError, "passes on"),
    (lambda person: person.write("x", chat_id=-4002), ValueError, "has become -1004002"),
]


@pytest.mark.parametrize(("act", "error", "sentence"), IMPOSSIBLE)
def test_what_a_person_cannot_do_is_refused_and_told_to_nobody(
    provider: FakeProvider, act: Callable[[Person], object], error: type[Exception], sentence: str
) -> None:
    telegram = provider.telegram
    person = telegram.person(WANG)
    person.write("一")
    telegram.person(LI, "李某").start()
    result(provider, "sendMessage", chat_id=WANG, text="x")
    telegram.group(-4002, "网格群").migrate(-1004002)
    before = telegram.pending()
    with pytest.raises(error, match=sentence):
        act(person)
    assert telegram.pending() == before


def test_ids_are_of_people_or_of_groups(provider: FakeProvider) -> None:
    telegram = provider.telegram
    for wrong in (0, -5, 1000001):
        with pytest.raises(ValueError, match="positive id"):
            telegram.person(wrong, "某")
    with pytest.raises(LookupError, match="no person"):
        telegram.person(LI)
    with pytest.raises(ValueError, match="negative id"):
        telegram.group(5, "群")
    for unknown in (-5, WANG):
        with pytest.raises(LookupError, match="no group"):
            telegram.group(unknown)
    group = telegram.group(GROUP, "群")
    group.migrate(-1004001)
    for again in (telegram.group(GROUP), group):
        with pytest.raises(ValueError, match="once"):
            again.migrate(-1004009)


def test_a_press_in_a_group_is_told_with_the_group(provider: FakeProvider) -> None:
    person = provider.telegram.person(WANG)
    provider.telegram.group(GROUP, "网格群")
    person.write("在吗", chat_id=GROUP)
    result(provider, "sendMessage", chat_id=GROUP, text="在", reply_markup=keyboard(("到了", "a:1")))
    press = person.press("到了", chat_id=GROUP)
    query = provider.telegram.pending()[-1]["callback_query"]
    assert (query["id"], query["from"]["id"], query["message"]["chat"]["id"]) == (press, WANG, GROUP)
    assert [seen.text for seen in person.messages(chat_id=GROUP)] == ["在吗", "在"]
    assert person.messages() == []


# --- over HTTP


def test_everything_a_person_does_can_be_done_over_http(provider: FakeProvider) -> None:
    photo = base64.b64encode(picture()).decode()
    assert steer(provider, "people", {"id": LI, "name": "李某", "username": "li_mou"})["name"] == "李某"
    steer(provider, "groups", {"id": GROUP, "title": "网格群"})
    assert play(provider, "start", argument="x") == 1
    assert play(provider, "write", text="一") == 2
    assert play(provider, "edit", message_id=2, text="二") is None
    assert play(provider, "reply", message_id=2, text="三") == 3
    assert play(provider, "photo", photos=[photo, photo], caption="两张") == [4, 5]
    assert play(provider, "pin", latitude=30, longitude=120.5, accuracy=None) == 6
    assert play(provider, "live", latitude=30, longitude=120.5, live_period=60) == 7
    play(provider, "move", message_id=7, latitude=30.1, longitude=120.5)
    play(provider, "stop", message_id=7)
    assert play(provider, "forward", text="四", of=LI, photo=photo) == 8
    assert play(provider, "write", text="群里", chat_id=GROUP) == 1
    assert steer(provider, f"groups/{GROUP}/migrate", {"to": -1004001}) == {"id": -1004001}
    result(provider, "sendMessage", chat_id=WANG, text="x", reply_markup=keyboard(("到了", "a:1")))
    press = play(provider, "press", label="到了")
    play(provider, "press-data", message_id=99, data="invented")
    result(provider, "answerCallbackQuery", callback_query_id=press, text="好")
    play(provider, "block")
    assert shown(provider)["blocked"]
    play(provider, "unblock")

    kinds = [next(name for name in update if name != "update_id") for update in provider.telegram.pending()]
    assert kinds == [
        *["message"] * 2,
        "edited_message",
        *["message"] * 5,
        *["edited_message"] * 2,
        *["message"] * 4,
        *["callback_query"] * 2,
        *["my_chat_member"] * 2,
    ]
    seen = shown(provider)
    assert [message["text"] for message in seen["messages"]] == [
        "/start x",
        "二",
        "三",
        "两张",
        "",
        "",
        "",
        "四",
        "x",
    ]
    assert seen["messages"][-1]["buttons"] == ["到了"]
    assert seen["messages"][6]["point"]["latitude"] == 30.1
    assert seen["toasts"] == [{"press": press, "text": "好", "alert": False}]
    answer = http(provider, "GET", seen["messages"][3]["photo"])
    assert (answer.content, answer.headers["X-Content-Type-Options"]) == (picture(), "nosniff")
    people = http(provider, "GET", "/fake/telegram/people").json()["people"]
    assert [(person["id"], person["name"]) for person in people] == [(WANG, "王某"), (LI, "李某")]


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("people", [], "one JSON object"),
        ("people", {"id": LI}, "name is missing"),
        ("people", {"id": "7", "name": "x"}, "id must be a whole number"),
        ("people", {"id": True, "name": "x"}, "id must be a whole number"),
        ("people", {"id": -7, "name": "x"}, "positive id"),
        ("people", {"id": LI, "name": "x", "age": 7}, "'age' is not known"),
        (f"people/{LI}/write", {"text": "x"}, "no person"),
        (f"people/{WANG}/dance", {}, "'dance' is not known"),
        (f"people/{WANG}/write", {}, "text is missing"),
        (f"people/{WANG}/write", {"text": 7}, "text must be a text"),
        (f"people/{WANG}/write", {"text": "x", "chat_id": -9}, "no group -9"),
        (f"people/{WANG}/block", {"text": "x"}, "no fields"),
        (f"people/{WANG}/photo", {"photos": ["?"]}, "base64"),
        (f"people/{WANG}/photo", {"photos": "x"}, "list of photos"),
        (f"people/{WANG}/photo", {"photos": []}, "1 to 10"),
        (f"people/{WANG}/pin", {"latitude": "30", "longitude": 120}, "latitude must be a number"),
        (f"people/{WANG}/pin", {"latitude": 300, "longitude": 120}, "latitude"),
        (f"people/{WANG}/press", {"label": "到了"}, "no button '到了'"),
        (f"people/{WANG}/forward", {"text": "x", "of": LI}, "no person"),
        ("groups", {"id": 4, "title": "x"}, "negative id"),
        ("groups/-9/migrate", {"to": -10}, "no group"),
        ("limits", {"enforce": "yes"}, "true or false"),
        ("retry", {"now": True}, "no fields"),
    ],
)
def test_a_wrong_order_is_refused_with_a_sentence(provider: FakeProvider, path: str, value: Any, sentence: str) -> None:
    assert sentence in steer(provider, path, value, 400)["error"]
    assert provider.telegram.pending() == []


def test_a_web_page_cannot_play_people(provider: FakeProvider) -> None:
    path, text = f"/fake/telegram/people/{WANG}/write", '{"text": "x"}'
    assert http(provider, "POST", path, data=text, headers={"Content-Type": "text/plain"}).status_code == 415
    assert http(provider, "GET", path).status_code == 405
    assert http(provider, "POST", path, json={"text": "x"}, headers={"Host": "evil.example"}).status_code == 400
    assert provider.telegram.pending() == []


def test_the_log_shows_requests_deliveries_and_what_waits(provider: FakeProvider) -> None:
    with Receiver(lambda update: 500) as receiver:
        result(provider, "setWebhook", url=receiver.url)
        play(provider, "write", text="秘密")
        assert provider.telegram.wait_until_tried(10)
        log = http(provider, "GET", "/fake/telegram/log")
        assert BOT_TOKEN not in log.text
        assert "秘密" not in log.json()["requests"]
        (request,) = log.json()["requests"]
        assert request == {
            "at": "2026-08-18T01:20:04+00:00",
            "monotonic": 0.0,
            "method": "setWebhook",
            "chat": None,
            "ok": True,
            "code": 200,
            "description": "",
        }
        (delivery,) = log.json()["deliveries"]
        assert (delivery["answer"], delivery["attempt"], delivery["chat_id"]) == (500, 1, WANG)
        assert log.json()["pending"] == [delivery["update_id"]]
        receiver.answer = lambda update: 200
        steer(provider, "retry", {})
        assert provider.telegram.wait_until_delivered(10)


def test_limits_are_switched_over_http(provider: FakeProvider) -> None:
    provider.telegram.person(WANG).start()
    assert steer(provider, "limits", {"enforce": True}) == {"enforced": True}
    result(provider, "sendMessage", chat_id=WANG, text="x")
    assert refusal(provider, "sendMessage", chat_id=WANG, text="x")[0] == 429
    assert steer(provider, "limits", {"enforce": False}) == {"enforced": False}
    result(provider, "sendMessage", chat_id=WANG, text="x")
