"""Figures for summaries and metrics, by plain queries; nothing is written here."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select, text

from routing_rules.cases import Task
from routing_rules.decisions import EntryKind, Verdict
from storage import models
from storage.models.cases import OPEN, RUNNING
from storage.texts import TextStatus

_message = models.message
_outbox = models.outbox
_case = models.case
_deadline = models.deadline
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


def first_assigned(connection: Connection) -> list[tuple[datetime, datetime | None]]:
    """For each case when it was opened, and when somebody first had to decide it: a department, the office that
    handles it itself, or the desk; None while it still climbs.
    """
    opened = {row.number: row.opened_at for row in connection.execute(select(_case.c.number, _case.c.opened_at))}
    found: dict[int, datetime] = {}
    filed: dict[int, dict[str, Any]] = {}
    kinds = (EntryKind.FILED.value, EntryKind.OFFICE_TOLD.value, EntryKind.DISPATCHED.value)
    columns = (_ledger.c.case_number, _ledger.c.at, _ledger.c.kind, _ledger.c.data)
    query = select(*columns).where(_ledger.c.kind.in_(kinds)).order_by(_ledger.c.case_number, _ledger.c.seq)
    for number, at, kind, data in connection.execute(query):
        if number in found:
            continue
        if kind == EntryKind.FILED.value:
            filed[number] = json.loads(data)
        elif kind == EntryKind.DISPATCHED.value or _must_decide(json.loads(data), filed.get(number, {})):
            found[number] = at
    return [(at, found.get(number)) for number, at in sorted(opened.items())]


def _must_decide(told: dict[str, Any], filed: dict[str, Any]) -> bool:
    """Whether the office that was told chooses who handles the case, or handles it itself: without a department the
    last one on the ladder does, or one above it where nobody was.
    """
    if told.get("task") != Task.DECIDE.value:
        return told.get("task") == Task.ASSIGN.value
    steps = filed.get("steps") or [None]
    return filed.get("department") is None and (told["office"] == steps[-1] or told["office"] not in steps)


def count_without_owner(connection: Connection) -> int:
    """Texts that belong to nobody: not decided, or taken for a matter and yet without a case."""
    matters = [verdict.value for verdict in (Verdict.OPENED, Verdict.ASKED, Verdict.JOINED, Verdict.SUPPLEMENTED)]
    lost = and_(_message.c.verdict.in_(matters), _message.c.case_number.is_(None))
    query = select(func.count()).where(or_(_message.c.verdict == Verdict.WAITING.value, lost))
    return connection.execute(query).scalar() or 0


def count_without_clock(connection: Connection) -> int:
    """Open cases for which no deadline runs: nobody would ever be reminded of them."""
    running = select(_deadline.c.case_number).where(_deadline.c.case_number == _case.c.number, text(RUNNING))
    query = select(func.count()).select_from(_case).where(text(OPEN), ~running.exists())
    return connection.execute(query).scalar() or 0


def oldest_waiting(connection: Connection) -> tuple[datetime | None, datetime | None]:
    """When the oldest undecided text arrived, and when the oldest unsent text should have left first."""
    waiting = select(func.min(_message.c.received_at)).where(_message.c.verdict == Verdict.WAITING.value)
    unsent = (TextStatus.PENDING.value, TextStatus.UNKNOWN.value, TextStatus.SENDING.value)
    owed = select(func.min(_outbox.c.created_at)).where(_outbox.c.status.in_(unsent))
    return connection.execute(waiting).scalar(), connection.execute(owed).scalar()
