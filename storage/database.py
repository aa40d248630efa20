"""The only place that begins, commits and rolls back; it knows transactions and never what is in them.

On SQLite there is one writing and checkpointing connection in all: an advisory lock beside the file keeps a
second engine out, and every other connection can only read. On PostgreSQL several engines may write, each
with its own pool.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import QueuePool

from storage.canonical import compact_json
from storage.errors import (
    DatabaseBusy,
    DatabaseConflict,
    DatabaseDamaged,
    DatabaseError,
    DatabaseFull,
    DatabaseMissing,
    DatabaseUnreachable,
    DatabaseUnsupported,
    EngineRunning,
)
from storage.revisions import refuse_other_revisions

#: How long SQLite waits for a lock of another program, in milliseconds.
BUSY_MILLISECONDS = 5000
#: How long one statement may take on PostgreSQL, in milliseconds.
STATEMENT_MILLISECONDS = 30_000


class Database:
    """One database, seen by one process.

    A writer holds the right to write (on SQLite the only one); anybody else can only read. Safe between
    threads.
    """

    def __init__(self, url: str, *, writer: bool, readers: int = 8) -> None:
        """Open an existing database whose schema is the one of this version.

        ``readers`` is how many threads can read at once. Raises DatabaseUnsupported, DatabaseMissing,
        DatabaseOutdated, DatabaseNewer, DatabaseDamaged, DatabaseUnreachable, or (for a writer on SQLite)
        EngineRunning.
        """
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            refuse_unusable_file(sqlite_path(self.url))
        self._lock = EngineLock(sqlite_path(self.url)) if writer and self.is_sqlite else None
        self._engines: list[Engine] = []
        try:
            self._read = self._open(writing=False, connections=readers)
            self._write = self._open(writing=True, connections=1 if self.is_sqlite else 4) if writer else None
            self.check()
        except BaseException:
            self.close()
            raise

    @property
    def writable(self) -> bool:
        """Whether this process may write."""
        return self._write is not None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that is committed at the end of the block, or rolled back whole when the block
        raises.

        It holds SQLite's write lock from its first moment (``BEGIN IMMEDIATE``): a transaction that begins
        by reading and wants to write later fails at once when another one was faster, without waiting.
        Raises DatabaseError.
        """
        if self._write is None:
            raise RuntimeError("this Database was opened for reading only")
        with named_errors(), self._write.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent picture of one moment; what is written in it is refused. Raises DatabaseError."""
        with named_errors(), self._read.connect() as connection:
            transaction = connection.begin()
            try:
                yield connection
            finally:
                transaction.rollback()

    def check(self) -> None:
        """Whether the database answers, has the right schema and (for a writer) lets us write. Raises
        DatabaseError.
        """
        with self.reading() as connection:
            refuse_other_revisions(connection)
        if self._write is not None:
            with self.writing():
                pass

    def checkpoint(self) -> None:
        """Bring SQLite's log home into the file and empty it, so that erased bytes are gone from both.

        On PostgreSQL, where dead rows keep their bytes, erased tables must be rewritten with VACUUM FULL by
        an operator.
        """
        if self.is_sqlite and self._write is not None:
            with named_errors(), self._write.connect() as connection:
                _raw(connection).execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close every connection and let the next engine in. Harmless when it is closed already."""
        for engine in self._engines:
            engine.dispose()
        self._engines.clear()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self, *, writing: bool, connections: int) -> Engine:
        if self.is_sqlite:
            engine = sqlite_engine(sqlite_path(self.url), writing=writing, connections=connections)
        else:
            engine = postgresql_engine(self.url, writing=writing, connections=connections)
        self._engines.append(engine)
        return engine


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


def sqlite_engine(path: Path, *, writing: bool, connections: int) -> Engine:
    """Connections to an existing SQLite file; only the writing one checkpoints (two can corrupt the file
    before 3.51.3).
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
            connection.execute("PRAGMA synchronous=FULL")
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
    )


@contextmanager
def named_errors() -> Iterator[None]:
    """Turn what the drivers raise into the errors of ``storage.errors``; statements and values stay out of
    the message.
    """
    try:
        yield
    except IntegrityError as error:
        raise DatabaseConflict(_constraint_of(error)) from error
    except DBAPIError as error:
        raise _named(error.orig) from error
    except sqlite3.Error as error:
        raise _named(error) from error
    except PoolTimeout as error:
        raise DatabaseBusy("every connection is in use") from error


_SQLITE_ERRORS: dict[int, type[DatabaseError]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_INTERRUPT: DatabaseBusy,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnreachable,
    sqlite3.SQLITE_IOERR: DatabaseUnreachable,
    sqlite3.SQLITE_PERM: DatabaseUnreachable,
    sqlite3.SQLITE_READONLY: DatabaseUnreachable,
}

#: SQLSTATE or its class (two characters) to our error; the longer one is looked up first.
_POSTGRESQL_ERRORS: dict[str, type[DatabaseError]] = {
    "40": DatabaseBusy,
    "55P03": DatabaseBusy,
    "57014": DatabaseBusy,
    "53100": DatabaseFull,
    "53": DatabaseUnreachable,
    "08": DatabaseUnreachable,
    "57": DatabaseUnreachable,
    "28": DatabaseUnreachable,
    "3D": DatabaseMissing,
    "58": DatabaseUnreachable,
    "XX": DatabaseDamaged,
}


def _named(error: BaseException | None) -> Exception:
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        kind = _SQLITE_ERRORS.get(code & 0xFF) if code is not None else None
        detail = getattr(error, "sqlite_errorname", "")
    else:
        state = str(getattr(error, "sqlstate", None) or "08")
        kind = _POSTGRESQL_ERRORS.get(state) or _POSTGRESQL_ERRORS.get(state[:2])
        detail = f"SQLSTATE {state}"
    if kind is None:
        # A programming error of ours: it must surface as such and not be retried.
        return error if isinstance(error, Exception) else RuntimeError(str(error))
    return kind(detail)


def _constraint_of(error: IntegrityError) -> str:
    diagnostics = getattr(error.orig, "diag", None)
    if diagnostics is not None:
        return str(diagnostics.constraint_name or diagnostics.table_name or "")
    # SQLite's message names tables and columns only, never values.
    return str(error.orig)


def _raw(connection: Connection) -> Any:
    return connection.connection.dbapi_connection
