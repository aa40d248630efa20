"""The databases that tests are given: fresh, and of the kind that is asked for."""

from __future__ import annotations

from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from storage import schema
from storage.revisions import SchemaState
from tests.databases import Databases


def tables_of(url: str) -> list[str]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        return inspect(connection).get_table_names()


def test_a_fresh_database_is_empty(database_url: str) -> None:
    assert schema.check(database_url) is SchemaState.MISSING
    assert tables_of(database_url) == []


def test_a_ready_database_has_the_schema_of_this_version(ready_database_url: str) -> None:
    assert schema.check(ready_database_url) is SchemaState.CURRENT
    assert tables_of(ready_database_url)


def test_no_two_databases_are_the_same(databases: Databases) -> None:
    assert len({databases.empty(), databases.empty(), databases.ready(), databases.ready()}) == 4
