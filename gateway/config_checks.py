"""What only shows between settings: combinations that would be unsafe or cannot work. It changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from gateway.books import shipped_books
from gateway.config import Settings, TelegramBot, TwilioSms
from gateway.config_channels import telegram_settings, twilio_settings
from gateway.config_file import Place
from gateway.outgoing import ASK_AFTER
from handlers.channels import CHANNELS
from handlers.twilio_settings import is_loopback

#: Words that people leave in a secret's place; each would be known to everybody.
_PLACEHOLDERS = re.compile(r"(change.?me|secret|password|x|\*|0)+|your.*|.*example.*", re.IGNORECASE)
#: Shorter secrets can be guessed.
_SHORTEST_SECRET = 16
_MASTER_KEY = re.compile(r"[0-9a-fA-F]{64}")


def conflicts(settings: Settings) -> Iterator[tuple[Place, str]]:
    """Each problem as the place it is best mended at and a sentence."""
    yield from _city(settings)
    yield from _secrets(settings)
    yield from _channel_order(settings)
    if settings.sending.backoff_seconds > settings.sending.backoff_cap_seconds:
        yield ("sending", "backoff_cap_seconds"), "must not be shorter than backoff_seconds"
    if settings.channels.twilio_sms.enabled:
        yield from _twilio(settings)
        yield from _lease(settings)
    if settings.channels.telegram_bot.enabled:
        yield from _telegram(settings)
    if is_real(settings.channels.twilio_sms) or is_real(settings.channels.telegram_bot):
        yield from _real_provider(settings)


def is_real(channel: TwilioSms | TelegramBot) -> bool:
    """Whether texts would reach real people: enabled, and the API is not one on this machine."""
    return channel.enabled and not (channel.api_base and is_loopback(urlsplit(channel.api_base).hostname))


def _city(settings: Settings) -> Iterator[tuple[Place, str]]:
    if "/" in settings.city:
        if not Path(settings.city).is_dir():
            yield ("city",), f"there is no folder {settings.city}"
        return
    shipped = shipped_books()
    if settings.city not in shipped:
        yield ("city",), f"no book is called {settings.city}; there are: {', '.join(shipped) or 'none'}"


def _secrets(settings: Settings) -> Iterator[tuple[Place, str]]:
    key = settings.secrets.master_key.get_secret_value()
    if key and not _MASTER_KEY.fullmatch(key):
        yield ("secrets", "master_key"), "must be 64 hex digits (32 random bytes)"
    token = settings.secrets.operator_token.get_secret_value()
    if token and _is_weak(token):
        yield ("secrets", "operator_token"), f"is a placeholder or shorter than {_SHORTEST_SECRET} characters"


def _channel_order(settings: Settings) -> Iterator[tuple[Place, str]]:
    for scheme, names in settings.channel_order.items():
        for unknown in [name for name in names if name not in CHANNELS]:
            known = ", ".join(CHANNELS)
            yield ("channel_order", scheme), f"no channel is called {unknown}; there are: {known}"


def _twilio(settings: Settings) -> Iterator[tuple[Place, str]]:
    here: Place = ("channels", "twilio_sms")
    try:
        twilio_settings(settings)
    except ValueError as error:
        for problem in str(error).split("; "):
            yield _place_of(problem, here), problem
    twilio = settings.channels.twilio_sms
    for name in ("auth_token", "previous_auth_token"):
        secret = getattr(twilio, name).get_secret_value()
        if secret and _is_weak(secret):
            yield (*here, name), f"is a placeholder or shorter than {_SHORTEST_SECRET} characters"


def _telegram(settings: Settings) -> Iterator[tuple[Place, str]]:
    here: Place = ("channels", "telegram_bot")
    telegram = settings.channels.telegram_bot
    try:
        telegram_settings(settings)
    except ValueError as error:
        for problem in str(error).split("; "):
            name = re.split(r"[ \[]", problem, maxsplit=1)[0]
            yield ((*here, name) if name in TelegramBot.model_fields else here), problem
    secret = telegram.secret_token.get_secret_value()
    if telegram.webhook and secret and _PLACEHOLDERS.fullmatch(secret):
        yield (*here, "secret_token"), "is a placeholder"
    # A send begins in the first half of its lease, and a whole call takes three timeouts at most.
    shortest = 6 * telegram.timeout_seconds
    if settings.sending.lease_seconds < shortest:
        sentence = f"must be {shortest:g} at least: six times channels.telegram_bot.timeout_seconds"
        yield ("sending", "lease_seconds"), sentence


def _lease(settings: Settings) -> Iterator[tuple[Place, str]]:
    """Whoever takes over a text asks for it first; by then the send of the one before must be over and listed.

    A send begins in the first half of its lease and takes two timeouts at most, to connect and to be answered.
    """
    shortest = 2 * (2 * settings.channels.twilio_sms.timeout_seconds + ASK_AFTER.total_seconds())
    if settings.sending.lease_seconds < shortest:
        yield (
            ("sending", "lease_seconds"),
            f"must be {shortest:g} at least: four times channels.twilio_sms.timeout_seconds, and 10",
        )


def _place_of(problem: str, here: Place) -> Place:
    """Where to look: the handler's sentences begin with the name of its own setting."""
    name = re.split(r"[ \[]", problem, maxsplit=1)[0]
    if name == "public_url":
        return (name,)
    name = {"auth_tokens": "auth_token"}.get(name, name)
    return (*here, name) if name in TwilioSms.model_fields else here


def _real_provider(settings: Settings) -> Iterator[tuple[Place, str]]:
    if settings.sandbox:
        yield ("sandbox",), "cannot be on together with a real provider: texts would go to real people"
    if settings.channels.simulator.enabled:
        sentence = "cannot be on together with a real provider: anybody could send in texts without a signature"
        yield ("channels", "simulator", "enabled"), sentence
    called = is_real(settings.channels.twilio_sms) or settings.channels.telegram_bot.webhook
    if called and urlsplit(settings.public_url).scheme != "https":
        yield ("public_url",), "must be an https address when a real provider is enabled"


def _is_weak(secret: str) -> bool:
    return len(secret) < _SHORTEST_SECRET or _PLACEHOLDERS.fullmatch(secret) is not None
