"""The outbox: asked for once, claimed under a lease, cancelled when it must not go out any more."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, text

from routing_rules.decisions import Urgency
from routing_rules.messages import Address
from storage import contacts, models, outbox
from storage.database import Database
from storage.errors import DatabaseBusy
from storage.people import Keyring
from storage.receipts import Outcome, SendResult, mark
from storage.texts import Claim, TextStatus
from tests.databases import Databases
from tests.storage.samples import ALICE, BOB, NOW, a_text, minutes, open_case, somebody

PHONE = Address("tel", "+15005550006")


def _claim(connection: Any, keyring: Keyring, **changes: Any) -> Claim:
    settings: dict[str, Any] = {"limit": 100, "lease_seconds": 60, "lease_id": "lease-1"}
    return outbox.claim(connection, keyring, changes.pop("now", NOW), **{**settings, **changes})


def _status(connection: Any) -> dict[str, str]:
    return {row.key: row.status for row in connection.execute(select(models.outbox))}


def test_asking_twice_for_one_text_owes_it_once(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        first = outbox.add(connection, keyring, [a_text(alice), a_text(alice, body="again")], NOW)
        assert outbox.add(connection, keyring, [a_text(alice, body="later")], NOW) == []
        assert len(first) == 1
        (claimed,) = _claim(connection, keyring).texts
        assert claimed.body == a_text(alice).body


def test_a_claim_says_everything_a_sender_needs(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        wanted = a_text(alice, segments=2, expires_at=NOW + minutes(30))
        (number,) = outbox.add(connection, keyring, [wanted], NOW)
        (claimed,) = _claim(connection, keyring).texts
    assert (claimed.id, claimed.key, claimed.body, claimed.segments) == (number, wanted.key, wanted.body, 2)
    assert (claimed.addresses, claimed.attempts, claimed.unknown) == ((ALICE,), 1, False)
    assert (claimed.lease_until, claimed.expires_at) == (NOW + minutes(1), NOW + minutes(30))
    assert claimed.attempted_at == NOW


def test_urgent_texts_leave_first_and_each_lane_in_its_order(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        owed = [
            a_text(alice, f"{urgency}-{n}", urgency=urgency)
            for n in range(3)
            for urgency in (Urgency.ROUTINE, Urgency.SAFETY, Urgency.TASK)
        ]
        outbox.add(connection, keyring, owed, NOW)
        (routine,) = _claim(connection, keyring, limit=1, urgencies=[Urgency.ROUTINE]).texts
        assert routine.key == "routine-0"
        rest = [each.key for each in _claim(connection, keyring, limit=7).texts]
    assert rest == ["safety-0", "safety-1", "safety-2", "task-0", "task-1", "task-2", "routine-1"]


def test_nothing_leaves_before_its_time(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        outbox.add(connection, keyring, [a_text(alice, not_before=NOW + minutes(5))], NOW)
        assert not _claim(connection, keyring)
        assert outbox.next_due(connection) == NOW + minutes(5)
        assert _claim(connection, keyring, now=NOW + minutes(5)).texts
        assert outbox.next_due(connection) is None


def test_what_has_expired_is_cancelled_and_not_sent_late(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        outbox.add(connection, keyring, [a_text(alice, expires_at=NOW), a_text(alice, "other")], NOW)
        claim = _claim(connection, keyring)
        assert [each.key for each in claim.texts] == ["other"]
        assert [(each.key, each.reason) for each in claim.cancelled] == [("1042:0:received", "expired")]
        assert _status(connection)["1042:0:received"] == TextStatus.CANCELLED


def test_who_opted_out_while_it_was_queued_gets_only_what_may_still_go_out(
    database: Database, keyring: Keyring
) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring)
        outbox.add(connection, keyring, [a_text(alice.id), a_text(alice.id, "safe", despite_opt_out=True)], NOW)
        changed = contacts.load(connection, keyring, [alice.id])[alice.id]
        contacts.save(connection, [replace(changed, opted_out_at=NOW)], NOW)
        claim = _claim(connection, keyring)
        assert [each.key for each in claim.texts] == ["safe"]
        assert [each.reason for each in claim.cancelled] == ["opted_out"]


def test_addresses_that_cannot_be_used_are_passed_over(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        contacts.link(connection, keyring, alice, [PHONE, BOB, ALICE], confirmed_at=None)
        contacts.mark_unreachable(connection, keyring, {ALICE: "30003"}, NOW)
        outbox.add(connection, keyring, [a_text(alice), a_text(alice, "confirm", address=PHONE)], NOW)
        nowhere, confirm = _claim(connection, keyring).texts
    assert nowhere.addresses == ()
    assert confirm.addresses == (PHONE,)


def test_a_text_whose_words_were_erased_is_cancelled(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        outbox.add(connection, keyring, [a_text(alice)], NOW)
        contacts.erase(connection, [alice])
        assert [each.reason for each in _claim(connection, keyring).cancelled] == ["erased"]


def test_a_lease_that_ended_makes_the_outcome_unknown(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        outbox.add(connection, keyring, [a_text(alice)], NOW)
        _claim(connection, keyring)
        assert outbox.release_leases(connection, NOW + minutes(0.9)) == []
        (fact,) = outbox.release_leases(connection, NOW + minutes(1))
        assert (fact.status, fact.reason, fact.attempts) == (TextStatus.UNKNOWN, "lease_ended", 1)
        (again,) = _claim(connection, keyring, now=NOW + minutes(1), lease_id="lease-2").texts
        assert (again.unknown, again.attempts, again.attempted_at) == (True, 2, NOW)


def test_a_new_engine_takes_over_the_leases_of_a_dead_one(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        outbox.add(connection, keyring, [a_text(alice)], NOW)
        _claim(connection, keyring)
        assert len(outbox.release_leases(connection, NOW, every=True, ask_at=NOW + minutes(0.1))) == 1
        assert _claim(connection, keyring, lease_id="lease-2").texts == ()
        assert len(_claim(connection, keyring, now=NOW + minutes(0.1), lease_id="lease-2").texts) == 1


def test_a_lease_that_ended_leaves_no_word_of_the_road_that_was_taken(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        (number,) = outbox.add(connection, keyring, [a_text(alice)], NOW)
        _claim(connection, keyring)
        busy = {"outcome": Outcome.RETRY, "channel": "twilio_sms", "address": ALICE}
        mark(connection, keyring, [SendResult(id=number, lease_id="lease-1", at=NOW, **busy)])
        _claim(connection, keyring, lease_id="lease-2")
        outbox.release_leases(connection, NOW + minutes(1))
        (again,) = _claim(connection, keyring, now=NOW + minutes(1), lease_id="lease-3").texts
        assert (again.unknown, again.channel, again.sent_to) == (True, None, None)


def test_the_same_words_leave_for_one_person_one_after_the_other(database: Database, keyring: Keyring) -> None:
    """What a provider says about an unknown outcome, it says by recipient and words."""
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        bob = somebody(connection, keyring, BOB).id
        owed = [a_text(alice, "first"), a_text(alice, "second"), a_text(bob, "his"), a_text(alice, "other words")]
        same = [replace(each, body="the same words") for each in owed[:3]]
        first, second, *_ = outbox.add(connection, keyring, [*same, owed[3]], NOW)
        assert [each.key for each in _claim(connection, keyring).texts] == ["first", "his", "other words"]
        assert _claim(connection, keyring, lease_id="lease-2").texts == ()
        outbox.release_leases(connection, NOW + minutes(1))
        later = NOW + minutes(2)
        unknown = _claim(connection, keyring, now=later, lease_id="lease-3").texts
        assert [each.key for each in unknown] == ["first", "his", "other words"]
        sent = SendResult(id=first, lease_id="lease-3", outcome=Outcome.SENT, at=later, external_id="SM1")
        mark(connection, keyring, [sent])
        assert [each.id for each in _claim(connection, keyring, now=later + minutes(1)).texts] == [second]


def test_texts_that_wait_for_their_turn_hold_nobody_up(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        bob = somebody(connection, keyring, BOB).id
        same = [a_text(alice, f"key-{n}", body="the same words") for n in range(5)]
        outbox.add(connection, keyring, [*same, a_text(bob, "his")], NOW)
        assert len(_claim(connection, keyring, limit=2).texts) == 1
        assert _claim(connection, keyring, limit=4).texts == ()
        assert [each.key for each in _claim(connection, keyring, limit=4).texts] == ["his"]


def test_automatic_replies_of_the_last_hour_are_counted(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        bob = somebody(connection, keyring, BOB).id
        outbox.add(connection, keyring, [a_text(alice, "old", automatic=True)], NOW - minutes(61))
        replies = [a_text(alice, f"new-{n}", automatic=True) for n in range(3)]
        outbox.add(connection, keyring, [*replies, a_text(alice, "told")], NOW)
        assert outbox.automatic_replies(connection, [alice, bob], NOW - minutes(60)) == {alice: 3}


def test_an_operator_sends_dead_texts_again_or_drops_them(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring).id
        owed = [a_text(alice, key, expires_at=NOW + minutes(5)) for key in ("a", "b", "c")]
        ids = outbox.add(connection, keyring, owed, NOW)
        _claim(connection, keyring)
        dead = [
            SendResult(id=number, lease_id="lease-1", outcome=Outcome.DEAD, at=NOW, error="30008") for number in ids
        ]
        mark(connection, keyring, dead[:2])
        assert [fact.key for fact in outbox.retry(connection, [*ids, 99], NOW + minutes(9))] == ["a", "b"]
        assert [fact.key for fact in outbox.drop(connection, [*ids[1:], 99])] == ["b"]
        assert _status(connection) == {"a": "pending", "b": "cancelled", "c": "sending"}
        (again,) = _claim(connection, keyring, now=NOW + minutes(9)).texts
        assert (again.key, again.attempts, again.expires_at) == ("a", 1, None)
        assert outbox.count_statuses(connection) == {TextStatus.SENDING: 2, TextStatus.CANCELLED: 1}


def test_two_engines_never_claim_one_text(postgresql: Databases, keyring: Keyring) -> None:
    with Database(postgresql.ready(), writer=True) as database:
        with database.writing() as connection:
            alice = open_case(connection, keyring).id
            outbox.add(connection, keyring, [a_text(alice, f"key-{n}") for n in range(50)], NOW)
        with database.writing() as one, database.writing() as other:
            other.execute(text("SET LOCAL lock_timeout = 2000"))
            first = _claim(one, keyring, limit=30, lease_id="one").texts
            second = _claim(other, keyring, limit=30, lease_id="other").texts
        keys = {each.key for each in (*first, *second)}
        assert (len(first), len(second), len(keys)) == (30, 20, 50)


def test_two_engines_never_have_the_same_words_for_one_person_under_way(
    postgresql: Databases, keyring: Keyring
) -> None:
    with Database(postgresql.ready(), writer=True) as database:

        def claim_impatiently() -> Claim:
            with database.writing() as connection:
                connection.execute(text("SET LOCAL lock_timeout = 200"))
                return _claim(connection, keyring, lease_id="other")

        with database.writing() as connection:
            alice = open_case(connection, keyring).id
            same = [a_text(alice, key, body="the same words") for key in ("first", "second")]
            outbox.add(connection, keyring, same, NOW)
        with database.writing() as one:
            assert [each.key for each in _claim(one, keyring, limit=1).texts] == ["first"]
            with pytest.raises(DatabaseBusy):
                claim_impatiently()
        assert claim_impatiently().texts == ()
