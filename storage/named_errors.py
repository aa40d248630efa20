"""Turns what the drivers raise into the few errors of `storage.errors`; it decides only which one fits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from storage.errors import (
    DatabaseBusy,
    DatabaseConflict,
    DatabaseDamaged,
    DatabaseError,
    DatabaseFull,
    DatabaseUnreachable,
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
        raise _named(error.orig, lost=isinstance(error, InterfaceError | OperationalError)) from error
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
    "25006": DatabaseUnreachable,
    "28": DatabaseUnreachable,
    "58": DatabaseUnreachable,
    "XX": DatabaseDamaged,
}


def _named(error: BaseException | None, *, lost: bool = False) -> Exception:
    """The error that fits. ``lost`` tells that a driver's error without a code means a lost connection."""
    if isinstance(error, sqlite3.Error):
        code = getattr(error, "sqlite_errorcode", None)
        kind = _SQLITE_ERRORS.get(code & 0xFF) if code is not None else None
        detail = getattr(error, "sqlite_errorname", "")
    else:
        state = str(getattr(error, "sqlstate", None) or ("08" if lost else ""))
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
