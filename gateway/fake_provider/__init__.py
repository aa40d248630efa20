"""A provider to rehearse with: Twilio's and Telegram's routes on this machine only; it never texts anybody.

Reading order: `modes` (how it behaves) · `texts` (what it took) · `reports` (what it posts to the gateway) ·
`routes`, `wire` and `garbage` (what it answers) · `steering` (the routes of its own) · `server` (starting and
stopping).

Telegram: `telegram_book` and `telegram_files` (what it knows) · `telegram_people` (what people do) ·
`telegram_updates` (how the gateway hears of it) · `telegram_parameters`, `telegram_limits`, `telegram_methods`,
`telegram_wire` and `telegram_routes` (what it answers) · `telegram_steering` (the routes of its own) ·
`telegram_world` (all of it in one hand).

Messages to it and its journal hold numbers and texts in clear: for rehearsals with invented ones.
"""

from gateway.fake_provider.modes import Behaviour, LookupMode, Mode
from gateway.fake_provider.server import FakeProvider, run_fake_provider
from gateway.fake_provider.telegram_people import Group, Person, Seen
from gateway.fake_provider.telegram_world import FakeTelegram, LoggedRequest
from gateway.fake_provider.texts import FakeText, Fate

__all__ = [
    "Behaviour",
    "FakeProvider",
    "FakeTelegram",
    "FakeText",
    "Fate",
    "Group",
    "LoggedRequest",
    "LookupMode",
    "Mode",
    "Person",
    "Seen",
    "run_fake_provider",
]
