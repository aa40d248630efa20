"""One turn: all its decisions in a few statements, each row once and in its final state, whole or not at
all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event, func, select

from routing_rules.cases import CaseStatus
from routing_rules.deadlines import DeadlineKind, meet
from routing_rules.decisions import Decision, EntryKind
from routing_rules.messages import Address
from routing_rules.reply_codes import ReplyCode
from storage import assignments, cases, contacts, deadlines, decisions, models, outbox, reporters
from storage.database import Database
from storage.errors import DatabaseConflict
from storage.people import Keyring
from storage.verification import verify
from tests.storage.samples import (
    NOW,
    a_case,
    a_deadline,
    a_fact,
    a_reporter,
    a_text,
    an_assignment,
    somebody,
)


def _opened(contact: str, number: int = 1042) -> Decision:
    """What opening a case changes."""
    return Decision(
        case_number=number,
        cases=(a_case(number),),
        assignments=(an_assignment(number),),
        deadlines=(a_deadline(number), a_deadline(number, DeadlineKind.OVERALL)),
        reporters=(a_reporter(contact, number),),
        reply_codes=(ReplyCode(contact=contact, case_number=number, seq=1, n=0, digest=f"d{number}"),),
        ledger=(a_fact(number, EntryKind.RECEIVED), a_fact(number, EntryKind.FILED)),
        notifications=(a_text(contact, f"{number}:received"), a_text(contact, f"{number}:task")),
    )


def _write(connection: Any, keyring: Keyring, *turn: Decision) -> Any:
    return decisions.write(connection, keyring, turn, now=NOW)


def test_everything_a_decision_holds_is_written(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = somebody(connection, keyring)
        decision = replace(_opened(alice.id), contacts=(replace(alice, language="zh"),))
        heads = _write(connection, keyring, decision)
        assert heads["case:1042"].seq == 2
    with database.reading() as connection:
        case = cases.load(connection, [1042])[1042]
        assert (case.status, case.seq, case.head) == (CaseStatus.FILED, 2, heads["case:1042"].hash)
        assert assignments.of_cases(connection, [1042]) == [an_assignment()]
        assert len(deadlines.of_cases(connection, [1042])) == 2
        assert reporters.of_cases(connection, [1042]) == [a_reporter(alice.id)]
        assert assignments.codes_of_cases(connection, [1042]) == list(decision.reply_codes)
        assert contacts.load(connection, keyring, [alice.id])[alice.id].language == "zh"
        assert len(connection.execute(select(models.outbox)).all()) == 2
        assert verify(connection).intact


def test_of_several_values_for_one_row_the_last_one_stands(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = somebody(connection, keyring).id
        passed_up = Decision(
            cases=(a_case(status=CaseStatus.DISPATCHED),),
            assignments=(an_assignment(ended_at=NOW, outcome="passed_up"), an_assignment(seq=2, office="env")),
            deadlines=(meet(a_deadline(), NOW), a_deadline(round=1)),
            ledger=(a_fact(kind=EntryKind.PASSED_UP),),
            notifications=(a_text(alice, "1042:received", body="asked again"), a_text(alice, "1042:next")),
        )
        _write(connection, keyring, _opened(alice), passed_up)
        assert cases.load(connection, [1042])[1042].status is CaseStatus.DISPATCHED
        assert [task.live for task in assignments.of_cases(connection, [1042])] == [False, True]
        rounds = [each for each in deadlines.of_cases(connection, [1042]) if each.kind is DeadlineKind.PASS_UP]
        assert [each.running for each in rounds] == [False, True]
        query = select(models.ledger.c.kind).order_by(models.ledger.c.seq)
        assert connection.execute(query).scalars().all() == ["received", "filed", "passed_up"]
        claim = outbox.claim(connection, keyring, NOW, limit=9, lease_seconds=60, lease_id="x")
        assert [text.key for text in claim.texts] == ["1042:received", "1042:task", "1042:next"]
        assert claim.texts[0].body == a_text(alice, "1042:received").body


def test_a_turn_that_fails_at_its_end_has_written_nothing(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = somebody(connection, keyring).id
    bad = Decision(notifications=(a_text("nobody", "x"),))
    with pytest.raises(DatabaseConflict), database.writing() as connection:
        _write(connection, keyring, _opened(alice), bad)
    with database.reading() as connection:
        for table in (models.case, models.ledger, models.deadline, models.outbox):
            assert connection.execute(select(func.count()).select_from(table)).scalar() == 0


def test_a_fact_about_an_unknown_case_fails_the_turn(database: Database, keyring: Keyring) -> None:
    with pytest.raises(LookupError), database.writing() as connection:
        _write(connection, keyring, Decision(ledger=(a_fact(5),)))


def test_a_big_turn_takes_no_more_statements_than_a_small_one(database: Database, keyring: Keyring) -> None:
    def statements(first: int, count: int) -> int:
        ran: list[str] = []
        with database.writing() as connection:
            people = contacts.find_or_create(
                connection, keyring, [Address("sim", f"p{first + n}") for n in range(count)], NOW
            )
            event.listen(connection, "before_cursor_execute", lambda *a: ran.append(a[2]))
            ids = [contact.id for contact in people.values()]
            _write(connection, keyring, *(_opened(each, first + n) for n, each in enumerate(ids)))
        return len(ran)

    small = statements(1, 1)
    assert statements(10, 30) == small
    with database.reading() as connection:
        assert verify(connection).intact


def test_an_empty_turn_writes_nothing(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        assert _write(connection, keyring) == {}
        assert _write(connection, keyring, Decision()) == {}
