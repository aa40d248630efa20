"""Tasks at offices and the reply codes that open them, in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, select

from routing_rules.cases import Assignment, Task
from routing_rules.reply_codes import ReplyCode
from storage import bulk, models

_assignment = models.assignment
_code = models.reply_code


def of_cases(connection: Connection, numbers: Iterable[int]) -> list[Assignment]:
    """Every task of these cases, ended ones too, in the order they were given."""
    found: list[Assignment] = []
    for chunk in bulk.chunks(numbers):
        query = select(_assignment).where(_assignment.c.case_number.in_(chunk))
        rows = connection.execute(query.order_by(_assignment.c.case_number, _assignment.c.seq))
        found.extend(_assignment_of(row) for row in rows)
    return found


def live_of_offices(connection: Connection, offices: Iterable[str]) -> list[Assignment]:
    """The open tasks of these offices, oldest first."""
    found: list[Assignment] = []
    for chunk in bulk.chunks(offices):
        query = select(_assignment).where(_assignment.c.office.in_(chunk), _assignment.c.ended_at.is_(None))
        found.extend(_assignment_of(row) for row in connection.execute(query))
    return sorted(found, key=lambda task: (task.offered_at, task.case_number, task.seq))


def codes_of_cases(connection: Connection, numbers: Iterable[int]) -> list[ReplyCode]:
    """The reply codes of these cases, dead ones too."""
    return _codes(connection, _code.c.case_number, numbers)


def codes_of_digests(connection: Connection, digests: Iterable[str]) -> list[ReplyCode]:
    """The reply codes that an incoming code may be."""
    return _codes(connection, _code.c.digest, digests)


def taken_digests(connection: Connection, contacts: Iterable[str]) -> set[str]:
    """Digests of the codes of these people whose tasks are open: a new code must not be one of them."""
    found: set[str] = set()
    for chunk in bulk.chunks(contacts):
        query = (
            select(_code.c.digest)
            .join(
                _assignment,
                (_assignment.c.case_number == _code.c.case_number) & (_assignment.c.seq == _code.c.seq),
            )
            .where(_code.c.contact.in_(chunk), _assignment.c.ended_at.is_(None))
        )
        found.update(connection.execute(query).scalars())
    return found


def write(connection: Connection, assignments: Collection[Assignment]) -> None:
    """Write tasks as they are now."""
    rows = [
        {
            "case_number": task.case_number,
            "seq": task.seq,
            "office": task.office,
            "task": task.task.value,
            "offered_at": task.offered_at,
            "accepted_at": task.accepted_at,
            "ended_at": task.ended_at,
            "outcome": task.outcome,
            "ended_by": task.ended_by,
            "hours": task.hours,
            "verbs_used": sorted(task.verbs_used),
        }
        for task in assignments
    ]
    bulk.upsert(connection, _assignment, rows, key=("case_number", "seq"))


def write_codes(connection: Connection, codes: Collection[ReplyCode]) -> None:
    """Write reply codes."""
    rows = [
        {
            "contact": code.contact,
            "case_number": code.case_number,
            "seq": code.seq,
            "n": code.n,
            "digest": code.digest,
        }
        for code in codes
    ]
    bulk.upsert(connection, _code, rows, key=("contact", "case_number", "seq"))


def _codes(connection: Connection, column: Any, values: Iterable[Any]) -> list[ReplyCode]:
    found: list[ReplyCode] = []
    for chunk in bulk.chunks(values):
        for row in connection.execute(select(_code).where(column.in_(chunk))):
            found.append(ReplyCode(**row._mapping))
    return found


def _assignment_of(row: Any) -> Assignment:
    values = dict(row._mapping)
    values["task"] = Task(values["task"])
    values["verbs_used"] = frozenset(values["verbs_used"])
    return Assignment(**values)
