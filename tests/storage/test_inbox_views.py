"""The inbox as the desk reads it."""

from __future__ import annotations

from routing_rules.decisions import Verdict
from storage import contacts, inbox_views
from storage.database import Database
from storage.people import Keyring
from tests.storage.samples import BOB, a_message, receive, somebody


def test_texts_are_listed_by_verdict_the_newest_first(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        receive(connection, keyring, a_message(), verdict=Verdict.CHITCHAT, case_number=None)
        receive(connection, keyring, a_message("SM2", BOB), verdict=Verdict.SPAM, case_number=None)
        receive(connection, keyring, a_message("SM3"), verdict=Verdict.THANKS, case_number=None)
        everything = inbox_views.inbox_lines(connection, keyring)
        assert [line.verdict for line in everything] == [Verdict.THANKS, Verdict.SPAM, Verdict.CHITCHAT]
        apart = inbox_views.inbox_lines(connection, keyring, (Verdict.CHITCHAT, Verdict.SPAM))
        assert [(line.verdict, line.address) for line in apart] == [
            (Verdict.SPAM, "sim:bob"),
            (Verdict.CHITCHAT, "sim:alice"),
        ]
        assert apart[0].text == a_message().text
        assert inbox_views.inbox_lines(connection, keyring, limit=1) == everything[:1]
        assert inbox_views.inbox_lines(connection, keyring, before=everything[0].id) == everything[1:]


def test_of_an_erased_person_the_verdict_is_left(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        receive(connection, keyring, a_message(), verdict=Verdict.SPAM, case_number=None)
        contacts.erase(connection, [somebody(connection, keyring).id])
        (line,) = inbox_views.inbox_lines(connection, keyring)
    assert (line.verdict, line.address, line.text) == (Verdict.SPAM, None, "")
