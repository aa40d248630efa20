"""Reads what people corrected, as rows to learn from: the words of a case and the category it really has.

Nothing is written here. Words that were erased teach nothing any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from routing_rules.decisions import EntryKind
from storage import models

_text = models.case_text
_ledger = models.ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A case whose category a person corrected."""

    case_number: int
    #: As the resident wrote it.
    words: str
    #: What it is, by the last correction.
    category: str


def corrections(connection: Connection) -> Iterator[Correction]:
    """The corrected cases by number. A correction of the place alone says nothing about the category."""
    query = (
        select(_ledger.c.case_number, _ledger.c.data, _text.c.words)
        .join(_text, _text.c.case_number == _ledger.c.case_number)
        .where(_ledger.c.kind == EntryKind.CORRECTED.value, _text.c.words != "")
        .order_by(_ledger.c.case_number, _ledger.c.seq)
    )
    last: Correction | None = None
    for row in connection.execute(query):
        data = json.loads(row.data)
        category = data.get("category")
        if category is None or category == data.get("category_before"):
            continue
        if last is not None and last.case_number != row.case_number:
            yield last
        last = Correction(case_number=row.case_number, words=row.words, category=category)
    if last is not None:
        yield last


__all__ = ["Correction", "corrections"]
