"""The checks find what they are there for: each broken promise in evidence that is made up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from storage.texts import TextStatus
from tests.faults.checks import Findings, check
from tests.faults.evidence import Evidence, Message, Owed
from tests.faults.people import crowd

GOOD = Evidence(
    messages=(
        Message(external_id="SM1", contact="alice", verdict="opened", case_number=1042),
        Message(external_id="SM2", contact="bob", verdict="joined", case_number=1042),
    ),
    owed=(
        Owed(
            id=1,
            contact="alice",
            case_number=1042,
            template="received",
            status=TextStatus.DELIVERED,
            attempts=1,
            external_id="out1",
        ),
        Owed(
            id=2,
            contact="bob",
            case_number=1042,
            template="joined",
            status=TextStatus.SENT,
            attempts=2,
            external_id="out2",
            was_unknown=True,
        ),
    ),
    taken={"1": ("out1",), "2": ("out2",)},
    open_cases={1042: ("overall", "pass_up")},
    case_numbers=frozenset({1042}),
)


def look(evidence: Evidence, cases: int = 1) -> Findings:
    return check(evidence, posted=["SM1", "SM2"], acknowledged=["SM1", "SM2"], cases=cases)


def with_owed(number: int, **changes: object) -> tuple[Owed, ...]:
    return tuple(replace(owed, **changes) if owed.id == number else owed for owed in GOOD.owed)  # type: ignore[arg-type]


def test_nothing_is_found_where_everything_is_right() -> None:
    assert look(GOOD) == Findings(
        lost_texts=0, double_cases=0, lost_sms=0, duplicate_sms=0, moot_sms=0, unknown_outcomes=1, broken=()
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"messages": GOOD.messages[:1]}, "1 acknowledged texts are not in the inbox: SM2"),
        ({"messages": (*GOOD.messages, GOOD.messages[0])}, "1 texts stand in the inbox twice: SM1"),
        (
            {"messages": (*GOOD.messages, replace(GOOD.messages[0], external_id="SM3"))},
            "1 texts in the inbox were never posted: SM3",
        ),
        (
            {"messages": (replace(GOOD.messages[0], verdict="waiting"), GOOD.messages[1])},
            "1 texts were not decided: SM1",
        ),
        ({"owed": GOOD.owed[:1], "taken": {"1": ("out1",)}}, "1 texts got no receipt: SM2"),
        ({"case_numbers": frozenset({1042, 1043})}, "1 cases are there twice: 1043"),
        ({"taken": {"1": ("out1",)}}, "1 texts that were owed did not reach the provider: 2 (sent)"),
        (
            {"owed": with_owed(2, status=TextStatus.DEAD)},
            "1 texts that were owed did not reach the provider: 2 (dead)",
        ),
        ({"taken": {**GOOD.taken, "2": ("out2", "out3")}}, "1 texts left twice: 2"),
        (
            {"taken": {**GOOD.taken, "1": ("out1", "out3")}},
            "1 texts left twice although their outcome was never unknown: 1",
        ),
        ({"taken": {**GOOD.taken, "7": ("out7",)}}, "1 texts left that were never owed: 7"),
        ({"owed": with_owed(2, external_id="out1")}, "1 texts carry the provider's id of another text: 2"),
        ({"open_cases": {1042: ()}}, "1 open cases have no clock: 1042"),
        ({"fired_early": 1}, "1 deadlines fired before they were due"),
        ({"spooled": 3}, "3 texts still wait on the spool"),
        ({"damage": ("the ledger is broken",)}, "the ledger is broken"),
        ({"logged_numbers": frozenset({"+15005551000"})}, "1 numbers of residents stand in the log: +15005551000"),
    ],
)
def test_each_broken_promise_is_said_in_a_sentence(changes: Mapping[str, object], sentence: str) -> None:
    assert sentence in look(replace(GOOD, **changes)).broken  # type: ignore[arg-type]


def test_a_case_that_is_missing_is_said() -> None:
    assert "there are 1 cases and must be 2" in look(GOOD, cases=2).broken


def test_a_text_about_a_task_that_has_ended_is_not_lost() -> None:
    moot = with_owed(2, status=TextStatus.CANCELLED, external_id=None, moot=True)
    assert look(replace(GOOD, owed=moot, taken={"1": ("out1",)})).broken == ()


def test_what_is_to_leave_later_is_not_lost() -> None:
    waiting = with_owed(2, status=TextStatus.PENDING, external_id=None, later=True)
    assert look(replace(GOOD, owed=waiting, taken={"1": ("out1",)})).broken == ()


def test_a_crowd_texts_as_often_as_it_was_told_and_the_same_for_a_seed() -> None:
    people = crowd(500, 7)
    assert len(people.texts) == 500 == len({text.sid for text in people.texts})
    assert people == crowd(500, 7) != crowd(500, 8)
