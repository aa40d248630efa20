"""The only place that begins, commits and rolls back; it knows transactions and never what is in them.

On SQLite there is one writing and checkpointing connection in all: an advisory lock beside the file keeps a
second engine out, and every other connection can only read. On PostgreSQL several engines may write, each
with its own pool.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine

from storage.drivers import (
    EngineLock,
    parse_url,
    postgresql_engine,
    refuse_unusable_file,
    sqlite_engine,
    sqlite_path,
)
from storage.named_errors import named_errors
from storage.revisions import refuse_other_revisions


class Database:
    """One database, seen by one process.

    A writer holds the right to write (on SQLite the only one); anybody else can only read. Safe between
    threads.
    """

    def __init__(self, url: str, *, writer: bool, readers: int = 8, durable: bool = True) -> None:
        """Open an existing database whose schema is the one of this version.

        ``readers`` is how many threads can read at once. ``durable=False`` is for a database that nobody
        misses when the machine stops: on SQLite a commit then does not wait for the disk. Raises
        DatabaseUnsupported, DatabaseMissing, DatabaseOutdated, DatabaseNewer, DatabaseDamaged,
        DatabaseUnreachable, or (for a writer on SQLite) EngineRunning.
        """
        self.url = parse_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            refuse_unusable_file(sqlite_path(self.url))
        self._lock = EngineLock(sqlite_path(self.url)) if writer and self.is_sqlite else None
        self._durable = durable
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
            engine = sqlite_engine(
                sqlite_path(self.url), writing=writing, connections=connections, durable=self._durable
            )
        else:
            engine = postgresql_engine(self.url, writing=writing, connections=connections)
        self._engines.append(engine)
        return engine


def _raw(connection: Connection) -> Any:
    return connection.connection.dbapi_connection
