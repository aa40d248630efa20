"""Everything that can be wrong with the database, as few named errors; this room handles none of them.

::

    DatabaseError
    ├── DatabaseBusy         retryable
    ├── DatabaseConflict     retryable
    ├── DatabaseFull         retryable
    ├── DatabaseUnreachable  retryable
    ├── DatabaseDamaged
    ├── DatabaseMissing
    ├── DatabaseOutdated
    ├── DatabaseNewer
    ├── DatabaseUnsupported
    └── EngineRunning
"""

from __future__ import annotations


class DatabaseError(Exception):
    """The database refused."""

    #: Whether doing the same again later can succeed.
    retryable = False

    def __init__(self, detail: str = "") -> None:
        """The message is the docstring's first paragraph, followed by a detail without any personal data."""
        sentence = " ".join((type(self).__doc__ or "").split("\n\n")[0].split())
        super().__init__(f"{sentence} ({detail})" if detail else sentence)


class DatabaseBusy(DatabaseError):
    """The database is busy: another program holds it locked. Nothing was written; try again."""

    retryable = True


class DatabaseConflict(DatabaseError):
    """What was to be written contradicts what stands in the database; another writer may have been first.

    Nothing was written. The turn is done again, item by item.
    """

    retryable = True


class DatabaseFull(DatabaseError):
    """The disk of the database is full. Nothing was written; make room and the gateway goes on by itself."""

    retryable = True


class DatabaseUnreachable(DatabaseError):
    """The database cannot be reached, read or written. Whether a commit under way succeeded is not known."""

    retryable = True


class DatabaseDamaged(DatabaseError):
    """The database file is damaged or no database at all. It was left untouched; restore a backup."""


class DatabaseMissing(DatabaseError):
    """There is no database yet. Create it with: gridgate db upgrade."""


class DatabaseOutdated(DatabaseError):
    """The database was made by an older version of the gateway. Bring it up to date with: gridgate db
    upgrade.
    """


class DatabaseNewer(DatabaseError):
    """The database was made by a newer version of the gateway, which this one must not touch. Use the newer
    one.
    """


class DatabaseUnsupported(DatabaseError):
    """The database address must begin with sqlite:/// (and name a file) or postgresql+psycopg://."""


class EngineRunning(DatabaseError):
    """Another engine already writes to this SQLite file. Hand it the command, or stop it first."""
