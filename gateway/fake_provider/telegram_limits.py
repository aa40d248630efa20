"""How often the fake Telegram lets a bot send, by the injected clock; it refuses, it never delays.

https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
"""

from __future__ import annotations

import math
import threading
from collections import deque

from gateway.clock import Clock
from gateway.fake_provider.telegram_wire import too_many

#: Messages a second over all chats, and seconds between two in one chat.
MOST_PER_SECOND = 30
SECONDS_PER_CHAT = 1.0
#: What the way through the machine may take off the gap between two requests.
_LEEWAY_SECONDS = 0.05


class FloodLimits:
    """Counts messages sent. Safe between threads; switched off until `enforce` is called."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._enforced = False
        self._last: deque[float] = deque(maxlen=MOST_PER_SECOND)
        self._chats: dict[str, float] = {}
        self._held_until: float | None = None

    @property
    def enforced(self) -> bool:
        return self._enforced

    def enforce(self, enforced: bool) -> None:
        """Refuse what comes too fast, or take everything; either way the counting begins anew."""
        with self._lock:
            self._enforced = enforced
            self._last.clear()
            self._chats.clear()
            self._held_until = None

    def check_hold(self) -> None:
        """Any request. Raises Refused while an earlier `retry_after` has not passed."""
        with self._lock:
            if self._held_until is None:
                return
            left = self._held_until - self._clock.monotonic()
            if left > 0:
                raise too_many(max(1, math.ceil(left)))
            self._held_until = None

    def count(self, chat: str, retry_after: int) -> None:
        """A message to a chat. Raises Refused and holds every request for `retry_after` seconds when it is too soon.

        Only messages count, neither edits nor answers to presses: of those the documents say nothing.
        """
        with self._lock:
            if not self._enforced:
                return
            now = self._clock.monotonic()
            gap = SECONDS_PER_CHAT - _LEEWAY_SECONDS
            full = len(self._last) == MOST_PER_SECOND and now - self._last[0] < 1.0 - _LEEWAY_SECONDS
            if full or now - self._chats.get(chat, -math.inf) < gap:
                self._held_until = now + max(1, retry_after)
                raise too_many(max(1, retry_after))
            self._last.append(now)
            self._chats[chat] = now
