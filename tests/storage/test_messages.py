"""The inbox: every text once, and what waits is tried again."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from routing_rules.decisions import Verdict
from routing_rules.messages import Address
from storage import contacts, messages
from storage.database import Database
from storage.errors import DatabaseConflict
from storage.messages import Judged
from storage.people import Keyring
from tests.databases import Databases
from tests.storage.samples import ALICE, BOB, NOW, a_message, minutes, receive, somebody


def test_a_text_that_was_stored_is_known_with_its_verdict(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        receive(connection, keyring, a_message("SM1"), a_message("SM2", BOB))
        keys = [("simulator", "SM1"), ("simulator", "SM3"), ("twilio_sms", "SM1")]
        assert messages.known(connection, keys) == {("simulator", "SM1"): (Verdict.OPENED, 1042)}


def test_a_text_is_never_stored_twice(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        receive(connection, keyring, a_message("SM1"))
    with pytest.raises(DatabaseConflict), database.writing() as connection:
        receive(connection, keyring, a_message("SM2"), a_message("SM1"))
    with database.reading() as connection:
        assert messages.count_verdicts(connection) == {Verdict.OPENED: 1}


def test_ids_grow_in_the_order_of_arrival(database: Database, keyring: Keyring) -> None:
    texts = [a_message(f"SM{number}", (ALICE, BOB)[number % 2]) for number in range(600)]
    with database.writing() as connection:
        ids = receive(connection, keyring, *texts)
    assert sorted(ids.values()) == [ids["simulator", each.external_id] for each in texts]


def test_a_waiting_text_comes_back_as_it_arrived(database: Database, keyring: Keyring) -> None:
    message = a_message(carrier_opt="STOP", recipient=BOB, edited=True, album="a1", forwarded=True)
    with database.writing() as connection:
        receive(connection, keyring, message, verdict=Verdict.WAITING, case_number=None)
        (waiting,) = messages.waiting(connection, keyring, limit=10)
        assert waiting.message == message
        assert waiting.contact == somebody(connection, keyring).id


def test_only_the_oldest_waiting_text_of_a_sender_is_taken(database: Database, keyring: Keyring) -> None:
    texts = [a_message("SM1"), a_message("SM2"), a_message("SM3", BOB), a_message("SM4", BOB)]
    with database.writing() as connection:
        ids = receive(connection, keyring, *texts, verdict=Verdict.WAITING, case_number=None)
        taken = messages.waiting(connection, keyring, limit=10)
        assert [each.message.external_id for each in taken] == ["SM1", "SM3"]
        judged = [Judged(id=ids["simulator", "SM1"], verdict=Verdict.OPENED, case_number=1042)]
        judged.append(Judged(id=ids["simulator", "SM3"], verdict=Verdict.WAITING, attempts=2))
        messages.set_verdicts(connection, judged)
        taken = messages.waiting(connection, keyring, limit=10)
        assert [(each.message.external_id, each.attempts) for each in taken] == [("SM2", 0), ("SM3", 2)]
        assert messages.known(connection, [("simulator", "SM1")])["simulator", "SM1"] == (Verdict.OPENED, 1042)


def test_a_waiting_text_is_not_forgotten_when_its_address_changes_hands(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        receive(connection, keyring, a_message("SM1"), verdict=Verdict.WAITING, case_number=None)
        alice = somebody(connection, keyring)
        bob = somebody(connection, keyring, BOB)
        contacts.link(connection, keyring, bob.id, [BOB, ALICE], confirmed_at=NOW)
        assert [each.message.sender for each in messages.waiting(connection, keyring, limit=9)] == [ALICE]
        contacts.link(connection, keyring, bob.id, [BOB], confirmed_at=NOW)
        contacts.link(connection, keyring, alice.id, [Address("sim", "new")], confirmed_at=NOW)
        assert messages.waiting(connection, keyring, limit=9)[0].message.sender == Address("sim", "new")
        contacts.link(connection, keyring, alice.id, [], confirmed_at=NOW)
        assert messages.waiting(connection, keyring, limit=9) == []


def test_a_waiting_text_of_an_erased_person_is_set_aside(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        receive(connection, keyring, a_message("SM1"), verdict=Verdict.WAITING, case_number=None)
        receive(connection, keyring, a_message("SM2", BOB), verdict=Verdict.WAITING, case_number=None)
        contacts.erase(connection, [somebody(connection, keyring).id])
        assert messages.count_verdicts(connection) == {Verdict.SET_ASIDE: 1, Verdict.WAITING: 1}


def test_recent_texts_leave_out_what_is_not_decided(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        receive(connection, keyring, a_message("SM1", text="old", received_at=NOW - minutes(6)))
        receive(connection, keyring, a_message("SM2", text="催"), a_message("SM3", BOB, text="his"))
        receive(connection, keyring, a_message("SM4", text="now"), verdict=Verdict.WAITING)
        alice = somebody(connection, keyring).id
        found = messages.recent_texts(connection, [alice, "nobody"], NOW - minutes(5))
        assert found == {alice: [(NOW, "催")]}


def test_a_text_that_another_engine_decides_is_passed_over(postgresql: Databases, keyring: Keyring) -> None:
    with Database(postgresql.ready(), writer=True) as database:
        with database.writing() as connection:
            receive(connection, keyring, a_message(), verdict=Verdict.WAITING, case_number=None)
        with database.writing() as one, database.writing() as other:
            assert len(messages.waiting(one, keyring, limit=10)) == 1
            other.execute(text("SET LOCAL lock_timeout = 1000"))
            assert messages.waiting(other, keyring, limit=10) == []
