"""Deadlines as rows: claimed when they are due, oldest first, until none is left; a row never fires by
itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, text

from routing_rules.deadlines import Deadline, DeadlineKind
from routing_rules.working_time import Limit
from storage import bulk, models
from storage.models.cases import RUNNING

_deadline = models.deadline
_FIELDS = tuple(field.name for field in fields(Deadline))


def claim_due(connection: Connection, now: datetime, limit: int) -> list[Deadline]:
    """The deadlines that must be looked at by now, oldest first.

    On PostgreSQL they and their cases are locked until the end of the transaction, and what another engine
    holds is passed over: a case is never taken after one of its deadlines, which could lock two engines for
    ever.
    """
    query = (
        select(_deadline)
        .join(models.case, models.case.c.number == _deadline.c.case_number)
        .where(text(RUNNING), _deadline.c.wake_at <= now)
        .order_by(_deadline.c.wake_at, _deadline.c.case_number, _deadline.c.kind)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_deadline_of(row) for row in connection.execute(query)]


def next_wake(connection: Connection) -> datetime | None:
    """When the next deadline must be looked at; None while nothing runs."""
    wake = _deadline.c.wake_at
    query = select(wake).where(text(RUNNING), wake.is_not(None)).order_by(wake).limit(1)
    return connection.execute(query).scalar()


def of_cases(connection: Connection, numbers: Iterable[int]) -> list[Deadline]:
    """Every deadline of these cases, ended ones too: a new one is numbered after them."""
    found: list[Deadline] = []
    for chunk in bulk.chunks(numbers):
        query = select(_deadline).where(_deadline.c.case_number.in_(chunk))
        rows = connection.execute(query.order_by(_deadline.c.case_number, _deadline.c.kind, _deadline.c.round))
        found.extend(_deadline_of(row) for row in rows)
    return found


def running(connection: Connection, limit: int) -> list[Deadline]:
    """The deadlines that run, paused ones too, the next due first."""
    query = select(_deadline).where(text(RUNNING)).order_by(_deadline.c.due_at, _deadline.c.case_number)
    return [_deadline_of(row) for row in connection.execute(query.limit(limit))]


def count_running(connection: Connection, now: datetime) -> tuple[int, int]:
    """How many deadlines run, and how many of them should have been looked at already."""
    late = func.count().filter(_deadline.c.wake_at <= now)
    row = connection.execute(select(func.count(), late).where(text(RUNNING))).one()
    return row[0], row[1]


def count_of_kinds(connection: Connection, kinds: Iterable[DeadlineKind]) -> int:
    """How many deadlines of these kinds run."""
    wanted = [kind.value for kind in kinds]
    query = select(func.count()).where(text(RUNNING), _deadline.c.kind.in_(wanted))
    return connection.execute(query).scalar() or 0


def write(connection: Connection, deadlines: Collection[Deadline]) -> None:
    """Write deadlines as they are now; the ended ones first, since only one of a kind may run on a case."""
    ended = [_row(deadline) for deadline in deadlines if not deadline.running]
    running = [_row(deadline) for deadline in deadlines if deadline.running]
    for rows in (ended, running):
        bulk.upsert(connection, _deadline, rows, key=("case_number", "kind", "round"))


def _row(deadline: Deadline) -> dict[str, Any]:
    row = {name: getattr(deadline, name) for name in _FIELDS}
    row.update(
        kind=deadline.kind.value,
        limit=deadline.limit.as_text(),
        thresholds=list(deadline.thresholds),
        warned=list(deadline.warned),
    )
    return row


def _deadline_of(row: Any) -> Deadline:
    values = dict(row._mapping)
    values.update(
        kind=DeadlineKind(values["kind"]),
        limit=Limit.parse(values["limit"]),
        thresholds=tuple(values["thresholds"]),
        warned=tuple(values["warned"]),
    )
    return Deadline(**values)
