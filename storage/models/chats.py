"""What chats need beyond texts: the buttons that were given out, and the photos that came in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, Text
from sqlmodel import Field

from storage.models.base import BigId, Row, UtcDateTime, partial_index, table_of


class ButtonRow(Row, table=True):
    """The columns of ``routing_rules.buttons.Button``; explained there."""

    __tablename__ = "button"

    digest: str = Field(primary_key=True)
    contact: str = Field(foreign_key="contact.id")
    case_number: int | None = Field(default=None, sa_type=BigId, index=True)
    seq: int | None = None
    action: str
    value: str = Field(sa_type=Text)
    offered_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)
    pressed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PhotoRow(Row, table=True):
    """A photo that came with a message, and what the worker made of it."""

    __tablename__ = "photo"
    __table_args__ = (partial_index("ix_photo_pending", "next_attempt_at", where="state = 'pending'"),)

    #: "<channel>/<external id>/<n>".
    id: str = Field(primary_key=True)
    #: Where the provider keeps it.
    url: str = Field(sa_type=Text)
    contact: str = Field(foreign_key="contact.id", index=True)
    case_number: int | None = Field(default=None, sa_type=BigId, index=True)
    #: See ``routing_rules.grid_work.PhotoPurpose``.
    purpose: str
    received_at: datetime = Field(sa_type=UtcDateTime)
    #: "pending", "kept" or "refused".
    state: str
    attempts: int
    next_attempt_at: datetime = Field(sa_type=UtcDateTime)
    #: Random name below the photos' folder, once it is kept.
    file: str | None = None
    #: Of the file as it is kept.
    sha256: str | None = None
    #: From its EXIF, which the kept file has no more.
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    lat: float | None = Field(default=None, sa_type=Double)
    lon: float | None = Field(default=None, sa_type=Double)
    #: Why it is not kept: "too_large", "not_a_photo", "gone" …
    refused: str | None = None


button = table_of(ButtonRow)
photo = table_of(PhotoRow)
