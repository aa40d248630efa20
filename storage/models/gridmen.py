"""Gridmen: invites and bindings, duty times, the diary, and where their phones were while on duty."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Double, Text, UniqueConstraint
from sqlmodel import Field

from storage.models.base import BigId, Row, UtcDateTime, partial_index, table_of


class BindingRow(Row, table=True):
    """The columns of ``routing_rules.grid_work.Binding``; explained there."""

    __tablename__ = "binding"
    __table_args__ = (UniqueConstraint("digest"),)

    id: str = Field(primary_key=True)
    digest: str
    contact: str = Field(foreign_key="contact.id", index=True)
    offices: list[str] = Field(sa_type=JSON)
    cover: bool
    language: str
    invited_by: str
    invited_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    bound_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unbound_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DutyRow(Row, table=True):
    """A time on duty."""

    __tablename__ = "duty"
    __table_args__ = (partial_index("uq_duty_open", "contact", where="ended_at IS NULL", unique=True),)

    contact: str = Field(primary_key=True, foreign_key="contact.id")
    began_at: datetime = Field(primary_key=True, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DiaryRow(Row, table=True):
    """An entry of the people's diary, without its words."""

    __tablename__ = "diary"

    #: "<channel>/<external id>" of its message.
    id: str = Field(primary_key=True)
    contact: str = Field(foreign_key="contact.id", index=True)
    grid: str = Field(index=True)
    written_at: datetime = Field(sa_type=UtcDateTime)
    place_key: str
    case_number: int | None = Field(default=None, sa_type=BigId)
    has_photo: bool
    score: int
    merits: list[str] = Field(sa_type=JSON)


class DiaryTextRow(Row, table=True):
    """The words of an entry. Deleting the row erases them."""

    __tablename__ = "diary_text"

    id: str = Field(primary_key=True, foreign_key="diary.id")
    words: str = Field(sa_type=Text)


class PositionRow(Row, table=True):
    """Where a gridman's phone was while he was on duty; kept for some weeks."""

    __tablename__ = "position"

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    contact: str = Field(foreign_key="contact.id", index=True)
    #: As the phone says.
    measured_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    lat: float = Field(sa_type=Double)
    lon: float = Field(sa_type=Double)
    #: Radius of uncertainty in metres, where known.
    accuracy: float | None = Field(default=None, sa_type=Double)
    #: Too uncertain to say where he was.
    vague: bool
    #: Nobody travels that fast from the one before.
    jump: bool


class LastPositionRow(Row, table=True):
    """The latest position of each gridman, so that a map reads one row a person."""

    __tablename__ = "last_position"

    contact: str = Field(primary_key=True, foreign_key="contact.id")
    measured_at: datetime = Field(sa_type=UtcDateTime)
    received_at: datetime = Field(sa_type=UtcDateTime)
    lat: float = Field(sa_type=Double)
    lon: float = Field(sa_type=Double)
    accuracy: float | None = Field(default=None, sa_type=Double)
    vague: bool
    jump: bool


binding = table_of(BindingRow)
duty = table_of(DutyRow)
diary = table_of(DiaryRow)
diary_text = table_of(DiaryTextRow)
position = table_of(PositionRow)
last_position = table_of(LastPositionRow)
