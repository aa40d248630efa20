"""What a deadline does when it warns or runs out. Nothing is ever left without an owner and a running clock.

Overtime moves the watching up one level, reminds the holder, tells the supervisor and stands on the ledger; the handler
stays the handler unless a person decides otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from routing_rules import closing, deadlines, filing, handling, questions, reports
from routing_rules.areas import Level
from routing_rules.cases import Case, QuestionKind, Task
from routing_rules.deadlines import Deadline, DeadlineKind
from routing_rules.decisions import Decision, EntryKind
from routing_rules.draft import Draft
from routing_rules.phrases import duration
from routing_rules.telling import GIST, SHORT, Named, tell_office, tell_posting

#: Deadlines of which the holder is reminded before they run out.
_REMINDED = frozenset({DeadlineKind.ACCEPT, DeadlineKind.FINISH, DeadlineKind.OVERALL})


def look_at(draft: Draft, due: Deadline) -> Decision:
    """What a deadline whose time has come changes: a warning, its end, or nothing when it was faster met."""
    current = draft.known.deadline(due.case_number, due.kind)
    if current is None or current.key != due.key or current.paused_at is not None:
        return draft.decision()
    warned, fired = deadlines.warn(current, draft.now, draft.city.book.calendar)
    if fired:
        draft.put(warned)
    if warned.due_at <= draft.now:
        expired = deadlines.expire(warned, draft.now)
        draft.put(expired)
        _ON_EXPIRY[expired.kind](draft, expired)
    elif fired:
        _remind(draft, warned, max(fired))
    return draft.decision(case_number=due.case_number)


def _remind(draft: Draft, deadline: Deadline, threshold: int) -> None:
    draft.record(EntryKind.WARNED, deadline.case_number, deadline=deadline.kind, percent=threshold, due=deadline.due_at)
    case = draft.case(deadline.case_number)
    tasks = draft.live(case.number, Task.HANDLE, Task.DECIDE)
    if deadline.kind not in _REMINDED or not tasks:
        return
    minutes = round(deadlines.left(deadline, draft.now, draft.city.book.calendar))
    for posting in draft.city.registry.posted_at(tasks[-1].office):
        left = duration(draft.city.book, posting.language, max(minutes, 1))
        once = f"{deadline.kind}{deadline.round}at{threshold}"
        template = "reminder" if tasks[-1].task is Task.HANDLE else "reminder_office"
        tell_posting(draft, case, posting, template, assignment=tasks[-1], once=once, left=left)


# -- what each kind does ------------------------------------------------------------------------------------------


def _pass_up(draft: Draft, deadline: Deadline) -> None:
    filing.pass_up(draft, deadline.case_number, by_hand=False, due=deadline.due_at)


def _accept(draft: Draft, deadline: Deadline) -> None:
    """A silent office loses the matter to the next level; a silent department keeps it and is reported."""
    case = draft.case(deadline.case_number)
    deciding = [task for task in draft.live(case.number, Task.DECIDE) if task.seq == deadline.assignment]
    if not deciding or case.level is Level.DISTRICT:
        _overtime(draft, deadline)
        return
    _count(draft, deadline)
    tell_office(draft, case, case.holder, "reassigned")
    filing.pass_up(draft, case.number, by_hand=False, due=deadline.due_at)


def _question(draft: Draft, deadline: Deadline) -> None:
    """A resident's silence brings in a person; a gridman's files his report as it was understood."""
    first = draft.known.reporters(deadline.case_number)[:1]
    question = draft.known.question_of(first[0].contact) if first else None
    if question is not None and question.kind is QuestionKind.REPORT:
        reports.file_report(draft, deadline.case_number, first[0].contact)
        return
    questions.expire(draft, deadline.case_number)


def _review(draft: Draft, deadline: Deadline) -> None:
    handling.resume(draft, deadline.case_number)


def _check(draft: Draft, deadline: Deadline) -> None:
    """A check that nobody made goes to the next office; at the district it is asked for again."""
    _count(draft, deadline)
    closing.ask_for_check(draft, deadline.case_number, after=draft.case(deadline.case_number).holder)


def _verify(draft: Draft, deadline: Deadline) -> None:
    """No gridman went and looked: the case is filed without, and its community decides."""
    _count(draft, deadline)
    number = deadline.case_number
    for task in draft.live(number, Task.VERIFY):
        draft.end(task, "expired")
        tell_office(draft, draft.case(number), task.office, "reassigned")
    filing.file(draft, number, looked_at=True)


def _propose(draft: Draft, deadline: Deadline) -> None:
    reports.propose(draft, deadline.case_number)


def _feedback(draft: Draft, deadline: Deadline) -> None:
    closing.end_feedback(draft, deadline.case_number)


def _overtime(draft: Draft, deadline: Deadline) -> None:
    case = _count(draft, deadline)
    watcher = _watch_from_above(draft, case)
    if case.holder != watcher:
        tell_office(
            draft,
            case,
            case.holder,
            "overdue",
            once=_once(deadline),
            office=Named(watcher),
            department=Named(case.handler or case.holder),
        )
    _alarm(draft, deadline, watcher)


def _supervise(draft: Draft, deadline: Deadline) -> None:
    """Nobody acted on an overtime: the next level hears of it. The holder's overtime is not counted again."""
    case = draft.case(deadline.case_number)
    watching = draft.city.registry.office_at(case.level, case.area) or draft.city.registry.district_office
    draft.record(
        EntryKind.OVERTIME,
        case.number,
        deadline=deadline.kind,
        holder=watching.code,
        level=case.level,
        due=deadline.due_at,
    )
    _alarm(draft, deadline, _watch_from_above(draft, case))


def _alarm(draft: Draft, deadline: Deadline, watcher: str) -> None:
    """Whoever watches from now on is told, and has a clock of his own."""
    case = draft.case(deadline.case_number)
    if draft.city.registry.offices[watcher].level is Level.DISTRICT:
        _let_district_reassign(draft, case, watcher, _once(deadline))
    else:
        department = Named(case.handler or case.holder)
        tell_office(draft, case, watcher, "overdue_notice", once=_once(deadline), short=SHORT, department=department)
    draft.start(case.number, DeadlineKind.SUPERVISE)


def _once(deadline: Deadline) -> str:
    return f"{deadline.kind}{deadline.round}over"


def _count(draft: Draft, deadline: Deadline) -> Case:
    case = draft.change(deadline.case_number, overtimes=draft.case(deadline.case_number).overtimes + 1)
    draft.record(
        EntryKind.OVERTIME,
        case.number,
        deadline=deadline.kind,
        holder=case.holder,
        level=case.level,
        due=deadline.due_at,
    )
    return case


def _watch_from_above(draft: Draft, case: Case) -> str:
    """The office of the next level that has somebody watches from now on; the district stays with itself."""
    level = case.level
    while level is not Level.DISTRICT:
        level = level.above
        office = draft.city.registry.office_at(level, case.area)
        if office is not None and draft.city.registry.posted_at(office.code):
            draft.change(case.number, level=level)
            return office.code
        draft.record(
            EntryKind.NOBODY_TOLD, case.number, level=level, office=office.code if office else None, reason="overtime"
        )
    draft.change(case.number, level=Level.DISTRICT)
    return draft.city.registry.district_office.code


def _let_district_reassign(draft: Draft, case: Case, district: str, once: str) -> None:
    """The command centre is told with a code, so that one reply gives the case to somebody else."""
    live = draft.live(case.number, Task.ASSIGN)
    task = live[0] if live else draft.offer(case.number, district, Task.ASSIGN)
    tell_office(
        draft,
        case,
        district,
        "overdue_task",
        assignment=task,
        once=once,
        gist=GIST,
        department=Named(case.handler or case.holder),
    )


_ON_EXPIRY: Mapping[DeadlineKind, Callable[[Draft, Deadline], None]] = {
    DeadlineKind.OVERALL: _overtime,
    DeadlineKind.PASS_UP: _pass_up,
    DeadlineKind.ACCEPT: _accept,
    DeadlineKind.FINISH: _overtime,
    DeadlineKind.QUESTION: _question,
    DeadlineKind.REDISPATCH: _overtime,
    DeadlineKind.REVIEW: _review,
    DeadlineKind.VERIFY: _verify,
    DeadlineKind.PROPOSE: _propose,
    DeadlineKind.CHECK: _check,
    DeadlineKind.FEEDBACK: _feedback,
    DeadlineKind.SUPERVISE: _supervise,
}
