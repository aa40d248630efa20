"""Which versions of the schema there are, and whether a database has the right one; it changes nothing.

Kept apart from the migrations so that a start of the gateway need not load alembic (a third of a second).
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection, inspect, text

from storage.errors import DatabaseDamaged, DatabaseMissing, DatabaseNewer, DatabaseOutdated

#: Every revision in ``migrations/versions``, oldest first; a test compares the two.
REVISIONS = ("0001", "0002", "0003", "0004", "0005")


class SchemaState(StrEnum):
    """What the database's schema is to this version of the gateway."""

    #: No database, or one without any table.
    MISSING = "missing"
    OUTDATED = "outdated"
    CURRENT = "current"
    #: Made by a later version; not to be touched.
    NEWER = "newer"
    #: Tables, but none of ours, or more than one revision.
    FOREIGN = "foreign"


def state_of(connection: Connection) -> SchemaState:
    """Compare the database with ``REVISIONS``."""
    tables = set(inspect(connection).get_table_names())
    if "alembic_version" not in tables:
        return SchemaState.FOREIGN if tables else SchemaState.MISSING
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if not found:
        return SchemaState.FOREIGN if len(tables) > 1 else SchemaState.MISSING
    if len(found) > 1:
        return SchemaState.FOREIGN
    if found[0] == REVISIONS[-1]:
        return SchemaState.CURRENT
    return SchemaState.OUTDATED if found[0] in REVISIONS else SchemaState.NEWER


def refuse(state: SchemaState) -> None:
    """Raises the error that fits any state but CURRENT."""
    if state is SchemaState.MISSING:
        raise DatabaseMissing
    if state is SchemaState.OUTDATED:
        raise DatabaseOutdated
    if state is SchemaState.NEWER:
        raise DatabaseNewer
    if state is SchemaState.FOREIGN:
        raise DatabaseDamaged("its tables are not the gateway's")


def refuse_other_revisions(connection: Connection) -> None:
    """Raises the error that fits unless the schema is the one of this version."""
    refuse(state_of(connection))
