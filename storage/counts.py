"""Figures for summaries and metrics, by plain queries; nothing is written here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from routing_rules.decisions import EntryKind, Verdict
from storage import models
from storage.texts import TextStatus

_message = models.message
_outbox = models.outbox
_case = models.case
_ledger = models.ledger


def count_facts(connection: Connection) -> dict[EntryKind, int]:
    """How many facts of each kind the ledger holds."""
    query = select(_ledger.c.kind, func.count()).group_by(_ledger.c.kind)
    return {EntryKind(kind): count for kind, count in connection.execute(query)}


def count_cases(connection: Connection, by: str) -> dict[str | None, int]:
    """How many cases there are by "status", "category", "level", "holder" or "handler"."""
    if by not in ("status", "category", "level", "holder", "handler"):
        raise ValueError(f"cases are not counted by {by!r}")
    column = _case.c[by]
    query = select(column, func.count()).group_by(column).order_by(column)
    return {row[0]: row[1] for row in connection.execute(query)}


def count_segments(connection: Connection) -> tuple[int, int]:
    """How many texts left and how many segments they had."""
    gone = [TextStatus.SENT.value, TextStatus.DELIVERED.value]
    query = select(func.count(), func.coalesce(func.sum(_outbox.c.segments), 0))
    row = connection.execute(query.where(_outbox.c.status.in_(gone))).one()
    return row[0], int(row[1])


def minutes_to_dispatch(connection: Connection) -> list[float]:
    """For each case that was dispatched, the minutes from its opening to the first dispatch, shortest first."""
    first = (
        select(_ledger.c.case_number, func.min(_ledger.c.at).label("at"))
        .where(_ledger.c.kind == EntryKind.DISPATCHED.value)
        .group_by(_ledger.c.case_number)
        .subquery()
    )
    query = select(_case.c.opened_at, first.c.at).join(first, first.c.case_number == _case.c.number)
    return sorted((at - opened_at).total_seconds() / 60 for opened_at, at in connection.execute(query))


def oldest_waiting(connection: Connection) -> tuple[datetime | None, datetime | None]:
    """When the oldest undecided text arrived, and when the oldest unsent text should have left first."""
    waiting = select(func.min(_message.c.received_at)).where(_message.c.verdict == Verdict.WAITING.value)
    unsent = (TextStatus.PENDING.value, TextStatus.UNKNOWN.value, TextStatus.SENDING.value)
    owed = select(func.min(_outbox.c.created_at)).where(_outbox.c.status.in_(unsent))
    return connection.execute(waiting).scalar(), connection.execute(owed).scalar()
