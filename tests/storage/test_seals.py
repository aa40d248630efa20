"""Seals: what a chain alone cannot show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, text

from storage import cases, ledger, models
from storage.database import Database
from storage.people import Keyring
from storage.seals import Seal, seal, verify_seals
from storage.verification import verify
from tests.storage.samples import NOW, a_case, a_fact, minutes
from tests.storage.test_ledger import unguard


def _append(database: Database, *numbers: int | None) -> None:
    with database.writing() as connection:
        wanted = [number for number in numbers if number is not None]
        known = cases.load(connection, wanted)
        cases.write(connection, [a_case(number) for number in wanted if number not in known])
        ledger.append(connection, [a_fact(number) for number in numbers])


def _seal(database: Database, keyring: Keyring, after: float = 0) -> Seal | None:
    with database.writing() as connection:
        return seal(connection, keyring, NOW + minutes(after))


def _verify(database: Database, keyring: Keyring, *outside: dict[str, Any]) -> Any:
    with database.reading() as connection:
        return verify_seals(connection, keyring, outside)


@pytest.fixture
def sealed(database: Database, keyring: Keyring) -> tuple[Database, list[dict[str, Any]]]:
    """A ledger with three seals, and their copies outside."""
    copies = []
    for hour, numbers in enumerate([(1042, 1043, None), (1042,), (1043, 1044)]):
        _append(database, *numbers)
        made = _seal(database, keyring, hour * 60)
        assert made is not None
        copies.append(json.loads(json.dumps(made.as_dict())))
    return database, copies


def test_a_seal_covers_the_heads_that_changed_since_the_last(
    sealed: tuple[Database, list[dict[str, Any]]], keyring: Keyring
) -> None:
    database, copies = sealed
    assert [(copy["seq"], copy["heads"]) for copy in copies] == [(1, 3), (2, 1), (3, 2)]
    assert [copy["prev"] for copy in copies] == ["", copies[0]["hash"], copies[1]["hash"]]
    assert _verify(database, keyring, *copies) is None
    assert _seal(database, keyring) is None


def test_facts_after_the_last_seal_do_no_harm(sealed: tuple[Database, list[dict[str, Any]]], keyring: Keyring) -> None:
    database, copies = sealed
    _append(database, 1042, None)
    assert _verify(database, keyring, *copies) is None


def test_a_chain_written_anew_with_its_head_is_shown_by_the_seal(
    sealed: tuple[Database, list[dict[str, Any]]], keyring: Keyring
) -> None:
    database, copies = sealed
    unguard(database)
    with database.writing() as connection:
        connection.execute(text("DELETE FROM ledger WHERE chain = 'case:1042'"))
        connection.execute(text("UPDATE \"case\" SET seq = 0, head = '' WHERE number = 1042"))
        ledger.append(connection, [a_fact(1042, n=1), a_fact(1042, n=2)])
        assert verify(connection).intact
    found = _verify(database, keyring, *copies)
    assert (found.chain, found.seq) == ("case:1042", 1)
    assert "sealed" in found.reason


def test_a_tail_cut_off_with_its_head_is_shown_by_the_seal(
    sealed: tuple[Database, list[dict[str, Any]]], keyring: Keyring
) -> None:
    database, _ = sealed
    unguard(database)
    with database.writing() as connection:
        connection.execute(text("DELETE FROM ledger WHERE chain = 'case:1042' AND seq = 2"))
        head = select(models.ledger.c.hash).where(models.ledger.c.chain == "case:1042")
        connection.execute(
            models.case.update().where(models.case.c.number == 1042).values(seq=1, head=head.scalar_subquery())
        )
        assert verify(connection).intact
    assert (_verify(database, keyring).chain, _verify(database, keyring).seq) == ("case:1042", 2)


def test_an_old_copy_of_the_database_is_shown_by_the_seals_outside(database: Database, keyring: Keyring) -> None:
    _append(database, 1042)
    first = _seal(database, keyring)
    assert first is not None
    later = first.as_dict() | {"seq": 2}
    assert "older than this seal" in _verify(database, keyring, dict(later)).reason


@pytest.mark.parametrize(
    ("tampering", "seq", "reason"),
    [
        ("UPDATE seal SET heads = 9 WHERE seq = 2", 2, "not genuine"),
        ("UPDATE seal SET mac = 'x' WHERE seq = 1", 1, "not genuine"),
        ("DELETE FROM seal_head WHERE seal = 3 AND chain = 'case:1044'", 3, "were changed"),
        ("UPDATE seal_head SET head = 'x' WHERE seal = 1 AND chain = 'case:1042'", 1, "were changed"),
        ("DELETE FROM seal_head WHERE seal = 1", 1, "were changed"),
    ],
)
def test_a_changed_seal_is_found(
    sealed: tuple[Database, list[dict[str, Any]]], keyring: Keyring, tampering: str, seq: int, reason: str
) -> None:
    database, _ = sealed
    unguard(database)
    with database.writing() as connection:
        connection.execute(text(tampering))
    found = _verify(database, keyring)
    assert (found.chain, found.seq) == ("seal", seq)
    assert reason in found.reason


def test_a_missing_seal_is_found(sealed: tuple[Database, list[dict[str, Any]]], keyring: Keyring) -> None:
    database, copies = sealed
    unguard(database)
    with database.writing() as connection:
        connection.execute(text("DELETE FROM seal_head WHERE seal = 2"))
        connection.execute(text("DELETE FROM seal WHERE seq = 2"))
    assert (_verify(database, keyring).seq, _verify(database, keyring).reason) == (2, "the seal is missing")
    assert _verify(database, keyring, *copies) is not None


def test_a_seal_cannot_be_made_without_the_master_key(
    sealed: tuple[Database, list[dict[str, Any]]], keyring: Keyring
) -> None:
    database, copies = sealed
    other = Keyring(b"another key, just as long as the one")
    assert "not genuine" in _verify(database, other).reason
    forged = copies[0] | {"hash": "0" * 64}
    assert "not genuine" in _verify(database, keyring, forged).reason


def test_a_copy_that_differs_is_named(sealed: tuple[Database, list[dict[str, Any]]], keyring: Keyring) -> None:
    database, copies = sealed
    assert "another one" in _verify(database, keyring, copies[0] | {"heads": 4}).reason
