"""What a turn reads: everything that its keys name, and what hangs on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from routing_rules.cases import CaseStatus, Question, QuestionKind, Task
from routing_rules.deadlines import DeadlineKind
from routing_rules.decisions import Decision
from routing_rules.reply_codes import ReplyCode
from routing_rules.working_set import WorkingSet
from storage import decisions, locks
from storage.database import Database
from storage.people import Keyring
from storage.working_set import Wanted, gather
from tests.databases import Databases
from tests.storage.samples import (
    ALICE,
    BOB,
    NOW,
    a_case,
    a_deadline,
    a_message,
    a_reporter,
    a_text,
    an_assignment,
    minutes,
    receive,
    somebody,
)


def _gather(connection: Any, keyring: Keyring, wanted: Wanted, into: WorkingSet | None = None) -> WorkingSet:
    return gather(
        connection,
        keyring,
        wanted,
        now=NOW,
        numbers=iter([2000]),
        matters_since=NOW - timedelta(hours=72),
        ended_since=NOW - timedelta(days=30),
        into=into,
    )


@pytest.fixture
def town(database: Database, keyring: Keyring) -> Database:
    """Two people, an open case of both, one merged into it, and a task whose code somebody has."""
    with database.writing() as connection:
        alice = somebody(connection, keyring).id
        bob = somebody(connection, keyring, BOB).id
        question = Question(
            contact=alice,
            case_number=1043,
            kind=QuestionKind.WHICH_CASE,
            asked_at=NOW,
            expires_at=NOW + minutes(30),
            options=("1042", "1044", "xinhe-1"),
        )
        merged = a_case(1043, status=CaseStatus.MERGED, closed_at=NOW, merged_into=1042)
        stored = Decision(
            cases=(a_case(), merged, a_case(1044, category="lamp"), a_case(1045, category="pothole")),
            reporters=(a_reporter(alice, 1043), a_reporter(bob), a_reporter(alice, 1042, 2)),
            assignments=(an_assignment(), an_assignment(1045, 1, office="env", task=Task.HANDLE)),
            reply_codes=(ReplyCode(contact=bob, case_number=1045, seq=1, n=0, digest="d"),),
            deadlines=(a_deadline(), a_deadline(1045, DeadlineKind.FINISH)),
            questions=(question,),
            notifications=(a_text(alice, automatic=True),),
        )
        decisions.write(connection, keyring, [stored], now=NOW)
        receive(connection, keyring, a_message("SM1", text="  催 "), a_message("SM2", BOB))
    return database


def _people(connection: Any, keyring: Keyring) -> tuple[str, str]:
    return somebody(connection, keyring).id, somebody(connection, keyring, BOB).id


def test_a_person_brings_cases_question_and_traffic(town: Database, keyring: Keyring) -> None:
    with town.writing() as connection:
        alice, bob = _people(connection, keyring)
        known = _gather(connection, keyring, Wanted(contacts={alice}))
    assert known.contact(alice).addresses == (ALICE,)
    assert [case.number for case in known.cases_of(alice)] == [1042, 1043]
    question = known.question_of(alice)
    assert question is not None
    assert known.case(1044) is not None, "an option of the question"
    assert known.case(1045) is None
    assert [reporter.contact for reporter in known.reporters(1042)] == [bob, alice]
    assert len(known.assignments(1042)) == len(known.deadlines(1042)) == 1
    traffic = known.traffic_of(alice, NOW)
    assert (traffic.texts, traffic.automatic_replies) == ([(NOW, "催")], 1)


def test_a_merged_case_brings_its_main_case(town: Database, keyring: Keyring) -> None:
    with town.writing() as connection:
        known = _gather(connection, keyring, Wanted(case_numbers={1043}))
    assert known.case(1042) is not None
    assert len(known.deadlines(1042)) == 1


def test_a_matter_brings_its_open_cases(town: Database, keyring: Keyring) -> None:
    with town.writing() as connection:
        known = _gather(connection, keyring, Wanted(matters={("zhushan", "smoke"), ("zhushan", "noise")}))
    assert [case.number for case in known.open_cases_of_matter("zhushan", "smoke")] == [1042]
    assert known.case(1043) is None


def test_a_code_brings_its_task_and_an_office_its_open_tasks(town: Database, keyring: Keyring) -> None:
    with town.writing() as connection:
        _, bob = _people(connection, keyring)
        coded = _gather(connection, keyring, Wanted(digests={"d", "wrong"}, staff={bob}))
        listed = _gather(connection, keyring, Wanted(offices={"env", "zhushan"}))
    task = coded.assignment_of_digest(bob, "d")
    assert task is not None
    assert (task.case_number, coded.case(1045) is not None) == (1045, True)
    assert coded.taken_codes == {"d"}
    assert [t.case_number for t in listed.live_assignments_of(("env",))] == [1045]
    assert [t.case_number for t in listed.live_assignments_of(("env", "zhushan"))] == [1042, 1045]


def test_a_second_look_adds_to_the_first(town: Database, keyring: Keyring) -> None:
    with town.writing() as connection:
        known = _gather(connection, keyring, Wanted(case_numbers={1042}))
        same = _gather(connection, keyring, Wanted(case_numbers={1044}), into=known)
    assert same is known
    assert known.case(1042) is not None
    assert known.case(1044) is not None
    assert next(known.numbers) == 2000


def test_nothing_wanted_is_nothing_found(town: Database, keyring: Keyring) -> None:
    with town.writing() as connection:
        assert _gather(connection, keyring, Wanted()).values == {}


def test_the_question_of_the_first_reporter_is_known(town: Database, keyring: Keyring) -> None:
    """A department asks the first reporter, who may still owe an answer about another case."""
    with town.writing() as connection:
        _, bob = _people(connection, keyring)
        other = Question(
            contact=bob, case_number=1045, kind=QuestionKind.PLACE, asked_at=NOW, expires_at=NOW + minutes(30)
        )
        decisions.write(connection, keyring, [Decision(questions=(other,))], now=NOW)
        known = _gather(connection, keyring, Wanted(case_numbers={1042}))
    assert known.question_of(bob) == other


def test_what_was_gathered_and_changed_is_what_is_written(town: Database, keyring: Keyring) -> None:
    with town.writing() as connection:
        case = _gather(connection, keyring, Wanted(case_numbers={1042})).case(1042)
        assert case is not None
        changed = replace(case, urges=case.urges + 1)
        decisions.write(connection, keyring, [Decision(cases=(changed,))], now=NOW)
        assert _gather(connection, keyring, Wanted(case_numbers={1042})).case(1042) == replace(
            changed, version=case.version + 1
        )


def test_two_engines_decide_one_matter_one_after_the_other(postgresql: Databases, keyring: Keyring) -> None:
    keys = [locks.matter_key("zhushan", "smoke"), locks.sender_key(keyring, ALICE), locks.code_key("d")]
    with Database(postgresql.ready(), writer=True) as database:
        database.check()
        with database.writing() as one, database.writing() as other:
            locks.lock(one, keys)
            locks.lock(other, [locks.matter_key("zhushan", "lamp"), locks.sender_key(keyring, BOB)])
            held = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted")
            assert other.execute(held).scalar() == 5
            locks.lock(one, [])


def test_one_engine_has_nothing_to_lock(sqlite: Databases) -> None:
    with Database(sqlite.ready(), writer=True) as database, database.writing() as connection:
        locks.lock(connection, [locks.code_key("d")])
        locks.lock_cases(connection, [1042])
