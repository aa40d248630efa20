"""Cases and their words, in bulk: read by number, reporter or matter, and written in their final state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, exists, func, or_, select, text

from routing_rules.areas import Level
from routing_rules.cases import Case, CaseStatus, CaseText
from storage import bulk, models
from storage.ladders import ladder_as_text, ladder_from_text
from storage.models.cases import OPEN

#: Ends a case for good; the same states as in the partial index of the table.
ENDED = tuple(status.value for status in CaseStatus if not status.is_open)

_case = models.case
_text = models.case_text
_TEXT_FIELDS = tuple(field.name for field in fields(CaseText))
_FIELDS = tuple(field.name for field in fields(Case) if field.name != "text")
#: Given by storage when the row is made, and by the ledger and its seals from then on.
_LEDGER_COLUMNS = ("seq", "head", "sealed_seq")


def load(connection: Connection, numbers: Iterable[int]) -> dict[int, Case]:
    """The cases that exist among these numbers, with their words."""
    found: dict[int, Case] = {}
    for chunk in bulk.chunks(numbers):
        for row in connection.execute(_with_text().where(_case.c.number.in_(chunk))):
            found[row.number] = _case_of(row)
    return found


def numbers_of_contacts(
    connection: Connection, contacts: Iterable[str], *, ended_since: datetime
) -> dict[str, list[int]]:
    """Numbers of the cases that each person reported: all open ones, and those that ended after a moment."""
    found: dict[str, list[int]] = {}
    reporter = models.reporter
    for chunk in bulk.chunks(contacts):
        query = (
            select(reporter.c.contact, _case.c.number)
            .join(_case, _case.c.number == reporter.c.case_number)
            .where(reporter.c.contact.in_(chunk), reporter.c.position > 0)
            .where(or_(_case.c.status.not_in(ENDED), _case.c.closed_at >= ended_since))
            .order_by(_case.c.number)
        )
        for contact, number in connection.execute(query):
            found.setdefault(contact, []).append(number)
    return found


def numbers_of_matters(connection: Connection, matters: Iterable[tuple[str, str]], *, since: datetime) -> list[int]:
    """Numbers of the open cases of these (area, category) pairs that somebody reported after a moment."""
    reporter = models.reporter
    found: set[int] = set()
    for chunk in bulk.chunks(matters):
        lately = exists().where(reporter.c.case_number == _case.c.number, reporter.c.joined_at >= since)
        query = select(_case.c.number).where(
            bulk.pairs_in(_case.c.area, _case.c.category, chunk),
            text(OPEN),
            or_(_case.c.opened_at >= since, lately),
        )
        found.update(connection.execute(query).scalars())
    return sorted(found)


def next_numbers(connection: Connection, first: int, count: int) -> list[int]:
    """Numbers that no other case has or will get, the lowest ``first``.

    On SQLite they follow the highest case, so that what is not used is no gap. On PostgreSQL a sequence
    gives them, so that engines do not queue for each other; what is not used should be kept for the next
    turn.
    """
    if connection.dialect.name == "sqlite":
        highest = connection.execute(select(func.max(_case.c.number))).scalar()
        start = max(first, (highest or 0) + 1)
        return list(range(start, start + count))
    numbers = _from_sequence(connection, count)
    if numbers and numbers[0] < first:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('case_number'))"))
        connection.execute(
            text("SELECT setval('case_number', greatest(:first - 1, (SELECT last_value FROM case_number)))"),
            {"first": first},
        )
        numbers = _from_sequence(connection, count)
    return numbers


def write(connection: Connection, cases: Collection[Case]) -> None:
    """Write cases as they are now, their words too where they carry them. Each counts one more version."""
    rows = [_row(case) for case in cases]
    bulk.upsert(connection, _case, rows, key=("number",), keep=_LEDGER_COLUMNS)
    texts = [_text_row(case) for case in cases if case.text is not None]
    bulk.upsert(connection, _text, texts, key=("case_number",))


def _with_text() -> Select[Any]:
    columns = (_case.c[name] for name in _FIELDS)
    texts = (_text.c[name] for name in _TEXT_FIELDS)
    return select(*columns, *texts).outerjoin(_text, _text.c.case_number == _case.c.number)


def _case_of(row: Any) -> Case:
    values = dict(zip(_FIELDS, row, strict=False))
    values["status"] = CaseStatus(values["status"])
    values["level"] = Level(values["level"])
    values["ladder"] = ladder_from_text(values["ladder"])
    return Case(**values, text=_text_of(row[len(_FIELDS) :]))


def _text_of(values: Sequence[Any]) -> CaseText | None:
    words = dict(zip(_TEXT_FIELDS, values, strict=True))
    if words["words"] is None:
        return None
    return CaseText(**{**words, "attachments": tuple(words["attachments"])})


def _row(case: Case) -> dict[str, Any]:
    row = {name: getattr(case, name) for name in _FIELDS}
    row.update(
        status=case.status.value,
        level=case.level.value,
        ladder=ladder_as_text(case.ladder),
        version=case.version + 1,
        seq=0,
        head="",
        sealed_seq=0,
    )
    return row


def _text_row(case: Case) -> dict[str, Any]:
    row = {name: getattr(case.text, name) for name in _TEXT_FIELDS}
    return {**row, "attachments": list(row["attachments"]), "case_number": case.number}


def _from_sequence(connection: Connection, count: int) -> list[int]:
    query = text("SELECT nextval('case_number') FROM generate_series(1, :count)")
    return sorted(connection.execute(query, {"count": count}).scalars())
