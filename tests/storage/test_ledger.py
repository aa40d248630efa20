"""The ledger: appended in chains, never changed, and every tampering found."""

from __future__ import annotations

import json
import random
import threading
from typing import Any

import pytest
from sqlalchemy import select, text

from routing_rules.decisions import EntryKind
from storage import cases, ledger, models
from storage.database import Database
from storage.errors import DatabaseConflict
from storage.people import Keyring
from storage.seals import seal
from storage.verification import Broken, Verified, verify, verify_case
from tests.databases import Databases
from tests.storage.samples import NOW, a_case, a_fact, minutes, open_case

#: How each kind of database is made to let go of its guards, as only its owner can.
_UNGUARD = {
    "sqlite": [
        f"DROP TRIGGER {table}_no_{change}"
        for table in ("ledger", "seal", "seal_head")
        for change in ("update", "delete")
    ],
    "postgresql": [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in ("ledger", "seal", "seal_head")],
}


def unguard(database: Database) -> None:
    """Take the guards away, like somebody who owns the database."""
    with database.writing() as connection:
        for statement in _UNGUARD[connection.dialect.name]:
            connection.execute(text(statement))


def _append(database: Database, *facts: Any, engine: str = "main") -> dict[str, ledger.Head]:
    with database.writing() as connection:
        return ledger.append(connection, facts, engine=engine)


def _verify(database: Database) -> Verified | Broken:
    with database.reading() as connection:
        return verify(connection)


@pytest.fixture
def filled(database: Database, keyring: Keyring) -> Database:
    """Two cases with some facts, and facts without a case."""
    with database.writing() as connection:
        open_case(connection, keyring)
        cases.write(connection, [a_case(1043)])
    kinds = list(EntryKind)[:10]
    for start in (0, 5):
        _append(
            database,
            *(a_fact(number, kind, n=start) for kind in kinds[start : start + 5] for number in (1042, 1043, None)),
        )
    return database


def test_each_case_has_a_chain_of_its_own(filled: Database) -> None:
    with filled.reading() as connection:
        query = select(models.ledger).order_by(models.ledger.c.chain, models.ledger.c.seq)
        rows = connection.execute(query).all()
        head = cases.load(connection, [1042])[1042]
    chains: dict[str, list[Any]] = {}
    for row in rows:
        chains.setdefault(row.chain, []).append(row)
    assert sorted(chains) == ["case:1042", "case:1043", "engine:main"]
    for chain in chains.values():
        assert [row.seq for row in chain] == list(range(1, 11))
        assert [row.prev for row in chain] == ["", *(row.hash for row in chain[:-1])]
    assert (head.seq, head.head) == (10, chains["case:1042"][-1].hash)
    assert _verify(filled) == Verified(rows=30, chains=3)


def test_appending_tells_the_new_heads(filled: Database) -> None:
    heads = _append(filled, a_fact(1042), a_fact(None), a_fact(1042))
    assert {chain: head.seq for chain, head in heads.items()} == {"case:1042": 12, "engine:main": 11}
    assert _append(filled) == {}


def test_each_engine_has_a_chain_for_facts_without_a_case(filled: Database) -> None:
    _append(filled, a_fact(None), engine="second")
    assert _verify(filled) == Verified(rows=31, chains=4)


def test_a_fact_about_a_case_that_does_not_exist_is_refused(database: Database) -> None:
    with pytest.raises(LookupError, match="7777"):
        _append(database, a_fact(7777))


def test_data_is_stored_in_one_form_only(filled: Database) -> None:
    _append(filled, a_fact(1042, b={"y", "x"}, a=(1, None), at=NOW, state=EntryKind.FILED, deep={"z": [NOW]}))
    with filled.reading() as connection:
        query = select(models.ledger.c.data).where(models.ledger.c.chain == "case:1042")
        stored = connection.execute(query.order_by(models.ledger.c.seq.desc()).limit(1)).scalar_one()
    when = "2026-08-18T01:20:04.000000Z"
    assert json.loads(stored) == {"a": [1, None], "at": when, "b": ["x", "y"], "deep": {"z": [when]}, "state": "filed"}
    assert stored.startswith('{"a":[1,null],"at":')


@pytest.mark.parametrize("value", [object(), float("nan"), b"bytes"])
def test_data_that_is_no_json_is_refused(filled: Database, value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        _append(filled, a_fact(1042, value=value))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger SET actor = 'somebody else'",
        "DELETE FROM ledger WHERE seq = 10",
        "UPDATE seal SET mac = ''",
        "DELETE FROM seal",
        "DELETE FROM seal_head",
    ],
)
def test_the_database_refuses_to_change_what_was_written(filled: Database, keyring: Keyring, change: str) -> None:
    with filled.writing() as connection:
        seal(connection, keyring, NOW)
    with pytest.raises(DatabaseConflict), filled.writing() as connection:
        connection.execute(text(change))
    assert _verify(filled).intact


def test_postgresql_refuses_to_empty_the_ledger(postgresql: Databases) -> None:
    with Database(postgresql.ready(), writer=True) as database:
        database.check()
        with pytest.raises(DatabaseConflict), database.writing() as connection:
            connection.execute(text("TRUNCATE ledger"))


@pytest.mark.parametrize(
    ("tampering", "place", "reason"),
    [
        ("UPDATE ledger SET actor = 'x' WHERE chain = 'case:1042' AND seq = 3", ("case:1042", 3), "content"),
        ("UPDATE ledger SET data = '{}' WHERE chain = 'case:1043' AND seq = 1", ("case:1043", 1), "content"),
        ("UPDATE ledger SET kind = 'urged' WHERE chain = 'case:1043' AND seq = 9", ("case:1043", 9), "content"),
        ("UPDATE ledger SET prev = 'x' WHERE chain = 'case:1043' AND seq = 9", ("case:1043", 9), "follow"),
        ("DELETE FROM ledger WHERE chain = 'engine:main' AND seq = 5", ("engine:main", 6), "5 is missing"),
        ("DELETE FROM ledger WHERE chain = 'case:1042' AND seq >= 8", ("case:1042", 8), "8 to 10 are missing"),
        ("DELETE FROM ledger WHERE chain = 'case:1043'", ("case:1043", 1), "all of its 10 entries"),
        ("DELETE FROM ledger WHERE chain = 'engine:main'", ("engine:main", 1), "all of its 10 entries"),
        ('UPDATE "case" SET seq = 9 WHERE number = 1042', ("case:1042", 10), "does not fit"),
        ("UPDATE \"case\" SET head = 'x' WHERE number = 1042", ("case:1042", 10), "does not fit"),
        ("DELETE FROM engine_chain", ("engine:main", 10), "is gone"),
    ],
)
def test_tampering_is_found_where_it_happened(
    filled: Database, tampering: str, place: tuple[str, int], reason: str
) -> None:
    unguard(filled)
    with filled.writing() as connection:
        connection.execute(text(tampering))
    found = _verify(filled)
    assert isinstance(found, Broken)
    assert not found.intact
    assert (found.chain, found.seq) == place
    assert reason in found.reason


def test_a_lost_case_is_found(filled: Database) -> None:
    unguard(filled)
    with filled.writing() as connection:
        connection.execute(text("DELETE FROM case_text WHERE case_number = 1043"))
        connection.execute(text('DELETE FROM "case" WHERE number = 1043'))
    assert _verify(filled) == Broken(chain="case:1043", seq=10, reason="what it belongs to is gone")


def test_any_changed_field_of_any_row_is_found(filled: Database) -> None:
    """A hundred random changes, each alone and then taken back."""
    unguard(filled)
    chance = random.Random(7)
    changes = {
        "at": NOW + minutes(1),
        "actor": "contact:x",
        "kind": EntryKind.WITHDRAWN.value,
        "data": '{"n":9}',
        "case_number": 7,
        "prev": "0" * 64,
        "hash": "0" * 64,
        "seq": 99,
        "chain": "case:9",
    }
    table = models.ledger
    for _ in range(100):
        chain = chance.choice(["case:1042", "case:1043", "engine:main"])
        row = (table.c.chain == chain) & (table.c.seq == chance.randint(1, 10))
        name, value = chance.choice(list(changes.items()))
        with filled.writing() as connection:
            before = connection.execute(select(table).where(row)).one()
            connection.execute(table.update().where(row).values({name: value}))
            assert not verify(connection).intact, (chain, name)
            after = (table.c.hash == (value if name == "hash" else before.hash)) & (
                table.c.chain == (value if name == "chain" else before.chain)
            )
            connection.execute(table.update().where(after).values(dict(before._mapping)))
    assert _verify(filled).intact


def test_one_case_is_verified_alone(filled: Database) -> None:
    unguard(filled)
    with filled.writing() as connection:
        connection.execute(text("UPDATE ledger SET actor = 'x' WHERE chain = 'case:1042' AND seq = 3"))
        assert verify_case(connection, 1043) == Verified(rows=10, chains=1)
        assert verify_case(connection, 1042) == Broken(chain="case:1042", seq=3, reason="its content was changed")


@pytest.mark.parametrize(
    ("kind", "number", "reason"),
    [
        ("invented", 1042, "its kind 'invented' is not known"),
        ("filed", 1043, "it stands in the chain of another case"),
    ],
)
def test_an_entry_that_makes_no_sense_is_named_although_its_hash_is_right(
    filled: Database, kind: str, number: int, reason: str
) -> None:
    with filled.writing() as connection:
        row: dict[str, Any] = {
            "chain": "case:1042",
            "seq": 11,
            "case_number": number,
            "at": NOW,
            "actor": "clock",
            "kind": kind,
            "data": "{}",
        }
        head = cases.load(connection, [1042])[1042].head
        hashed = ledger.row_hash(head, **row)
        connection.execute(models.ledger.insert().values(**row, prev=head, hash=hashed))
    assert _verify(filled) == Broken(chain="case:1042", seq=11, reason=reason)


def test_writers_that_take_turns_leave_unbroken_chains(filled: Database) -> None:
    problems: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(25):
                _append(filled, a_fact(1042), a_fact(None), a_fact(1043))
        except BaseException as problem:
            problems.append(problem)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert problems == []
    assert _verify(filled) == Verified(rows=30 + 4 * 25 * 3, chains=3)


def test_many_chains_are_compared_with_their_heads_in_batches(database: Database) -> None:
    with database.writing() as connection:
        cases.write(connection, [a_case(number, text=None) for number in range(1, 2501)])
        ledger.append(connection, [a_fact(number) for number in range(1, 2501)])
    assert _verify(database) == Verified(rows=2500, chains=2500)
    with database.writing() as connection:
        connection.execute(text("UPDATE \"case\" SET head = 'x' WHERE number = 1"))
    assert _verify(database) == Broken(
        chain="case:1", seq=1, reason="the end does not fit the head that was kept of it"
    )
