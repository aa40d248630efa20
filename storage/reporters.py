"""Who reported what, and the one question each person was asked last, in bulk."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, select

from routing_rules.cases import Question, QuestionKind, Reporter
from storage import bulk, models

_reporter = models.reporter
_question = models.question


def of_cases(connection: Connection, numbers: Iterable[int]) -> list[Reporter]:
    """Everybody who ever reported these cases; who left has a position of 0 or below."""
    found: list[Reporter] = []
    for chunk in bulk.chunks(numbers):
        query = select(_reporter).where(_reporter.c.case_number.in_(chunk))
        rows = connection.execute(query.order_by(_reporter.c.case_number, _reporter.c.position))
        found.extend(Reporter(**row._mapping) for row in rows)
    return found


def questions_of(connection: Connection, contacts: Iterable[str]) -> list[Question]:
    """The open questions to these people, expired ones too: what that means is not decided here."""
    return _questions(connection, _question.c.contact, contacts)


def questions_about(connection: Connection, numbers: Iterable[int]) -> list[Question]:
    """The open questions whose answers these cases wait for."""
    return _questions(connection, _question.c.case_number, numbers)


def write(connection: Connection, reporters: Collection[Reporter]) -> None:
    """Write reporters as they are now."""
    rows = [
        {
            "case_number": reporter.case_number,
            "contact": reporter.contact,
            "position": reporter.position,
            "joined_at": reporter.joined_at,
            "language": reporter.language,
            "rating": reporter.rating,
            "result_told": reporter.result_told,
        }
        for reporter in reporters
    ]
    bulk.upsert(connection, _reporter, rows, key=("case_number", "contact"))


def write_questions(connection: Connection, questions: Collection[Question]) -> None:
    """Write questions as they are now; a new one takes the place of the person's last."""
    rows = [
        {
            "contact": question.contact,
            "case_number": question.case_number,
            "kind": question.kind.value,
            "asked_at": question.asked_at,
            "expires_at": question.expires_at,
            "options": list(question.options),
            "closed_at": question.closed_at,
        }
        for question in questions
    ]
    bulk.upsert(connection, _question, rows, key=("contact",))


def _questions(connection: Connection, column: Any, values: Iterable[Any]) -> list[Question]:
    found: list[Question] = []
    for chunk in bulk.chunks(values):
        query = select(_question).where(column.in_(chunk), _question.c.closed_at.is_(None))
        for row in connection.execute(query):
            fields = dict(row._mapping)
            fields.update(kind=QuestionKind(fields["kind"]), options=tuple(fields["options"]))
            found.append(Question(**fields))
    return found
