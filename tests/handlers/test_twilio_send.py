"""Sends through Twilio's real library against the fake provider on loopback, in every mode it has."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from gateway.fake_provider import Behaviour, FakeProvider, LookupMode, Mode
from gateway.fake_provider.garbage import GARBAGE_KINDS
from handlers.contract import OutgoingText, SendLookup
from handlers.errors import SendError
from handlers.twilio_client import TwilioApi
from handlers.twilio_codes import CODES
from handlers.twilio_settings import TwilioSettings
from handlers.twilio_sms import TRIAL_PREFIX, TwilioSms
from routing_rules.messages import Address, DeliveryStatus
from tests.handlers.twilio_requests import ACCOUNT, NUMBER, RESIDENT, TOKEN

TO = Address("tel", RESIDENT)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def running() -> Iterator[FakeProvider]:
    with FakeProvider(account_sid=ACCOUNT, auth_token=TOKEN) as provider:
        yield provider


@pytest.fixture
def provider(running: FakeProvider) -> Iterator[FakeProvider]:
    running.behave(Mode.OK, lookups=LookupMode.OK)
    yield running
    running.behave(Mode.OK, lookups=LookupMode.OK)


@pytest.fixture
def channel(provider: FakeProvider) -> Iterator[TwilioSms]:
    channel = channel_to(provider.url)
    yield channel
    channel.close()


def channel_to(api_base: str, *, timeout_seconds: float = 10, token: str = TOKEN) -> TwilioSms:
    return TwilioSms(
        "twilio_sms",
        TwilioSettings(
            account_sid=ACCOUNT,
            auth_tokens=(token,),
            numbers=(NUMBER, f"whatsapp:{NUMBER}"),
            public_url="https://gateway.example.org/",
            region="US",
            api_base=api_base,
            timeout_seconds=timeout_seconds,
        ),
    )


def text(body: str, recipient: Address = TO) -> OutgoingText:
    return OutgoingText(reference="outbox-1", recipient=recipient, body=body)


def failure(channel: TwilioSms, outgoing: OutgoingText) -> SendError:
    with pytest.raises(SendError) as caught:
        channel.send(outgoing)
    return caught.value


def test_a_text_that_is_taken_has_a_receipt(provider: FakeProvider, channel: TwilioSms) -> None:
    body = "【定海网格】已收到,编号Z1042:盐港西路83号烟囱冒黑烟。退订回T"
    receipt = channel.send(text(body))
    taken = provider.texts()[-1]
    assert receipt.external_id == taken.sid
    assert receipt.status is DeliveryStatus.QUEUED
    assert (taken.to, taken.from_, taken.body) == (RESIDENT, NUMBER, body)
    assert taken.status_callback == "https://gateway.example.org/webhooks/twilio_sms?reference=outbox-1"


def test_a_whatsapp_contact_is_texted_from_our_whatsapp_number(provider: FakeProvider, channel: TwilioSms) -> None:
    channel.send(text("hello", Address("whatsapp", RESIDENT)))
    assert (provider.texts()[-1].to, provider.texts()[-1].from_) == (
        f"whatsapp:{RESIDENT}",
        f"whatsapp:{NUMBER}",
    )


def test_an_address_that_no_number_of_ours_reaches_is_not_tried(channel: TwilioSms) -> None:
    assert [channel.reaches(Address(scheme, "x")) for scheme in ("tel", "whatsapp", "sim")] == [
        True,
        True,
        False,
    ]
    error = failure(channel, text("hello", Address("sim", "alice")))
    assert (error.retryable, error.outcome_known) == (False, True)


@pytest.mark.parametrize(
    ("mode", "known", "code"),
    [(Mode.ERROR, False, "20500"), (Mode.UNAVAILABLE, True, "20503"), (Mode.TOO_MANY, True, "20429")],
)
def test_a_server_that_fails_is_tried_again(
    provider: FakeProvider, channel: TwilioSms, mode: Mode, known: bool, code: str
) -> None:
    provider.behave(mode)
    before = len(provider.texts())
    error = failure(channel, text(f"mode {mode}"))
    assert (error.retryable, error.outcome_known, error.code) == (True, known, code)
    assert error.retry_after == (5 if mode is Mode.TOO_MANY else None)
    assert len(provider.texts()) == before


@pytest.mark.parametrize("mode", [Mode.LOST_ANSWER, Mode.SLOW])
def test_a_lost_answer_is_an_unknown_outcome_and_the_provider_can_be_asked(provider: FakeProvider, mode: Mode) -> None:
    impatient = channel_to(provider.url, timeout_seconds=0.3)
    provider.behave(mode, slow_seconds=1.0)
    body = f"the answer to this is lost: {mode}"
    assert impatient.sent(TO, LONG_AGO, body) == 0
    error = failure(impatient, text(body))
    assert (error.retryable, error.outcome_known) == (True, False)
    assert impatient.sent(TO, LONG_AGO, body) == 1
    impatient.close()


def test_a_provider_that_never_answers_is_an_unknown_outcome(provider: FakeProvider) -> None:
    impatient = channel_to(provider.url, timeout_seconds=0.2)
    provider.behave(Mode.TIMEOUT, slow_seconds=0.6)
    error = failure(impatient, text("no answer"))
    assert (error.retryable, error.outcome_known) == (True, False)
    assert impatient.sent(TO, LONG_AGO, "no answer") == 0
    impatient.close()


def test_every_kind_of_nonsense_is_an_unknown_outcome(provider: FakeProvider, channel: TwilioSms) -> None:
    seen = set()
    provider.behave(Mode.GARBAGE, seed=1)
    for number in range(GARBAGE_KINDS * 6):
        error = failure(channel, text(f"garbage {number}"))
        assert (error.retryable, error.outcome_known) == (True, False)
        seen.add(str(error))
        assert channel.sent(TO, LONG_AGO, f"garbage {number}") == 1
    assert len(seen) >= 5


@pytest.mark.parametrize("mode", [Mode.DUPLICATE_REPORTS, Mode.REORDERED_REPORTS, Mode.EARLY_REPORT])
def test_odd_reports_do_not_touch_the_send_itself(provider: FakeProvider, channel: TwilioSms, mode: Mode) -> None:
    provider.behave(mode)
    assert channel.send(text(f"mode {mode}")).status is DeliveryStatus.QUEUED


@pytest.mark.parametrize(
    ("recipient", "code", "opted_out", "unreachable"),
    [
        ("+15005550001", "21211", False, True),
        ("+15005550002", "21612", False, False),
        ("+15005550003", "21408", False, False),
        ("+15005550004", "21610", True, False),
        ("+15005550009", "21614", False, True),
    ],
)
def test_a_permanent_refusal_is_not_tried_again(
    channel: TwilioSms, recipient: str, code: str, opted_out: bool, unreachable: bool
) -> None:
    error = failure(channel, text("hello", Address("tel", recipient)))
    assert (error.retryable, error.outcome_known, error.code) == (False, True, code)
    assert (error.opted_out, error.unreachable) == (opted_out, unreachable)
    assert str(error) == CODES[code].reason


def test_who_opted_out_with_the_carrier_is_recognised(provider: FakeProvider, channel: TwilioSms) -> None:
    provider.set_number("+15005550077", opted_out=True)
    assert failure(channel, text("hello", Address("tel", "+15005550077"))).opted_out
    provider.set_number("+15005550077", opted_out=False)
    channel.send(text("hello", Address("tel", "+15005550077")))


def test_wrong_credentials_are_for_the_operator_and_the_text_waits(provider: FakeProvider) -> None:
    channel = channel_to(provider.url, token="mistyped")
    error = failure(channel, text("hello"))
    assert (error.retryable, error.outcome_known, error.code) == (True, True, "20003")
    channel.close()


def test_an_empty_or_endless_text_is_refused_for_good(channel: TwilioSms) -> None:
    assert failure(channel, text("")).code == "21602"
    assert failure(channel, text("x" * 1601)).code == "21617"
    assert channel.send(text("x" * 1600)).status is DeliveryStatus.QUEUED


def test_a_provider_that_is_not_there_has_not_taken_the_text() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        channel = channel_to(f"http://127.0.0.1:{closed.getsockname()[1]}")
        error = failure(channel, text("hello"))
    assert (error.retryable, error.outcome_known) == (True, True)
    channel.close()


def test_the_environment_decides_nothing(
    provider: FakeProvider, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    caplog.set_level(logging.DEBUG)
    channel = channel_to(provider.url)
    channel.send(text("hello"))
    assert channel.sent(TO, LONG_AGO, "hello") >= 1
    channel.close()
    assert RESIDENT[1:] not in caplog.text
    assert TOKEN not in caplog.text


@contextlib.contextmanager
def one_answer(*parts: bytes) -> Iterator[str]:
    """A server that gives one answer in parts, a moment apart, for as long as somebody reads."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            with contextlib.suppress(OSError):
                for part in parts:
                    connection.sendall(part)
                    ended.wait(0.1)

    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        ended.set()
        thread.join()


def test_an_answer_that_comes_drop_by_drop_is_given_up() -> None:
    head = b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
    with one_answer(head, *[b"1\r\n \r\n"] * 100) as url:
        channel = channel_to(url, timeout_seconds=0.2)
        error = failure(channel, text("hello"))
        channel.close()
    assert (str(error), error.outcome_known) == (
        "whether Twilio took it is unknown: the answer took too long",
        False,
    )


@pytest.mark.parametrize(
    ("code", "opted_out", "unreachable"), [(21610, True, False), (30005, False, True), (30003, False, False)]
)
def test_a_text_that_failed_as_it_was_taken_is_a_refusal(code: int, opted_out: bool, unreachable: bool) -> None:
    body = json.dumps({"sid": "SM" + "0" * 32, "status": "failed", "error_code": code}).encode()
    with one_answer(b"HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)) as url:
        channel = channel_to(url)
        error = failure(channel, text("hello"))
        channel.close()
    assert (error.outcome_known, error.code) == (True, str(code))
    assert (error.opted_out, error.unreachable) == (opted_out, unreachable)


@pytest.mark.parametrize("status", [b"201 Created", b"400 Bad Request"])
def test_an_answer_that_is_nested_too_deep_is_never_parsed(status: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[object] = []
    monkeypatch.setattr(json, "loads", parsed.append)
    body = b"[" * 200_000
    with one_answer(b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status, len(body), body)) as url:
        channel = channel_to(url)
        error = failure(channel, text("hello"))
        channel.close()
    assert (error.retryable, error.code, parsed) == (True, None, [])


# Asking what was sent


def test_only_the_same_text_to_the_same_person_counts(provider: FakeProvider, channel: TwilioSms) -> None:
    assert isinstance(channel, SendLookup)
    first = channel.send(text("counted 你好")).external_id
    second = channel.send(text("counted 你好")).external_id
    channel.send(text("counted 你好!"))
    channel.send(text("counted 你好", Address("tel", "+15005550011")))
    channel.send(text("counted 你好", Address("whatsapp", RESIDENT)))
    assert set(channel.find_sent(TO, LONG_AGO, "counted 你好")) == {first, second}
    assert channel.sent(TO, LONG_AGO, "counted 你好") == 2
    assert channel.sent(TO, LONG_AGO, "counted 你好", known={first}) == 1
    assert channel.sent(TO, LONG_AGO, "counted 你好", known={first, second, "SM"}) == 0


def test_only_texts_from_then_on_count(provider: FakeProvider, channel: TwilioSms) -> None:
    channel.send(text("dated"))
    taken_at = provider.texts()[-1].created_at
    assert channel.sent(TO, taken_at, "dated") == 1
    assert channel.sent(TO, taken_at + timedelta(seconds=59), "dated") == 1
    assert channel.sent(TO, taken_at + timedelta(hours=1), "dated") == 0


def test_a_text_that_still_waits_at_the_provider_is_found(provider: FakeProvider, channel: TwilioSms) -> None:
    """Such a text has no time of sending, by which the provider filters."""
    provider.hold_reports()
    try:
        channel.send(text("waiting"))
        assert provider.texts()[-1].sent_at is None
        assert channel.sent(TO, LONG_AGO, "waiting") == 1
    finally:
        provider.release_reports()


def test_texts_are_found_on_later_pages(provider: FakeProvider, channel: TwilioSms) -> None:
    other = Address("tel", "+15005550055")
    for number in range(130):
        channel.send(text(f"page {number}", other))
    assert provider.wait_for_reports()
    assert channel.sent(other, LONG_AGO, "page 0") == 1


def test_pages_of_older_texts_are_not_asked_for(
    provider: FakeProvider, channel: TwilioSms, caplog: pytest.LogCaptureFixture
) -> None:
    """A department gets hundreds of texts a day, and after a crash one question follows the other."""
    other = Address("tel", "+15005550056")
    for number in range(130):
        channel.send(text(f"page {number}", other))
    assert provider.wait_for_reports()
    with caplog.at_level("DEBUG", "urllib3.connectionpool"):
        assert channel.sent(other, provider.texts()[-1].created_at + timedelta(hours=1), "page 0") == 0
    assert sum("GET" in record.getMessage() for record in caplog.records) == 2


def test_the_prefix_of_a_trial_account_does_not_hide_a_text(provider: FakeProvider, channel: TwilioSms) -> None:
    channel.send(text(f"{TRIAL_PREFIX}hello from a trial"))
    assert channel.sent(TO, LONG_AGO, "hello from a trial") == 1


@pytest.mark.parametrize("lookups", [LookupMode.ERROR, LookupMode.TIMEOUT])
def test_a_provider_that_cannot_be_asked_leaves_the_question_open(provider: FakeProvider, lookups: LookupMode) -> None:
    impatient = channel_to(provider.url, timeout_seconds=0.2)
    provider.behave(Mode.OK, lookups=lookups, slow_seconds=0.6)
    with pytest.raises(SendError) as caught:
        impatient.sent(TO, LONG_AGO, "hello")
    assert not caught.value.outcome_known
    impatient.close()


def test_our_credentials_go_to_no_other_host() -> None:
    api = TwilioApi(account_sid=ACCOUNT, auth_token=TOKEN, api_base="http://127.0.0.1:9", timeout_seconds=1)
    for url in ("http://127.0.0.1:90/x", "http://169.254.169.254/", "http://127.0.0.1:9.evil.example/x"):
        with pytest.raises(SendError, match="another host"):
            api._http.request("GET", url)
    api.close()


def test_the_behaviour_of_the_fake_is_checked() -> None:
    with pytest.raises(ValueError, match="percentages"):
        Behaviour(mix={Mode.ERROR: 60, Mode.GARBAGE: 60})
