"""Creating and upgrading a database: whole or not at all, and never a newer one."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import threading
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, make_url, text

from storage import schema
from storage.database import Database
from storage.errors import DatabaseDamaged, DatabaseNewer, DatabaseUnreachable, EngineRunning
from storage.models import METADATA
from storage.revisions import REVISIONS, SchemaState
from tests.databases import Databases


def test_a_new_database_is_made_once(database_url: str) -> None:
    assert schema.check(database_url) is SchemaState.MISSING
    assert schema.upgrade(database_url)
    assert schema.check(database_url) is SchemaState.CURRENT
    assert not schema.upgrade(database_url)


def test_the_migrations_make_what_the_models_declare(ready_database_url: str) -> None:
    with Database(ready_database_url, writer=True) as database, database.writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": _differs})
        assert compare_metadata(context, METADATA) == []


def _differs(context: Any, inspected: object, declared: object, found: Any, wanted: Any) -> bool:
    # The models' own column types look like others to alembic; what counts is how they are written in SQL.
    return bool(_sql(found, context) != _sql(wanted, context))


def _sql(kind: Any, context: Any) -> str:
    return str(kind.compile(context.dialect))


def test_the_list_of_revisions_is_the_order_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS


def test_an_older_database_is_brought_up_to_date(databases: Databases) -> None:
    url = databases.empty()
    _upgrade_and_die(url, statements=None, revision=REVISIONS[0])
    assert schema.check(url) is SchemaState.OUTDATED
    assert schema.upgrade(url)
    assert schema.check(url) is SchemaState.CURRENT


def test_a_newer_database_is_left_alone(ready_database_url: str) -> None:
    with Database(ready_database_url, writer=True) as database, database.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert schema.check(ready_database_url) is SchemaState.NEWER
    with pytest.raises(DatabaseNewer):
        schema.upgrade(ready_database_url)


@pytest.mark.parametrize("statements", [1, 2, 5, 12, 20, 33, 45, 52])
def test_a_kill_during_the_upgrade_leaves_nothing_behind(databases: Databases, statements: int) -> None:
    url = databases.empty()
    _upgrade_and_die(url, statements=statements)
    assert schema.check(url) is SchemaState.MISSING
    assert schema.upgrade(url)
    assert schema.check(url) is SchemaState.CURRENT


@pytest.mark.parametrize("statements", [6, 15])
def test_a_kill_during_a_later_upgrade_leaves_the_old_version(databases: Databases, statements: int) -> None:
    url = databases.empty()
    _upgrade_and_die(url, statements=None, revision=REVISIONS[0])
    _upgrade_and_die(url, statements=statements)
    assert schema.check(url) is SchemaState.OUTDATED
    assert schema.upgrade(url)


def test_two_programs_that_start_at_once_make_one_database(database_url: str) -> None:
    done: list[bool | type[Exception]] = []

    def start() -> None:
        try:
            done.append(schema.upgrade(database_url))
        except EngineRunning as refused:
            done.append(type(refused))

    threads = [threading.Thread(target=start) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done.count(True) == 1
    assert schema.check(database_url) is SchemaState.CURRENT


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("INSERT INTO alembic_version VALUES ('0000')", SchemaState.FOREIGN),
        ("DELETE FROM alembic_version", SchemaState.FOREIGN),
    ],
)
def test_a_database_that_contradicts_itself_is_left_alone(
    ready_database_url: str, change: str, state: SchemaState
) -> None:
    with Database(ready_database_url, writer=True) as database, database.writing() as connection:
        connection.execute(text(change))
    assert schema.check(ready_database_url) is state
    with pytest.raises(DatabaseDamaged):
        schema.upgrade(ready_database_url)


def test_an_upgrade_that_leaves_rows_without_their_parents_is_taken_back(sqlite: Databases) -> None:
    url = sqlite.empty()
    _upgrade_and_die(url, statements=None, revision=REVISIONS[0])
    with sqlite3.connect(url.removeprefix("sqlite:///")) as other:
        other.execute("INSERT INTO message_body VALUES (7, 'orphan', '', NULL, NULL, '[]')")
    other.close()
    with pytest.raises(DatabaseDamaged, match="message_body"):
        schema.upgrade(url)
    assert schema.check(url) is SchemaState.OUTDATED


def test_a_database_that_nobody_made_on_the_server_cannot_be_reached(postgresql: Databases) -> None:
    url = make_url(postgresql.empty()).set(database="not_there")
    with pytest.raises(DatabaseUnreachable):
        schema.check(url.render_as_string(hide_password=False))


def test_nothing_is_upgraded_under_a_running_engine(sqlite: Databases) -> None:
    url = sqlite.ready()
    with Database(url, writer=True), pytest.raises(EngineRunning):
        schema.upgrade(url)


def _upgrade_and_die(url: str, *, statements: int | None, revision: str = "head") -> None:
    """Upgrade in a process of its own, which kills itself after so many statements."""
    process = multiprocessing.get_context("fork").Process(target=_die_after, args=(url, statements, revision))
    process.start()
    process.join()
    assert process.exitcode == (0 if statements is None else 137)


def _die_after(url: str, statements: int | None, revision: str) -> None:
    count = 0

    def run(*_: object) -> None:
        nonlocal count
        count += 1
        if count == statements:
            os._exit(137)

    event.listen(Engine, "after_cursor_execute", run)
    schema.upgrade(url, revision)
    os._exit(0)
