"""The simulator's phones: strict about what it is told, quick to deliver."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.contract import OutgoingText, WebhookReceiver, WebhookRequest
from handlers.errors import HandlerError, MalformedRequest, SendError, TooLarge
from handlers.simulator import MAX_BODY_BYTES, Simulator, SimulatorSettings
from routing_rules.messages import Address, Attachment, DeliveryStatus, InboundMessage, Point

NOW = datetime(2026, 8, 18, 1, 20, 4, tzinfo=UTC)
CHANNEL = Simulator("simulator", SimulatorSettings())
TEXT = {"from": "sim:alice", "text": "路灯不亮了", "id": "7f3a"}


def receive(body: bytes, method: str = "POST") -> InboundMessage:
    request = WebhookRequest(method=method, path="/webhooks/simulator", body=body)
    (event,) = CHANNEL.receive(request, NOW)
    assert isinstance(event, InboundMessage)
    return event


def sent(**values: Any) -> InboundMessage:
    return receive(json.dumps({**TEXT, **values}).encode())


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
    assert sent(**{"from": "alice"}).sender == sent(**{"from": "sim:alice"}).sender


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
@given(st.dictionaries(st.sampled_from(("from", "text", "id", "location", "media")), anything))
def test_a_text_with_anything_in_it_is_a_message_or_an_error_of_ours(values: dict[str, Any]) -> None:
    try:
        taken = sent(**values)
    except HandlerError:
        return
    taken.text.encode("utf-8")


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
