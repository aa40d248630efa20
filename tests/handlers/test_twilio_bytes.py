"""Broken, oversized and random requests under Twilio's name: cleaned and kept, or refused with an error of ours."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.contract import WebhookRequest
from handlers.errors import BadSignature, HandlerError, MalformedRequest, TooLarge
from handlers.twilio_form import MAX_BODY_BYTES, MAX_FIELDS
from handlers.twilio_sms import TwilioSms
from routing_rules.messages import (
    Event,
    InboundMessage,
)
from tests.handlers.twilio_requests import (
    NOW,
    PATH,
    PUBLIC_URL,
    SETTINGS,
    TOKEN,
    Fields,
    changed,
    payload,
    request,
    signature_of,
)

CHANNEL = TwilioSms("twilio_sms", SETTINGS)
SMS = payload("sms")
DELIVERED = payload("status_delivered")


def receive(given_request: WebhookRequest) -> tuple[Event, ...]:
    return CHANNEL.receive(given_request, NOW)


def message(fields: Fields) -> InboundMessage:
    (event,) = receive(request(fields))
    assert isinstance(event, InboundMessage)
    return event


@pytest.mark.parametrize(
    ("encoded", "text"),
    [
        (b"a%00b", "ab"),
        (b"%ED%A0%80x", "���x"),
        (b"%C0%AF", "��"),
        ("路灯".encode("gbk"), "·��"),
        (b"100%+sure%", "100% sure%"),
        (b"+ADw-script+AD4-", " ADw-script AD4-"),
        ("路灯".encode(), "路灯"),
        (b"%F0%9F%94%A5", "🔥"),
        (b"%E2%80%AEabc", "\u202eabc"),
    ],
)
def test_broken_encodings_are_cleaned_and_kept(encoded: bytes, text: str) -> None:
    rest = changed(SMS, Body=None)
    decoded = text if encoded != b"a%00b" else "a\x00b"
    signature = signature_of(f"{PUBLIC_URL}{PATH}", [*rest, ("Body", decoded)])
    body = urlencode(rest).encode("ascii") + b"&Body=" + encoded
    (event,) = receive(replace(request(rest, signature=signature), body=body))
    assert isinstance(event, InboundMessage)
    assert event.text == text
    assert event.raw == body


def test_a_very_long_text_is_cut_to_16_kib_at_a_character() -> None:
    assert message(changed(SMS, Body="烟" * 10_000)).text == "烟" * (16 * 1024 // 3)
    assert message(changed(SMS, Body="x" * 10_000)).text == "x" * 10_000


def test_of_a_large_request_64_kib_are_kept_for_replay() -> None:
    assert len(message(changed(SMS, Body="x" * 100_000)).raw) == 64 * 1024


def test_more_than_a_provider_would_send_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLarge):
        receive(replace(request(SMS), body=b"x" * (MAX_BODY_BYTES + 1)))
    with pytest.raises(MalformedRequest):
        receive(request([*SMS, *((f"P{n}", "") for n in range(MAX_FIELDS))]))


def test_a_signed_request_that_is_no_form_is_malformed() -> None:
    signature = signature_of(f"{PUBLIC_URL}{PATH}", [])
    headers = (("Content-Type", "application/json"), ("X-Twilio-Signature", signature))
    with pytest.raises(MalformedRequest):
        receive(replace(request(SMS), headers=headers, body=b"{}"))


def test_twilio_must_post() -> None:
    with pytest.raises(MalformedRequest):
        receive(replace(request(SMS), method="GET"))


header_text = st.text(max_size=40)
headers = st.lists(
    st.tuples(st.sampled_from(("X-Twilio-Signature", "Content-Type", "Host")) | header_text, header_text),
    max_size=5,
)


@settings(max_examples=1500, deadline=None)
@given(
    body=st.binary(max_size=300),
    path=st.text(max_size=30).map(lambda text: f"/{text}"),
    query=st.binary(max_size=60),
    given_headers=headers,
)
def test_any_bytes_from_anybody_are_refused_with_an_error_of_ours(
    body: bytes, path: str, query: bytes, given_headers: list[tuple[str, str]]
) -> None:
    with pytest.raises(HandlerError):
        receive(WebhookRequest(method="POST", path=path, query_string=query, headers=tuple(given_headers), body=body))


values = st.text(max_size=60)
known_names = st.sampled_from([name for name, _ in SMS] + ["Latitude", "Longitude", "MediaUrl0", "OptOutType"])


@settings(max_examples=2500, deadline=None)
@given(
    changes=st.dictionaries(known_names | values, values | st.none(), max_size=4),
)
def test_a_signed_form_with_anything_in_it_is_an_event_or_an_error_of_ours(
    changes: dict[str, str | None],
) -> None:
    kept = [(name, value) for name, value in SMS if name not in changes]
    fields = kept + [(name, value) for name, value in changes.items() if value is not None]
    url = f"{PUBLIC_URL}{PATH}"
    fields = [(n.encode("utf-8", "replace").decode(), v.encode("utf-8", "replace").decode()) for n, v in fields]
    try:
        (event,) = receive(request(fields, signature=signature_of(url, fields)))
    except (BadSignature, MalformedRequest):
        return
    assert isinstance(event, InboundMessage)
    assert "\x00" not in event.text
    event.text.encode("utf-8")


def test_no_secret_and_no_number_stands_in_what_is_said_about_a_request() -> None:
    for broken in (changed(SMS, To="+15005550099"), changed(SMS, MessageSid="x"), changed(SMS, From="+1")):
        with pytest.raises(HandlerError) as caught:
            receive(request(broken))
        assert "555" not in str(caught.value)
    assert TOKEN not in repr(SETTINGS)
    assert "烟囱" not in repr(request(SMS))
