"""What all tables share: names of constraints, column types and the base class.

The names of constraints are fixed before any table is declared, so that a migration can always name what it
changes.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, Index, Integer, MetaData, Table, TypeDecorator, text
from sqlmodel import SQLModel

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Row(SQLModel):
    """Base of every table."""

    metadata = METADATA


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC. A naive datetime is refused; what is read back is aware and in UTC on both
    databases.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone before it is stored: {value.isoformat()}")
        moment = value.astimezone(UTC)
        # SQLite keeps text without a zone; all of it being UTC makes its order the order of time.
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class BigId(TypeDecorator[int]):
    """A growing number given by the database; SQLite counts only columns of the plain type INTEGER."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        kind = Integer() if dialect.name == "sqlite" else BigInteger()
        return dialect.type_descriptor(kind)  # type: ignore[no-untyped-call,unused-ignore]


def table_of(row: type[SQLModel]) -> Table:
    """The plain table that a model class declares."""
    table = row.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)  # noqa: S101 - tells mypy what every table=True class has
    return table


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over the rows that meet a condition, the same on both databases."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
