"""What engines keep about themselves: how far the sandbox's clock is ahead, and who does what only one may do."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from storage.models.base import BigId, Row, UtcDateTime, table_of


class SandboxClockRow(Row, table=True):
    """Offset of the sandbox's clock; a single row, absent while the clock was never moved."""

    __tablename__ = "sandbox_clock"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    offset_microseconds: int = Field(sa_type=BigId)


class LeaseRow(Row, table=True):
    """Something that only one process may do at a time, and who does it until when."""

    __tablename__ = "lease"

    name: str = Field(primary_key=True)
    holder: str
    until: datetime = Field(sa_type=UtcDateTime)


sandbox_clock = table_of(SandboxClockRow)
lease = table_of(LeaseRow)
