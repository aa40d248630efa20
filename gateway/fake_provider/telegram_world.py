"""The fake Telegram as one thing to hold: its bot, its people, its queue of updates and its log of requests.

It keeps everything in memory and posts to this machine only.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.clock import Clock
from gateway.fake_provider.telegram_book import Chat, ChatBook, User
from gateway.fake_provider.telegram_limits import FloodLimits
from gateway.fake_provider.telegram_people import Group, Person, Scene
from gateway.fake_provider.telegram_updates import PAUSES, PostedUpdate, UpdateQueue

_TOKEN = re.compile(r"([1-9][0-9]{0,17}):[A-Za-z0-9_-]+")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedRequest:
    """One request of the bot and what came of it; never its token or its content."""

    #: When it came: business time (UTC), and the seconds on which the limits run.
    at: datetime
    monotonic: float
    #: As the documents write it, for example sendMessage; as it was asked for when there is no such method.
    method: str
    #: The chat it was about as the bot named it; None when it is about none.
    chat: str | None
    #: Whether it was done; the bot may have heard something else, see `Mode`.
    ok: bool
    #: The HTTP status of the Bot API's answer.
    code: int
    #: Why not; empty when it was done.
    description: str = ""


class FakeTelegram:
    """One bot and everybody who talks to it. Safe between threads."""

    def __init__(
        self,
        *,
        token: str,
        clock: Clock,
        webhook_url: str | None = None,
        secret: str | None = None,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        """`webhook_url`: the gateway's webhook on this machine, set from the start; None for getUpdates.

        `secret`: what comes in the header of each request to it. `pauses`: seconds before each further try,
        the last one from then on. Raises ValueError for a token or secret that Telegram would not give or
        take, and for a webhook elsewhere.
        """
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise ValueError("bot_token must be the bot's number, a colon, and letters, digits, _ or -")
        if secret is not None and not SECRET.fullmatch(secret):
            raise ValueError("telegram_secret must be 1 to 256 letters, digits, _ or -")
        self.token = token
        self.clock = clock
        bot = User(id=int(found[1]), first_name="网格助手", username="rehearsal_grid_bot", is_bot=True)
        self.book = ChatBook(bot)
        self.updates = UpdateQueue(clock, local_url=webhook_url, pauses=pauses)
        self.limits = FloodLimits(clock)
        self._scene = Scene(book=self.book, updates=self.updates, clock=clock)
        self._lock = threading.Lock()
        self._requests: deque[LoggedRequest] = deque(maxlen=_REMEMBERED)
        if webhook_url is not None:
            self.updates.set_webhook(webhook_url, secret=secret)

    def person(self, person_id: int, name: str | None = None, **details: Any) -> Person:
        """A person by id, made at the first call with a name.

        `details`: last_name, username, language_code. Raises LookupError without a name for nobody known,
        ValueError for an id that is no person's.
        """
        with self.book.lock:
            chat = self.book.chat(person_id)
            if chat is not None and chat.user is not None:
                return Person(self._scene, chat.user)
            if name is None:
                raise LookupError(f"there is no person {person_id}")
            if person_id <= 0 or person_id == self.book.bot.id or not name.strip():
                raise ValueError("a person has a positive id that is not the bot's, and a name")
            user = User(id=person_id, first_name=name, **details)
            self.book.put_chat(Chat(id=person_id, type="private", user=user))
            return Person(self._scene, user)

    def people(self) -> list[Person]:
        """Everybody known, in the order in which they came."""
        return [Person(self._scene, chat.user) for chat in self.book.chats() if chat.user is not None]

    def group(self, group_id: int, title: str | None = None) -> Group:
        """A group by id, made at the first call with a title. Raises like `person`."""
        with self.book.lock:
            if self.book.chat(group_id) is None:
                if title is None:
                    raise LookupError(f"there is no group {group_id}")
                if group_id >= 0:
                    raise ValueError("a group has a negative id")
                self.book.put_chat(Chat(id=group_id, type="group", title=title))
            elif group_id >= 0:
                raise LookupError(f"there is no group {group_id}")
            return Group(self._scene, group_id)

    def enforce_limits(self, enforce: bool = True) -> None:
        """Refuse what comes faster than Telegram takes it, see `telegram_limits`."""
        self.limits.enforce(enforce)

    def log(self, request: LoggedRequest) -> None:
        with self._lock:
            self._requests.append(request)

    def requests(self) -> list[LoggedRequest]:
        """The last requests of the bot, in the order of their answers."""
        with self._lock:
            return list(self._requests)

    def posted(self) -> list[PostedUpdate]:
        """The last tries to deliver an update, oldest first."""
        return self.updates.posted()

    def pending(self) -> list[dict[str, Any]]:
        """Updates that the bot has not confirmed, in order."""
        return self.updates.pending()

    def retry_now(self) -> None:
        """Try at once every delivery that waits for its next try."""
        self.updates.retry_now()

    def wait_until_delivered(self, timeout_seconds: float = 10.0) -> bool:
        """Wait until the bot has confirmed every update; False when that took longer (real seconds)."""
        return self.updates.wait_until_delivered(timeout_seconds)

    def wait_until_tried(self, timeout_seconds: float = 10.0) -> bool:
        """Wait until every delivery that is due was tried once; what failed may wait for its next try."""
        return self.updates.wait_until_tried(timeout_seconds)

    def wait_until_polled(self, timeout_seconds: float = 10.0) -> bool:
        """Wait until a getUpdates of the bot waits for something to happen; False when none came in time."""
        return self.updates.wait_until_polled(timeout_seconds)

    def start(self) -> None:
        """Post updates from now on."""
        self.updates.start()

    def stop(self) -> None:
        """End every poll, post nothing more."""
        self.updates.stop()
