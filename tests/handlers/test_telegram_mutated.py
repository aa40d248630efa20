"""Damaged updates, answers and files: no update behind the secret is refused, and every failure says what is known."""

from __future__ import annotations

import contextlib
import copy
import gzip
import json
import logging
import random
import socket
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import telegram_client
from handlers.contract import WebhookRequest
from handlers.errors import BadSignature, SendError, TooLarge
from handlers.telegram_bot import PROOF_HEADER, TelegramBot
from handlers.telegram_client import MAX_ANSWER_BYTES
from handlers.telegram_settings import TelegramSettings
from handlers.telegram_updates import MAX_RAW_BYTES
from routing_rules.messages import AddressReport, Event, InboundMessage, PositionReport
from tests.handlers.test_telegram_bot import (
    ACTS,
    TOKEN,
    URL,
    Answer,
    Seconds,
    Stub,
    failure,
    file_at,
    impatient,
    no,
    ok,
    settings_for,
    taken,
    text,
)

PAYLOADS = {
    path.stem: path.read_bytes() for path in sorted((Path(__file__).parent / "payloads").glob("telegram_*.json"))
}
UPDATES: list[dict[str, Any]] = [json.loads(body) for body in PAYLOADS.values()]
SECRET = "a-secret-of-the-webhook_17"
NOW = datetime(2026, 8, 18, 1, 20, 4, tzinfo=UTC)
BOT = TelegramBot("telegram_bot", TelegramSettings(token="700001:" + "t" * 35, secret_token=SECRET))
POLLING = TelegramBot("telegram_bot", TelegramSettings(token="700001:" + "t" * 35, secret_token="", webhook=False))


@pytest.fixture
def stub() -> Iterator[Stub]:
    with contextlib.closing(Stub()) as stub:
        yield stub


@pytest.fixture
def bot(stub: Stub) -> Iterator[TelegramBot]:
    with contextlib.closing(TelegramBot("telegram_bot", settings_for(stub.url), Seconds())) as bot:
        yield bot


def request(body: bytes, *secrets: str, method: str = "POST") -> WebhookRequest:
    headers = tuple((PROOF_HEADER, secret) for secret in secrets)
    return WebhookRequest(method=method, path="/webhooks/telegram_bot", headers=headers, body=body)


def check(body: bytes) -> None:
    """With the secret there are storable events, without it nothing."""
    events = BOT.receive(request(body, SECRET), NOW)
    assert events
    for event in events:
        check_event(event, body)
    assert BOT.receive(request(body, SECRET), NOW) == events
    for bot, secrets in ((BOT, ()), (BOT, ("wrong",)), (BOT, (SECRET, SECRET)), (POLLING, (SECRET,))):
        with pytest.raises(BadSignature):
            bot.receive(request(body, *secrets), NOW)


def check_event(event: Event, body: bytes) -> None:
    assert event.channel == "telegram_bot"
    if isinstance(event, InboundMessage):
        assert event.raw == body[:MAX_RAW_BYTES]
        assert event.sender.scheme == "telegram"
        assert BOT.reaches(event.sender) or event.meaningless
        kept = (event.external_id, event.sender.value, event.text, event.contact_name, event.album, event.reply_to)
        for text in (*kept, event.button, event.press, *(one.url for one in event.attachments)):
            assert text is None or "\x00" not in text
            assert text is None or text.encode("utf-8") is not None
        if not event.meaningless:
            used = event.text or event.attachments or event.location or event.button is not None
            assert used
    elif isinstance(event, PositionReport):
        assert BOT.reaches(event.sender)
        assert event.measured_at.tzinfo is not None
    else:
        assert isinstance(event, AddressReport)
        assert BOT.reaches(event.address)


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.sampled_from([0, -1, 2**31, 2**63, 2**64, 10**25, 10**400, 1787016004, 7000001, -1001000000001]),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(["", "private", "\x00", "\ud800", "kicked", "member", "x" * 5000, "/start", "image/png"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(["id", "from", "chat", "type", "text", "date", "status"]), inner, max_size=5),
    ),
    max_leaves=12,
)
KEYS = sorted(
    {"message", "edited_message", "callback_query", "my_chat_member", "update_id", "api_kwargs", "self", "_bot"}
    | {key for update in UPDATES for content in update.values() if isinstance(content, dict) for key in content}
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a JSON value where something stands."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(value, key) for key, _ in inside] + [place for _, inner in inside for place in places(inner)]


@settings(max_examples=1500)
@given(st.data())
def test_a_value_that_was_exchanged(data: st.DataObject) -> None:
    update = copy.deepcopy(data.draw(st.sampled_from(UPDATES)))
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places(update)))
        holder[key] = data.draw(values)
    check(json.dumps(update).encode("ascii"))


@settings(max_examples=1000)
@given(st.data())
def test_a_key_that_went_or_came(data: st.DataObject) -> None:
    update = copy.deepcopy(data.draw(st.sampled_from(UPDATES)))
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(places(update) or [({"last": 0}, "last")]))
        if isinstance(holder, dict) and data.draw(st.booleans()):
            holder[data.draw(st.sampled_from(KEYS))] = data.draw(values)
        else:
            del holder[key]
    check(json.dumps(update).encode("ascii"))


@settings(max_examples=500)
@given(st.dictionaries(st.sampled_from(KEYS), values, max_size=4))
def test_an_update_that_nobody_wrote(update: dict[str, Any]) -> None:
    check(json.dumps(update).encode("ascii"))


@settings(max_examples=500)
@given(st.binary(max_size=300))
def test_bytes_that_are_no_update(body: bytes) -> None:
    check(body)


@settings(max_examples=500)
@given(st.sampled_from(UPDATES), st.sampled_from(UPDATES))
def test_two_updates_in_one(one: dict[str, Any], other: dict[str, Any]) -> None:
    check(json.dumps({**one, **other}).encode("ascii"))


@pytest.mark.parametrize("name", PAYLOADS)
def test_bits_that_were_flipped_and_ends_that_were_lost(name: str) -> None:
    chance = random.Random(name)
    whole = PAYLOADS[name]
    for _ in range(30):
        body = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
        check(bytes(body))
        check(whole[: chance.randrange(len(whole))])


@settings(max_examples=300)
@given(st.lists(st.one_of(st.text(max_size=40), st.just(SECRET)), max_size=3), st.sampled_from(["POST", "GET", ""]))
def test_no_other_header_is_the_secret(secrets: list[str], method: str) -> None:
    if secrets == [SECRET]:
        return
    with pytest.raises(BadSignature):
        BOT.receive(request(PAYLOADS["telegram_text"], *secrets, method=method), NOW)


# --- answers

#: The answer → retryable, outcome known, code, unreachable, retry after.
Ending = tuple[bool, bool, str | None, bool, float | None]
UNKNOWN: Ending = (True, False, "unknown", False, None)
ENDINGS: dict[str, tuple[Answer, Ending]] = {
    "flood": (no(429, "Too Many Requests: retry after 7", retry_after=7), (True, True, "429", False, 7)),
    "flood for an age": (no(429, "x", retry_after=10**9), (True, True, "429", False, 86_400)),
    "flood of no length": (no(429), (True, True, "429", False, 1)),
    "flood of nonsense": (no(429, "x", retry_after=["x"]), (True, True, "429", False, 1)),
    "flood without JSON": (Answer(429, b"slow down"), (True, True, "429", False, 1)),
    "blocked": (no(403, "Forbidden: bot was blocked by the user"), (False, True, "403", True, None)),
    "deactivated": (no(403, "Forbidden: user is deactivated"), (False, True, "403", True, None)),
    "forbidden without JSON": (Answer(403, b"<html>"), (False, True, "403", True, None)),
    "no such chat": (no(400, "Bad Request: chat not found"), (False, True, "400", True, None)),
    "bad request": (no(400, "Bad Request: message text is empty"), (False, True, "400", False, None)),
    "moved": (no(400, "x", migrate_to_chat_id=-1001), (False, True, "400", False, None)),
    "token refused": (no(401, "Unauthorized"), (True, True, "401", False, None)),
    "token unknown": (no(404, "Not Found"), (True, True, "401", False, None)),
    "two readers": (no(409, "Conflict: terminated by other"), (True, True, "409", False, None)),
    "their error": (no(500, "Internal Server Error"), UNKNOWN),
    "not serving": (no(503, "Service Unavailable"), (True, True, "503", False, None)),
    "bad gateway": (Answer(502, b"<html>"), UNKNOWN),
    "unavailable without JSON": (Answer(503, b""), (True, True, "503", False, None)),
    "redirect": (Answer(302, b"", {"Location": "http://127.0.0.1:9/"}), UNKNOWN),
    "odd parameters": (Answer(400, b'{"description": "x", "parameters": [1]}'), UNKNOWN),
    "odd description": (Answer(400, b'{"description": {"a": 1}}'), UNKNOWN),
    "no JSON": (Answer(body=b"<html>"), UNKNOWN),
    "a list": (Answer(body=b"[]"), UNKNOWN),
    "nothing": (Answer(body=b""), UNKNOWN),
    "no result": (Answer(body=b'{"ok": true}'), UNKNOWN),
    "an odd result": (ok(17), UNKNOWN),
    "too deep": (Answer(body=b'{"result":' + b"[" * 5000), UNKNOWN),
    "no UTF-8": (Answer(body=b'{"result": "\xff'), UNKNOWN),
    "endless": (Answer(body=b" " * (MAX_ANSWER_BYTES + 1)), UNKNOWN),
    "compressed": (Answer(body=gzip.compress(taken().body), headers={"Content-Encoding": "gzip"}), UNKNOWN),
    "broken off": (Answer(body=taken().body, cut=True), UNKNOWN),
}


def ending_of(error: SendError) -> Ending:
    return (error.retryable, error.outcome_known, error.code, error.unreachable, error.retry_after)


@pytest.mark.parametrize("kind", ENDINGS)
@pytest.mark.parametrize("method", ["sendMessage", "answerCallbackQuery"])
def test_every_refusal_says_what_is_known(stub: Stub, bot: TelegramBot, method: str, kind: str) -> None:
    answer, ending = ENDINGS[kind]
    stub.will(method, answer)
    assert ending_of(failure(bot, ACTS[method][0])) == ending
    assert stub.methods() == [method]


@pytest.mark.parametrize(("number", "chat"), [("55", 7000001), (55, "7000001"), (None, 7000001), (55, None)])
def test_a_message_without_a_name_is_an_unknown_outcome(stub: Stub, bot: TelegramBot, number: Any, chat: Any) -> None:
    stub.will("sendMessage", taken(number, chat))
    assert ending_of(failure(bot, text())) == UNKNOWN


def test_no_error_and_no_log_line_holds_the_token_or_the_text(stub: Stub, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    told, errors = [], []
    for answer, _ in ENDINGS.values():
        stub.will("sendMessage", answer)
        with contextlib.closing(TelegramBot("telegram_bot", settings_for(stub.url), Seconds())) as bot:
            errors.append(failure(bot, text("烟囱冒黑烟")))
    with impatient(f"http://127.0.0.1:{free_port()}") as unreached:
        errors.append(failure(unreached, text("烟囱冒黑烟")))
    for error in errors:
        told += [repr(error), *traceback.format_exception(error)]
        assert error.__context__ is None
    told += [record.getMessage() for record in caplog.records]
    assert not [line for line in told if TOKEN in line or TOKEN.partition(":")[2] in line or "烟囱" in line]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_connection_that_was_never_made_is_a_known_outcome() -> None:
    with impatient(f"http://127.0.0.1:{free_port()}") as bot:
        assert ending_of(failure(bot, text())) == (True, True, None, False, None)


@pytest.mark.parametrize("answer", [Answer(silent=True), Answer(drip=True)])
def test_an_answer_that_does_not_come_is_an_unknown_outcome(stub: Stub, answer: Answer) -> None:
    stub.will("sendMessage", answer)
    with impatient(stub.url) as bot:
        assert ending_of(failure(bot, text())) == UNKNOWN
    assert stub.methods() == ["sendMessage"]


def test_a_text_that_no_connection_was_free_for_has_a_known_outcome(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telegram_client, "_POOL", 1)
    stub.will("sendMessage", Answer(drip=True))
    with impatient(stub.url) as bot:
        first: list[SendError] = []
        thread = threading.Thread(target=lambda: first.append(failure(bot, text())))
        thread.start()
        assert stub.arrived.wait(20)
        assert ending_of(failure(bot, text())) == (True, True, None, False, None)
        thread.join()
        assert ending_of(first[0]) == UNKNOWN


def test_nothing_of_the_environment_counts(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    stub.will("sendMessage", taken())
    with impatient(stub.url, 10) as bot:
        bot.send(text())


# --- files


def test_an_endless_file_is_given_up(stub: Stub, bot: TelegramBot) -> None:
    stub.will("getFile", file_at("photos/1.jpg"))
    stub.will(f"bot{TOKEN}/photos/1.jpg", Answer(body=b"x" * 100, drip=True))
    with pytest.raises(TooLarge):
        bot.fetch(URL, 102)


def test_a_file_that_telegram_does_not_give_to_bots_is_too_large(stub: Stub, bot: TelegramBot) -> None:
    stub.will("getFile", no(400, "Bad Request: file is too big"))
    with pytest.raises(TooLarge):
        bot.fetch(URL, 10)


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "/etc/hostname",
        "../x",
        "a/../../x",
        "a//x",
        "a\\b",
        "http://127.0.0.1:9/x",
        "//example.org/x",
        "C:x",
        5,
    ],
)
def test_a_path_that_leads_elsewhere_is_not_followed(stub: Stub, bot: TelegramBot, path: object) -> None:
    stub.will("getFile", file_at(path))
    with pytest.raises(SendError) as caught:
        bot.fetch(URL, 10)
    assert caught.value.code == "unknown"
    assert stub.methods() == ["getFile"]


@pytest.mark.parametrize(
    ("answer", "retryable", "code"),
    [
        (no(400), False, "400"),
        (no(401), True, "401"),
        (no(403), False, "403"),
        (no(404), True, "401"),
        (no(429), True, "429"),
        (no(500), True, "unknown"),
        (Answer(302, headers={"Location": "http://127.0.0.1:9/"}), True, "unknown"),
        (Answer(body=b"x", cut=True), True, "unknown"),
        (Answer(body=gzip.compress(b"x"), headers={"Content-Encoding": "gzip"}), True, "unknown"),
    ],
)
def test_a_file_that_does_not_come_says_whether_it_may_later(
    stub: Stub, bot: TelegramBot, answer: Answer, retryable: bool, code: str
) -> None:
    stub.will("getFile", file_at("photos/1.jpg"))
    stub.will(f"bot{TOKEN}/photos/1.jpg", answer)
    with pytest.raises(SendError) as caught:
        bot.fetch(URL, 100)
    assert (caught.value.retryable, caught.value.code) == (retryable, code)
    assert TOKEN not in str(caught.value)
