"""A captured request cut into other parameters has the same signature: every cut of real forms is tried."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from handlers.errors import HandlerError
from handlers.twilio_sms import TwilioSms
from routing_rules.messages import DeliveryReport, InboundMessage
from tests.handlers.twilio_requests import (
    NOW,
    PATH,
    PUBLIC_URL,
    SETTINGS,
    Fields,
    changed,
    payload,
    request,
    signature_of,
)

CHANNEL = TwilioSms("twilio_sms", SETTINGS)


def resplits(fields: Fields) -> Iterator[Fields]:
    """Every form that differs from a signed one by one moved, removed or added border between parameters."""
    ordered = sorted(set(fields))
    for at, (name, value) in enumerate(ordered):
        before, after = ordered[:at], ordered[at + 1 :]
        whole = name + value
        # the border between a name and its value is moved
        for cut in range(len(whole) + 1):
            yield [*before, (whole[:cut], whole[cut:]), *after]
        # one parameter becomes two: the value's tail is a parameter of its own
        for start in range(len(name), len(whole)):
            for cut in range(start + 1, len(whole) + 1):
                yield [*before, (name, whole[len(name) : start]), (whole[start:cut], whole[cut:]), *after]
        # a parameter swallows the next one
        if after:
            yield [*before, (name, value + after[0][0] + after[0][1]), *after[1:]]


@pytest.mark.parametrize("name", ["sms", "mms", "whatsapp_location", "opt_out", "status_undelivered"])
def test_no_cut_of_a_signed_form_makes_another_message(name: str) -> None:
    fields = payload(name)
    (original,) = CHANNEL.receive(request(fields), NOW)
    signed = signature_of(f"{PUBLIC_URL}{PATH}", fields)
    tried = 0
    for form in resplits(fields):
        if sorted(set(form)) == sorted(set(fields)) or signature_of(f"{PUBLIC_URL}{PATH}", form) != signed:
            continue
        tried += 1
        try:
            (event,) = CHANNEL.receive(request(form), NOW)
        except HandlerError:
            continue
        # What is still read stays under the id that is known already, so that it changes nothing.
        assert event.external_id == original.external_id
        if isinstance(event, InboundMessage):
            assert isinstance(original, InboundMessage)
            assert (event.sender, event.recipient) == (original.sender, original.recipient)
        else:
            assert isinstance(original, DeliveryReport)
            assert event.status is original.status
            # The reason can be cut off, but not exchanged for another one.
            assert event.error_code in (original.error_code, None)
    assert tried > 100


def test_a_text_without_capitals_cannot_be_cut_at_all() -> None:
    fields = payload("sms")
    (original,) = CHANNEL.receive(request(fields), NOW)
    assert isinstance(original, InboundMessage)
    for form in resplits(fields):
        if signature_of(f"{PUBLIC_URL}{PATH}", form) == signature_of(f"{PUBLIC_URL}{PATH}", fields):
            try:
                (event,) = CHANNEL.receive(request(form), NOW)
            except HandlerError:
                continue
            assert isinstance(event, InboundMessage)
            assert event.text == original.text


@pytest.mark.parametrize("name", ["MessageSid", "AccountSid", "From", "To"])
def test_a_form_in_which_a_required_part_was_swallowed_is_refused(name: str) -> None:
    ordered = sorted(payload("sms"))
    at = [field for field, _ in ordered].index(name)
    if at == 0:
        merged = [("Account", "Sid" + ordered[0][1]), *ordered[1:]]
    else:
        swallowed = ordered[at - 1][1] + ordered[at][0] + ordered[at][1]
        merged = [*ordered[: at - 1], (ordered[at - 1][0], swallowed), *ordered[at + 1 :]]
    signed = signature_of(f"{PUBLIC_URL}{PATH}", payload("sms"))
    assert signature_of(f"{PUBLIC_URL}{PATH}", merged) == signed
    with pytest.raises(HandlerError):
        CHANNEL.receive(request(merged), NOW)


def test_a_form_is_not_refused_for_the_order_of_its_parameters() -> None:
    fields = payload("sms")
    assert len(CHANNEL.receive(request(fields[::-1]), NOW)) == 1
    assert len(CHANNEL.receive(request(changed(sorted(fields), Body="x")), NOW)) == 1
