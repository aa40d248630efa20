"""Brings a database to the schema of this version, whole or not at all; it knows versions and never data.

A new SQLite file is made under another name and renamed when it is complete; an existing one, and
PostgreSQL, are changed in one transaction. So a kill at any moment leaves either the old schema or the new
one.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.pool import NullPool

from storage.drivers import EngineLock, parse_url, postgresql_engine, refuse_unusable_file, sqlite_path
from storage.errors import DatabaseDamaged, DatabaseMissing
from storage.named_errors import named_errors
from storage.revisions import SchemaState, refuse, state_of


def check(url: str) -> SchemaState:
    """What the schema of a database is to this version; nothing is changed.

    Raises DatabaseUnsupported, DatabaseUnreachable or DatabaseDamaged.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        try:
            refuse_unusable_file(sqlite_path(parsed))
        except DatabaseMissing:
            return SchemaState.MISSING
        engine = _sqlite(sqlite_path(parsed), mode="rw")
    else:
        engine = postgresql_engine(parsed, writing=False, connections=1)
    try:
        with named_errors(), engine.connect() as connection:
            return state_of(connection)
    finally:
        engine.dispose()


def upgrade(url: str, revision: str = "head") -> bool:
    """Create the database or bring it up to date (or to an older revision than this version's, for tests of
    the way there); returns whether anything had to be done.

    Raises DatabaseNewer for one made by a later version, DatabaseDamaged for one that is not ours,
    EngineRunning while an engine writes to the SQLite file, DatabaseUnreachable, DatabaseUnsupported.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _upgrade_sqlite(sqlite_path(parsed), revision)
    engine = postgresql_engine(parsed, writing=True, connections=1)
    try:
        with named_errors(), engine.connect() as connection, connection.begin():
            # Two programs that start at once upgrade one after the other.
            connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('gridgate schema'))"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            return _upgrade(connection, revision)
    finally:
        engine.dispose()


def _upgrade_sqlite(path: Path, revision: str) -> bool:
    lock = EngineLock(path)
    try:
        if not path.exists():
            _create_sqlite(path, revision)
            return True
        refuse_unusable_file(path)
        return _change_sqlite(path, revision, mode="rw")
    finally:
        lock.release()


def _create_sqlite(path: Path, revision: str) -> None:
    unfinished = path.with_name(path.name + "-new")
    for leftover in (unfinished, unfinished.with_name(unfinished.name + "-journal")):
        leftover.unlink(missing_ok=True)
    _change_sqlite(unfinished, revision, mode="rwc")
    for name in (unfinished, path.parent):
        _sync(name, folder=name is path.parent)
        if name is unfinished:
            unfinished.rename(path)


def _change_sqlite(path: Path, revision: str, *, mode: str) -> bool:
    engine = _sqlite(path, mode=mode)
    try:
        with named_errors(), engine.connect() as connection, connection.begin():
            changed = _upgrade(connection, revision)
            wrong = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
            if wrong is not None:
                raise DatabaseDamaged(f"table {wrong[0]} refers to rows that are not there")
            return changed
    finally:
        engine.dispose()


def _upgrade(connection: Connection, revision: str) -> bool:
    state = state_of(connection)
    if state is SchemaState.CURRENT:
        return False
    if state not in (SchemaState.MISSING, SchemaState.OUTDATED):
        refuse(state)
    # Loading alembic takes a third of a second, which only those who need it shall pay.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
    return True


def _sqlite(path: Path, *, mode: str) -> Engine:
    def connect() -> sqlite3.Connection:
        # Foreign keys stay off: rebuilding a table that others refer to would delete their rows.
        return sqlite3.connect(f"file:{quote(str(path))}?mode={mode}", uri=True, timeout=5, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _sync(path: Path, *, folder: bool) -> None:
    descriptor = os.open(path, os.O_RDONLY | (os.O_DIRECTORY if folder else 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
