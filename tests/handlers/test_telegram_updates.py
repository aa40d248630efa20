"""What Telegram's updates become: a table of real shapes, and of shapes that no update should have."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from handlers.contract import WebhookRequest
from handlers.errors import BadSignature, MalformedRequest
from handlers.telegram_bot import PROOF_HEADER, TelegramBot
from handlers.telegram_settings import TelegramSettings
from handlers.telegram_updates import MAX_BODY_BYTES, MAX_RAW_BYTES, read_update
from routing_rules.messages import Address, AddressReport, Attachment, Event, InboundMessage, Point, PositionReport

PAYLOADS = Path(__file__).parent / "payloads"
NOW = datetime(2026, 8, 18, 1, 20, 9, tzinfo=UTC)
#: The date of the messages in the payloads.
SENT = datetime.fromtimestamp(1787016004, tz=UTC)
WANG = Address("telegram", "7000001")
SPOT = Point(30.016224, 122.106551)


def body_of(name: str) -> bytes:
    return (PAYLOADS / f"telegram_{name}.json").read_bytes()


def update_of(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(body_of(name))
    return value


def read(update: object) -> tuple[Event, ...]:
    body = update if isinstance(update, bytes) else json.dumps(update).encode("ascii")
    return read_update("telegram_bot", body, NOW)


def message(update: object) -> InboundMessage:
    (event,) = read(update)
    assert isinstance(event, InboundMessage)
    return event


def said(external_id: str, text: str = "", **values: Any) -> InboundMessage:
    """A message of Wang's, as it is expected."""
    return InboundMessage(
        channel="telegram_bot",
        external_id=external_id,
        sender=WANG,
        text=text,
        received_at=NOW,
        **{"contact_name": "秀英 王", **values},
    )


def was_at(point: Point, after_seconds: int, accuracy: float | None) -> PositionReport:
    return PositionReport(
        channel="telegram_bot",
        sender=WANG,
        point=point,
        measured_at=SENT + timedelta(seconds=after_seconds),
        received_at=NOW,
        accuracy=accuracy,
    )


def block(reachable: bool) -> AddressReport:
    return AddressReport(channel="telegram_bot", address=WANG, reachable=reachable, reported_at=NOW)


def photo(file_id: str, kind: str = "image/jpeg") -> tuple[Attachment, ...]:
    return (Attachment(f"telegram_bot:{file_id}", kind),)


WORTH_READING: dict[str, tuple[Event, ...]] = {
    "text": (said("7000001:101", "盐港西路83号烟囱冒黑烟"),),
    "command": (said("7000001:102", "/start grid_17"),),
    "edited_text": (said("7000001:101:e1787016064", "盐港西路85号烟囱冒黑烟", edited=True),),
    "photo": (said("7000001:103", "就是这个井盖", attachments=photo("AgACAgUAAxkBAAI1big")),),
    "album": (said("7000001:104", attachments=photo("AgACAgUAAxkBAAI2big"), album="13700000000000001"),),
    "document_image": (said("7000001:105", attachments=photo("BQACAgUAAxkBAAIdoc", "image/png")),),
    "pin": (said("7000001:107", location=SPOT),),
    "venue": (said("7000001:108", "盐港社区服务中心\n盐港西路12号", location=SPOT),),
    "live_start": (said("7000001:109", location=SPOT, live=True), was_at(SPOT, 0, 12.5)),
    "live_update": (was_at(Point(30.0171, 122.1072), 30, 8.0),),
    "live_end": (was_at(Point(30.0199, 122.1101), 900, None),),
    "reply_to_bot": (said("7000001:110", "已到现场", reply_to="7000001:90"),),
    "reply_to_person": (said("7000001:111", "补充一下"),),
    "press": (said("press:30064775000000001", button="b-1", press="30064775000000001", reply_to="7000001:90"),),
    "press_old_message": (
        said("press:30064775000000002", button="b-1", press="30064775000000002", reply_to="7000001:90"),
    ),
    "forwarded_from_user": (said("7000001:112", "/done 17", forwarded=True),),
    "forwarded_from_hidden_user": (said("7000001:113", attachments=photo("AgACAgUAAxkBAAI3big"), forwarded=True),),
    "forwarded_from_chat": (said("7000001:114", location=SPOT, live=True, forwarded=True),),
    "forwarded_from_channel": (said("7000001:115", "停水通知", forwarded=True),),
    "blocked": (block(False),),
    "unblocked": (block(True),),
}

#: Whom each of them speaks of.
MEANINGLESS = {
    "document_pdf": "7000001",
    "press_group": "7000001",
    "press_inline": "7000001",
    "group_text": "7000001",
    "group_migrated": "7000001",
    "anonymous_admin": "1087968824",
    "channel_post": "-1001000000002",
    "sticker": "7000001",
    "voice": "7000001",
    "bot_sender": "700002",
    "via_bot": "7000001",
    "deleted_account": "7000003",
    "added_to_group": "7000001",
    "poll_answer": "7000001",
    "kind_of_tomorrow": "7000001",
}


def without_raw(event: Event) -> Event:
    return replace(event, raw=b"") if isinstance(event, InboundMessage) else event


@pytest.mark.parametrize("name", WORTH_READING)
def test_an_update_becomes_what_it_says(name: str) -> None:
    events = read(body_of(name))
    assert tuple(without_raw(event) for event in events) == WORTH_READING[name]
    assert all(event.raw == body_of(name) for event in events if isinstance(event, InboundMessage))


@pytest.mark.parametrize("name", MEANINGLESS)
def test_what_no_person_wrote_to_us_alone_is_kept_and_means_nothing(name: str) -> None:
    expected = InboundMessage(
        channel="telegram_bot",
        external_id=f"update:{update_of(name)['update_id']}",
        sender=Address("telegram", MEANINGLESS[name]),
        text="",
        received_at=NOW,
        raw=body_of(name),
        meaningless=True,
    )
    assert read(body_of(name)) == (expected,)


def test_every_payload_is_in_one_of_the_tables() -> None:
    names = {path.stem.removeprefix("telegram_") for path in PAYLOADS.glob("telegram_*.json")}
    assert names == WORTH_READING.keys() | MEANINGLESS.keys()


def with_message(name: str = "text", kind: str = "message", /, **changes: Any) -> dict[str, Any]:
    """The update of a payload with other values in its message; None takes one out."""
    update = update_of(name)
    content = {**update[kind], **changes}
    return {**update, kind: {key: value for key, value in content.items() if value is not None}}


@pytest.mark.parametrize("kind", ["photo", "album", "document_image"])
def test_a_caption_is_the_text_of_a_photo(kind: str) -> None:
    assert message(with_message(kind, caption="烟囱")).text == "烟囱"


@pytest.mark.parametrize("kind", ["document_pdf", "voice"])
def test_a_text_with_a_file_that_is_no_photo_is_a_text(kind: str) -> None:
    event = message(with_message(kind, caption="听我说"))
    assert (event.text, event.attachments, event.meaningless) == ("听我说", (), False)


@pytest.mark.parametrize(
    "sign", [{"forward_from": {"id": 1}}, {"forward_sender_name": "李"}, {"forward_date": 1}, {"forward_origin": {}}]
)
def test_the_old_signs_of_a_forwarded_message_count_as_well(sign: dict[str, Any]) -> None:
    event = message(with_message(**sign))
    assert event.forwarded or event.meaningless
    assert "forward_origin" in sign or event.forwarded


def test_an_origin_that_nobody_knows_yet_is_one() -> None:
    event = message(with_message(forward_origin={"type": "ghost", "date": 1}))
    assert (event.forwarded, event.text) == (True, "盐港西路83号烟囱冒黑烟")


def test_a_moving_position_that_was_forwarded_is_nobodys() -> None:
    changes = {"forward_origin": {"type": "hidden_user", "sender_user_name": "李", "date": 1}}
    event = message(with_message("live_update", "edited_message", **changes))
    assert (event.forwarded, event.edited, event.live) == (True, True, False)


def test_a_caption_that_was_changed_is_a_later_version() -> None:
    update = update_of("photo")
    event = message({"update_id": 1, "edited_message": {**update["message"], "edit_date": 1787016099}})
    assert (event.external_id, event.edited) == ("7000001:103:e1787016099", True)
    assert event.attachments == photo("AgACAgUAAxkBAAI1big")


@pytest.mark.parametrize(
    "location",
    [
        {"latitude": 0, "longitude": 0},
        {"latitude": 91, "longitude": 0},
        {"latitude": "30", "longitude": "122"},
        {"latitude": True, "longitude": 1},
        {"latitude": None, "longitude": 1},
        {"latitude": 10**400, "longitude": 1},
    ],
)
def test_a_position_that_is_none_is_left_out(location: dict[str, Any]) -> None:
    assert message(with_message("pin", location=location)).meaningless
    assert message(with_message("live_update", "edited_message", location=location)).meaningless
    assert message(with_message("live_start", location={**location, "live_period": 60})).meaningless
    event = message(with_message("venue", venue={"location": location, "title": "码头", "address": ""}))
    assert (event.text, event.location) == ("码头", None)


@pytest.mark.parametrize("accuracy", [-1, "8", True])
def test_an_accuracy_that_is_none_is_left_out(accuracy: object) -> None:
    location = {"latitude": 30, "longitude": 122, "horizontal_accuracy": accuracy}
    (event,) = read(with_message("live_update", "edited_message", location=location))
    assert isinstance(event, PositionReport)
    assert event.accuracy is None


def test_a_position_of_no_known_moment_is_a_pin_only() -> None:
    update = update_of("live_start")
    event = message({**update, "message": {**update["message"], "date": None}})
    assert (event.location, event.live) == (SPOT, True)


def pressed(**changes: Any) -> dict[str, Any]:
    return with_message("press", "callback_query", **changes)


def test_a_button_may_carry_anything() -> None:
    assert message(pressed(data="x" * 3072)).button == "x" * 3072
    assert message(pressed(data="a\x00b\ud800")).button == "ab"
    assert message(pressed(data=None)).button == ""
    assert message(pressed(data=None, game_short_name="snake")).button == ""
    assert message(pressed(message=None)).reply_to is None


@pytest.mark.parametrize(
    "changes",
    [
        {"id": ""},
        {"id": 5},
        {"id": "9" * 200},
        {"from": {"id": 7000001, "is_bot": True, "first_name": "x"}},
        {"from": {"id": 7000002, "is_bot": False, "first_name": "x"}},
        {"from": {"id": -7000001, "is_bot": False, "first_name": "x"}},
    ],
)
def test_a_press_that_nobody_can_have_made_means_nothing(changes: dict[str, Any]) -> None:
    assert message(pressed(**changes)).meaningless


@pytest.mark.parametrize(
    ("before", "after"), [("left", "member"), ("member", "left"), ("member", "member"), ("administrator", "member")]
)
def test_other_changes_of_membership_mean_nothing(before: str, after: str) -> None:
    changes: dict[str, Any] = {}
    for key, status in (("old_chat_member", before), ("new_chat_member", after)):
        changes[key] = {"user": {"id": 700001, "is_bot": True, "first_name": "x"}, "status": status}
    assert message(with_message("blocked", "my_chat_member", **changes)).meaningless


WEIRD: tuple[Any, ...] = (-1, 0, 2**63, 2**64, 10**30, 1.5, "7000001", True, None, [], {})


@pytest.mark.parametrize("number", WEIRD)
def test_an_absurd_id_makes_a_message_mean_nothing(number: object) -> None:
    who = {"id": number, "is_bot": False, "first_name": "x"}
    assert message(with_message(**{"from": who, "chat": {"id": number, "type": "private"}})).meaningless
    assert message(with_message(message_id=number)).meaningless
    if number is not None:
        assert message(with_message(message_id=number, chat={"id": number, "type": "private"})).meaningless


@pytest.mark.parametrize("number", WEIRD)
def test_an_update_without_a_usable_number_is_named_by_its_bytes(number: object) -> None:
    update = {**update_of("sticker"), "update_id": number}
    body = json.dumps(update).encode("ascii")
    name = "0" if number == 0 else hashlib.sha256(body).hexdigest()[:32]
    assert message(body).external_id == f"update:{name}"


UNREADABLE = {
    "nothing": b"",
    "an empty object": b"{}",
    "a list": b"[]",
    "a number": b"17",
    "no JSON": b"<html>",
    "NUL bytes": b"\x00" * 100,
    "NUL in JSON": b'{"update_id": 1, "message": \x00}',
    "no UTF-8": b'{"update_id": 1, "x": "\xff\xfe"}',
    "NaN": b'{"update_id": 1, "message": {"date": NaN}}',
    "Infinity": b'{"update_id": Infinity}',
    "a key twice": b'{"update_id": 1, "update_id": 2}',
    "100 levels": b'{"a":' * 100 + b"1" + b"}" * 100,
    "100,000 levels": b"[" * 100_000,
    "a huge number": b'{"update_id": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_what_cannot_be_read_is_kept_under_the_name_of_its_bytes(kind: str) -> None:
    body = UNREADABLE[kind]
    event = message(body)
    assert event.meaningless
    assert event.external_id == f"update:{hashlib.sha256(body).hexdigest()[:32]}"
    assert (event.sender, event.raw) == (Address("telegram", "unknown"), body[:MAX_RAW_BYTES])


@pytest.mark.parametrize("content", ["x", 5, True, [], [1], {}, {"from": 5}, {"chat": []}, {"from": {"id": {}}}])
@pytest.mark.parametrize("kind", ["message", "edited_message", "callback_query", "my_chat_member", "poll"])
def test_an_update_of_the_wrong_shape_is_kept_under_its_number(kind: str, content: object) -> None:
    event = message({"update_id": 5, kind: content})
    assert (event.meaningless, event.external_id, event.sender.value) == (True, "update:5", "unknown")


@pytest.mark.parametrize("value", [5, True, [], ["x"], {"a": 1}])
@pytest.mark.parametrize("key", ["text", "caption", "media_group_id", "photo", "document", "venue", "reply_to_message"])
def test_a_value_of_the_wrong_kind_harms_nobody(key: str, value: object) -> None:
    event = message(with_message("album", **{key: value}))
    assert event.meaningless or event.text == ""


def test_a_larger_update_than_telegram_sends_is_kept_in_part() -> None:
    body = json.dumps({**update_of("text"), "padding": "x" * MAX_BODY_BYTES}).encode("ascii")
    event = message(body)
    assert event.meaningless
    assert event.external_id == f"update:{hashlib.sha256(body).hexdigest()[:32]}"
    assert event.raw == body[:MAX_RAW_BYTES]


def test_of_a_large_text_64_kib_are_kept_for_replay() -> None:
    event = message(with_message(text="x" * 100_000))
    assert (len(event.raw), event.text) == (MAX_RAW_BYTES, "x" * 16 * 1024)


def test_texts_and_names_are_cleaned() -> None:
    who = {"id": 7000001, "is_bot": False, "first_name": " a\x00\ud800 ", "last_name": "烟" * 100}
    event = message(with_message(text="a\x00b\ud83d", **{"from": who}))
    assert (event.text, event.contact_name) == ("ab", "a " + "烟" * 62)
    nameless = {"id": 7000001, "is_bot": False, "first_name": ""}
    assert message(with_message(**{"from": nameless})).contact_name is None


def test_a_file_id_that_could_be_an_address_is_no_photo() -> None:
    size = {"file_id": "../../etc/x", "file_unique_id": "u", "width": 1, "height": 1}
    assert message(with_message("album", photo=[size])).meaningless
    document = {"file_id": "a/b", "file_unique_id": "u", "mime_type": "image/png"}
    assert message(with_message("document_image", document=document)).meaningless


# --- the request

SECRET = "a-secret-of-the-webhook_17"
SETTINGS = TelegramSettings(token="700001:" + "t" * 35, secret_token=SECRET)
BOT = TelegramBot("telegram_bot", SETTINGS)


def request(*secrets: str, method: str = "POST", name: str = PROOF_HEADER) -> WebhookRequest:
    headers = tuple((name, secret) for secret in secrets)
    return WebhookRequest(method=method, path="/webhooks/telegram_bot", headers=headers, body=body_of("text"))


@pytest.mark.parametrize("name", [PROOF_HEADER, PROOF_HEADER.lower(), PROOF_HEADER.upper()])
def test_an_update_behind_the_secret_is_read_and_thanked_for(name: str) -> None:
    assert BOT.receive(request(SECRET, name=name), NOW) == read(body_of("text"))
    assert (BOT.answer().status, BOT.answer().body) == (200, b"{}")
    with pytest.raises(MalformedRequest):
        BOT.receive(request(SECRET, name=name, method="GET"), NOW)


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_an_update_without_the_one_secret_is_nobodys(method: str) -> None:
    near = [SECRET[:-1], SECRET + "x", f" {SECRET}", SECRET.upper(), "密码", "\ud800", "é" * 26, ""]
    for secrets in [(), (SECRET, SECRET), (SECRET, ""), *((one,) for one in near)]:
        with pytest.raises(BadSignature):
            BOT.receive(request(*secrets, method=method), NOW)


@pytest.mark.parametrize("secret", ["", SECRET])
def test_nobody_calls_a_bot_that_fetches_its_updates(secret: str) -> None:
    bot = TelegramBot("telegram_bot", replace(SETTINGS, webhook=False, secret_token=secret))
    with pytest.raises(BadSignature):
        bot.receive(request(secret), NOW)
