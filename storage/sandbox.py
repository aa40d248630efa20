"""How far the sandbox's clock is ahead of the wall, kept so that a restart never goes back; it tells no time
itself.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, select

from storage import bulk, models

_clock = models.sandbox_clock
_ROW = 1


def clock_offset(connection: Connection) -> timedelta:
    """The stored offset; nothing while the clock was never moved."""
    microseconds = connection.execute(select(_clock.c.offset_microseconds)).scalar()
    return timedelta(microseconds=microseconds or 0)


def keep_clock_offset(connection: Connection, offset: timedelta) -> None:
    """Store an offset. Raises ValueError for one that would set the clock back."""
    if offset < clock_offset(connection):
        raise ValueError("the sandbox's clock never goes back")
    row = {"id": _ROW, "offset_microseconds": offset // timedelta(microseconds=1)}
    bulk.upsert(connection, _clock, [row], key=("id",))
