"""What Twilio's requests become, and what becomes of requests that are not Twilio's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.contract import WebhookReceiver, WebhookRequest
from handlers.errors import BadSignature, MalformedRequest
from handlers.twilio_sms import TwilioSms
from routing_rules.messages import (
    Address,
    Attachment,
    DeliveryReport,
    DeliveryStatus,
    Event,
    InboundMessage,
    Point,
)
from tests.handlers.twilio_requests import (
    ACCOUNT,
    NOW,
    NUMBER,
    OLD_TOKEN,
    PATH,
    PUBLIC_URL,
    RESIDENT,
    SETTINGS,
    SID,
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


def report(fields: Fields, query: str = "") -> DeliveryReport:
    (event,) = receive(request(fields, query=query))
    assert isinstance(event, DeliveryReport)
    return event


def test_a_text_message_is_read_whole() -> None:
    given_request = request(SMS)
    assert receive(given_request) == (
        InboundMessage(
            channel="twilio_sms",
            external_id=SID,
            sender=Address("tel", RESIDENT),
            text="盐港西路83号三个烟囱日夜冒黑烟",
            received_at=NOW,
            recipient=Address("tel", NUMBER),
            raw=given_request.body,
        ),
    )


def test_photos_are_kept_as_references() -> None:
    taken = message(payload("mms"))
    media = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM{SID[2:]}/Media"
    assert taken.text == ""
    assert taken.attachments == (
        Attachment(f"{media}/ME1", "image/jpeg"),
        Attachment(f"{media}/ME2", "image/png"),
    )


def test_a_whatsapp_pin_is_a_position_of_a_whatsapp_contact() -> None:
    taken = message(payload("whatsapp_location"))
    assert taken.sender == Address("whatsapp", RESIDENT)
    assert taken.recipient == Address("whatsapp", NUMBER)
    assert taken.location == Point(30.0186, 122.1069)
    assert taken.contact_name == "Wang"


def test_what_hides_behind_a_button_is_ignored_and_its_text_is_not() -> None:
    taken = message(payload("whatsapp_button"))
    assert taken.text == "2"
    assert "drop all cases" not in repr(replace(taken, raw=b""))


@pytest.mark.parametrize(("word", "opt"), [("STOP", "STOP"), ("START", "START"), ("HELP", None), ("NEWS", None)])
def test_the_carriers_opt_out_is_passed_on(word: str, opt: str | None) -> None:
    assert message(changed(payload("opt_out"), OptOutType=word)).carrier_opt == opt


def test_a_report_names_our_reference_from_the_address_it_was_posted_to() -> None:
    assert report(DELIVERED, query="reference=outbox-17") == DeliveryReport(
        channel="twilio_sms",
        external_id=SID,
        reference="outbox-17",
        status=DeliveryStatus.DELIVERED,
        reported_at=NOW,
    )


def test_a_failed_delivery_says_why() -> None:
    failed = report(payload("status_undelivered"))
    assert (failed.status, failed.error_code, failed.opted_out) == (DeliveryStatus.FAILED, "30003", False)
    assert report(changed(payload("status_undelivered"), ErrorCode="21610")).opted_out


def test_a_read_whatsapp_text_was_delivered() -> None:
    assert report(payload("whatsapp_read")).status is DeliveryStatus.DELIVERED


@pytest.mark.parametrize(
    ("status", "meaning"),
    [
        ("accepted", DeliveryStatus.QUEUED),
        ("scheduled", DeliveryStatus.QUEUED),
        ("queued", DeliveryStatus.QUEUED),
        ("sending", DeliveryStatus.QUEUED),
        ("sent", DeliveryStatus.SENT),
        ("partially_delivered", DeliveryStatus.SENT),
        ("delivered", DeliveryStatus.DELIVERED),
        ("read", DeliveryStatus.DELIVERED),
        ("undelivered", DeliveryStatus.FAILED),
        ("failed", DeliveryStatus.FAILED),
        ("canceled", DeliveryStatus.FAILED),
    ],
)
def test_every_status_of_twilios_has_its_place(status: str, meaning: DeliveryStatus) -> None:
    assert report(changed(DELIVERED, MessageStatus=status)).status is meaning


@pytest.mark.parametrize("status", ["receiving", "received", "teleported"])
def test_a_status_of_no_consequence_is_thanked_for(status: str) -> None:
    assert receive(request(changed(DELIVERED, MessageStatus=status))) == ()


@pytest.mark.parametrize(
    "query", ["", "reference=", "reference=a&reference=b", "reference=%00", "reference=" + "x" * 65]
)
def test_a_reference_that_is_none_of_ours_is_left_out(query: str) -> None:
    assert report(DELIVERED, query=query).reference is None


def test_the_answer_is_an_empty_document_each_time() -> None:
    assert isinstance(CHANNEL, WebhookReceiver)
    assert CHANNEL.answer() == CHANNEL.answer()
    assert (CHANNEL.answer().status, CHANNEL.answer().content_type) == (200, "text/xml")
    assert b"<Response/>" in CHANNEL.answer().body


# Who sent it


def test_both_tokens_of_a_rotation_are_accepted() -> None:
    assert receive(request(SMS, token=OLD_TOKEN)) == receive(request(SMS))


GOOD = signature_of(f"{PUBLIC_URL}{PATH}", SMS)


@pytest.mark.parametrize(
    "headers",
    [
        (),
        (("X-Twilio-Signature", ""),),
        (("X-Twilio-Signature", "wrong"),),
        (("X-Twilio-Signature", GOOD[:-1]),),
        (("X-Twilio-Signature", GOOD.lower()),),
        (("X-Twilio-Signature", f"{GOOD} "),),
        (("X-Twilio-Signature", f"é{GOOD}"),),
        (("X-Twilio-Signature", "签名"),),
        (("X-Twilio-Signature", "\udcff"),),
        (("X-Twilio-Signature", GOOD), ("x-twilio-signature", GOOD)),
        (("X-Twilio-Signature", signature_of(f"{PUBLIC_URL}{PATH}", SMS, "")),),
        (("X-Twilio-Signature", signature_of(f"{PUBLIC_URL}/other", SMS)),),
    ],
)
def test_a_request_without_exactly_one_good_signature_is_refused(
    headers: tuple[tuple[str, str], ...],
) -> None:
    form = ("Content-Type", "application/x-www-form-urlencoded")
    with pytest.raises(BadSignature):
        receive(replace(request(SMS), headers=(form, *headers)))


@pytest.mark.parametrize("name", ["x-twilio-signature", "X-TWILIO-SIGNATURE", "X-Twilio-Signature"])
def test_the_case_of_a_header_does_not_matter(name: str) -> None:
    headers = (("content-TYPE", "Application/X-WWW-Form-Urlencoded"), (name, GOOD))
    assert len(receive(replace(request(SMS), headers=headers))) == 1


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-Host", "Forwarded"])
@pytest.mark.parametrize("value", ["evil.example", "gateway.example.org:444", "", "127.0.0.1", "[::1]"])
def test_no_header_decides_for_which_address_the_signature_counts(header: str, value: str) -> None:
    assert len(receive(request(SMS, extra_headers=[(header, value)]))) == 1
    with pytest.raises(BadSignature):
        receive(request(SMS, base="https://evil.example", extra_headers=[(header, "evil.example")]))


@pytest.mark.parametrize("base", ["https://gateway.example.org:443", "https://gateway.example.org"])
def test_twilio_may_sign_with_or_without_the_standard_port(base: str) -> None:
    assert len(receive(request(SMS, base=base))) == 1


def test_a_changed_query_is_a_changed_request() -> None:
    with pytest.raises(BadSignature):
        receive(replace(request(DELIVERED, query="reference=a"), query_string=b"reference=b"))


@pytest.mark.parametrize("path", ["[", "@evil.example/x", "//evil.example/x", ":99999/x", ":x/", "/\ud800", ""])
def test_a_path_that_is_none_is_refused(path: str) -> None:
    with pytest.raises(BadSignature):
        receive(replace(request(SMS), path=path))


def test_another_account_is_refused_even_with_our_token() -> None:
    with pytest.raises(BadSignature):
        receive(request(changed(SMS, AccountSid="AC" + "b" * 32)))


# What it says


@pytest.mark.parametrize("name", ["MessageSid", "AccountSid", "From", "To", "Body"])
def test_a_text_without_one_of_its_parts_is_malformed(name: str) -> None:
    with pytest.raises(MalformedRequest):
        receive(request(changed(SMS, **{name: None})))


@pytest.mark.parametrize(
    "values",
    [
        {"MessageSid": "SM0123"},
        {"MessageSid": "XX0123456789abcdef0123456789abcdef"},
        {"MessageSid": SID + "\n"},
        {"MessageSid": ""},
        {"AccountSid": "AC1"},
        {"From": ""},
        {"From": "+1"},
        {"From": "+15005550010;ext=5"},
        {"From": "whatsapp:"},
        {"From": "messenger:12345"},
        {"From": "a name that is longer than carriers allow"},
        {"To": "+15005550099"},
        {"To": ""},
        {"To": f"whatsapp:whatsapp:{NUMBER}"},
        {"NumMedia": "many"},
        {"NumMedia": ""},
        {"NumSegments": "1OptOutTypeSTOP"},
        {"ApiVersion": "2010-04-01Bodyhello"},
        {"SmsSid": "SM" + "f" * 32},
        {"ErrorCode": "3e4"},
        {"OptOutType": "stop now"},
        {"A name": "1"},
        {"": "1"},
        {"N" * 65: "1"},
    ],
)
def test_a_text_with_a_part_that_twilio_would_not_write_is_malformed(values: dict[str, str | None]) -> None:
    with pytest.raises(MalformedRequest):
        receive(request(changed(SMS, **values)))


def test_a_parameter_that_stands_twice_is_malformed() -> None:
    with pytest.raises(MalformedRequest):
        receive(request([*SMS, ("Body", "another")]))


def test_a_report_about_a_number_that_is_not_ours_is_malformed() -> None:
    with pytest.raises(MalformedRequest):
        receive(request(changed(DELIVERED, From="+15005550099")))


def test_parameters_that_twilio_may_add_one_day_change_nothing() -> None:
    assert message([*SMS, ("Zone", "7"), ("Brand_New", "x")]) == replace(
        message(SMS), raw=request([*SMS, ("Zone", "7"), ("Brand_New", "x")]).body
    )


@pytest.mark.parametrize("count", ["999999", "9" * 3000, "-1", "-" + "9" * 3000, "00000000003", "3"])
def test_an_absurd_number_of_photos_is_capped(count: str) -> None:
    media = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(12)}
    taken = message(changed(payload("mms"), NumMedia=count, **media))
    expected = 0 if count.startswith("-") else 3 if count == "3" else 10
    assert len(taken.attachments) == expected


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "javascript:alert(1)", "https://a b", "https://" + "x" * 3000, ""]
)
def test_a_photo_without_an_address_is_left_out_and_the_text_is_not(url: str) -> None:
    taken = message(changed(payload("mms"), MediaUrl0=url, Body="smoke"))
    assert (taken.text, len(taken.attachments)) == ("smoke", 1)


@pytest.mark.parametrize(
    ("lat", "lon"),
    [
        ("nan", "1"),
        ("inf", "1"),
        ("91", "1"),
        ("1", "181"),
        ("0", "0"),
        ("north", "1"),
        ("", ""),
        ("1e999", "0"),
    ],
)
def test_a_position_that_cannot_be_one_is_left_out_and_the_text_is_not(lat: str, lon: str) -> None:
    taken = message(changed(payload("whatsapp_location"), Latitude=lat, Longitude=lon, Body="here"))
    assert (taken.text, taken.location) == ("here", None)


@pytest.mark.parametrize(
    ("sender", "address"),
    [
        ("10086", "tel:10086"),
        ("106575000000", "tel:106575000000"),
        ("ALERTS", "tel:ALERTS"),
        ("+15005550010", "tel:+15005550010"),
        ("whatsapp:+15005550010", "whatsapp:+15005550010"),
        ("whatsapp:US.13491208655302741918", "whatsapp:US.13491208655302741918"),
    ],
)
def test_nobody_is_dropped_for_an_odd_number(sender: str, address: str) -> None:
    assert str(message(changed(SMS, From=sender)).sender) == address
