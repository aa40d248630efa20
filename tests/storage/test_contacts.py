"""People and their addresses."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from routing_rules.messages import Address
from storage import contacts, models, outbox
from storage.database import Database
from storage.drivers import sqlite_path
from storage.errors import DatabaseConflict
from storage.people import Keyring, WrongMasterKey
from tests.databases import Databases
from tests.storage.samples import ALICE, BOB, NOW, a_message, a_text, minutes, receive, somebody

#: From the block of numbers that no telephone ever has.
NUMBER = Address("tel", "+15005550006")


def test_an_unknown_address_becomes_a_contact_and_stays_it(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        first = contacts.find_or_create(connection, keyring, [ALICE, BOB, ALICE], NOW)
        again = contacts.find_or_create(connection, keyring, [BOB, ALICE, NUMBER], NOW)
    assert first[ALICE] == again[ALICE]
    assert first[ALICE].addresses == (ALICE,)
    assert not first[ALICE].unconfirmed
    assert len({contact.id for contact in again.values()}) == 3


def test_many_addresses_at_once(database: Database, keyring: Keyring) -> None:
    addresses = [Address("sim", f"person-{number}") for number in range(1200)]
    with database.writing() as connection:
        made = contacts.find_or_create(connection, keyring, addresses, NOW)
        found = contacts.find_or_create(connection, keyring, addresses, NOW)
    assert made == found
    assert [found[address].addresses for address in addresses] == [(address,) for address in addresses]


def test_a_name_is_kept_encrypted(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = contacts.find_or_create(connection, keyring, [ALICE], NOW, names={ALICE: "王某"})[ALICE]
        stored = connection.execute(select(models.contact.c.name)).scalar_one()
        assert "王某".encode() not in stored
        assert contacts.name_of(connection, keyring, alice.id) == "王某"
        contacts.rename(connection, keyring, alice.id, "李某")
        assert contacts.name_of(connection, keyring, alice.id) == "李某"
        contacts.rename(connection, keyring, alice.id, None)
        assert contacts.name_of(connection, keyring, alice.id) is None


def test_what_decisions_change_is_saved(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = somebody(connection, keyring)
        changed = replace(
            alice,
            language="en",
            home_area="zhushan-3",
            opted_out_at=NOW,
            wrong_codes=4,
            locked_until=NOW + minutes(60),
            unclear_texts=1,
            tasks_listed_at=NOW,
        )
        contacts.save(connection, [changed, somebody(connection, keyring, BOB)], NOW)
        assert contacts.load(connection, keyring, [alice.id, "nobody"]) == {alice.id: changed}


def test_several_addresses_of_one_person_keep_their_order(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = somebody(connection, keyring)
        bob = somebody(connection, keyring, BOB)
        contacts.link(connection, keyring, alice.id, [BOB, ALICE], confirmed_at=NOW)
        found = contacts.find_or_create(connection, keyring, [ALICE, BOB], NOW)
        assert found[ALICE] == found[BOB]
        assert found[BOB].id == alice.id
        assert found[BOB].addresses == (BOB, ALICE)
        assert contacts.load(connection, keyring, [bob.id])[bob.id].addresses == ()


def test_a_new_number_waits_for_its_code(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = somebody(connection, keyring)
        contacts.link(connection, keyring, alice.id, [NUMBER, ALICE], confirmed_at=None)
        waiting = contacts.load(connection, keyring, [alice.id])[alice.id]
        assert waiting.unconfirmed
        contacts.save(connection, [waiting], NOW)
        assert contacts.load(connection, keyring, [alice.id])[alice.id].unconfirmed
        contacts.save(connection, [replace(waiting, unconfirmed=False)], NOW)
        assert not contacts.load(connection, keyring, [alice.id])[alice.id].unconfirmed


def test_a_text_takes_the_mark_off_an_unreachable_address(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = somebody(connection, keyring)
        contacts.mark_unreachable(connection, keyring, {ALICE: "30003"}, NOW)
        assert not contacts.addresses_of(connection, keyring, [alice.id])[alice.id][0].reachable
        somebody(connection, keyring)
        assert contacts.addresses_of(connection, keyring, [alice.id])[alice.id][0].reachable


def test_another_master_key_is_told_apart_from_an_empty_database(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = somebody(connection, keyring)
    other = Keyring(b"another key, just as long as the one")
    with pytest.raises(WrongMasterKey), database.reading() as connection:
        contacts.load(connection, other, [alice.id])


def test_an_erased_person_is_gone_but_for_the_id(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        receive(connection, keyring, a_message(sender=NUMBER), case_number=None)
        person = somebody(connection, keyring, NUMBER)
        contacts.rename(connection, keyring, person.id, "王某")
        outbox.add(connection, keyring, [a_text(person.id, case_number=None, address=NUMBER)], NOW)
        contacts.erase(connection, [person.id])
    with database.writing() as connection:
        assert contacts.name_of(connection, keyring, person.id) is None
        erased = contacts.load(connection, keyring, [person.id])[person.id]
        assert (erased.id, erased.addresses) == (person.id, ())
        for table in (models.message_body, models.outbox_body, models.contact_address):
            assert connection.execute(select(table)).all() == []
        with pytest.raises(LookupError):
            contacts.rename(connection, keyring, person.id, "again")
        with pytest.raises(LookupError):
            contacts.link(connection, keyring, person.id, [NUMBER], confirmed_at=NOW)
        assert somebody(connection, keyring, NUMBER).id != person.id


def test_no_number_and_after_erasure_no_word_is_in_the_bytes_of_the_file(sqlite: Databases, keyring: Keyring) -> None:
    words = "a cucumber-coloured chimney"
    with Database(sqlite.ready(), writer=True) as database:
        with database.writing() as connection:
            message = a_message(sender=NUMBER, text=words, raw=b"")
            receive(connection, keyring, message, case_number=None)
            person = somebody(connection, keyring, NUMBER)
            contacts.rename(connection, keyring, person.id, "Wang Somebody")
            outbox.add(connection, keyring, [a_text(person.id, case_number=None, body=words)], NOW)
        database.checkpoint()
        assert words.encode() in _bytes(database)
        assert NUMBER.value.encode() not in _bytes(database)
        assert b"Wang Somebody" not in _bytes(database)
        with database.writing() as connection:
            wrapped = connection.execute(select(models.contact.c.wrapped_key)).scalar_one()
            contacts.erase(connection, [person.id])
        database.checkpoint()
        assert words.encode() not in _bytes(database)
        assert wrapped not in _bytes(database)


def _bytes(database: Database) -> bytes:
    file = sqlite_path(database.url)
    return b"".join(each.read_bytes() for each in file.parent.iterdir())


def test_a_contact_is_not_made_twice_by_two_engines(postgresql: Databases, keyring: Keyring) -> None:
    outcome: list[Exception] = []
    with Database(postgresql.ready(), writer=True) as database:

        def make_it_too() -> None:
            try:
                with database.writing() as late:
                    somebody(late, keyring)
            except DatabaseConflict as refused:
                outcome.append(refused)

        with database.writing() as early:
            somebody(early, keyring)
            other = threading.Thread(target=make_it_too)
            other.start()
            # The other one waits in the database for what becomes of this transaction.
            while early.execute(text("SELECT count(*) FROM pg_locks WHERE NOT granted")).scalar() == 0:
                pass
        other.join()
        with database.reading() as connection:
            assert len(connection.execute(select(models.contact)).all()) == 1
    assert len(outcome) == 1
