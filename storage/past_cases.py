"""Reads what cases were about, oldest first, for rehearsing a changed rulebook. Nothing is written here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from routing_rules.decisions import EntryKind
from storage import models

_case = models.case
_text = models.case_text
_ledger = models.ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCase:
    """One case as it was understood."""

    number: int
    opened_at: datetime
    category: str | None
    area: str | None
    #: What was written first; empty once it is erased.
    words: str
    #: A person said what it is about or where.
    corrected: bool


def past_cases(connection: Connection) -> Iterator[PastCase]:
    """All cases by number."""
    query = select(_ledger.c.case_number).where(_ledger.c.kind == EntryKind.CORRECTED.value).distinct()
    corrected = set(connection.execute(query).scalars())
    columns = (_case.c.number, _case.c.opened_at, _case.c.category, _case.c.area, _text.c.words)
    joined = _case.outerjoin(_text, _text.c.case_number == _case.c.number)
    for row in connection.execute(select(*columns).select_from(joined).order_by(_case.c.number)):
        yield PastCase(
            number=row.number,
            opened_at=row.opened_at,
            category=row.category,
            area=row.area,
            words=row.words or "",
            corrected=row.number in corrected,
        )


__all__ = ["PastCase", "past_cases"]
