"""The updates of the fake Telegram: kept in order until the bot has them, by webhook or by getUpdates.

The next update of a chat is posted only after the one before got a 2xx; different chats go side by side. It
posts to this machine only. Pauses between tries are real seconds, whatever the clock of the rehearsal says:
a clock that stands still would never try again. They can be given, and `retry_now` cuts them short.
"""

from __future__ import annotations

import heapq
import json
import threading
from collections import OrderedDict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http.client import responses
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter

from gateway.clock import Clock, WallClock
from gateway.fake_provider.telegram_wire import Refused, bad_request, seconds
from handlers.twilio_settings import is_loopback

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
#: Telegram says no number; the same patience as Twilio's.
WEBHOOK_TIMEOUT_SECONDS = 15
MAX_CONNECTIONS = 40
#: Seconds before each further try; the last one from then on.
PAUSES: Sequence[float] = (1, 2, 4, 8, 15, 30, 60)
#: What a bot gets that has not asked for anything else.
DEFAULT_KINDS = frozenset({"message", "edited_message", "channel_post", "callback_query", "my_chat_member"})
_REMEMBERED = 100_000
_FIRST_UPDATE_ID = 731_000_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where updates go."""

    #: As it was set: a public address, where the gateway believes to have one.
    url: str
    #: Where it is on this machine.
    target: str
    secret: str | None = None
    max_connections: int = MAX_CONNECTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedUpdate:
    """One try to deliver an update and what came of it."""

    update_id: int
    chat_id: int
    #: HTTP status; None when the gateway could not be reached.
    answer: int | None
    #: Counted from 1.
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """One update as it will be told, whatever happens to the message afterwards."""

    update_id: int
    chat_id: int
    kind: str
    body: Mapping[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"update_id": self.update_id, self.kind: dict(self.body)}


class UpdateQueue:
    """Every update that the bot has not confirmed. Safe between threads."""

    def __init__(self, clock: Clock, *, local_url: str | None = None, pauses: Sequence[float] = PAUSES) -> None:
        """`local_url`: the gateway's webhook on this machine, for one that is set by its public address.

        Raises ValueError when it is elsewhere, or without any pause.
        """
        if local_url is not None and not is_loopback(urlsplit(local_url).hostname):
            raise ValueError("telegram_webhook_url must be on this machine: the fake provider posts nowhere else")
        if not pauses or min(pauses) < 0:
            raise ValueError("the pauses between tries must be one or more numbers of seconds")
        self._clock = clock
        self._wall = WallClock()
        self._local_url = local_url
        self._pauses = tuple(pauses)
        self._changed = threading.Condition()
        self._updates: dict[int, Update] = {}
        self._chats: dict[int, deque[int]] = {}
        #: Chats whose first update may be posted, in their order; the values say nothing.
        self._ready: OrderedDict[int, None] = OrderedDict()
        self._flying: set[int] = set()
        #: Chats that wait for their next try, with the moment when it is due.
        self._paused: dict[int, float] = {}
        self._due: list[tuple[float, int]] = []
        self._attempts: dict[int, int] = {}
        self._kinds: frozenset[str] = DEFAULT_KINDS
        self._asked_kinds: tuple[str, ...] = ()
        self._webhook: Webhook | None = None
        self._last_error: tuple[datetime, str] | None = None
        self._next_id = _FIRST_UPDATE_ID
        self._poll = 0
        self._polls_waiting = 0
        self._going = False
        self._stopped = False
        self._idle = 0
        self._threads: list[threading.Thread] = []
        self._posted: deque[PostedUpdate] = deque(maxlen=_REMEMBERED)
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("http://", HTTPAdapter(pool_maxsize=100))

    def start(self) -> None:
        """Post from now on."""
        with self._changed:
            self._going = True
            self._kick()

    def stop(self) -> None:
        """Finish what is being posted, end every poll, keep the rest."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._session.close()

    def add(self, kind: str, chat_id: int, body: Mapping[str, Any]) -> int | None:
        """An update for the bot; returns its id, None when the bot has not asked for this kind."""
        with self._changed:
            if kind not in self._kinds:
                return None
            update = Update(update_id=self._next_id, chat_id=chat_id, kind=kind, body=body)
            self._next_id += 1
            self._updates[update.update_id] = update
            queue = self._chats.setdefault(chat_id, deque())
            queue.append(update.update_id)
            if len(queue) == 1 and chat_id not in self._flying and chat_id not in self._paused:
                self._ready[chat_id] = None
            self._kick()
            return update.update_id

    def set_webhook(
        self,
        url: str,
        *,
        secret: str | None = None,
        max_connections: int = MAX_CONNECTIONS,
        allowed: Collection[str] | None = None,
        drop_pending: bool = False,
    ) -> None:
        """Post updates there from now on, or nowhere when `url` is empty. Raises Refused for another machine."""
        webhook = None
        if url:
            webhook = Webhook(url=url, target=self._local(url), secret=secret, max_connections=max_connections)
        with self._changed:
            self._allow(allowed)
            if drop_pending:
                self._drop(list(self._updates))
            if webhook is not None:
                self._poll += 1
            self._webhook = webhook
            self._last_error = None
            self._paused.clear()
            self._attempts.clear()
            self._ready = OrderedDict.fromkeys(chat for chat in self._chats if chat not in self._flying)
            self._kick()

    def webhook_info(self) -> dict[str, object]:
        """WebhookInfo as getWebhookInfo says it."""
        with self._changed:
            webhook = self._webhook
            info: dict[str, object] = {
                "url": webhook.url if webhook else "",
                "has_custom_certificate": False,
                "pending_update_count": len(self._updates),
            }
            if webhook is not None:
                info |= {"max_connections": webhook.max_connections, "ip_address": "127.0.0.1"}
                if self._last_error is not None:
                    at, sentence = self._last_error
                    info |= {"last_error_date": seconds(at), "last_error_message": sentence}
            if self._asked_kinds:
                info["allowed_updates"] = list(self._asked_kinds)
            return info

    def get(
        self, *, offset: int = 0, limit: int = 100, timeout_seconds: float = 0, allowed: Collection[str] | None = None
    ) -> list[dict[str, Any]]:
        """getUpdates: everything below `offset` is confirmed and forgotten; the rest comes again.

        A negative offset keeps that many of the last ones. Raises Refused while a webhook is set, and in the
        poll that waits when another one begins: that one goes on.
        """
        with self._changed:
            if self._webhook is not None:
                raise Refused(
                    409,
                    "Conflict: can't use getUpdates method while webhook is active; "
                    "use deleteWebhook to delete the webhook first",
                )
            self._allow(allowed)
            self._poll += 1
            mine = self._poll
            ids = list(self._updates)
            self._drop(ids[:offset] if offset < 0 else [one for one in ids if one < offset])
            self._changed.notify_all()
            self._polls_waiting += 1
            self._changed.wait_for(lambda: self._stopped or self._poll != mine or self._updates, timeout_seconds)
            self._polls_waiting -= 1
            if self._poll != mine:
                raise self._terminated()
            return [update.as_json() for update in list(self._updates.values())[:limit]]

    def posted(self) -> list[PostedUpdate]:
        """The last tries, oldest first."""
        with self._changed:
            return list(self._posted)

    def pending(self) -> list[dict[str, Any]]:
        """What the bot has not confirmed, in order."""
        with self._changed:
            return [update.as_json() for update in self._updates.values()]

    def retry_now(self) -> None:
        """Try at once whatever waits for its next try."""
        with self._changed:
            self._wake(list(self._paused))
            self._kick()

    def wait_until_delivered(self, timeout_seconds: float) -> bool:
        """Wait until the bot has confirmed every update; False when that took longer (real seconds)."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._updates, timeout_seconds)

    def wait_until_tried(self, timeout_seconds: float) -> bool:
        """Wait until nothing is being posted and nothing is due; what waits for its next try may be left."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._flying and (self._webhook is None or not self._ready), timeout_seconds
            )

    def wait_until_polled(self, timeout_seconds: float) -> bool:
        """Wait until a poll of the bot waits for updates; False when none came in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self._polls_waiting > 0, timeout_seconds)

    def _terminated(self) -> Refused:
        if self._webhook is not None:
            return Refused(409, "Conflict: terminated by setWebhook request")
        only = "make sure that only one bot instance is running"
        return Refused(409, f"Conflict: terminated by other getUpdates request; {only}")

    def _local(self, url: str) -> str:
        try:
            parts = urlsplit(url)
            here = is_loopback(parts.hostname)
        except ValueError:
            raise bad_request("bad webhook: invalid URL") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise bad_request("bad webhook: an HTTPS URL must be provided for webhook")
        if here:
            return url
        if self._local_url is None:
            raise bad_request("bad webhook: this provider posts to its own machine only")
        local = urlsplit(self._local_url)
        return urlunsplit((local.scheme, local.netloc, parts.path, parts.query, ""))

    def _allow(self, kinds: Collection[str] | None) -> None:
        """None leaves it as it is, an empty list is the default; only updates from now on are concerned."""
        if kinds is not None:
            self._asked_kinds = tuple(kinds)
            self._kinds = frozenset(kinds) or DEFAULT_KINDS

    def _drop(self, ids: Iterable[int]) -> None:
        for update_id in ids:
            update = self._updates.pop(update_id, None)
            if update is not None:
                self._chats[update.chat_id].remove(update_id)
                if not self._chats[update.chat_id]:
                    self._forget(update.chat_id)
        self._changed.notify_all()

    def _forget(self, chat_id: int) -> None:
        del self._chats[chat_id]
        self._paused.pop(chat_id, None)
        self._attempts.pop(chat_id, None)
        self._ready.pop(chat_id, None)

    def _wake(self, chats: Iterable[int]) -> None:
        for chat_id in chats:
            del self._paused[chat_id]
            self._ready[chat_id] = None

    def _kick(self) -> None:
        """Have enough workers for what is ready. Called with the lock held."""
        webhook = self._webhook
        if webhook is not None and self._going and not self._stopped:
            wanted = min(len(self._ready) - self._idle, webhook.max_connections - len(self._threads))
            for _ in range(wanted):
                thread = threading.Thread(target=self._work, name=f"fake-updates-{len(self._threads)}", daemon=True)
                self._threads.append(thread)
                thread.start()
        self._changed.notify_all()

    def _work(self) -> None:
        while (job := self._next_job()) is not None:
            self._settle(*job, self._post(*job))

    def _next_job(self) -> tuple[Webhook, Update] | None:
        """The first update of a chat that may be posted; None when the provider stops."""
        with self._changed:
            while not self._stopped:
                self._wake_due()
                webhook = self._webhook
                if webhook is not None and self._ready and len(self._flying) < webhook.max_connections:
                    chat_id, _ = self._ready.popitem(last=False)
                    self._flying.add(chat_id)
                    return webhook, self._updates[self._chats[chat_id][0]]
                self._idle += 1
                self._changed.wait(max(0.0, self._due[0][0] - self._wall.monotonic()) if self._due else None)
                self._idle -= 1
            return None

    def _wake_due(self) -> None:
        now = self._wall.monotonic()
        while self._due and self._due[0][0] <= now:
            due, chat_id = heapq.heappop(self._due)
            # One that was woken or dropped meanwhile has another moment or none.
            if self._paused.get(chat_id) == due:
                self._wake([chat_id])

    def _post(self, webhook: Webhook, update: Update) -> int | None:
        headers = {"Content-Type": "application/json"}
        if webhook.secret is not None:
            headers[SECRET_HEADER] = webhook.secret
        try:
            response = self._session.post(
                webhook.target,
                data=json.dumps(update.as_json()).encode("ascii"),
                headers=headers,
                timeout=WEBHOOK_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException:
            return None
        return response.status_code

    def _settle(self, webhook: Webhook, update: Update, answer: int | None) -> None:
        chat_id = update.chat_id
        with self._changed:
            self._flying.discard(chat_id)
            attempt = self._attempts.get(chat_id, 0) + 1
            self._posted.append(
                PostedUpdate(update_id=update.update_id, chat_id=chat_id, answer=answer, attempt=attempt)
            )
            if answer is not None and 200 <= answer < 300:
                self._attempts.pop(chat_id, None)
                self._drop([update.update_id])
            elif update.update_id in self._updates and self._webhook is webhook:
                self._attempts[chat_id] = attempt
                self._last_error = (self._clock.utcnow(), _failure(answer))
                due = self._wall.monotonic() + self._pauses[min(attempt, len(self._pauses)) - 1]
                self._paused[chat_id] = due
                heapq.heappush(self._due, (due, chat_id))
            if chat_id in self._chats and chat_id not in self._paused:
                self._ready[chat_id] = None
            self._kick()


def _failure(answer: int | None) -> str:
    if answer is None:
        return "Connection refused"
    return f"Wrong response from the webhook: {answer} {responses.get(answer, '')}".rstrip()
