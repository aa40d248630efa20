"""A provider to rehearse with: Twilio's routes on this machine only, well or badly; it never texts anybody.

Reading order: `modes` (how it behaves) · `texts` (what it took) · `reports` (what it posts to the gateway) ·
`routes`, `wire` and `garbage` (what it answers) · `steering` (the routes of its own) · `server` (starting and
stopping). Messages to it and its journal hold numbers and texts in clear: for rehearsals with invented ones.
"""

from gateway.fake_provider.modes import Behaviour, LookupMode, Mode
from gateway.fake_provider.server import FakeProvider, run_fake_provider
from gateway.fake_provider.texts import FakeText, Fate

__all__ = ["Behaviour", "FakeProvider", "FakeText", "Fate", "LookupMode", "Mode", "run_fake_provider"]
