"""What people read: conversations, stories, the outbox, figures; and the sandbox's clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from routing_rules.cases import CaseStatus
from routing_rules.decisions import Decision, EntryKind, Urgency, Verdict
from storage import contacts, counts, decisions, messages, outbox, receipts, sandbox, views
from storage.database import Database
from storage.people import Keyring
from storage.receipts import Outcome, SendResult
from storage.texts import TextStatus
from tests.storage.samples import (
    ALICE,
    BOB,
    NOW,
    a_case,
    a_deadline,
    a_fact,
    a_message,
    a_reporter,
    a_text,
    an_assignment,
    minutes,
    receive,
    somebody,
)


@pytest.fixture
def told(database: Database, keyring: Keyring) -> Database:
    """Alice wrote and was answered a minute later; a second answer and one to Bob still wait."""
    with database.writing() as connection:
        alice = somebody(connection, keyring).id
        bob = somebody(connection, keyring, BOB).id
        receive(connection, keyring, a_message(), a_message("SM2", BOB, received_at=NOW + minutes(2)))
        stored = Decision(
            cases=(a_case(), a_case(1043, status=CaseStatus.CLOSED, category=None)),
            reporters=(a_reporter(alice),),
            assignments=(an_assignment(),),
            deadlines=(a_deadline(),),
            ledger=(
                a_fact(kind=EntryKind.RECEIVED, message=1),
                replace(a_fact(kind=EntryKind.DISPATCHED), at=NOW + minutes(9)),
                replace(a_fact(kind=EntryKind.DISPATCHED), at=NOW + minutes(20)),
            ),
            notifications=(
                a_text(alice, "first", segments=2),
                a_text(alice, "second", not_before=NOW + minutes(5)),
                a_text(bob, "to-bob", case_number=None, not_before=NOW + minutes(6), urgency=Urgency.ROUTINE),
            ),
        )
        decisions.write(connection, keyring, [stored], now=NOW)
        claimed = outbox.claim(connection, keyring, NOW, limit=9, lease_seconds=60, lease_id="x").texts[0]
        sent = SendResult(
            id=claimed.id,
            lease_id="x",
            outcome=Outcome.SENT,
            at=NOW + minutes(1),
            channel="simulator",
            address=ALICE,
            external_id="OUT1",
        )
        receipts.mark(connection, keyring, [sent])
    return database


def test_a_phone_shows_what_came_and_what_left_in_order(told: Database, keyring: Keyring) -> None:
    with told.writing() as connection:
        alice = somebody(connection, keyring).id
        lines = views.conversation(connection, keyring, [alice])
        shown = [(line.at, line.direction, line.address, line.state) for line in lines]
        assert shown == [
            (NOW, "in", "sim:alice", Verdict.OPENED),
            (NOW + minutes(1), "out", "sim:alice", TextStatus.SENT),
        ]
        assert lines[0].text == a_message().text
        assert (lines[1].text, lines[1].template, lines[1].segments) == (a_text(alice, "first").body, "received", 2)
        everybody = views.conversation(connection, keyring)
        assert [line.address for line in everybody] == ["sim:alice", "sim:alice", "sim:bob"]
        assert views.conversation(connection, keyring, limit=1) == everybody[-1:]
        assert views.conversation(connection, keyring, since=NOW + minutes(1)) == everybody[1:]
        owed = views.conversation(connection, keyring, statuses=[TextStatus.PENDING])
        assert [line.at - NOW for line in owed] == [minutes(0), minutes(2), minutes(5), minutes(6)]


def test_an_erased_person_leaves_empty_lines(told: Database, keyring: Keyring) -> None:
    with told.writing() as connection:
        alice = somebody(connection, keyring).id
        contacts.erase(connection, [alice])
        lines = views.conversation(connection, keyring, [alice])
        assert [(line.text, line.address) for line in lines] == [("", None), ("", None)]


def test_a_case_tells_its_story(told: Database, keyring: Keyring) -> None:
    with told.reading() as connection:
        story = views.case_story(connection, keyring, 1042)
        assert views.case_story(connection, keyring, 9) is None
    assert story is not None
    assert story.case.number == 1042
    assert [(fact.seq, fact.kind) for fact in story.facts] == [(1, "received"), (2, "dispatched"), (3, "dispatched")]
    assert story.facts[0].data == {"message": 1}
    assert [line.direction for line in story.lines] == ["in", "out", "in", "out"]
    assert (story.assignments, story.deadlines) == ((an_assignment(),), (a_deadline(),))


def test_the_outbox_is_listed_page_by_page_without_words(told: Database, keyring: Keyring) -> None:
    with told.reading() as connection:
        first = views.outbox_lines(connection, tuple(TextStatus), limit=2)
        rest = views.outbox_lines(connection, tuple(TextStatus), after=first[-1].id)
        waiting = views.outbox_lines(connection, [TextStatus.PENDING])
    assert [(line.key, line.status, line.attempts) for line in (*first, *rest)] == [
        ("first", TextStatus.SENT, 1),
        ("second", TextStatus.PENDING, 0),
        ("to-bob", TextStatus.PENDING, 0),
    ]
    assert waiting[1].urgency is Urgency.ROUTINE
    assert a_text("x").body not in repr(first)


def test_figures_add_up(told: Database, keyring: Keyring) -> None:
    with told.reading() as connection:
        assert messages.count_verdicts(connection) == {Verdict.OPENED: 2}
        assert counts.count_facts(connection) == {EntryKind.RECEIVED: 1, EntryKind.DISPATCHED: 2}
        assert counts.count_cases(connection, "category") == {"smoke": 1, None: 1}
        assert counts.count_cases(connection, "status") == {"closed": 1, "filed": 1}
        assert counts.count_segments(connection) == (1, 2)
        assert counts.minutes_to_dispatch(connection) == [9.0]
        assert counts.oldest_waiting(connection) == (None, NOW)
        with pytest.raises(ValueError, match="not counted by"):
            counts.count_cases(connection, "words; DROP TABLE outbox")


def test_an_undecided_text_is_seen_waiting(told: Database, keyring: Keyring) -> None:
    with told.writing() as connection:
        receive(connection, keyring, a_message("SM9", received_at=NOW + minutes(7)), verdict=Verdict.WAITING)
        assert counts.oldest_waiting(connection)[0] == NOW + minutes(7)


def test_the_sandboxs_clock_is_kept_and_never_goes_back(database: Database) -> None:
    with database.writing() as connection:
        assert sandbox.clock_offset(connection) == timedelta()
        sandbox.keep_clock_offset(connection, timedelta(days=400, microseconds=1))
        assert sandbox.clock_offset(connection) == timedelta(days=400, microseconds=1)
        with pytest.raises(ValueError, match="never goes back"):
            sandbox.keep_clock_offset(connection, timedelta(days=1))
