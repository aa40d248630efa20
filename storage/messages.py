"""The inbox: every text once, with its verdict; texts whose decision failed wait here to be tried again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from routing_rules.decisions import Verdict
from routing_rules.messages import Address, Attachment, InboundMessage, Point
from storage import bulk, models
from storage.contacts import addresses_of
from storage.people import Keyring

_message = models.message
_body = models.message_body

#: Identity of a text: channel and the provider's id.
MessageKey = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A text with what became of it, ready to be stored."""

    message: InboundMessage
    #: Id of the sender's contact.
    contact: str
    verdict: Verdict
    case_number: int | None = None
    #: Decisions that failed so far.
    attempts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A stored text that is not decided yet."""

    id: int
    message: InboundMessage
    contact: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The verdict on a text that was stored as waiting."""

    id: int
    verdict: Verdict
    case_number: int | None = None
    attempts: int = 0


def known(connection: Connection, keys: Iterable[MessageKey]) -> dict[MessageKey, tuple[Verdict, int | None]]:
    """Verdict and case of the texts that are stored already; on PostgreSQL lock their senders first."""
    found: dict[MessageKey, tuple[Verdict, int | None]] = {}
    columns = (_message.c.channel, _message.c.external_id, _message.c.verdict, _message.c.case_number)
    for chunk in bulk.chunks(keys):
        pairs = bulk.pairs_in(_message.c.channel, _message.c.external_id, chunk)
        for channel, external_id, verdict, number in connection.execute(select(*columns).where(pairs)):
            found[channel, external_id] = (Verdict(verdict), number)
    return found


def albums(
    connection: Connection, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], tuple[Verdict, int | None]]:
    """Verdict and case of the first message of each of these (channel, album)."""
    found: dict[tuple[str, str], tuple[Verdict, int | None]] = {}
    columns = (_message.c.channel, _message.c.album, _message.c.verdict, _message.c.case_number)
    for chunk in bulk.chunks(keys):
        pairs = bulk.pairs_in(_message.c.channel, _message.c.album, chunk)
        for channel, album, verdict, number in connection.execute(
            select(*columns).where(pairs, _message.c.album.is_not(None)).order_by(_message.c.id)
        ):
            found.setdefault((channel, album), (Verdict(verdict), number))
    return found


def record(connection: Connection, keyring: Keyring, received: Sequence[Received]) -> dict[MessageKey, int]:
    """Store new texts in the order of their arrival; returns their ids.

    A text that is there already fails the whole transaction with DatabaseConflict: it must never be decided
    twice.
    """
    rows = bulk.insert_returning(
        connection,
        _message,
        [_row(keyring, each) for each in received],
        returning=("id", "channel", "external_id"),
    )
    ids = {(row.channel, row.external_id): row.id for row in rows}
    bodies = [_body_row(ids[each.message.channel, each.message.external_id], each.message) for each in received]
    bulk.insert(connection, _body, bodies)
    return ids


def waiting(connection: Connection, keyring: Keyring, limit: int) -> list[Waiting]:
    """Texts that wait for their decision, oldest first, only the oldest of each sender; on PostgreSQL
    locked.

    A text whose sender or words were erased meanwhile is left out.
    """
    earlier = _message.alias("earlier")
    older = select(earlier.c.id).where(
        earlier.c.verdict == Verdict.WAITING.value,
        earlier.c.contact == _message.c.contact,
        earlier.c.id < _message.c.id,
    )
    query = (
        select(_message, *(_body.c[name] for name in ("text", "raw", "lat", "lon", "attachments")))
        .join(_body, _body.c.message == _message.c.id)
        .where(_message.c.verdict == Verdict.WAITING.value, ~older.exists())
        .order_by(_message.c.id)
        .limit(limit)
        .with_for_update(of=_message, skip_locked=True)
    )
    rows = connection.execute(query).all()
    senders = _senders(connection, keyring, rows)
    return [
        Waiting(id=row.id, message=_message_of(row, sender), contact=row.contact, attempts=row.attempts)
        for row in rows
        if (sender := senders.get(row.id)) is not None
    ]


def set_verdicts(connection: Connection, judged: Sequence[Judged]) -> None:
    """Write what became of texts that were stored as waiting, or that they failed once more."""
    rows = [
        {
            "id": each.id,
            "verdict": each.verdict.value,
            "case_number": each.case_number,
            "attempts": each.attempts,
        }
        for each in judged
    ]
    bulk.update(connection, _message, rows, key=("id",))


def recent_texts(
    connection: Connection, contacts: Iterable[str], since: datetime
) -> dict[str, list[tuple[datetime, str]]]:
    """What these people wrote after a moment, with its time, oldest first; what is not decided yet, and
    later versions are left out.
    """
    found: dict[str, list[tuple[datetime, str]]] = {}
    for chunk in bulk.chunks(contacts):
        query = (
            select(_message.c.contact, _message.c.received_at, _body.c.text)
            .join(_body, _body.c.message == _message.c.id)
            .where(_message.c.contact.in_(chunk), _message.c.received_at > since)
            .where(_message.c.verdict != Verdict.WAITING.value, ~_message.c.edited, _message.c.button.is_(None))
            .order_by(_message.c.id)
        )
        for contact, at, text in connection.execute(query):
            found.setdefault(contact, []).append((at, text))
    return found


def count_verdicts(connection: Connection) -> dict[Verdict, int]:
    """How many texts got each verdict; the sum is the number of texts."""
    query = select(_message.c.verdict, func.count()).group_by(_message.c.verdict)
    return {Verdict(verdict): count for verdict, count in connection.execute(query)}


def _senders(connection: Connection, keyring: Keyring, rows: Sequence[Any]) -> dict[int, Address]:
    """The address that each text came from, even when it belongs to somebody else by now; else the person's
    first.
    """
    owner = models.contact_address
    people = {row.contact for row in rows}
    for chunk in bulk.chunks(row.address for row in rows):
        query = select(owner.c.contact).where(owner.c.address_index.in_(chunk))
        people.update(connection.execute(query).scalars())
    known = addresses_of(connection, keyring, people)
    clear = {each.index: each.address for theirs in known.values() for each in theirs}
    first = {contact: theirs[0].address for contact, theirs in known.items()}
    senders = {row.id: clear.get(row.address) or first.get(row.contact) for row in rows}
    return {message: sender for message, sender in senders.items() if sender is not None}


def _row(keyring: Keyring, each: Received) -> dict[str, Any]:
    message = each.message
    return {
        "channel": message.channel,
        "external_id": message.external_id,
        "contact": each.contact,
        "address": keyring.address_index(message.sender),
        "recipient": str(message.recipient) if message.recipient else None,
        "received_at": message.received_at,
        "verdict": each.verdict.value,
        "case_number": each.case_number,
        "attempts": each.attempts,
        "carrier_opt": message.carrier_opt,
        "album": message.album,
        "edited": message.edited,
        "forwarded": message.forwarded,
        "live": message.live,
        "meaningless": message.meaningless,
        "reply_to": message.reply_to,
        "button": message.button,
        "press": message.press,
    }


def _body_row(id: int, message: InboundMessage) -> dict[str, Any]:
    return {
        "message": id,
        "text": message.text,
        "raw": message.raw,
        "lat": message.location.lat if message.location else None,
        "lon": message.location.lon if message.location else None,
        "attachments": [[each.url, each.content_type] for each in message.attachments],
    }


def _message_of(row: Any, sender: Address) -> InboundMessage:
    return InboundMessage(
        channel=row.channel,
        external_id=row.external_id,
        sender=sender,
        text=row.text,
        received_at=row.received_at,
        recipient=Address.parse(row.recipient) if row.recipient else None,
        location=Point(row.lat, row.lon) if row.lat is not None else None,
        attachments=tuple(Attachment(url, kind) for url, kind in row.attachments),
        raw=row.raw,
        carrier_opt=row.carrier_opt,
        album=row.album,
        edited=row.edited,
        forwarded=row.forwarded,
        live=row.live,
        meaningless=row.meaningless,
        reply_to=row.reply_to,
        button=row.button,
        press=row.press,
    )
