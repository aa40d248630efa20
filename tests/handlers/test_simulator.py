"""The simulator's phones and chats: strict about what it is told, quick to deliver."""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.contract import MediaSource, OutgoingText, WebhookReceiver, WebhookRequest
from handlers.errors import HandlerError, MalformedRequest, SendError, TooLarge
from handlers.simulator import MAX_BODY_BYTES, MAX_PHOTO_BYTES, MOST_PHOTOS, Simulator, SimulatorSettings
from routing_rules.messages import (
    Address,
    Attachment,
    ChatAct,
    ChatForm,
    DeliveryStatus,
    Event,
    InboundMessage,
    Point,
    PositionReport,
)

NOW = datetime(2026, 8, 18, 1, 20, 4, tzinfo=UTC)
CHANNEL = Simulator("simulator", SimulatorSettings())
TEXT = {"from": "sim:alice", "text": "路灯不亮了", "id": "7f3a"}
HERE = {"lat": 30.0186, "lon": 122.1069}
JPEG, PNG = b"\xff\xd8\xff\xe0 smoke", b"\x89PNG\r\n\x1a\n smoke"


def events(body: bytes, method: str = "POST", channel: Simulator = CHANNEL) -> tuple[Event, ...]:
    return channel.receive(WebhookRequest(method=method, path="/webhooks/simulator", body=body), NOW)


def receive(body: bytes, method: str = "POST", channel: Simulator = CHANNEL) -> InboundMessage:
    (event,) = events(body, method, channel)
    assert isinstance(event, InboundMessage)
    return event


def sent(channel: Simulator = CHANNEL, **values: Any) -> InboundMessage:
    return receive(json.dumps({**TEXT, **values}).encode(), channel=channel)


def in_base64(*files: bytes) -> list[str]:
    return [b64encode(file).decode() for file in files]


def test_a_text_of_a_simulated_phone_is_read_whole() -> None:
    taken = sent(location={"lat": 30.0186, "lon": 122.1069}, media=["https://example.org/1.jpg"])
    assert (taken.channel, taken.external_id, taken.received_at) == ("simulator", "7f3a", NOW)
    assert (taken.sender, taken.text) == (Address("sim", "alice"), "路灯不亮了")
    assert taken.location == Point(30.0186, 122.1069)
    assert taken.attachments == (Attachment("https://example.org/1.jpg", "application/octet-stream"),)
    assert taken.raw.startswith(b'{"from"')


def test_what_only_a_chat_knows_can_be_said() -> None:
    plain = sent()
    assert (plain.album, plain.forwarded, plain.edited) == (None, False, False)
    told = sent(album="a1", forwarded=True, edited=True)
    assert (told.album, told.forwarded, told.edited) == ("a1", True, True)


def test_a_phone_may_be_named_with_or_without_its_scheme() -> None:
    bare: dict[str, Any] = {"from": "alice"}
    assert sent(**bare).sender == sent().sender == Address("sim", "alice")


def test_a_text_is_cleaned_like_any_other() -> None:
    assert receive(b'{"from": "a", "id": "1", "text": "x\\u0000\\ud800y"}').text == "xy"
    assert sent(text="烟" * 10_000).text == "烟" * (16 * 1024 // 3)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b'{"from": "a", "text": "b"}',
        b'{"from": "a", "id": "1"}',
        b'{"text": "b", "id": "1"}',
        b'{"from": "a", "from": "b", "text": "c", "id": "1"}',
        b'{"from": "a", "text": "b", "id": "1", "colour": "red"}',
        b'{"from": "a", "text": "b", "id": 1}',
        b'{"from": "a", "text": "b", "id": ""}',
        b'{"from": "a", "text": "b", "id": "a b"}',
        b'{"from": "a", "text": ["b"], "id": "1"}',
        b'{"from": "a b", "text": "b", "id": "1"}',
        b'{"from": "tel:+15005550010", "text": "b", "id": "1"}',
        b'{"from": "", "text": "b", "id": "1"}',
        b'{"from": "a", "text": "b", "id": "1", "location": {"lat": NaN, "lon": 1}}',
        b'{"from": "a", "text": "b", "id": "1", "location": {"lat": Infinity, "lon": 1}}',
        b'{"from": "a", "text": "b", "id": "1", "location": {"lat": 1e999, "lon": 1}}',
        b'{"from": "a", "text": "b", "id": "1", "location": {"lat": 1' + b"0" * 400 + b', "lon": 1}}',
        b'{"from": "a", "text": "b", "id": "1", "location": {"lat": 1' + b"0" * 9000 + b', "lon": 1}}',
        b'{"from": "a", "text": "b", "id": "1", "location": {"lat": true, "lon": 1}}',
        b'{"from": "a", "text": "b", "id": "1", "location": {"lat": 1}}',
        b'{"from": "a", "text": "b", "id": "1", "location": [1, 2]}',
        b'{"from": "a", "text": "b", "id": "1", "media": "https://example.org"}',
        b'{"from": "a", "text": "b", "id": "1", "media": [1]}',
        b'{"from": "a", "text": "b", "id": "1", "media": ["file:///etc/passwd"]}',
        b'{"from": "a", "text": "b", "id": "1", "media": [' + b'"https://a.b",' * 10 + b'"https://a.b"]}',
        b'{"from": "a", "text": "b", "id": "1", "album": null}',
        b'{"from": "a", "text": "b", "id": "1", "album": "a b"}',
        b'{"from": "a", "text": "b", "id": "1", "forwarded": "yes"}',
        b'{"from": "a", "text": "b", "id": "1", "edited": 1}',
        b'{"from": "a", "text": "b", "id": "1", "live": true}',
        b'{"from": "a", "text": "b", "id": "1", "live": "yes", "location": {"lat": 1, "lon": 1}}',
        b'{"from": "a", "text": "", "id": "1", "button": ""}',
        b'{"from": "a", "text": "", "id": "1", "button": "\\u0000"}',
        b'{"from": "a", "text": "", "id": "1", "button": "' + b"x" * 65 + b'"}',
        b'{"from": "a", "text": "", "id": "1", "button": 7}',
        b'{"from": "a", "text": "", "id": "1", "press": "p1"}',
        b'{"from": "a", "text": "", "id": "1", "button": "t", "press": "p 1"}',
        b'{"from": "a", "text": "", "id": "1", "reply_to": null}',
        b'{"from": "a", "id": "1", "position": null}',
        b'{"from": "a", "id": "1", "position": {"lat": 1}}',
        b'{"from": "a", "id": "1", "position": {"lat": 91, "lon": 1}}',
        b'{"from": "a", "position": {"lat": 1, "lon": 1}}',
        b'{"from": "a", "id": "1", "text": "", "position": {"lat": 1, "lon": 1}}',
        b'{"from": "a", "text": "", "id": "1", "photos": "' + b64encode(JPEG) + b'"}',
        b'{"from": "a", "text": "", "id": "1", "photos": [1]}',
        b'{"from": "a", "text": "", "id": "1", "photos": [""]}',
        b'{"from": "a", "text": "", "id": "1", "photos": ["%%%%"]}',
        '{"from": "a", "text": "", "id": "1", "photos": ["烟"]}'.encode(),
        b'{"from": "a", "text": "", "id": "1", "photos": ["' + b64encode(b"GIF89a") + b'"]}',
        b'{"from": "a", "text": "", "id": "1", "photos": [' + b'"/9j/4A==",' * 10 + b'"/9j/4A=="]}',
        b'{"from": "a", "text": "", "id": "1", "media": ["https://a.b"], "photos": ['
        + b'"/9j/4A==",' * 9
        + b'"/9j/4A=="]}',
        b"[" * 100_000,
        b'{"a":' * 100 + b"1" + b"}" * 100,
        b"\xff\xfe{\x00}\x00",
        b"{'from': 'a'}",
        '{"from": "路"}'.encode("gbk"),
    ],
)
def test_anything_else_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedRequest):
        receive(body)


def test_brackets_inside_a_text_are_no_nesting() -> None:
    assert sent(text='[{"' * 1000).text == '[{"' * 1000


def test_more_than_a_phone_would_send_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLarge):
        receive(b" " * (MAX_BODY_BYTES + 1))
    with pytest.raises(MalformedRequest):
        receive(json.dumps(TEXT).encode(), method="PUT")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=1000, deadline=None)
@given(st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_refused_with_an_error_of_ours(body: bytes) -> None:
    with pytest.raises(HandlerError):
        receive(body)


@settings(max_examples=1000, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ("from", "text", "id", "location", "media", "photos", "button", "press", "reply_to", "album", "position")
        ),
        anything,
    )
)
def test_a_text_with_anything_in_it_is_a_message_or_an_error_of_ours(values: dict[str, Any]) -> None:
    try:
        taken = sent(**values)
    except HandlerError:
        return
    taken.text.encode("utf-8")


# -- chats --------------------------------------------------------------------------------------------------------


def test_a_pressed_button_says_which_and_under_what() -> None:
    plain = sent()
    assert (plain.button, plain.press, plain.reply_to) == (None, None, None)
    pressed = sent(text="", button="k3J-按", press="p1", reply_to="sim-17")
    assert (pressed.text, pressed.button, pressed.press, pressed.reply_to) == ("", "k3J-按", "p1", "sim-17")
    assert sent(text="好的", reply_to="sim-17").button is None


def test_a_live_position_begins_as_a_message_and_goes_on_alone() -> None:
    message, first = events(json.dumps({**TEXT, "text": "", "location": HERE, "live": True}).encode())
    assert isinstance(message, InboundMessage)
    assert (message.live, message.location) == (True, Point(30.0186, 122.1069))
    (later,) = events(b'{"from": "sim:alice", "id": "p2", "position": {"lat": 30.0186, "lon": 122.1069}}')
    assert first == later
    assert later == PositionReport(
        channel="simulator",
        sender=Address("sim", "alice"),
        point=Point(30.0186, 122.1069),
        measured_at=NOW,
        received_at=NOW,
    )
    assert not sent(location=HERE).live


def test_photos_are_held_and_handed_out() -> None:
    channel = Simulator("simulator", SimulatorSettings())
    taken = sent(channel, text="烟囱冒黑烟", photos=in_base64(JPEG, PNG), album="a1")
    jpeg, png = taken.attachments
    assert (jpeg.content_type, png.content_type) == ("image/jpeg", "image/png")
    assert isinstance(channel, MediaSource)
    assert [channel.fetch(each.url, 1000) for each in taken.attachments] == [JPEG, PNG]
    # A folder that could not be written is no reason to lose the photo: it is fetched again.
    assert channel.fetch(jpeg.url, 1000) == JPEG
    with pytest.raises(TooLarge):
        channel.fetch(jpeg.url, len(JPEG) - 1)


def test_what_is_kept_for_replay_names_the_photos_in_place_of_their_bytes() -> None:
    channel = Simulator("simulator", SimulatorSettings())
    largest = JPEG + bytes(MAX_PHOTO_BYTES - len(JPEG))
    taken = sent(channel, photos=in_base64(largest))
    assert json.loads(taken.raw)["photos"] == [taken.attachments[0].url]
    assert {**json.loads(taken.raw), "photos": None} == {**TEXT, "photos": None}


def test_a_photo_that_is_too_large_is_refused_and_not_held() -> None:
    channel = Simulator("simulator", SimulatorSettings())
    with pytest.raises(TooLarge):
        sent(channel, photos=in_base64(PNG, JPEG + bytes(MAX_PHOTO_BYTES)))
    assert not channel.holds(sent(photos=in_base64(PNG)).attachments[0].url)


def test_a_message_that_is_refused_leaves_no_photo_behind() -> None:
    channel = Simulator("simulator", SimulatorSettings())
    with pytest.raises(MalformedRequest):
        sent(channel, photos=in_base64(JPEG), id="not well-formed")
    assert not channel.holds(sent(photos=in_base64(JPEG)).attachments[0].url)


def test_the_oldest_photo_gives_way_and_is_gone_for_good() -> None:
    channel = Simulator("simulator", SimulatorSettings())
    urls = [sent(channel, photos=in_base64(JPEG + str(n).encode())).attachments[0].url for n in range(MOST_PHOTOS + 1)]
    assert [channel.holds(url) for url in urls] == [False] + [True] * MOST_PHOTOS
    for url in (urls[0], "simulator:unknown", "https://example.org/1.jpg", ""):
        with pytest.raises(SendError) as caught:
            channel.fetch(url, 1000)
        assert (caught.value.retryable, caught.value.code) == (False, "gone")


def test_a_photo_that_comes_again_is_young_again() -> None:
    channel = Simulator("simulator", SimulatorSettings())
    first = sent(channel, photos=in_base64(JPEG)).attachments[0].url
    for n in range(MOST_PHOTOS - 1):
        sent(channel, photos=in_base64(PNG + str(n).encode()))
    assert sent(channel, photos=in_base64(JPEG)).attachments[0].url == first
    sent(channel, photos=in_base64(b"\xff\xd8\xff one more"))
    assert channel.holds(first)


@pytest.mark.parametrize("act", list(ChatAct))
def test_whatever_is_done_in_a_chat_is_delivered_at_once(act: ChatAct) -> None:
    text = OutgoingText(reference="17", recipient=Address("sim", "alice"), body="sim-9 已办")
    receipt = CHANNEL.send(replace(text, chat=ChatForm(body="已办", act=act, target="sim-9")))
    assert (receipt.external_id, receipt.status) == ("sim-17", DeliveryStatus.DELIVERED)


# -- sending ------------------------------------------------------------------------------------------------------


def test_a_text_to_a_simulated_phone_is_delivered_at_once() -> None:
    assert isinstance(CHANNEL, WebhookReceiver)
    receipt = CHANNEL.send(OutgoingText(reference="17", recipient=Address("sim", "alice"), body="hello"))
    assert (receipt.external_id, receipt.status) == ("sim-17", DeliveryStatus.DELIVERED)
    assert CHANNEL.answer() == CHANNEL.answer()


def test_a_real_phone_is_out_of_its_reach() -> None:
    phone = Address("tel", "+15005550010")
    assert not CHANNEL.reaches(phone)
    with pytest.raises(SendError) as caught:
        CHANNEL.send(OutgoingText(reference="17", recipient=phone, body="hello"))
    assert (caught.value.retryable, caught.value.outcome_known) == (False, True)
