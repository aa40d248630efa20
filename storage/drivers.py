"""How to reach SQLite and PostgreSQL: addresses, files, locks and connections; transactions are
`storage.database`'s.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from storage.canonical import compact_json
from storage.errors import (
    DatabaseDamaged,
    DatabaseMissing,
    DatabaseUnreachable,
    DatabaseUnsupported,
    EngineRunning,
)

#: How long SQLite waits for a lock of another program, in milliseconds.
BUSY_MILLISECONDS = 5000
#: How long one statement may take on PostgreSQL, in milliseconds.
STATEMENT_MILLISECONDS = 30_000


def parse_url(url: str) -> URL:
    """A checked database address. Raises DatabaseUnsupported; its message never holds the password."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise DatabaseUnsupported from None
    if parsed.drivername in ("sqlite", "sqlite+pysqlite") and parsed.database not in (None, "", ":memory:"):
        return parsed
    if parsed.drivername == "postgresql+psycopg":
        return parsed
    raise DatabaseUnsupported(f"not {parsed.drivername}://")


def sqlite_path(url: URL) -> Path:
    """The file of an SQLite address."""
    return Path(url.database or "").absolute()


def refuse_unusable_file(path: Path) -> None:
    """Raises DatabaseMissing without a file, DatabaseDamaged for an empty one, DatabaseUnreachable when
    access is refused.

    An empty file is never taken for a new database: ours are created whole under another name and then
    renamed.
    """
    if not path.exists():
        raise DatabaseMissing
    if not os.access(path, os.R_OK | os.W_OK):
        raise DatabaseUnreachable("the file or its permissions do not allow reading and writing")
    if path.is_dir() or path.stat().st_size == 0:
        raise DatabaseDamaged("the file is empty or a folder")


class EngineLock:
    """The right to be the one engine of an SQLite file, held through an advisory lock on a file beside it.

    The system lets go of it when the process ends, however it ends; the lock file itself stays.
    """

    def __init__(self, database: Path) -> None:
        """Take the lock. Raises EngineRunning when another process (or another Database here) has it."""
        path = database.with_name(database.name + "-engine.lock")
        try:
            self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DatabaseUnreachable("no file can be made beside it") from error
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.release()
            raise EngineRunning from None

    def release(self) -> None:
        """Let the next engine in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def sqlite_engine(path: Path, *, writing: bool, connections: int, durable: bool = True) -> Engine:
    """Connections to an existing SQLite file; only the writing one checkpoints (two can corrupt the file
    before 3.51.3). Without ``durable`` a commit does not wait for the disk.
    """

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode=rw",
            uri=True,
            timeout=BUSY_MILLISECONDS / 1000,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute("PRAGMA foreign_keys=ON")
        if writing:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
            connection.execute("PRAGMA secure_delete=ON")
        else:
            connection.execute("PRAGMA wal_autocheckpoint=0")
            connection.execute("PRAGMA query_only=ON")
        return connection

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=BUSY_MILLISECONDS / 1000,
        json_serializer=compact_json,
        hide_parameters=True,
    )
    begin = "BEGIN IMMEDIATE" if writing else "BEGIN"
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def postgresql_engine(url: URL, *, writing: bool, connections: int) -> Engine:
    """A pool of PostgreSQL connections in UTC; the reading ones cannot write."""
    options = f"-c timezone=UTC -c statement_timeout={STATEMENT_MILLISECONDS} -c synchronous_commit=on"
    if not writing:
        options += " -c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read"
    return create_engine(
        url,
        connect_args={"options": options, "connect_timeout": 5},
        pool_size=connections,
        max_overflow=0,
        pool_timeout=BUSY_MILLISECONDS / 1000,
        pool_pre_ping=True,
        json_serializer=compact_json,
        hide_parameters=True,
    )
