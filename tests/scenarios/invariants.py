"""What must hold at the end of every story, whatever happened in it."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import func, select

from gateway.rehearsal import CHAT_SCHEME, Rehearsal
from routing_rules.cases import Case, CaseStatus, Task
from routing_rules.deadlines import DeadlineKind
from routing_rules.decisions import Verdict
from routing_rules.segments import count_segments
from storage import assignments, cases, deadlines, messages, models, reporters, verification

#: Tasks of whoever must act; the others ask the district or a supervisor for a word beside it.
_OF_THE_HOLDER = (Task.DECIDE, Task.HANDLE, Task.VERIFY, Task.CHECK)


def check_invariants(city: Rehearsal) -> None:
    """Raises AssertionError when a text, a case or the ledger is not as it must be."""
    _every_text_has_a_verdict(city)
    _every_case_has_a_holder_and_a_clock(city)
    _what_left_is_fit_to_be_read(city)
    with city.database.reading() as connection:
        verified = verification.verify(connection)
    assert isinstance(verified, verification.Verified), verified


def _every_text_has_a_verdict(city: Rehearsal) -> None:
    with city.database.reading() as connection:
        verdicts = messages.count_verdicts(connection)
        stored = connection.execute(select(func.count()).select_from(models.message)).scalar()
    assert not {Verdict.WAITING, Verdict.SET_ASIDE} & verdicts.keys()
    assert sum(verdicts.values()) == stored


def _every_case_has_a_holder_and_a_clock(city: Rehearsal) -> None:
    with city.database.reading() as connection:
        numbers = list(connection.execute(select(models.case.c.number)).scalars())
        tasks = assignments.of_cases(connection, numbers)
        clocks = deadlines.of_cases(connection, numbers)
        people = reporters.of_cases(connection, numbers)
        asked = {question.case_number for question in reporters.questions_about(connection, numbers)}
        for case in cases.load(connection, numbers).values():
            live = [task for task in tasks if task.case_number == case.number and task.live]
            running = {clock.kind for clock in clocks if clock.case_number == case.number and clock.running}
            ticking = {clock.kind for clock in clocks if clock.case_number == case.number and clock.wake_at}
            present = [each.contact for each in people if each.case_number == case.number and each.position > 0]
            assert len(present) == len(set(present))
            if case.status is not CaseStatus.MERGED:
                assert case.reporters == len(present), case
            if case.status.is_open:
                _is_in_good_hands(city, case, [(task.task, task.office) for task in live], running, ticking)
            else:
                assert not live, (case, live)
                assert running <= {DeadlineKind.FEEDBACK}, (case, running)
                assert case.number not in asked or case.status is CaseStatus.MERGED


def _is_in_good_hands(
    city: Rehearsal,
    case: Case,
    live: list[tuple[Task, str]],
    running: set[DeadlineKind],
    ticking: set[DeadlineKind],
) -> None:
    """Exactly one holder, who has a task, and at least one clock that ticks."""
    assert case.holder in city.engine.city.registry.offices
    assert ticking, (case, running)
    if case.status is CaseStatus.RECEIVED:
        assert ticking <= {DeadlineKind.QUESTION, DeadlineKind.PROPOSE}, (case, running)
        assert not live, (case, live)
        return
    if case.status is CaseStatus.CLARIFYING:
        assert ticking == {DeadlineKind.QUESTION}, (case, running)
        assert not live, (case, live)
        return
    acting = [office for task, office in live if task in _OF_THE_HOLDER]
    assert len(acting) <= 1, (case, live)
    if acting:
        assert acting == [case.holder], (case, live)
    else:
        assert (Task.ASSIGN, case.holder) in live, (case, live)
    doubled = [kind for kind, count in Counter(task for task, _ in live).items() if count > 1]
    assert not doubled, (case, live)


def _what_left_is_fit_to_be_read(city: Rehearsal) -> None:
    for line in city.transcript:
        if line.direction == "out":
            assert "{" not in line.text, line.text
        if line.direction == "out" and line.address.scheme != CHAT_SCHEME:
            assert count_segments(line.text).count == 1, line.text
            assert line.text[0] in "【[", line.text
