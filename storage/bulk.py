"""Many rows in one statement, the same on both databases; it knows tables and columns and never what they
mean.

SQLite takes a prepared statement and a list of rows. PostgreSQL takes all rows as one JSON parameter, which
costs a round trip a statement instead of one a row and half of what arrays cost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    column,
    false,
    func,
    or_,
    select,
)
from sqlalchemy import update as sql_update
from sqlalchemy.dialects import postgresql, sqlite

from storage.canonical import compact_json

Row = Mapping[str, Any]
Item = TypeVar("Item")

#: Most values in one IN list.
CHUNK = 500


def chunks(items: Iterable[Item]) -> Iterator[list[Item]]:
    """The items, each once and in order, in lists short enough for an IN."""
    unique = list(dict.fromkeys(items))
    for start in range(0, len(unique), CHUNK):
        yield unique[start : start + CHUNK]


def pairs_in(first: Any, second: Any, pairs: Iterable[tuple[Any, Any]]) -> ColumnElement[bool]:
    """Whether two columns hold one of these pairs. SQLite reads a whole table for several of them as tuples; written
    like this both databases use the index.
    """
    seconds: dict[Any, list[Any]] = {}
    for one, other in pairs:
        seconds.setdefault(one, []).append(other)
    return or_(false(), *(and_(first == one, second.in_(others)) for one, others in seconds.items()))


def insert(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that all have the same columns. Raises IntegrityError when one is there already."""
    _run(connection, table, rows, key=(), update=())


def insert_or_ignore(connection: Connection, table: Table, rows: Sequence[Row], key: tuple[str, ...]) -> None:
    """Insert the rows whose key is not there yet."""
    _run(connection, table, rows, key=key, update=())


def upsert(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    key: tuple[str, ...],
    keep: tuple[str, ...] = (),
) -> None:
    """Insert rows or overwrite those with the same key; columns in ``keep`` are set on insert only.

    No key may come twice in one call.
    """
    if rows:
        update = tuple(name for name in rows[0] if name not in key and name not in keep)
        _run(connection, table, rows, key=key, update=update)


def insert_returning(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    key: tuple[str, ...] = (),
    returning: tuple[str, ...],
) -> list[Any]:
    """Insert rows (leaving out those whose ``key`` is there, if one is given) and read columns of the new
    ones back.
    """
    if not rows:
        return []
    columns = tuple(rows[0])
    make = _sqlite_insert if connection.dialect.name == "sqlite" else _postgresql_insert
    statement = make(table, columns, key, ()).returning(*(table.c[name] for name in returning))
    return list(connection.execute(statement, _parameters(connection, table, rows)).all())


def update(connection: Connection, table: Table, rows: Sequence[Row], key: tuple[str, ...]) -> None:
    """Set the other columns of the rows that have these keys; unknown keys are passed over."""
    if rows:
        columns = tuple(rows[0])
        if connection.dialect.name == "sqlite":
            values = [{f"b_{name}": value for name, value in row.items()} for row in rows]
            connection.execute(_sqlite_update(table, columns, key), values)
        else:
            statement = _postgresql_update(table, columns, key)
            connection.execute(statement, _parameters(connection, table, rows))


def _run(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    *,
    key: tuple[str, ...],
    update: tuple[str, ...],
) -> None:
    if rows:
        make = _sqlite_insert if connection.dialect.name == "sqlite" else _postgresql_insert
        statement = make(table, tuple(rows[0]), key, update)
        connection.execute(statement, _parameters(connection, table, rows))


def _parameters(connection: Connection, table: Table, rows: Sequence[Row]) -> Any:
    return rows if connection.dialect.name == "sqlite" else {"rows": _as_json(table, rows)}


@cache
def _sqlite_insert(table: Table, columns: tuple[str, ...], key: tuple[str, ...], update: tuple[str, ...]) -> Any:
    statement = sqlite.insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in columns})
    return _on_conflict(statement, key, update)


@cache
def _postgresql_insert(table: Table, columns: tuple[str, ...], key: tuple[str, ...], update: tuple[str, ...]) -> Any:
    source = _recordset(table, columns)
    statement = postgresql.insert(table).from_select(
        list(columns), select(*(source.c[name] for name in columns)), include_defaults=False
    )
    return _on_conflict(statement, key, update)


def _on_conflict(statement: Any, key: tuple[str, ...], update: tuple[str, ...]) -> Any:
    if update:
        values = {name: statement.excluded[name] for name in update}
        return statement.on_conflict_do_update(index_elements=list(key), set_=values)
    return statement.on_conflict_do_nothing(index_elements=list(key)) if key else statement


@cache
def _sqlite_update(table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Any:
    bound = {name: bindparam(f"b_{name}", type_=table.c[name].type) for name in columns}
    statement = sql_update(table).where(*(table.c[name] == bound[name] for name in key))
    return statement.values({name: bound[name] for name in columns if name not in key})


@cache
def _postgresql_update(table: Table, columns: tuple[str, ...], key: tuple[str, ...]) -> Any:
    source = _recordset(table, columns)
    statement = sql_update(table).where(*(table.c[name] == source.c[name] for name in key))
    return statement.values({name: source.c[name] for name in columns if name not in key})


def _recordset(table: Table, columns: tuple[str, ...]) -> Any:
    fields = [column(name, table.c[name].type) for name in columns]
    # Bound as text, since the driver would otherwise encode the JSON a second time.
    document = cast(bindparam("rows", type_=Text), postgresql.JSON)
    source = func.json_to_recordset(document).table_valued(*fields)
    return source.render_derived(name="incoming", with_types=True)


def _as_json(table: Table, rows: Sequence[Row]) -> str:
    documents = {name for name in rows[0] if isinstance(table.c[name].type, JSON)}
    return compact_json(
        [{name: value if name in documents else _plain(value) for name, value in row.items()} for row in rows]
    )


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone before it is stored: {value.isoformat()}")
        return value.astimezone(UTC).isoformat()
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return value
