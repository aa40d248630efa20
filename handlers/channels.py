"""The channels there are, as an explicit table; importing it connects to nothing and loads no SDK."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from handlers.contract import Channel
from handlers.simulator import Simulator, SimulatorSettings
from handlers.telegram_settings import TelegramSettings
from handlers.twilio_settings import TwilioSettings

#: The settings of any channel.
ChannelSettings = TwilioSettings | TelegramSettings | SimulatorSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelKind:
    """What is needed to make a channel."""

    #: The type of its settings; making one checks it and raises ValueError.
    settings: type[Any]
    #: Makes the channel from its name and such settings.
    build: Callable[[str, Any], Channel]
    #: A line for people.
    description: str


def _twilio_sms(name: str, settings: TwilioSettings) -> Channel:
    # Twilio's library takes most of a second to load: only where it is used.
    from handlers.twilio_sms import TwilioSms

    return TwilioSms(name, settings)


def _telegram_bot(name: str, settings: TelegramSettings) -> Channel:
    # As long as Twilio's.
    from handlers.telegram_bot import TelegramBot

    return TelegramBot(name, settings)


#: Name in the configuration, in URLs and on every message → how to make it.
CHANNELS: dict[str, ChannelKind] = {
    "twilio_sms": ChannelKind(
        settings=TwilioSettings, build=_twilio_sms, description="SMS and WhatsApp through a Twilio account"
    ),
    "telegram_bot": ChannelKind(
        settings=TelegramSettings, build=_telegram_bot, description="private chats with a Telegram bot"
    ),
    "simulator": ChannelKind(
        settings=SimulatorSettings, build=Simulator, description="simulated phones, without any account"
    ),
}


def build_channel(name: str, settings: ChannelSettings) -> Channel:
    """Make a channel of the table. Raises ValueError for an unknown name or another channel's settings."""
    kind = CHANNELS.get(name)
    if kind is None:
        raise ValueError(f"there is no channel {name!r}; there are {', '.join(CHANNELS)}")
    if not isinstance(settings, kind.settings):
        raise ValueError(f"channel {name!r} needs {kind.settings.__name__}")
    return kind.build(name, settings)
