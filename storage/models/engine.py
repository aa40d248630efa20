"""What the engine keeps about itself: how far the sandbox's clock is ahead."""

from __future__ import annotations

from sqlmodel import Field

from storage.models.base import BigId, Row, table_of


class SandboxClockRow(Row, table=True):
    """Offset of the sandbox's clock; a single row, absent while the clock was never moved."""

    __tablename__ = "sandbox_clock"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    offset_microseconds: int = Field(sa_type=BigId)


sandbox_clock = table_of(SandboxClockRow)
