"""Hands each handler its part of the settings; it makes no channel and calls no provider."""

from __future__ import annotations

from gateway.config import Settings
from handlers.channels import ChannelSettings
from handlers.simulator import SimulatorSettings
from handlers.telegram_settings import TelegramSettings
from handlers.twilio_settings import TwilioSettings


def channel_settings(settings: Settings) -> dict[str, ChannelSettings]:
    """The settings of every enabled channel by its name. Raises ValueError when a handler refuses its own."""
    found: dict[str, ChannelSettings] = {}
    if settings.channels.simulator.enabled:
        found["simulator"] = SimulatorSettings()
    if settings.channels.twilio_sms.enabled:
        found["twilio_sms"] = twilio_settings(settings)
    if settings.channels.telegram_bot.enabled:
        found["telegram_bot"] = telegram_settings(settings)
    return found


def telegram_settings(settings: Settings) -> TelegramSettings:
    """Telegram's part. Raises ValueError that names every problem, see `handlers.telegram_settings`."""
    telegram = settings.channels.telegram_bot
    return TelegramSettings(
        token=telegram.token.get_secret_value(),
        secret_token=telegram.secret_token.get_secret_value(),
        webhook=telegram.webhook,
        public_url=settings.public_url,
        api_base=telegram.api_base,
        timeout_seconds=telegram.timeout_seconds,
    )


def twilio_settings(settings: Settings) -> TwilioSettings:
    """Twilio's part. Raises ValueError that names every problem, see `handlers.twilio_settings`."""
    twilio = settings.channels.twilio_sms
    previous = twilio.previous_auth_token.get_secret_value()
    return TwilioSettings(
        account_sid=twilio.account_sid,
        auth_tokens=(twilio.auth_token.get_secret_value(), *((previous,) if previous else ())),
        numbers=twilio.numbers,
        public_url=settings.public_url,
        region=twilio.region,
        api_base=twilio.api_base,
        timeout_seconds=twilio.timeout_seconds,
    )
