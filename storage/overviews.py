"""The figures of one part of the area tree, counted from the cases as they stand now."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, or_, select, true

from routing_rules.cases import CaseStatus
from routing_rules.overview import Overview
from storage import models
from storage.cases import ENDED

_case = models.case
_deadline = models.deadline

#: Late cases that are named.
MOST_LATE = 10


def load(
    connection: Connection, office: str, areas: Collection[str] | None, *, since: datetime, until: datetime
) -> Overview:
    """The figures of an office: of its areas, of everything (``areas`` is None), or of what it holds or handles.

    ``since`` and ``until`` are the bounds of the city's day (aware).
    """
    own = or_(_case.c.holder == office, _case.c.handler == office)
    mine = true() if areas is None else or_(own, _case.c.area.in_(sorted(areas)))
    still_open = _case.c.status.not_in(ENDED)
    late = still_open & (_case.c.overtimes > 0)
    closed = (_case.c.status == CaseStatus.CLOSED.value) & (_case.c.closed_at >= since)
    numbers = select(_case.c.number).where(mine, late).order_by(_case.c.opened_at, _case.c.number).limit(MOST_LATE)
    return Overview(
        office=office,
        new=_count(connection, mine & (_case.c.opened_at >= since)),
        open=_count(connection, mine & still_open),
        due=_count_due(connection, mine & still_open, since, until),
        late=_count(connection, mine & late),
        closed=_count(connection, mine & closed),
        late_cases=tuple(connection.execute(numbers).scalars()),
    )


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(_case).where(condition)).scalar() or 0


def _count_due(connection: Connection, condition: ColumnElement[bool], since: datetime, until: datetime) -> int:
    query = (
        select(func.count(_case.c.number.distinct()))
        .join(_deadline, _deadline.c.case_number == _case.c.number)
        .where(condition, _deadline.c.kind.in_(("finish", "overall")), _deadline.c.due_at.between(since, until))
        .where(_deadline.c.met_at.is_(None), _deadline.c.cancelled_at.is_(None))
    )
    return connection.execute(query).scalar() or 0
