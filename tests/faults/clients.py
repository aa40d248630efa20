"""Four threads that do what the provider's webhook sender does: sign, post, and repeat until the answer is 200."""

from __future__ import annotations

import random
import threading
from collections import deque

import requests
from twilio.request_validator import RequestValidator

from tests.faults.city import TOKEN
from tests.faults.people import Text

CLIENTS = 4
#: The provider gives a webhook this long, in seconds.
_TIMEOUT = 15.0
#: A repeat that nobody needed, for so many of a hundred texts: the provider had not heard our 200.
_REPEATED = 5
#: How long a client waits for the gateway to come back before it tries again anyhow.
_TRY_AGAIN = 0.2


class Clients:
    """Posts conversations, each in its order, several at once, as far as it is allowed to go."""

    def __init__(self, url: str, conversations: tuple[tuple[Text, ...], ...], *, seed: int) -> None:
        self._url = url
        self._validator = RequestValidator(TOKEN)
        self._waiting = deque(conversations)
        self._lock = threading.Condition()
        self._allowed = 0
        self._begun = 0
        #: Ids of the texts that were answered 200.
        self.acknowledged: set[str] = set()
        #: Requests beyond the first for a text, wanted or not.
        self.repeats = 0
        #: Answers that were neither 200 nor 503, by status.
        self.odd_answers: dict[int, int] = {}
        #: Set while the gateway can be expected to answer.
        self.up = threading.Event()
        self._threads = [
            threading.Thread(target=self._post_all, args=(random.Random(f"{seed}/{number}"),), name=f"client-{number}")
            for number in range(CLIENTS)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.daemon = True
            thread.start()

    def allow(self, texts: int) -> None:
        """Go on until so many texts have been begun."""
        with self._lock:
            self._allowed = max(self._allowed, texts)
            self._lock.notify_all()

    def wait_for(self, acknowledged: int, seconds: float) -> bool:
        """Wait until so many texts have been acknowledged; False when that took longer."""
        with self._lock:
            return self._lock.wait_for(lambda: len(self.acknowledged) >= acknowledged, seconds)

    def finish(self, seconds: float) -> bool:
        """Post whatever is left and wait for it; False when that took longer."""
        for thread in self._threads:
            thread.join(seconds)
        return not any(thread.is_alive() for thread in self._threads)

    def _post_all(self, chance: random.Random) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while conversation := self._next():
                for text in conversation:
                    self._begin()
                    self._post_until_taken(session, text)
                    if chance.uniform(0, 100) < _REPEATED:
                        self._count_repeat()
                        self._post_until_taken(session, text)

    def _next(self) -> tuple[Text, ...] | None:
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    def _begin(self) -> None:
        with self._lock:
            self._lock.wait_for(lambda: self._begun < self._allowed)
            self._begun += 1

    def _post_until_taken(self, session: requests.Session, text: Text) -> None:
        while not self._post(session, text):
            self.up.wait(_TRY_AGAIN)
            self._count_repeat()
        with self._lock:
            self.acknowledged.add(text.sid)
            self._lock.notify_all()

    def _post(self, session: requests.Session, text: Text) -> bool:
        headers = {"X-Twilio-Signature": self._validator.compute_signature(self._url, text.form)}
        try:
            answer = session.post(self._url, data=text.form, headers=headers, timeout=_TIMEOUT)
        except requests.RequestException:
            return False
        if answer.status_code not in (200, 503):
            with self._lock:
                self.odd_answers[answer.status_code] = self.odd_answers.get(answer.status_code, 0) + 1
        return answer.status_code == 200

    def _count_repeat(self) -> None:
        with self._lock:
            self.repeats += 1
