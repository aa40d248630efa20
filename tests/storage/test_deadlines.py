"""Deadlines as rows: claimed when due, oldest first, by one engine."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from routing_rules.deadlines import Deadline, DeadlineKind, expire, meet, pause
from storage import cases, deadlines
from storage.database import Database
from storage.errors import DatabaseConflict
from storage.people import Keyring
from tests.databases import Databases
from tests.storage.samples import NOW, a_case, a_deadline, minutes, open_case


def _store(database: Database, keyring: Keyring, *stored: Deadline) -> None:
    with database.writing() as connection:
        open_case(connection, keyring)
        cases.write(connection, [a_case(number) for number in {each.case_number for each in stored}])
        deadlines.write(connection, stored)


def test_a_deadline_comes_back_as_it_was(database: Database, keyring: Keyring) -> None:
    full = a_deadline(warned=(50,), extended=240, paused_at=NOW, wake_at=None, round=3, assignment=None)
    _store(database, keyring, full)
    with database.reading() as connection:
        assert deadlines.of_cases(connection, [1042]) == [full]


def test_what_is_due_is_claimed_oldest_first_until_none_is_left(database: Database, keyring: Keyring) -> None:
    stored = [a_deadline(1042 + n, wake_at=NOW - minutes(n)) for n in range(5)]
    later = a_deadline(kind=DeadlineKind.OVERALL, wake_at=NOW + minutes(9), due_at=NOW + minutes(9))
    _store(database, keyring, *stored, later)
    with database.writing() as connection:
        assert deadlines.claim_due(connection, NOW, limit=3) == stored[:1:-1]
        deadlines.write(connection, [meet(each, NOW) for each in stored[2:]])
        assert deadlines.claim_due(connection, NOW, limit=3) == stored[1::-1]
        deadlines.write(connection, [meet(each, NOW) for each in stored[:2]])
        assert deadlines.claim_due(connection, NOW, limit=3) == []
        assert deadlines.next_wake(connection) == NOW + minutes(9)
        assert deadlines.count_running(connection, NOW + minutes(9)) == (1, 1)
        assert deadlines.running(connection, 10) == [later]


def test_an_ended_or_paused_deadline_wakes_nobody(database: Database, keyring: Keyring) -> None:
    kinds = list(DeadlineKind)[:3]
    due = [a_deadline(kind=kind, due_at=NOW, wake_at=NOW) for kind in kinds]
    _store(database, keyring, meet(due[0], NOW), expire(due[1], NOW), pause(due[2], NOW))
    with database.writing() as connection:
        assert deadlines.claim_due(connection, NOW + minutes(999), limit=9) == []
        assert deadlines.next_wake(connection) is None


def test_the_next_round_may_start_in_the_turn_that_ends_the_last(database: Database, keyring: Keyring) -> None:
    first = a_deadline()
    _store(database, keyring, first)
    with database.writing() as connection:
        deadlines.write(connection, [replace(first, round=1), meet(first, NOW)])
        assert [each.running for each in deadlines.of_cases(connection, [1042])] == [False, True]


def test_two_of_a_kind_never_run_on_one_case(database: Database, keyring: Keyring) -> None:
    _store(database, keyring, a_deadline())
    with pytest.raises(DatabaseConflict), database.writing() as connection:
        deadlines.write(connection, [a_deadline(round=1)])


def test_two_engines_never_claim_one_deadline(postgresql: Databases, keyring: Keyring) -> None:
    with Database(postgresql.ready(), writer=True) as database:
        _store(database, keyring, *(a_deadline(1042 + n, wake_at=NOW) for n in range(6)))
        with database.writing() as one, database.writing() as other:
            other.execute(text("SET LOCAL lock_timeout = 2000"))
            first = deadlines.claim_due(one, NOW, limit=4)
            second = deadlines.claim_due(other, NOW, limit=4)
        numbers = [each.case_number for each in first + second]
        assert (len(first), len(second), len(set(numbers))) == (4, 2, 6)


def test_a_deadline_of_a_case_that_is_being_decided_is_passed_over(postgresql: Databases, keyring: Keyring) -> None:
    with Database(postgresql.ready(), writer=True) as database:
        _store(database, keyring, a_deadline(wake_at=NOW))
        with database.writing() as one, database.writing() as other:
            one.execute(text('SELECT number FROM "case" FOR UPDATE'))
            assert deadlines.claim_due(other, NOW, limit=4) == []
