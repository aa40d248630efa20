"""The people's diary: entries with their scores, their words apart so that they can be erased."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Connection, select

from routing_rules.grid_work import DiaryEntry
from storage import bulk, models

_diary = models.diary
_text = models.diary_text


def of_people(connection: Connection, people: Iterable[str], since: datetime) -> list[DiaryEntry]:
    """What these people wrote after a moment, oldest first; erased words are empty."""
    found: list[DiaryEntry] = []
    for chunk in bulk.chunks(people):
        query = (
            select(_diary, _text.c.words)
            .outerjoin(_text, _text.c.id == _diary.c.id)
            .where(_diary.c.contact.in_(chunk), _diary.c.written_at > since)
            .order_by(_diary.c.written_at, _diary.c.id)
        )
        for row in connection.execute(query):
            values = {**row._mapping, "merits": tuple(row.merits), "words": row.words or ""}
            found.append(DiaryEntry(**values))
    return found


def write(connection: Connection, entries: Collection[DiaryEntry]) -> None:
    """Write entries as they are now."""
    rows = [
        {
            "id": each.id,
            "contact": each.contact,
            "grid": each.grid,
            "written_at": each.written_at,
            "place_key": each.place_key,
            "case_number": each.case_number,
            "has_photo": each.has_photo,
            "score": each.score,
            "merits": list(each.merits),
        }
        for each in entries
    ]
    bulk.upsert(connection, _diary, rows, key=("id",))
    bulk.upsert(connection, _text, [{"id": each.id, "words": each.words} for each in entries], key=("id",))
