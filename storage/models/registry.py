"""The city: areas, places, offices and who is posted where, as ``routing_rules.areas`` explains them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Text
from sqlmodel import Field

from storage.models.base import Row, UtcDateTime, table_of


class AreaRow(Row, table=True):
    """A district, street, community or grid."""

    __tablename__ = "area"

    code: str = Field(primary_key=True)
    #: Order in the registry's file.
    position: int
    level: str
    parent: str | None = None
    names: dict[str, str] = Field(sa_type=JSON)
    aliases: list[str] = Field(sa_type=JSON)


class PlaceRow(Row, table=True):
    """A named place inside one area. A code may stand on several stretches, so the position is the key."""

    __tablename__ = "place"

    position: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    code: str
    kind: str
    area: str
    names: dict[str, str] = Field(sa_type=JSON)
    aliases: list[str] = Field(sa_type=JSON)
    number_from: int | None = None
    number_to: int | None = None
    parity: str | None = None
    outline: str | None = Field(default=None, sa_type=Text)


class OfficeRow(Row, table=True):
    """An office or department."""

    __tablename__ = "office"

    code: str = Field(primary_key=True)
    position: int
    kind: str
    level: str
    area: str
    names: dict[str, str] = Field(sa_type=JSON)


class PostingRow(Row, table=True):
    """One person at one office."""

    __tablename__ = "posting"

    contact: str = Field(primary_key=True, foreign_key="contact.id")
    office: str = Field(primary_key=True)
    position: int
    language: str
    duty: str


class RegistryVersionRow(Row, table=True):
    """Counts every change of the registry; a single row."""

    __tablename__ = "registry_version"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    version: int
    changed_at: datetime = Field(sa_type=UtcDateTime)


area = table_of(AreaRow)
place = table_of(PlaceRow)
office = table_of(OfficeRow)
posting = table_of(PostingRow)
registry_version = table_of(RegistryVersionRow)
