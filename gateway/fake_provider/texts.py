"""What the fake provider took: in memory and, if asked for, as JSON lines in a journal; never sent on."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

#: How far along a status is; every end comes last.
_RANK = {"queued": 0, "sent": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeText:
    """One text, ours or a person's."""

    #: "SM" and 32 hexadecimal digits; never drawn from a seed, since ids must differ between runs.
    sid: str
    #: Numbers as on Twilio's wire: "+15005550006", "whatsapp:+15005550006".
    to: str
    from_: str
    body: str
    #: When it was taken (UTC, whole seconds as on the wire).
    created_at: datetime
    #: Twilio's word: queued, sent, delivered, undelivered, received.
    status: str = "queued"
    #: "outbound-api" or "inbound".
    direction: str = "outbound-api"
    #: Where reports about it go; empty for none.
    status_callback: str = ""
    #: When it left (UTC); None while it is queued, as with Twilio.
    sent_at: datetime | None = None
    error_code: int | None = None
    num_media: int = 0

    @property
    def reference(self) -> str | None:
        """The sender's reference in the callback URL."""
        return next(iter(parse_qs(urlsplit(self.status_callback).query).get("reference", [])), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What a phone does with texts to it."""

    #: The last report: "delivered", "undelivered" or "failed".
    ends: str = "delivered"
    #: Twilio's code for that end.
    error_code: int | None = None


class TextBook:
    """Every text, and what is known of phones. Safe between threads; gone when the process is."""

    def __init__(self, journal: Path | None = None) -> None:
        """`journal`: a file to append each taken text to. Raises OSError when it cannot be opened."""
        self._lock = threading.Lock()
        self._texts: dict[str, FakeText] = {}
        self._opted_out: set[str] = set()
        self._fates: dict[str, Fate] = {}
        self._journal = journal.open("a", encoding="utf-8") if journal else None

    def take(self, *, to: str, from_: str, body: str, status_callback: str, at: datetime) -> FakeText:
        """Take a text to send. It stands in the journal when this returns."""
        text = FakeText(
            sid=new_sid(),
            to=to,
            from_=from_,
            body=body,
            status_callback=status_callback,
            created_at=at.replace(microsecond=0),
        )
        with self._lock:
            self._texts[text.sid] = text
            if self._journal:
                self._journal.write(json.dumps(_journal_line(text), ensure_ascii=False) + "\n")
                self._journal.flush()
        return text

    def add(self, text: FakeText) -> None:
        """Know a person's text, or one whose state has changed."""
        with self._lock:
            self._texts[text.sid] = text

    def advance(self, sid: str, status: str, at: datetime, error_code: int | None = None) -> FakeText:
        """Give a text its next status; it counts as sent from the first one that is not "queued".

        A status never goes back: reports may be posted in any order, what happened to the text has only one.
        """
        with self._lock:
            text = self._texts[sid]
            if _RANK.get(status, 2) < _RANK.get(text.status, 2):
                return text
            sent_at = text.sent_at or (None if status == "queued" else at.replace(microsecond=0))
            text = replace(text, status=status, sent_at=sent_at, error_code=error_code)
            self._texts[sid] = text
            return text

    def get(self, sid: str) -> FakeText | None:
        with self._lock:
            return self._texts.get(sid)

    def all(self) -> list[FakeText]:
        """In the order in which they were taken."""
        with self._lock:
            return list(self._texts.values())

    def newest_first(
        self,
        to: str | None = None,
        from_: str | None = None,
        sent_from: date | None = None,
        sent_until: date | None = None,
    ) -> list[FakeText]:
        """Twilio's list: dates are GMT days, and a text that is not sent yet has none."""

        def wanted(text: FakeText) -> bool:
            day = text.sent_at.date() if text.sent_at else None
            return (
                (to is None or text.to == to)
                and (from_ is None or text.from_ == from_)
                and (sent_from is None or (day is not None and day >= sent_from))
                and (sent_until is None or (day is not None and day <= sent_until))
            )

        return [text for text in reversed(self.all()) if wanted(text)]

    def set_opted_out(self, number: str, opted_out: bool) -> None:
        with self._lock:
            (self._opted_out.add if opted_out else self._opted_out.discard)(number)

    def is_opted_out(self, number: str) -> bool:
        with self._lock:
            return number in self._opted_out

    def set_fate(self, number: str, fate: Fate) -> None:
        with self._lock:
            self._fates[number] = fate

    def fate(self, number: str) -> Fate:
        with self._lock:
            return self._fates.get(number, Fate())

    def close(self) -> None:
        """Close the journal."""
        with self._lock:
            if self._journal:
                self._journal.close()


def new_sid() -> str:
    return f"SM{uuid.uuid4().hex}"


def as_json(texts: Iterable[FakeText]) -> list[dict[str, object]]:
    """Texts for the log: everything that was taken, and what became of it."""
    return [
        {
            **_journal_line(text),
            "status": text.status,
            "direction": text.direction,
            "error_code": text.error_code,
            "status_callback": text.status_callback,
        }
        for text in texts
    ]


def _journal_line(text: FakeText) -> dict[str, object]:
    return {
        "at": text.created_at.isoformat(),
        "sid": text.sid,
        "to": text.to,
        "from": text.from_,
        "body": text.body,
        "reference": text.reference,
    }
