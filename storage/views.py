"""What people want to read, by plain queries: conversations, a case's story, the outbox. Nothing is
written here.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from routing_rules.cases import Assignment, Case
from routing_rules.deadlines import Deadline
from routing_rules.decisions import Urgency
from storage import assignments, bulk, cases, deadlines, models
from storage.contacts import addresses_of
from storage.people import Keyring
from storage.texts import TextStatus

_message = models.message
_outbox = models.outbox
_ledger = models.ledger

#: A text in one of these states has left the house.
GONE = (TextStatus.SENT, TextStatus.DELIVERED)
_URGENCIES = tuple(Urgency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One text of a conversation, as a phone shows it."""

    at: datetime
    #: "in" from the person to us, "out" from us.
    direction: str
    #: Id of the message or of the text; a direction and an id are unique.
    id: int
    contact: str
    #: The person's address, None once it is erased.
    address: str | None
    #: The words; empty once they are erased.
    text: str
    case_number: int | None
    #: Verdict of what came in, status of what went out.
    state: str
    #: Template of what went out.
    template: str | None = None
    segments: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One ledger entry for people."""

    seq: int
    at: datetime
    kind: str
    actor: str
    data: Mapping[str, object]
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStory:
    """Everything about one case."""

    case: Case
    facts: tuple[Fact, ...]
    lines: tuple[Line, ...]
    assignments: tuple[Assignment, ...]
    deadlines: tuple[Deadline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxLine:
    """One text in the outbox, without address and words."""

    id: int
    key: str
    status: TextStatus
    urgency: Urgency
    template: str
    contact: str
    case_number: int | None
    attempts: int
    segments: int
    created_at: datetime
    next_attempt_at: datetime
    expires_at: datetime | None
    sent_at: datetime | None
    channel: str | None
    last_error: str | None


def conversation(
    connection: Connection,
    keyring: Keyring,
    contacts: Collection[str] | None = None,
    *,
    since: datetime | None = None,
    statuses: Iterable[TextStatus] = GONE,
    limit: int | None = None,
) -> list[Line]:
    """Texts in and out in the order of time, of some people or of everybody; with ``limit`` the latest ones.

    What went out stands at the time at which it was sent, or was to be sent; only the given statuses are
    shown.
    """
    people = None if contacts is None else list(contacts)
    lines = _incoming(connection, people, None, since, limit)
    lines += _outgoing(connection, people, None, since, limit, statuses)
    lines = sorted(_addressed(connection, keyring, lines), key=_in_order)
    return lines[-limit:] if limit is not None else lines


def case_story(connection: Connection, keyring: Keyring, number: int) -> CaseStory | None:
    """One case with its facts, texts, tasks and clocks; None when there is none of this number."""
    case = cases.load(connection, [number]).get(number)
    if case is None:
        return None
    lines = _incoming(connection, None, number, None, None)
    lines += _outgoing(connection, None, number, None, None, tuple(TextStatus))
    return CaseStory(
        case=case,
        facts=facts_of(connection, number),
        lines=tuple(sorted(_addressed(connection, keyring, lines), key=_in_order)),
        assignments=tuple(assignments.of_cases(connection, [number])),
        deadlines=tuple(deadlines.of_cases(connection, [number])),
    )


def facts_of(connection: Connection, number: int) -> tuple[Fact, ...]:
    """The ledger of one case."""
    query = select(_ledger).where(_ledger.c.chain == f"case:{number}").order_by(_ledger.c.seq)
    return tuple(_fact(row) for row in connection.execute(query))


def _fact(row: Any) -> Fact:
    return Fact(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        actor=row.actor,
        data=json.loads(row.data),
        hash=row.hash,
    )


def all_facts(connection: Connection) -> Iterator[tuple[int | None, Fact]]:
    """The whole ledger in the order in which it was written, each fact with its case; for a small database."""
    for row in connection.execute(select(_ledger).order_by(_ledger.c.at, _ledger.c.chain, _ledger.c.seq)):
        yield row.case_number, _fact(row)


def cases_of_texts(connection: Connection, ids: Iterable[int]) -> dict[int, int | None]:
    """The case of each of these texts we sent; None for one without."""
    found: dict[int, int | None] = {}
    for chunk in bulk.chunks(ids):
        query = select(_outbox.c.id, _outbox.c.case_number).where(_outbox.c.id.in_(chunk))
        found.update((id, number) for id, number in connection.execute(query))
    return found


def outbox_lines(
    connection: Connection, statuses: Iterable[TextStatus], *, limit: int = 100, after: int = 0
) -> list[OutboxLine]:
    """Texts of the outbox in the order they were owed, from the id ``after`` on."""
    wanted = [status.value for status in statuses]
    query = select(_outbox).where(_outbox.c.status.in_(wanted), _outbox.c.id > after)
    rows = connection.execute(query.order_by(_outbox.c.id).limit(limit))
    return [_outbox_line(row) for row in rows]


def _incoming(
    connection: Connection,
    people: list[str] | None,
    number: int | None,
    since: datetime | None,
    limit: int | None,
) -> list[Line]:
    body = models.message_body
    query = select(_message, body.c.text).outerjoin(body, body.c.message == _message.c.id)
    if since is not None:
        query = query.where(_message.c.received_at >= since)
    query = query.order_by(_message.c.id.desc()).limit(limit)
    rows = _selected(connection, query, _message, people, number)
    return [
        Line(
            at=row.received_at,
            direction="in",
            id=row.id,
            contact=row.contact,
            address=row.address,
            text=row.text or "",
            case_number=row.case_number,
            state=row.verdict,
        )
        for row in rows
    ]


def _outgoing(
    connection: Connection,
    people: list[str] | None,
    number: int | None,
    since: datetime | None,
    limit: int | None,
    statuses: Iterable[TextStatus],
) -> list[Line]:
    body = models.outbox_body
    query = select(_outbox, body.c.text).outerjoin(body, body.c.outbox == _outbox.c.id)
    query = query.where(_outbox.c.status.in_([status.value for status in statuses]))
    if since is not None:
        query = query.where(func.coalesce(_outbox.c.sent_at, _outbox.c.created_at) >= since)
    query = query.order_by(_outbox.c.id.desc()).limit(limit)
    rows = _selected(connection, query, _outbox, people, number)
    return [
        Line(
            at=row.sent_at or row.next_attempt_at,
            direction="out",
            id=row.id,
            contact=row.contact,
            address=row.sent_to or row.address,
            text=row.text or "",
            case_number=row.case_number,
            state=row.status,
            template=row.template,
            segments=row.segments,
        )
        for row in rows
    ]


def _selected(
    connection: Connection, query: Any, table: Any, people: list[str] | None, number: int | None
) -> list[Any]:
    if number is not None:
        query = query.where(table.c.case_number == number)
    if people is None:
        return list(connection.execute(query))
    found: list[Any] = []
    for chunk in bulk.chunks(people):
        found.extend(connection.execute(query.where(table.c.contact.in_(chunk))))
    return found


def _addressed(connection: Connection, keyring: Keyring, lines: list[Line]) -> list[Line]:
    """The lines with the addresses in clear in the place of their indices."""
    known = addresses_of(connection, keyring, {line.contact for line in lines})
    clear = {each.index: str(each.address) for theirs in known.values() for each in theirs}
    first = {contact: str(theirs[0].address) for contact, theirs in known.items()}
    return [
        Line(
            at=line.at,
            direction=line.direction,
            id=line.id,
            contact=line.contact,
            address=clear.get(line.address or "") or first.get(line.contact),
            text=line.text,
            case_number=line.case_number,
            state=line.state,
            template=line.template,
            segments=line.segments,
        )
        for line in lines
    ]


def _in_order(line: Line) -> tuple[datetime, bool, int]:
    return line.at, line.direction == "out", line.id


def _outbox_line(row: Any) -> OutboxLine:
    return OutboxLine(
        id=row.id,
        key=row.key,
        status=TextStatus(row.status),
        urgency=_URGENCIES[row.urgency],
        template=row.template,
        contact=row.contact,
        case_number=row.case_number,
        attempts=row.attempts,
        segments=row.segments,
        created_at=row.created_at,
        next_attempt_at=row.next_attempt_at,
        expires_at=row.expires_at,
        sent_at=row.sent_at,
        channel=row.channel,
        last_error=row.last_error,
    )
