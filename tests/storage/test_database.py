"""The only begin, commit and rollback, and the errors with names."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import make_url, select, text
from sqlalchemy.exc import StatementError

from storage import bulk, errors, models, schema
from storage.database import Database
from storage.drivers import sqlite_path
from storage.errors import (
    DatabaseBusy,
    DatabaseConflict,
    DatabaseDamaged,
    DatabaseError,
    DatabaseFull,
    DatabaseMissing,
    DatabaseNewer,
    DatabaseOutdated,
    DatabaseUnreachable,
    DatabaseUnsupported,
    EngineRunning,
)
from tests.databases import Databases
from tests.storage.samples import NOW

SHANGHAI = ZoneInfo("Asia/Shanghai")
_chain = models.engine_chain


def _row(name: str = "main", seq: int = 0) -> dict[str, object]:
    return {"name": name, "seq": seq, "head": "", "sealed_seq": 0}


def _file(databases: Databases) -> Path:
    return Path(databases.ready().removeprefix("sqlite:///"))


def test_what_a_block_writes_is_there_after_it(database: Database) -> None:
    with database.writing() as connection:
        bulk.insert(connection, _chain, [_row()])
    with database.reading() as connection:
        assert connection.execute(select(_chain.c.name)).scalars().all() == ["main"]


def test_a_block_that_raises_has_written_nothing(database: Database) -> None:
    def fail() -> None:
        with database.writing() as connection:
            bulk.insert(connection, _chain, [_row()])
            raise LookupError("on the way")

    with pytest.raises(LookupError):
        fail()
    with database.reading() as connection:
        assert connection.execute(select(_chain)).all() == []


def test_a_reader_sees_one_moment_and_cannot_write(database: Database) -> None:
    with database.reading() as reader:
        assert reader.execute(select(_chain)).all() == []
        with database.writing() as writer:
            bulk.insert(writer, _chain, [_row()])
        assert reader.execute(select(_chain)).all() == []
    with pytest.raises(DatabaseUnreachable), database.reading() as reader:
        bulk.insert(reader, _chain, [_row("other")])


def test_a_database_opened_for_reading_refuses_to_write(ready_database_url: str) -> None:
    with Database(ready_database_url, writer=False) as database:
        assert not database.writable
        with pytest.raises(RuntimeError), database.writing():
            pass


def test_moments_come_back_aware_and_in_utc(database: Database) -> None:
    local = datetime(2026, 8, 18, 9, 20, 4, 123456, tzinfo=SHANGHAI)
    with database.writing() as connection:
        bulk.insert(connection, models.registry_version, [{"id": 1, "version": 1, "changed_at": local}])
        stored = connection.execute(select(models.registry_version.c.changed_at)).scalar_one()
    assert stored == local
    assert stored.utcoffset() == timedelta(0)
    assert stored.tzinfo is UTC or stored.tzname() == "UTC"


def test_a_naive_moment_is_refused(database: Database) -> None:
    naive = datetime(2026, 8, 18)
    with pytest.raises((ValueError, StatementError), match="time zone"), database.writing() as connection:
        bulk.insert(connection, models.registry_version, [{"id": 1, "version": 1, "changed_at": naive}])


def test_a_contradiction_has_a_name(database: Database) -> None:
    with pytest.raises(DatabaseConflict) as refused, database.writing() as connection:
        bulk.insert(connection, _chain, [_row(), _row()])
    assert refused.value.retryable


def test_four_writing_threads_lose_nothing(database: Database) -> None:
    with database.writing() as connection:
        bulk.insert(connection, _chain, [_row()])
    problems: list[BaseException] = []

    def count() -> None:
        try:
            for _ in range(50):
                with database.writing() as connection:
                    query = select(_chain.c.seq).with_for_update()
                    seq = connection.execute(query).scalar_one()
                    bulk.update(connection, _chain, [{"name": "main", "seq": seq + 1}], key=("name",))
        except BaseException as problem:
            problems.append(problem)

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    with database.reading() as connection:
        assert connection.execute(select(_chain.c.seq)).scalar_one() == 200


def test_every_write_on_sqlite_begins_with_the_lock(sqlite: Databases) -> None:
    with Database(sqlite.ready(), writer=True) as database, database.writing() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
        other = sqlite3.connect(sqlite_path(database.url), timeout=0)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def test_the_writing_connection_is_durable_and_wipes_what_it_deletes(sqlite: Databases) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 5000}
    with Database(sqlite.ready(), writer=True) as database:
        with database.writing() as connection:
            found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}
            assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 1000
        with database.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA wal_autocheckpoint").scalar() == 0
    assert found == wanted


def test_a_second_engine_on_one_sqlite_file_is_refused(sqlite: Databases) -> None:
    url = sqlite.ready()
    with Database(url, writer=True):
        with pytest.raises(EngineRunning):
            Database(url, writer=True)
        with Database(url, writer=False) as reader:
            reader.check()
        code = f"from storage.database import Database; Database({url!r}, writer=True)"
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "EngineRunning" in other.stderr
    with Database(url, writer=True):
        pass


def test_several_engines_share_one_postgresql(postgresql: Databases) -> None:
    url = postgresql.ready()
    with Database(url, writer=True) as one, Database(url, writer=True) as other:
        for database, name in ((one, "a"), (other, "b")):
            with database.writing() as connection:
                bulk.insert(connection, _chain, [_row(name)])


def test_a_lock_held_by_another_program_is_called_busy(sqlite: Databases) -> None:
    with Database(sqlite.ready(), writer=True) as database:
        with database.writing() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=20")
        other = sqlite3.connect(sqlite_path(database.url), isolation_level=None)
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseBusy) as refused, database.writing():
            pass
        assert refused.value.retryable
        other.execute("ROLLBACK")
        other.close()
        database.check()


def test_a_full_disk_has_a_name_and_leaves_nothing_half_written(sqlite: Databases) -> None:
    with Database(sqlite.ready(), writer=True) as database:
        with database.writing() as connection:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        with database.writing() as connection:
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
        rows = [_row(f"{number:06}" * 20) for number in range(2000)]
        with pytest.raises(DatabaseFull), database.writing() as connection:
            bulk.insert(connection, _chain, rows)
        with database.writing() as connection:
            assert connection.execute(select(_chain)).all() == []
            connection.exec_driver_sql("PRAGMA max_page_count=1000000")
        with database.writing() as connection:
            bulk.insert(connection, _chain, rows)


def test_a_missing_database_is_not_made_on_opening(sqlite: Databases) -> None:
    url = sqlite.empty()
    with pytest.raises(DatabaseMissing):
        Database(url, writer=True)
    assert not sqlite_path(make_url(url)).exists()


def test_an_empty_file_is_not_taken_for_a_new_database(sqlite: Databases) -> None:
    file = _file(sqlite)
    file.write_bytes(b"")
    with pytest.raises(DatabaseDamaged):
        Database(f"sqlite:///{file}", writer=True)
    with pytest.raises(DatabaseDamaged):
        schema.upgrade(f"sqlite:///{file}")
    assert file.read_bytes() == b""


def test_a_file_that_is_no_database_is_left_untouched(sqlite: Databases) -> None:
    file = _file(sqlite)
    junk = b"not a database at all" * 500
    file.write_bytes(junk)
    for attempt in (lambda: Database(f"sqlite:///{file}", writer=True), lambda: schema.upgrade(f"sqlite:///{file}")):
        with pytest.raises(DatabaseDamaged):
            attempt()
    assert file.read_bytes() == junk


def test_a_damaged_page_is_named(sqlite: Databases) -> None:
    file = _file(sqlite)
    content = bytearray(file.read_bytes())
    content[100:4096] = b"\xff" * 3996
    file.write_bytes(content)
    with pytest.raises(DatabaseDamaged):
        Database(f"sqlite:///{file}", writer=True)


def test_a_folder_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises((DatabaseMissing, DatabaseUnreachable)):
        Database(f"sqlite:///{tmp_path}/nowhere/gridgate.db", writer=True)


def test_a_server_that_is_not_there_is_unreachable(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnreachable):
        Database(f"postgresql+psycopg://somebody@/nothing?host={tmp_path}", writer=False)


@pytest.mark.parametrize("writer", [True, False])
def test_other_versions_are_refused(databases: Databases, writer: bool) -> None:
    for revision, refusal in (("9999", DatabaseNewer), ("0001", DatabaseOutdated)):
        url = databases.ready()
        with Database(url, writer=True) as database, database.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
        with pytest.raises(refusal):
            Database(url, writer=writer)


def test_a_database_of_something_else_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE recipe (name)")
    other.close()
    url = f"sqlite:///{tmp_path}/other.db"
    with pytest.raises(DatabaseDamaged, match="not the gateway's"):
        Database(url, writer=True)
    with pytest.raises(DatabaseDamaged, match="not the gateway's"):
        schema.upgrade(url)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://u:geheim@host/db", "nonsense"])
def test_other_kinds_of_database_are_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(DatabaseUnsupported) as refused:
        Database(url, writer=False)
    assert "geheim" not in str(refused.value)


def test_every_error_says_a_whole_sentence() -> None:
    kinds = [each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, DatabaseError)]
    assert len(kinds) > 8
    for kind in kinds:
        assert str(kind()).endswith(".")
        assert str(kind("a detail")).endswith(". (a detail)")


def test_a_copy_of_the_file_is_a_whole_database_after_a_checkpoint(sqlite: Databases, tmp_path: Path) -> None:
    with Database(sqlite.ready(), writer=True) as database:
        with database.writing() as connection:
            bulk.insert(connection, models.registry_version, [{"id": 1, "version": 7, "changed_at": NOW}])
        database.checkpoint()
        shutil.copyfile(sqlite_path(database.url), tmp_path / "copy.db")
    with Database(f"sqlite:///{tmp_path}/copy.db", writer=False) as copy, copy.reading() as connection:
        assert connection.execute(select(models.registry_version.c.version)).scalar() == 7


def test_more_readers_than_connections_are_told_that_it_is_busy(
    ready_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("storage.drivers.BUSY_MILLISECONDS", 20)
    with Database(ready_database_url, writer=False, readers=1) as database:
        database.check()
        with database.reading(), pytest.raises(DatabaseBusy):
            database.check()


def test_a_mistake_in_a_statement_is_no_fault_of_the_database(database: Database) -> None:
    with pytest.raises(Exception, match="no_such_table") as raised, database.reading() as connection:
        connection.execute(text("SELECT 1 FROM no_such_table"))
    assert not isinstance(raised.value, DatabaseError)


def test_a_lost_connection_is_noticed_and_replaced(postgresql: Databases) -> None:
    with Database(postgresql.ready(), writer=True) as database:
        with pytest.raises(DatabaseUnreachable) as lost, database.writing() as connection:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        assert lost.value.retryable
        database.check()
