"""The fake Bot API: what the real one refuses is refused with its words, and the limits are kept by the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import requests

from gateway.clock import VirtualClock
from gateway.fake_provider import Behaviour, FakeProvider, Mode
from tests.gateway.fake_provider.test_telegram_calls import (
    BOT_TOKEN,
    LI,
    NOW,
    WANG,
    a_provider,
    ask,
    http,
    keyboard,
    picture,
    refusal,
    result,
)

TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOW)


@pytest.fixture
def provider(clock: VirtualClock) -> Iterator[FakeProvider]:
    with a_provider(clock=clock) as running:
        running.telegram.person(WANG, "王某").write("你好")
        yield running


@pytest.mark.parametrize(
    ("method", "parameters", "description"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": LI, "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": "@somebody", "text": "x"}, "chat not found"),
        ("sendMessage", {"chat_id": "7e6", "text": "x"}, "invalid chat_id specified"),
        ("sendMessage", {"chat_id": 2**70, "text": "x"}, "invalid chat_id specified"),
        ("sendMessage", {"chat_id": WANG}, "message text is empty"),
        ("sendMessage", {"chat_id": WANG, "text": " \n "}, "message text is empty"),
        ("sendMessage", {"chat_id": WANG, "text": "长" * 4097}, "message is too long"),
        (
            "sendMessage",
            {"chat_id": WANG, "text": "x", "reply_parameters": {"message_id": 99}},
            "message to be replied",
        ),
        ("sendMessage", {"chat_id": WANG, "text": "x", "reply_markup": keyboard(("a", "x" * 65))}, "BUTTON_DATA_INV"),
        ("sendMessage", {"chat_id": WANG, "text": "x", "reply_markup": keyboard(("a", "长" * 22))}, "BUTTON_DATA_INV"),
        ("sendMessage", {"chat_id": WANG, "text": "x", "reply_markup": keyboard(("a", ""))}, "BUTTON_DATA_INVALID"),
        ("sendMessage", {"chat_id": WANG, "text": "x", "reply_markup": keyboard((" ", "a"))}, "can't parse inline"),
        ("sendMessage", {"chat_id": WANG, "text": "x", "reply_markup": {"inline_keyboard": [{}]}}, "field"),
        (
            "sendMessage",
            {"chat_id": WANG, "text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a"}]]}},
            "can't",
        ),
        ("sendPhoto", {"chat_id": WANG}, "there is no photo in the request"),
        ("sendPhoto", {"chat_id": WANG, "photo": "AgAC"}, "wrong file identifier/HTTP URL specified"),
        ("sendPhoto", {"chat_id": WANG, "photo": "https://a.example/b.jpg"}, "failed to get HTTP URL content"),
        ("sendPhoto", {"chat_id": WANG, "photo": "AgAC", "caption": "长" * 1025}, "message caption is too long"),
        ("sendLocation", {"chat_id": WANG, "latitude": 91, "longitude": 0}, "invalid latitude specified"),
        ("sendLocation", {"chat_id": WANG, "latitude": "nan", "longitude": 0}, "invalid latitude specified"),
        ("editMessageText", {"chat_id": WANG, "message_id": 9, "text": "x"}, "message to edit not found"),
        ("editMessageText", {"chat_id": WANG, "message_id": 1, "text": "x"}, "message can't be edited"),
        ("editMessageText", {"chat_id": WANG, "text": "x"}, "message_id is not specified"),
        ("editMessageReplyMarkup", {"inline_message_id": "a"}, "MESSAGE_ID_INVALID"),
        ("deleteMessage", {"chat_id": WANG, "message_id": 9}, "message to delete not found"),
        ("getFile", {}, "file_id not specified"),
        ("getFile", {"file_id": "AgAC"}, "wrong file_id or the file is temporarily unavailable"),
        ("answerCallbackQuery", {"callback_query_id": "1"}, "query is too old"),
        ("answerCallbackQuery", {"callback_query_id": "1", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
        ("setWebhook", {"url": "ftp://127.0.0.1/x"}, "bad webhook"),
        ("setWebhook", {"url": "https://gateway.example.org/x"}, "bad webhook"),
        ("setWebhook", {"url": "http://[x/y"}, "bad webhook"),
        ("setWebhook", {"url": "http://127.0.0.1/x", "secret_token": "a b"}, "secret token contains"),
        ("getUpdates", {"allowed_updates": "message"}, "can't parse allowed_updates"),
        ("getUpdates", {"offset": "soon"}, "invalid offset specified"),
    ],
)
def test_what_telegram_refuses_is_refused_with_its_words(
    provider: FakeProvider, method: str, parameters: dict[str, Any], description: str
) -> None:
    code, said = refusal(provider, method, **parameters)
    assert code == 400
    assert said.startswith(f"Bad Request: {description}")
    assert provider.telegram.person(WANG).received() == []


@pytest.mark.parametrize(
    ("upload", "description"),
    [
        (b"", "file must be non-empty"),
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (picture(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (picture(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
    ],
)
def test_an_upload_that_is_no_photo_is_refused(provider: FakeProvider, upload: bytes, description: str) -> None:
    path = f"/bot{BOT_TOKEN}/sendPhoto"
    answer = http(provider, "POST", path, data={"chat_id": WANG}, files={"photo": ("a.jpg", upload)})
    assert answer.json()["description"] == f"Bad Request: {description}"


def test_the_largest_texts_and_data_are_taken(provider: FakeProvider) -> None:
    result(provider, "sendMessage", chat_id=WANG, text="长" * 4096, reply_markup=keyboard(("a", "x" * 64)))
    (seen,) = provider.telegram.person(WANG).received()
    assert len(seen.text) == 4096


def test_who_has_blocked_the_bot_gets_nothing_until_it_is_unblocked(provider: FakeProvider) -> None:
    person = provider.telegram.person(WANG)
    person.block()
    assert refusal(provider, "sendMessage", chat_id=WANG, text="x") == (
        403,
        "Forbidden: bot was blocked by the user",
    )
    with pytest.raises(ValueError, match="unblock"):
        person.write("x")
    person.unblock()
    result(provider, "sendMessage", chat_id=WANG, text="x")


def test_an_edit_that_changes_nothing_is_refused(provider: FakeProvider) -> None:
    number = result(provider, "sendMessage", chat_id=WANG, text="x", reply_markup=keyboard(("a", "1")))["message_id"]
    same = {"chat_id": WANG, "message_id": number, "reply_markup": keyboard(("a", "1"))}
    for method, more in (("editMessageReplyMarkup", {}), ("editMessageText", {"text": "x"})):
        assert "message is not modified" in refusal(provider, method, **same, **more)[1]
    assert "reply_markup" not in result(provider, "editMessageReplyMarkup", chat_id=WANG, message_id=number)
    assert "message is not modified" in refusal(provider, "editMessageReplyMarkup", chat_id=WANG, message_id=number)[1]


def test_a_photo_has_no_text_to_edit(provider: FakeProvider) -> None:
    provider.telegram.person(WANG).send_photo(picture())
    (photo,) = [seen for seen in provider.telegram.person(WANG).messages() if seen.photo]
    sizes = provider.telegram.pending()[-1]["message"]["photo"]
    number = result(provider, "sendPhoto", chat_id=WANG, photo=sizes[0]["file_id"])["message_id"]
    assert provider.telegram.person(WANG).received()[-1].photo == photo.photo
    said = refusal(provider, "editMessageText", chat_id=WANG, message_id=number, text="x")[1]
    assert said == "Bad Request: there is no text in the message to edit"


def test_a_press_can_be_answered_for_fifteen_seconds(provider: FakeProvider, clock: VirtualClock) -> None:
    person = provider.telegram.person(WANG)
    result(provider, "sendMessage", chat_id=WANG, text="x", reply_markup=keyboard(("到了", "a:1")))
    first, second = person.press("到了"), person.press("到了")
    clock.advance(timedelta(seconds=15))
    result(provider, "answerCallbackQuery", callback_query_id=first, text="记下了", show_alert=True)
    result(provider, "answerCallbackQuery", callback_query_id=first, text="again")
    clock.advance(timedelta(seconds=1))
    assert refusal(provider, "answerCallbackQuery", callback_query_id=second)[1] == TOO_OLD
    assert [(toast.text, toast.alert) for toast in person.toasts()] == [("记下了", True)]
    assert provider.telegram.requests()[-1].chat == str(WANG)


# --- limits


def test_nobody_gets_two_messages_a_second_and_then_nothing_goes(provider: FakeProvider, clock: VirtualClock) -> None:
    provider.telegram.enforce_limits()
    result(provider, "sendMessage", chat_id=WANG, text="1")
    clock.advance(timedelta(seconds=0.5))
    answer = ask(provider, "sendMessage", chat_id=WANG, text="2")
    assert answer.status_code == 429
    assert answer.json() == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 5",
        "parameters": {"retry_after": 5},
    }
    clock.advance(timedelta(seconds=2.5))
    for method in ("getMe", "getUpdates", "sendMessage", "getWebhookInfo"):
        assert ask(provider, method, chat_id=WANG, text="x").json()["parameters"] == {"retry_after": 3}
    clock.advance(timedelta(seconds=2.5))
    result(provider, "sendMessage", chat_id=WANG, text="3")
    assert [seen.text for seen in provider.telegram.person(WANG).received()] == ["1", "3"]


def test_thirty_messages_a_second_go_and_not_one_more(provider: FakeProvider, clock: VirtualClock) -> None:
    for person in range(32):
        provider.telegram.person(7100000 + person, "某").start()
    provider.telegram.enforce_limits()
    for person in range(30):
        result(provider, "sendMessage", chat_id=7100000 + person, text="x")
        clock.advance(timedelta(milliseconds=20))
    assert refusal(provider, "sendMessage", chat_id=7100030, text="x")[0] == 429
    provider.telegram.enforce_limits(False)
    for _ in range(3):
        result(provider, "sendMessage", chat_id=7100031, text="x")


def test_thirty_messages_a_second_can_go_for_ever(provider: FakeProvider, clock: VirtualClock) -> None:
    for person in range(31):
        provider.telegram.person(7100000 + person, "某").start()
    provider.telegram.enforce_limits()
    for number in range(93):
        result(provider, "sendMessage", chat_id=7100000 + number % 31, text="x")
        clock.advance(timedelta(seconds=1 / 30))


# --- modes


@pytest.mark.parametrize(
    ("mode", "description"),
    [
        (Mode.ERROR, "Internal Server Error"),
        (Mode.UNAVAILABLE, "Service Unavailable"),
        (Mode.TOO_MANY, "Too Many Requests: retry after 7"),
        (Mode.TIMEOUT, "Gateway Timeout"),
    ],
)
def test_a_failing_server_takes_nothing(provider: FakeProvider, mode: Mode, description: str) -> None:
    provider.behave(mode, slow_seconds=0, retry_after_seconds=7)
    answer = ask(provider, "sendMessage", chat_id=WANG, text="x")
    code = 504 if mode is Mode.TIMEOUT else int(mode)
    assert (answer.status_code, answer.json()["error_code"], answer.json()["description"]) == (code, code, description)
    assert answer.json().get("parameters") == ({"retry_after": 7} if mode is Mode.TOO_MANY else None)
    assert provider.telegram.person(WANG).received() == []
    assert len(result(provider, "getUpdates")) == 1, "only what people see is concerned"


def test_a_lost_answer_is_a_message_taken_and_a_connection_cut(provider: FakeProvider) -> None:
    provider.behave(Mode.LOST_ANSWER)
    with pytest.raises(requests.ConnectionError):
        ask(provider, "sendMessage", chat_id=WANG, text="x")
    assert len(provider.telegram.person(WANG).received()) == 1
    assert provider.telegram.requests()[-1].ok
    assert refusal(provider, "sendMessage", chat_id=LI, text="x")[0] == 400, "what is refused is said"


def test_garbage_and_slow_answers_are_of_messages_taken(provider: FakeProvider) -> None:
    provider.behave(Mode.GARBAGE, seed=1)
    for number in range(1, 13):
        asked = {"json": {"chat_id": WANG, "text": "x"}, "stream": True, "allow_redirects": False}
        http(provider, "POST", f"/bot{BOT_TOKEN}/sendMessage", **asked).close()
        assert len(provider.telegram.person(WANG).received()) == number
    provider.behave(Mode.SLOW, slow_seconds=0)
    assert result(provider, "sendMessage", chat_id=WANG, text="y")["text"] == "y"


@pytest.mark.parametrize("mode", [Mode.DUPLICATE_REPORTS, Mode.REORDERED_REPORTS, Mode.EARLY_REPORT])
def test_modes_about_reports_mean_nothing_where_there_are_none(mode: Mode) -> None:
    with a_provider(behaviour=Behaviour(mode=mode)) as provider:
        provider.telegram.person(WANG, "王某").start()
        assert result(provider, "sendMessage", chat_id=WANG, text="x")["text"] == "x"
