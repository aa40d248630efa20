"""What a turn does with texts: read them, gather what they name, decide one after the other.

A text whose decision fails is kept as waiting; it never takes another text down with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from gateway.gather import ReadText
from gateway.items import Accepted
from gateway.logs import logger
from gateway.turn import Turn
from routing_rules import conversation
from routing_rules.contacts import Contact
from routing_rules.decisions import Verdict
from routing_rules.intents import Intent, read
from routing_rules.messages import InboundMessage
from storage import contacts, messages
from storage.locks import lock, sender_key
from storage.people import Keyring

log = logger(__name__)

#: A text whose decision failed this often waits for a person.
MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Arrival:
    """A new text with its sender and what its words could mean; no Intent when reading it failed."""

    message: InboundMessage
    contact: Contact
    intent: Intent | None


class Arrivals:
    """The texts of one turn: the new ones, the repeats, and those that waited for another try."""

    def __init__(self, turn: Turn, connection: Connection, received: Sequence[InboundMessage], *, retry: int) -> None:
        self._turn = turn
        self._connection = connection
        # Two engines must not both find a text unknown.
        lock(connection, [sender_key(turn.keyring, message.sender) for message in received])
        self._known = messages.known(connection, [_key(message) for message in received])
        fresh = {_key(message): message for message in reversed(received) if _key(message) not in self._known}
        new = [message for message in received if fresh.get(_key(message)) is message]
        self._fresh = {id(message) for message in new}
        people = contacts.find_or_create(
            connection,
            turn.keyring,
            [message.sender for message in new],
            turn.now,
            {message.sender: message.contact_name for message in new if message.contact_name},
        )
        self._new = [Arrival(message, people[message.sender], self._read(message)) for message in new]
        self._waiting = messages.waiting(connection, turn.keyring, retry) if retry else []
        again = contacts.load(connection, turn.keyring, [each.contact for each in self._waiting])
        self._again = [Arrival(each.message, again[each.contact], self._read(each.message)) for each in self._waiting]

    @property
    def count(self) -> int:
        """How many texts are to be decided."""
        return len(self._new) + len(self._again)

    @property
    def retried(self) -> int:
        return len(self._again)

    def read(self) -> list[ReadText]:
        """Who wrote what, for gathering; what could not be read is left out."""
        return [
            ReadText(each.message, each.contact, each.intent)
            for each in (*self._new, *self._again)
            if each.intent is not None
        ]

    def decide(self) -> None:
        """Decide all texts in their order and store the new ones with their verdicts."""
        judged = []
        for waiting, arrival in zip(self._waiting, self._again, strict=True):
            verdict, number, failed = self._decide(arrival)
            attempts = waiting.attempts + int(failed)
            if failed and attempts >= MOST_ATTEMPTS:
                verdict = Verdict.SET_ASIDE
            judged.append(messages.Judged(id=waiting.id, verdict=verdict, case_number=number, attempts=attempts))
        stored = []
        for arrival in self._new:
            verdict, number, failed = self._decide(arrival)
            self._known[_key(arrival.message)] = (verdict, number)
            stored.append(
                messages.Received(
                    message=arrival.message,
                    contact=arrival.contact.id,
                    verdict=verdict,
                    case_number=number,
                    attempts=int(failed),
                )
            )
        messages.set_verdicts(self._connection, judged)
        self._stored = stored

    def store(self) -> None:
        """Write the new texts; their cases must be written before."""
        messages.record(self._connection, self._turn.keyring, self._stored)

    def answer(self, message: InboundMessage, *, repeated: bool) -> Accepted:
        """What became of a text."""
        verdict, number = self._known[_key(message)]
        return Accepted(verdict, number, repeated)

    def is_new(self, message: InboundMessage) -> bool:
        """Whether this very text was stored by this turn."""
        return id(message) in self._fresh

    def _read(self, message: InboundMessage) -> Intent | None:
        try:
            return read(self._turn.city, message)
        except Exception:
            log.exception(
                "A text could not be read; it is kept and tried again.",
                action="read_failed",
                channel=message.channel,
                message=message.external_id,
            )
            return None

    def _decide(self, arrival: Arrival) -> tuple[Verdict, int | None, bool]:
        """Verdict, case, and whether the decision failed."""
        if arrival.intent is None:
            return Verdict.WAITING, None, True
        message = arrival.message
        contact = self._turn.known.contact(arrival.contact.id)
        draft = self._turn.draft(f"{message.channel}/{message.external_id}")
        try:
            decision = conversation.decide(draft, message, arrival.intent, contact)
        except Exception:
            draft.undo()
            log.exception(
                "A text could not be decided; it is kept and tried again.",
                action="decide_failed",
                channel=message.channel,
                message=message.external_id,
            )
            return Verdict.WAITING, None, True
        self._turn.decisions.append(decision)
        return decision.verdict or Verdict.SET_ASIDE, decision.case_number, False


def keep_undecided(connection: Connection, keyring: Keyring, message: InboundMessage, now: datetime) -> Accepted:
    """Store a text whose turn broke, so that it can be acknowledged and tried again."""
    lock(connection, [sender_key(keyring, message.sender)])
    if _key(message) in (known := messages.known(connection, [_key(message)])):
        return Accepted(*known[_key(message)], repeated=True)
    contact = contacts.find_or_create(connection, keyring, [message.sender], now)[message.sender]
    kept = messages.Received(message=message, contact=contact.id, verdict=Verdict.WAITING, attempts=1)
    messages.record(connection, keyring, [kept])
    return Accepted(Verdict.WAITING, None)


def _key(message: InboundMessage) -> messages.MessageKey:
    return message.channel, message.external_id
