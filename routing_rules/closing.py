"""A case's end and what may follow it: reported, checked, closed, rated, reopened, rejected, withdrawn, merged.

The one who checks is never the one who handled. A resident's "not satisfied" reopens a case within the feedback window.
"""

from __future__ import annotations

from dataclasses import replace

from routing_rules.areas import OFFICE_LEVELS, Level, OfficeKind, Posting
from routing_rules.cases import TRANSITIONS, Assignment, Case, CaseStatus, Reporter, Task
from routing_rules.contacts import Contact
from routing_rules.deadlines import DeadlineKind
from routing_rules.decisions import EntryKind
from routing_rules.draft import Draft
from routing_rules.filing import add_reporter, keep_photos
from routing_rules.gridmen import who_looks
from routing_rules.handling import hand_back, let_clocks_run, take_away, was_told
from routing_rules.hotspots import note_reporters
from routing_rules.questions import drop_questions
from routing_rules.telling import SHORT, Named, tell_office, tell_posting, tell_reporter

#: A grade that reopens the case.
NOT_SATISFIED = 3


# -- result and check ---------------------------------------------------------------------------------------------


def report(draft: Draft, task: Assignment, contact: Contact, result: str) -> Case:
    """The handler reports a result; somebody else is asked whether it is true."""
    number = task.case_number
    let_clocks_run(draft, number)
    draft.change_text(number, result=result)
    draft.end(task, "reported")
    take_away(draft, number)
    draft.end_all(number, "reported", Task.ASSIGN, Task.EXTEND, Task.SUSPEND)
    draft.meet(
        number,
        DeadlineKind.ACCEPT,
        DeadlineKind.FINISH,
        DeadlineKind.PASS_UP,
        DeadlineKind.REDISPATCH,
        DeadlineKind.SUPERVISE,
    )
    draft.move(number, CaseStatus.REPORTED, handler=task.office, handled_by=contact.id)
    draft.record(EntryKind.REPORTED, number, office=task.office, contact=contact.id)
    return ask_for_check(draft, number, after=None)


def ask_for_check(draft: Draft, number: int, *, after: str | None) -> Case:
    """Offer the check to the right office, or to the next one above ``after``; its own clock runs from now."""
    case = draft.case(number)
    gridmen = _gridmen_who_check(draft, case, after)
    office = gridmen[0].office if gridmen else _checking_office(draft, case, after)
    draft.end_all(number, "expired", Task.CHECK)
    case = draft.change(number, holder=office, level=draft.city.registry.offices[office].level)
    task = draft.offer(number, office, Task.CHECK)
    due = draft.start(number, DeadlineKind.CHECK, assignment=task).due_at
    told = 0
    for posting in gridmen or draft.city.registry.posted_at(office):
        if posting.contact == case.handled_by:
            continue
        told += 1
        tell_posting(
            draft,
            case,
            posting,
            "check_task",
            assignment=task,
            short=SHORT,
            department=Named(case.handler),
            result=case.text.result if case.text else "",
        )
    if told:
        draft.record(EntryKind.OFFICE_TOLD, number, office=office, task=task.task, assignment=task.seq, due=due)
    else:
        draft.record(EntryKind.NOBODY_TOLD, number, office=office, reason="nobody_but_the_handler")
    return draft.case(number)


def _gridmen_who_check(draft: Draft, case: Case, after: str | None) -> tuple[Posting, ...]:
    """What a department (or the district) did is looked at by the grid's gridmen first; an office's result is the
    business of the level above it.
    """
    handler = draft.city.registry.offices.get(case.handler or "")
    if after is not None or handler is None:
        return ()
    if handler.kind is not OfficeKind.DEPARTMENT and handler.level is not Level.DISTRICT:
        return ()
    return who_looks(draft, case.area, case.number, besides=case.handled_by)


def _checking_office(draft: Draft, case: Case, after: str | None) -> str:
    """A department's result is checked by the community of the place, an office's by the level above it.

    What the district itself handled is checked by the community. Offices where nobody but the handler is posted are
    passed over.
    """
    registry = draft.city.registry
    handler = registry.offices.get(case.handler or "")
    lowest = -1
    if handler is not None and handler.kind is not OfficeKind.DEPARTMENT and handler.level is not Level.DISTRICT:
        lowest = handler.level.rank
    if after is not None:
        lowest = registry.offices[after].level.rank
    for level in OFFICE_LEVELS:
        office = registry.office_at(level, case.area)
        if level.rank <= lowest or office is None:
            continue
        if any(posting.contact != case.handled_by for posting in registry.posted_at(office.code)):
            return office.code
    return registry.district_office.code


def pass_check(draft: Draft, task: Assignment) -> Case:
    """The result is true: the case closes and every reporter is told, once for each round."""
    number = task.case_number
    draft.end(task, "passed")
    draft.record(EntryKind.CHECK_PASSED, number, office=task.office)
    draft.meet(number, DeadlineKind.CHECK)
    return close(draft, number)


def close(draft: Draft, number: int) -> Case:
    """Close with a result. The feedback window begins; nothing else runs on."""
    _stop(draft, number, "closed")
    case = draft.move(number, CaseStatus.CLOSED, closed_at=draft.now)
    draft.start(number, DeadlineKind.FEEDBACK)
    draft.record(EntryKind.CLOSED, number, reporters=case.reporters, rework=case.rework)
    for reporter in draft.known.reporters(number):
        draft.put(replace(reporter, rating=None, result_told=True))
        result = case.text.result if case.text else ""
        tell_reporter(draft, case, reporter, "result", once=f"round{case.rework}", result=result)
    return draft.case(number)


def fail_check(draft: Draft, task: Assignment, reason: str) -> Case:
    """The result is not true: rework for the handler."""
    number = task.case_number
    draft.end(task, "failed")
    draft.meet(number, DeadlineKind.CHECK)
    draft.record(EntryKind.CHECK_FAILED, number, office=task.office)
    return hand_back(draft, number, "check_failed", reason)


def _stop(draft: Draft, number: int, outcome: str) -> None:
    """End every task, question and clock of a case."""
    for reporter in draft.known.reporters(number):
        drop_questions(draft, number, reporter.contact)
    draft.end_all(number, outcome)
    draft.meet(number, DeadlineKind.OVERALL)
    draft.cancel_all(number)


# -- what residents say about it ----------------------------------------------------------------------------------


def rate(draft: Draft, reporter: Reporter, grade: int, words: str) -> bool:
    """A reporter's grade (1, 2 or 3) for the result. Returns whether it reopened the case.

    One "not satisfied" reopens once a round; the ones that follow are written down only.
    """
    case = draft.case(reporter.case_number)
    draft.put(replace(reporter, rating=grade, result_told=False))
    draft.record(EntryKind.RATED, case.number, contact=reporter.contact, grade=grade)
    if grade != NOT_SATISFIED or case.status is not CaseStatus.CLOSED:
        return False
    if draft.known.deadline(case.number, DeadlineKind.FEEDBACK) is None:
        return False
    _reopen(draft, case.number, words)
    return True


def _reopen(draft: Draft, number: int, words: str) -> None:
    draft.cancel(number, DeadlineKind.FEEDBACK)
    draft.start(number, DeadlineKind.OVERALL)
    draft.record(EntryKind.REOPENED, number, handler=draft.case(number).handler)
    case = hand_back(draft, number, "reopened_task", words)
    district = draft.city.registry.district_office
    case = draft.change(number, level=Level.DISTRICT)
    tell_office(
        draft,
        case,
        district.code,
        "reopened_notice",
        short=SHORT,
        department=Named(case.handler),
        reason=words,
    )


def end_feedback(draft: Draft, number: int) -> None:
    """The window for grades is over; later texts open a new case."""
    draft.record(EntryKind.FEEDBACK_ENDED, number)
    for reporter in draft.known.reporters(number):
        if reporter.result_told:
            draft.put(replace(reporter, result_told=False))


def withdraw(draft: Draft, case: Case, contact: Contact) -> None:
    """A reporter takes his report back; the last one's case ends, otherwise he only leaves."""
    reporter = draft.known.reporter(case.number, contact.id)
    assert reporter is not None  # noqa: S101 - only his own cases are offered to him
    if case.reporters > 1:
        leave(draft, reporter)
        return
    draft.record(EntryKind.WITHDRAWN, case.number, contact=contact.id)
    _tell_holders_it_ended(draft, case)
    _stop(draft, case.number, "withdrawn")
    status = CaseStatus.CLOSED if CaseStatus.CLOSED in TRANSITIONS[case.status] else CaseStatus.REJECTED
    draft.move(case.number, status, closed_at=draft.now)


def leave(draft: Draft, reporter: Reporter) -> None:
    """A reporter who does not belong to the case; his position stays empty for ever."""
    drop_questions(draft, reporter.case_number, reporter.contact)
    draft.put(replace(reporter, position=-reporter.position))
    case = draft.case(reporter.case_number)
    draft.change(case.number, reporters=case.reporters - 1)
    draft.record(EntryKind.LEFT, case.number, contact=reporter.contact)


# -- other ends ---------------------------------------------------------------------------------------------------


def reject(draft: Draft, task: Assignment, reason: str) -> Case:
    """Not ours: every reporter is told why and whom to ask."""
    number = task.case_number
    draft.change_text(number, reason=reason)
    draft.record(EntryKind.REJECTED, number, office=task.office)
    draft.end(task, "rejected")
    _tell_holders_it_ended(draft, draft.case(number))
    _stop(draft, number, "rejected")
    case = draft.move(number, CaseStatus.REJECTED, closed_at=draft.now)
    for reporter in draft.known.reporters(number):
        tell_reporter(draft, case, reporter, "rejected", reason=reason)
    return case


def _tell_holders_it_ended(draft: Draft, case: Case) -> None:
    tasks = draft.live(case.number, Task.DECIDE, Task.HANDLE, Task.CHECK, Task.ASSIGN)
    for office in dict.fromkeys(task.office for task in tasks if was_told(draft, task)):
        tell_office(draft, case, office, "cancelled_task")


# -- several people, one matter -----------------------------------------------------------------------------------


def join(draft: Draft, case: Case, contact: Contact, message: str) -> Case:
    """One more reporter of an open case; ``message`` is the id of his text."""
    add_reporter(draft, case.number, contact)
    case = draft.change(case.number, reporters=case.reporters + 1)
    draft.record(EntryKind.JOINED, case.number, contact=contact.id, message=message, reporters=case.reporters)
    note_reporters(draft, case.number, case.reporters - 1)
    return case


def merge(draft: Draft, number: int, main: int) -> Case:
    """The case turns out to be about the matter of another one; its reporters wait for that one's result."""
    draft.record(EntryKind.MERGED, number, into=main)
    before = draft.case(main).reporters
    for reporter in draft.known.reporters(number):
        if draft.known.reporter(main, reporter.contact) is None:
            position = draft.known.next_position(main)
            draft.put(replace(reporter, case_number=main, position=position))
            draft.change(main, reporters=draft.case(main).reporters + 1)
            draft.record(EntryKind.JOINED, main, contact=reporter.contact, merged_from=number)
    note_reporters(draft, main, before)
    if (text := draft.case(number).text) is not None:
        keep_photos(draft, main, text.attachments)
    _tell_holders_it_ended(draft, draft.case(number))
    _stop(draft, number, "merged")
    return draft.move(number, CaseStatus.MERGED, merged_into=main, closed_at=draft.now)
