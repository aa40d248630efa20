"""The table of channels, the settings of each, and the words in which handlers complain."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest

from handlers.channels import CHANNELS, ChannelSettings, build_channel
from handlers.contract import Listener, MediaSource, SendLookup, WebhookReceiver, WebhookRequest
from handlers.errors import BadSignature, HandlerError, MalformedRequest, SendError, TooLarge
from handlers.simulator import SimulatorSettings
from handlers.telegram_settings import TelegramSettings
from handlers.twilio_settings import TwilioSettings, is_loopback
from routing_rules.messages import Address
from tests.handlers.twilio_requests import ACCOUNT, NUMBER, SETTINGS

TELEGRAM = TelegramSettings(token="700001:" + "t" * 35, secret_token="s" * 32)


def test_every_channel_of_the_table_can_be_made() -> None:
    made: dict[str, ChannelSettings] = {
        "twilio_sms": SETTINGS,
        "telegram_bot": TELEGRAM,
        "simulator": SimulatorSettings(),
    }
    for name, settings in made.items():
        channel = build_channel(name, settings)
        assert channel.name == name
        assert isinstance(channel, WebhookReceiver)
    assert set(CHANNELS) == {"twilio_sms", "telegram_bot", "simulator"}
    assert isinstance(build_channel("twilio_sms", SETTINGS), SendLookup)
    assert not isinstance(build_channel("simulator", SimulatorSettings()), SendLookup)
    bot = build_channel("telegram_bot", TELEGRAM)
    assert isinstance(bot, Listener)
    assert isinstance(bot, MediaSource)
    assert not isinstance(bot, SendLookup)


def test_a_channel_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="there are twilio_sms, telegram_bot, simulator"):
        build_channel("pigeon", SimulatorSettings())
    with pytest.raises(ValueError, match="TwilioSettings"):
        build_channel("twilio_sms", SimulatorSettings())


def test_no_providers_library_is_loaded_before_it_is_used() -> None:
    libraries = ("twilio", "requests", "telegram", "httpx")
    code = f"import sys, handlers.channels; sys.exit(any(name in sys.modules for name in {libraries}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"auth_tokens": ()}, "must hold the account's auth token"),
        ({"auth_tokens": ("",)}, "anybody could sign"),
        ({"auth_tokens": ("good", " ")}, "anybody could sign"),
        ({"account_sid": "AC123"}, "account_sid must be"),
        ({"account_sid": ""}, "account_sid must be"),
        ({"numbers": ()}, "at least one number"),
        ({"numbers": ("5550006",) * 2}, "twice"),
        ({"numbers": ("+1 500 555 0006",)}, r"numbers\[0\]"),
        ({"numbers": (NUMBER, "whatsapp:Grid")}, r"numbers\[1\]"),
        ({"numbers": ("A sender id that is too long",)}, r"numbers\[0\]"),
        ({"public_url": "gateway.example.org"}, "public_url must look like"),
        ({"public_url": "ftp://gateway.example.org"}, "public_url must look like"),
        ({"public_url": "https://user:secret@gateway.example.org"}, "public_url must look like"),
        ({"public_url": "https://gateway.example.org?x=1"}, "neither query nor fragment"),
        ({"public_url": "https://gateway.example.org:99999"}, "public_url is not a URL"),
        ({"public_url": "http://gateway.example.org"}, "must be https"),
        ({"api_base": "http://api.twilio.com"}, "must be https"),
        ({"region": "China"}, "two capital letters"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"timeout_seconds": float("nan")}, "timeout_seconds"),
    ],
)
def test_half_a_twilio_account_is_refused_with_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        replace(SETTINGS, **changes)


def test_all_problems_are_named_at_once() -> None:
    with pytest.raises(ValueError) as caught:
        TwilioSettings(account_sid="", auth_tokens=("",), numbers=(), public_url="", region="")
    assert str(caught.value).count("; ") == 4


@pytest.mark.parametrize("number", [NUMBER, "12345", "106575000000", "GRID", "My Grid 1", f"whatsapp:{NUMBER}"])
def test_every_kind_of_number_of_ours_is_accepted(number: str) -> None:
    settings = replace(SETTINGS, numbers=(number,))
    scheme = "whatsapp" if number.startswith("whatsapp:") else "tel"
    assert settings.own_addresses == (Address(scheme, number.removeprefix("whatsapp:")),)


@pytest.mark.parametrize(
    ("host", "here"),
    [("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("localhost", True)]
    + [(host, False) for host in ("0.0.0.0", "10.0.0.1", "localhost.example.org", "", None, "2130706433")],
)
def test_this_machine_is_told_from_others(host: str | None, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"token": ""}, "token must be"),
        ({"token": "700001"}, "token must be"),
        ({"token": "700001:short"}, "token must be"),
        ({"token": "700001:" + "t" * 65}, "token must be"),
        ({"token": "７00001:" + "t" * 35}, "token must be"),
        ({"token": "700001:" + "t" * 35 + "\n"}, "token must be"),
        ({"secret_token": ""}, "anybody could post"),
        ({"secret_token": " " * 20}, "anybody could post"),
        ({"secret_token": "x" * 15}, "16 to 256"),
        ({"secret_token": "x" * 257}, "16 to 256"),
        ({"secret_token": "x" * 20 + "!"}, "16 to 256"),
        ({"api_base": "http://api.example.org"}, "must be https"),
        ({"api_base": "ftp://api.example.org"}, "must look like"),
        ({"api_base": "https://user:secret@example.org"}, "must look like"),
        ({"api_base": "https://example.org?x=1"}, "neither query"),
        ({"api_base": "https://example.org/{token}"}, "braces"),
        ({"api_base": "https://example.org:99999"}, "not a URL"),
        ({"timeout_seconds": 0}, "timeout_seconds"),
        ({"timeout_seconds": float("nan")}, "timeout_seconds"),
    ],
)
def test_half_a_bot_is_refused_with_a_sentence(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        replace(TELEGRAM, **changes)
    assert "secret@" not in str(caught.value)


def test_all_problems_of_a_bot_are_named_at_once() -> None:
    with pytest.raises(ValueError) as caught:
        TelegramSettings(token="", secret_token="", api_base="x", timeout_seconds=-1)
    assert str(caught.value).count("; ") == 3


def test_a_bot_that_fetches_its_updates_needs_no_secret() -> None:
    settings = replace(TELEGRAM, api_base="https://example.org/", webhook=False, secret_token="")
    assert settings.base == "https://example.org"
    assert TELEGRAM.base == "https://api.telegram.org"
    assert "ttt" not in repr(TELEGRAM)
    assert "sss" not in repr(TELEGRAM)


def test_every_error_says_its_docstring_unless_told_more() -> None:
    assert str(BadSignature()) == "The request does not prove that it comes from the provider."
    assert str(MalformedRequest("Body is missing")) == "Body is missing"
    assert str(SendError(retryable=True, outcome_known=False)).startswith("The text did not leave")
    assert [kind.status for kind in (BadSignature, MalformedRequest, TooLarge)] == [403, 400, 413]
    assert all(issubclass(kind, HandlerError) for kind in (BadSignature, MalformedRequest, TooLarge, SendError))


def test_a_request_shows_what_came_twice() -> None:
    request = WebhookRequest(
        method="POST",
        path=f"/webhooks/{ACCOUNT}",
        query_string=b"a=1&b=%ff&a=2&c",
        headers=(("X-One", "1"), ("x-one", "2")),
    )
    assert request.header("X-ONE") == ("1", "2")
    assert request.header("X-Two") == ()
    assert (request.query("a"), request.query("b"), request.query("c")) == (("1", "2"), ("�",), ("",))
