"""Cases and what hangs on them: what is written comes back the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from routing_rules.areas import Level
from routing_rules.cases import CaseStatus, CaseText, Ladder, Question, QuestionKind, Step, Task
from routing_rules.deadlines import DeadlineKind
from routing_rules.reply_codes import ReplyCode
from routing_rules.working_time import Limit, Unit
from storage import assignments, cases, reporters
from storage.database import Database
from storage.ladders import ladder_as_text, ladder_from_text
from storage.people import Keyring
from tests.databases import Databases
from tests.storage.samples import (
    BOB,
    NOW,
    a_case,
    a_reporter,
    an_assignment,
    minutes,
    open_case,
    somebody,
)

_LIMITS = st.builds(Limit, st.integers(0, 100_000), st.sampled_from(Unit))
_NAMES = st.text(min_size=1, max_size=10)
_STEPS = st.builds(Step, level=st.sampled_from(Level), office=st.none() | _NAMES, window=_LIMITS)


@given(
    st.builds(
        Ladder,
        rule=_NAMES,
        steps=st.lists(_STEPS, max_size=4).map(tuple),
        department=st.none() | _NAMES,
        limits=st.dictionaries(st.sampled_from(DeadlineKind), _LIMITS),
        urgent=st.booleans(),
    )
)
def test_a_ladder_comes_back_as_it_was_frozen(ladder: Ladder) -> None:
    assert ladder_from_text(ladder_as_text(ladder)) == ladder


def test_no_ladder_stays_none() -> None:
    assert ladder_from_text(ladder_as_text(None)) is None


def test_a_case_comes_back_with_its_words(database: Database) -> None:
    full = a_case(
        1043,
        status=CaseStatus.CLOSED,
        step=2,
        handler="env",
        handled_by="abc",
        urgent=True,
        reporters=31,
        urges=2,
        returns=1,
        extensions=1,
        rework=3,
        overtimes=4,
        binding=True,
        place_assumed=True,
        closed_at=NOW,
        merged_into=1042,
        counter=9,
        text=CaseText(words="w", place="p", place_key="k", result="r", reason="x", attachments=("a", "b")),
    )
    bare = a_case(1044, category=None, area=None, ladder=None, text=None)
    with database.writing() as connection:
        cases.write(connection, [a_case(), full, bare])
        found = cases.load(connection, [1042, 1043, 1044, 9])
    assert found == {case.number: replace(case, version=1) for case in (a_case(), full, bare)}


def test_writing_again_counts_the_version_and_keeps_the_words_it_does_not_carry(database: Database) -> None:
    with database.writing() as connection:
        cases.write(connection, [a_case()])
        loaded = cases.load(connection, [1042])[1042]
        cases.write(connection, [replace(loaded, urges=1, text=None)])
        found = cases.load(connection, [1042])[1042]
    assert (found.version, found.urges, found.text) == (2, 1, a_case().text)


def test_a_persons_open_and_lately_ended_cases_are_found(database: Database, keyring: Keyring) -> None:
    ended = {"status": CaseStatus.CLOSED, "closed_at": NOW - timedelta(days=1)}
    with database.writing() as connection:
        alice = open_case(connection, keyring)
        bob = somebody(connection, keyring, BOB)
        cases.write(connection, [a_case(1043, **ended), a_case(1044), a_case(1045)])
        numbers = (1042, 1043, 1044)
        reporters.write(connection, [a_reporter(alice.id, number) for number in numbers])
        reporters.write(connection, [a_reporter(alice.id, 1045, position=-1), a_reporter(bob.id, 1044, 2)])

        def found(days: int) -> dict[str, list[int]]:
            return cases.numbers_of_contacts(connection, [alice.id, bob.id], ended_since=NOW - timedelta(days=days))

        assert found(2) == {alice.id: [1042, 1043, 1044], bob.id: [1044]}
        assert found(0) == {alice.id: [1042, 1044], bob.id: [1044]}


def test_open_cases_of_a_matter_are_found_while_people_report_it(database: Database, keyring: Keyring) -> None:
    old = NOW - timedelta(days=9)
    with database.writing() as connection:
        alice = open_case(connection, keyring)
        cases.write(connection, [a_case(1043, status=CaseStatus.MERGED), a_case(1044, category="lamp")])
        cases.write(connection, [a_case(1045, opened_at=old), a_case(1046, opened_at=old)])
        reporters.write(connection, [a_reporter(alice.id, 1046), a_reporter(alice.id, 1045, joined_at=old)])
        matters = [("zhushan", "smoke"), ("elsewhere", "lamp")]
        assert cases.numbers_of_matters(connection, matters, since=NOW - timedelta(days=3)) == [1042, 1046]
        assert cases.numbers_of_matters(connection, matters, since=old) == [1042, 1045, 1046]


def test_numbers_of_cases_begin_where_the_rulebook_says(database: Database) -> None:
    with database.writing() as connection:
        assert cases.next_numbers(connection, 1042, 2) == [1042, 1043]
        cases.write(connection, [a_case(1042), a_case(1043)])
    with database.writing() as connection:
        assert cases.next_numbers(connection, 1042, 3) == [1044, 1045, 1046]
        assert cases.next_numbers(connection, 5000, 1) == [5000]
        assert cases.next_numbers(connection, 1, 0) == []


def test_two_engines_never_get_the_same_number(postgresql: Databases) -> None:
    with Database(postgresql.ready(), writer=True) as database:
        with database.writing() as one, database.writing() as other:
            other.execute(text("SET LOCAL lock_timeout = 2000"))
            first = cases.next_numbers(one, 1, 3)
            second = cases.next_numbers(other, 1, 3)
        assert not set(first) & set(second)


def test_tasks_and_their_codes_come_back(database: Database, keyring: Keyring) -> None:
    asked = an_assignment(1042, 2, task=Task.EXTEND, hours=4, verbs_used=frozenset({"grant", "ask"}))
    ended = an_assignment(1042, 1, ended_at=NOW, accepted_at=NOW, outcome="passed_up")
    with database.writing() as connection:
        alice = open_case(connection, keyring)
        cases.write(connection, [a_case(1043)])
        earlier = an_assignment(1043, 1, offered_at=NOW - minutes(1))
        assignments.write(connection, [asked, ended, earlier])
        codes = [ReplyCode(contact=alice.id, case_number=1042, seq=seq, n=0, digest=f"digest-{seq}") for seq in (1, 2)]
        assignments.write_codes(connection, codes)
        assert assignments.of_cases(connection, [1042]) == [ended, asked]
        assert assignments.live_of_offices(connection, ["zhushan", "env"]) == [earlier, asked]
        assert assignments.codes_of_cases(connection, [1042]) == codes
        assert assignments.codes_of_digests(connection, ["digest-1", "other"]) == codes[:1]
        assert assignments.taken_digests(connection, [alice.id]) == {"digest-2"}


def test_reporters_come_back_in_the_order_they_joined(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring)
        bob = somebody(connection, keyring, BOB)
        people = [a_reporter(bob.id, position=2, rating=3, result_told=True), a_reporter(alice.id)]
        reporters.write(connection, people)
        assert reporters.of_cases(connection, [1042]) == people[::-1]
        reporters.write(connection, [replace(people[0], position=-2)])
        assert reporters.of_cases(connection, [1042])[0].position == -2


def test_a_person_has_one_open_question_at_most(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        alice = open_case(connection, keyring)
        question = Question(
            contact=alice.id,
            case_number=1042,
            kind=QuestionKind.AMBIGUOUS,
            asked_at=NOW,
            expires_at=NOW + minutes(30),
            options=("xinhe-1", "xinhe-2"),
        )
        reporters.write_questions(connection, [question])
        later = replace(question, kind=QuestionKind.PLACE, options=(), asked_at=NOW + minutes(5))
        reporters.write_questions(connection, [later])
        assert reporters.questions_of(connection, [alice.id]) == [later]
        assert reporters.questions_about(connection, [1042]) == [later]
        reporters.write_questions(connection, [replace(later, closed_at=NOW)])
        assert reporters.questions_of(connection, [alice.id]) == []
