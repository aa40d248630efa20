"""What the fake provider posts to the gateway, signed as Twilio signs: delivery reports and people's texts.

It posts to this machine only. Where the gateway's public URL is another one, the signature is made for that
URL and the request goes to the webhook's local address.
"""

from __future__ import annotations

import queue
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from twilio.request_validator import RequestValidator

from gateway.clock import Clock
from gateway.fake_provider.modes import Mode
from gateway.fake_provider.texts import FakeText, TextBook
from handlers.twilio_settings import is_loopback

#: Twilio gives a webhook 15 seconds.
WEBHOOK_TIMEOUT_SECONDS = 15
_WORKERS = 4
_REMEMBERED = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """One request to the gateway and what came of it."""

    #: The text it was about.
    sid: str
    #: The status it reported, "received" for a person's text.
    status: str
    #: HTTP status; None when the gateway could not be reached.
    answer: int | None
    #: The gateway's answer, cut to 1,000 characters.
    body: str = ""


class Poster:
    """Signs and posts."""

    def __init__(self, auth_token: str, webhook_url: str | None) -> None:
        """`webhook_url`: the gateway's webhook on this machine. Raises ValueError when it is elsewhere."""
        if webhook_url is not None and not is_loopback(urlsplit(webhook_url).hostname):
            raise ValueError("webhook_url must be on this machine: the fake provider posts nowhere else")
        self._validator = RequestValidator(auth_token)
        self._webhook_url = webhook_url
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.mount("http://", HTTPAdapter(pool_maxsize=32))
        self._lock = threading.Lock()
        self._posted: deque[Posted] = deque(maxlen=_REMEMBERED)

    def post(self, url: str, fields: Mapping[str, str]) -> Posted:
        """Post a signed form. Never raises: an unreachable gateway is a result like any other."""
        target = self._local(url)
        headers = {"X-Twilio-Signature": self._validator.compute_signature(url, dict(fields))}
        answer, body = None, ""
        if target is not None:
            try:
                response = self._session.post(
                    target,
                    data=dict(fields),
                    headers=headers,
                    timeout=WEBHOOK_TIMEOUT_SECONDS,
                    allow_redirects=False,
                )
                answer, body = response.status_code, response.text[:1000]
            except requests.RequestException:
                answer = None
        status = fields.get("MessageStatus") or fields["SmsStatus"]
        posted = Posted(sid=fields["MessageSid"], status=status, answer=answer, body=body)
        with self._lock:
            self._posted.append(posted)
        return posted

    def posted(self) -> list[Posted]:
        """The last requests, oldest first."""
        with self._lock:
            return list(self._posted)

    def close(self) -> None:
        self._session.close()

    def _local(self, url: str) -> str | None:
        parts = urlsplit(url)
        if is_loopback(parts.hostname):
            return url
        if self._webhook_url is None:
            return None
        here = urlsplit(self._webhook_url)
        return urlunsplit((here.scheme, here.netloc, parts.path, parts.query, ""))


class Reporter:
    """Moves every taken text through its statuses and reports them, on threads of its own."""

    def __init__(self, account_sid: str, book: TextBook, poster: Poster, clock: Clock) -> None:
        self._account_sid = account_sid
        self._book = book
        self._poster = poster
        self._clock = clock
        self._jobs: queue.SimpleQueue[tuple[FakeText, tuple[str, ...]] | None] = queue.SimpleQueue()
        self._idle = threading.Condition()
        self._waiting = 0
        self._going = threading.Event()
        self._going.set()
        self._threads = [
            threading.Thread(target=self._work, name=f"fake-reports-{n}", daemon=True) for n in range(_WORKERS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def follow(self, text: FakeText, mode: Mode) -> None:
        """Report on a text that was taken in this mode."""
        statuses = self._statuses(text, mode)
        if mode is Mode.EARLY_REPORT:
            self._report(text, statuses[0])
            statuses = statuses[1:]
        with self._idle:
            self._waiting += 1
        self._jobs.put((text, statuses))

    def hold(self) -> None:
        """Leave every text queued from now on."""
        self._going.clear()

    def release(self) -> None:
        """Go on with what was held."""
        self._going.set()

    def wait_until_idle(self, timeout_seconds: float) -> bool:
        """Wait until every report so far has been posted; False when that took longer."""
        with self._idle:
            return self._idle.wait_for(lambda: self._waiting == 0, timeout_seconds)

    def stop(self) -> None:
        """Finish what is being posted and drop the rest."""
        while True:
            try:
                self._jobs.get_nowait()
            except queue.Empty:
                break
        self._going.set()
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join()

    def _statuses(self, text: FakeText, mode: Mode) -> tuple[str, ...]:
        statuses: Sequence[str] = ("queued", "sent", self._book.fate(text.to).ends)
        if mode is Mode.DUPLICATE_REPORTS:
            statuses = [status for status in statuses for _ in range(2)]
        if mode is Mode.REORDERED_REPORTS:
            statuses = statuses[::-1]
        return tuple(statuses)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            text, statuses = job
            self._going.wait()
            for status in statuses:
                self._report(text, status)
            with self._idle:
                self._waiting -= 1
                self._idle.notify_all()

    def _report(self, text: FakeText, status: str) -> None:
        fate = self._book.fate(text.to)
        code = fate.error_code if status == fate.ends else None
        self._book.advance(text.sid, status, self._clock.utcnow(), code)
        if not text.status_callback:
            return
        fields = {
            "SmsSid": text.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": text.to,
            "MessageSid": text.sid,
            "AccountSid": self._account_sid,
            "From": text.from_,
            "ApiVersion": "2010-04-01",
        }
        if code is not None:
            fields["ErrorCode"] = str(code)
        self._poster.post(text.status_callback, fields)
