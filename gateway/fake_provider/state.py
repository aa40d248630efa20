"""What the fake provider's routes work on, handed down from the server; nothing here acts by itself."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from gateway.clock import Clock
from gateway.fake_provider.modes import Switch
from gateway.fake_provider.reports import Poster, Reporter
from gateway.fake_provider.telegram_world import FakeTelegram
from gateway.fake_provider.texts import TextBook


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """What the routes work on."""

    account_sid: str
    auth_token: str
    #: Where people's texts are posted: the URL that is signed; None when no gateway is configured.
    inbound_url: str | None
    book: TextBook
    switch: Switch
    poster: Poster
    reporter: Reporter
    clock: Clock
    #: Set when the provider stops, so that no slow answer holds it up.
    stopping: threading.Event
    #: The bot and its people; None when no bot is configured.
    telegram: FakeTelegram | None = None
