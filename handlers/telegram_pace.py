"""Keeps a bot below Telegram's limits: it says whether a text may leave now, and never waits or sends itself.

The limits are the provider's and hold for any window of a second, not for the seconds of a clock. Who is refused
is told when to come back; those hints are spread out, so that many waiting texts do not all come back at once.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from handlers.errors import NotYet

#: "The API will not allow bulk notifications to more than ~30 users per second" and, in one chat, "avoid sending
#: more than one message per second": https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
MOST_PER_SECOND = 30
#: Seconds between two messages in one chat; the same source.
CHAT_SECONDS = 1.0

#: The window of the limit over the whole bot, in seconds.
_WINDOW = 1.0
#: Added to every hint: who comes back by a rounding error too early would be refused once more.
_GRAIN = 0.001


@dataclass(slots=True)
class _Chat:
    """What is remembered of a chat, in the clock's seconds, until both have passed."""

    #: When it may have its next message.
    free_at: float = float("-inf")
    #: The last moment that was hinted to a text for it.
    hinted: float = float("-inf")


class Pace:
    """The limits of one bot. Shared between threads."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        """``monotonic``: seconds that only grow; only differences mean anything."""
        self._monotonic = monotonic
        self._lock = threading.Lock()
        #: When the last texts left, the oldest first.
        self._left: deque[float] = deque(maxlen=MOST_PER_SECOND)
        self._chats: dict[str, _Chat] = {}
        self._held_until = float("-inf")
        self._hinted = float("-inf")
        self._swept_at = float("-inf")

    def take(self, chat: str | None) -> None:
        """Take the slot of one request; ``chat`` is None where nothing appears in a chat. Raises NotYet."""
        with self._lock:
            now = self._monotonic()
            self._sweep(now)
            if now < self._held_until:
                raise self._later(now, self._held_until)
            known = self._chats.get(chat) if chat is not None else None
            if known is not None and now < known.free_at:
                known.hinted = max(known.free_at, known.hinted + CHAT_SECONDS)
                raise NotYet(known.hinted - now + _GRAIN)
            if len(self._left) == MOST_PER_SECOND and now < self._left[0] + _WINDOW:
                raise self._later(now, self._left[0] + _WINDOW)
            self._left.append(now)
            if chat is not None:
                self._chats.setdefault(chat, _Chat()).free_at = now + CHAT_SECONDS

    def hold(self, seconds: float) -> None:
        """Let nothing leave before some seconds have passed: the provider said so. A longer hold stays."""
        with self._lock:
            self._held_until = max(self._held_until, self._monotonic() + seconds)

    def remembered(self) -> int:
        """How many chats are remembered at the moment."""
        with self._lock:
            return len(self._chats)

    def _later(self, now: float, earliest: float) -> NotYet:
        """The whole bot has to wait: one text after the other is told to come back, as fast as they may leave."""
        self._hinted = max(earliest, self._hinted + _WINDOW / MOST_PER_SECOND)
        return NotYet(self._hinted - now + _GRAIN)

    def _sweep(self, now: float) -> None:
        """Forget, once a second, the chats that may write again and wait for nobody."""
        if now < self._swept_at + _WINDOW:
            return
        self._swept_at = now
        self._chats = {name: chat for name, chat in self._chats.items() if max(chat.free_at, chat.hinted) > now}
