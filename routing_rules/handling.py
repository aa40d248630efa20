"""A case in somebody's hands: dispatched, accepted, returned, extended, suspended.

Each function changes a draft: state, assignments, deadlines, ledger facts and texts together. How a case gets here
stands in ``filing``, what follows a result in ``closing``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from routing_rules import deadlines as clocks
from routing_rules.areas import Level, OfficeKind
from routing_rules.assisting import tell_assisting
from routing_rules.cases import Assignment, Case, CaseStatus, Task
from routing_rules.deadlines import Deadline, DeadlineKind
from routing_rules.decisions import EntryKind, Urgency
from routing_rules.draft import Draft
from routing_rules.telling import GIST, SHORT, Named, tell_first_reporter, tell_office
from routing_rules.working_time import Limit, Unit


def dispatch(draft: Draft, number: int, handler: str, *, binding: bool = False) -> Case:
    """Give the case to a department (or office) to handle; whoever had it is told that it is his no more."""
    before = draft.case(number)
    take_away(draft, number)
    draft.end_all(number, "dispatched", Task.EXTEND, Task.SUSPEND)
    draft.cancel(number, DeadlineKind.PASS_UP, DeadlineKind.FINISH, DeadlineKind.SUPERVISE, DeadlineKind.CHECK)
    draft.meet(number, DeadlineKind.REDISPATCH)
    let_clocks_run(draft, number)
    case = draft.move(
        number,
        CaseStatus.DISPATCHED,
        holder=handler,
        handler=handler,
        handled_by=None,
        binding=before.binding or binding,
    )
    finish = _start_handling(draft, number, handler)
    draft.record(EntryKind.DISPATCHED, number, handler=handler, binding=case.binding, due=finish.due_at)
    tell_assisting(draft, number, handler)
    if draft.city.registry.offices[handler].kind is OfficeKind.DEPARTMENT:
        tell_first_reporter(
            draft,
            case,
            "dispatched",
            department=Named(handler),
            due=finish.due_at,
            query_number=str(number),
        )
    return draft.case(number)


def take_away(draft: Draft, number: int, *more: Task) -> None:
    """End what offices and departments still have to do for a case and tell them; one that was not told of its task
    yet (its hours have not begun) hears nothing at all.
    """
    case = draft.case(number)
    for task in draft.live(number, Task.DECIDE, Task.HANDLE, Task.CHECK, *more):
        told = was_told(draft, task)
        draft.end(task, "reassigned")
        if told:
            tell_office(draft, case, task.office, "reassigned")


def was_told(draft: Draft, task: Assignment) -> bool:
    """Whether the text about a task has left: it waits until the clock of the task begins."""
    clocks_of_it = [each for each in draft.known.deadlines(task.case_number) if each.assignment == task.seq]
    return draft.case(task.case_number).urgent or all(each.started_at <= draft.now for each in clocks_of_it)


def _start_handling(draft: Draft, number: int, handler: str) -> Deadline:
    case = draft.case(number)
    task = draft.offer(number, handler, Task.HANDLE)
    draft.start(number, DeadlineKind.ACCEPT, assignment=task)
    finish = draft.start(number, DeadlineKind.FINISH, assignment=task)
    wanted: dict[str, Any] = {"gist": GIST, "due": finish.due_at}
    if case.reporters > 1:
        wanted["reporters"] = case.reporters
    template = "department_task" if case.reporters > 1 else "department_task_one"
    if case.binding:
        tell_office(draft, case, handler, "binding")
    tell_office(draft, case, handler, template, assignment=task, **wanted)
    return finish


def hand_back(draft: Draft, number: int, template: str, reason: str) -> Case:
    """Rework: the handler gets the case again with fresh limits, and is told why."""
    case = draft.case(number)
    assert case.handler is not None  # noqa: S101 - only a handled case comes back
    draft.change_text(number, reason=reason)
    case = draft.move(
        number,
        CaseStatus.DISPATCHED,
        holder=case.handler,
        handled_by=None,
        rework=case.rework + 1,
        closed_at=None,
    )
    task = draft.offer(number, case.holder, Task.HANDLE)
    draft.start(number, DeadlineKind.ACCEPT, assignment=task)
    finish = draft.start(number, DeadlineKind.FINISH, assignment=task)
    wanted: dict[str, Any] = {"reason": reason, "due": finish.due_at}
    if template == "reopened_task":
        wanted["short"] = SHORT
    tell_office(draft, case, case.holder, template, assignment=task, **wanted)
    return draft.case(number)


def accept(draft: Draft, task: Assignment) -> Case:
    """The office or department takes the task on; anything it does without saying so accepts it too."""
    number = task.case_number
    case = draft.case(number)
    current = next((a for a in draft.live(number) if a.seq == task.seq), None)
    if current is None or current.accepted_at is not None:
        return case
    draft.put(replace(current, accepted_at=draft.now))
    draft.meet(number, DeadlineKind.ACCEPT)
    if case.status in (CaseStatus.DISPATCHED, CaseStatus.FILED):
        draft.move(number, CaseStatus.HANDLING)
    if not any(
        each.kind is DeadlineKind.FINISH and each.assignment == task.seq for each in draft.known.deadlines(number)
    ):
        draft.start(number, DeadlineKind.FINISH, assignment=current)
    draft.record(EntryKind.ACCEPTED, number, office=current.office, assignment=current.seq)
    return draft.case(number)


def hand_in_return(draft: Draft, task: Assignment, reason: str) -> Case:
    """The department gives the case back. The overall clock goes on; the second return asks for a binding decision."""
    number = task.case_number
    case = draft.case(number)
    draft.end(task, "returned")
    draft.end_all(number, "returned", Task.ASSIGN, Task.EXTEND, Task.SUSPEND)
    draft.cancel(number, DeadlineKind.ACCEPT, DeadlineKind.FINISH, DeadlineKind.SUPERVISE)
    draft.change_text(number, reason=reason)
    case = draft.move(number, CaseStatus.RETURNED, returns=case.returns + 1, handler=None)
    draft.record(EntryKind.RETURNED, number, office=task.office, count=case.returns)
    template = "returned" if case.returns == 1 else "binding_task"
    district = draft.city.registry.district_office
    case = draft.change(number, holder=district.code, level=Level.DISTRICT)
    again = draft.offer(number, district.code, Task.ASSIGN)
    draft.start(number, DeadlineKind.REDISPATCH, assignment=again)
    tell_office(
        draft,
        case,
        district.code,
        template,
        assignment=again,
        short=SHORT,
        department=Named(task.office),
        reason=reason,
    )
    return draft.case(number)


# -- extension and suspension -------------------------------------------------------------------------------------


def supervising_office(draft: Draft, case: Case) -> str:
    """The office that watches the case and grants what its handler asks for, never the handler itself."""
    level = max(case.level, Level.COMMUNITY, key=lambda each: each.rank)
    while True:
        office = draft.city.registry.office_at(level, case.area)
        if office is not None and office.code != case.handler and draft.city.registry.posted_at(office.code):
            return office.code
        if level is Level.DISTRICT:
            return draft.city.registry.district_office.code
        level = level.above


def ask_extension(draft: Draft, task: Assignment, hours: int, reason: str) -> None:
    """The handler asks for more hours; the clock runs on until somebody grants them."""
    case = accept(draft, task)
    draft.change_text(case.number, reason=reason)
    draft.end_all(case.number, "asked_again", Task.EXTEND)
    office = supervising_office(draft, case)
    approval = draft.offer(case.number, office, Task.EXTEND, hours=hours)
    draft.record(EntryKind.EXTENSION_ASKED, case.number, office=task.office, hours=hours, asked=office)
    tell_office(
        draft,
        case,
        office,
        "approve_extension",
        assignment=approval,
        short=SHORT,
        department=Named(task.office),
        hours=hours,
        reason=reason,
    )


def grant_extension(draft: Draft, approval: Assignment) -> None:
    """The hours are added to the finish clock, and to the overall clock where that would run out before.

    Where the finish clock has run out meanwhile the hours count from now on.
    """
    number = approval.case_number
    minutes = (approval.hours or 0) * 60
    calendar = draft.city.book.calendar
    case = draft.case(number)
    draft.end(approval, "granted")
    finish = draft.known.deadline(number, DeadlineKind.FINISH)
    if finish is not None:
        finish = clocks.extend(finish, minutes, draft.now, calendar)
        draft.put(finish)
    else:
        working = draft.limit_of(number, DeadlineKind.FINISH).unit.is_working_time
        limit = Limit(minutes, Unit.WORKING_MINUTES if working else Unit.WALL_MINUTES)
        draft.cancel(number, DeadlineKind.SUPERVISE)
        task = next(iter(draft.live(number, Task.HANDLE)), None)
        finish = draft.start(number, DeadlineKind.FINISH, assignment=task, limit=limit)
    overall = draft.known.deadline(number, DeadlineKind.OVERALL)
    if overall is not None and overall.due_at < finish.due_at:
        draft.put(clocks.extend(overall, minutes, draft.now, calendar))
    draft.change(number, extensions=case.extensions + 1)
    draft.record(EntryKind.EXTENSION_GRANTED, number, hours=approval.hours, due=finish.due_at)
    tell_office(draft, draft.case(number), case.holder, "extension_granted", due=finish.due_at)


def ask_suspension(draft: Draft, task: Assignment, reason: str) -> None:
    """The handler asks to wait; nothing stands still before it is granted."""
    case = accept(draft, task)
    draft.change_text(case.number, reason=reason)
    draft.end_all(case.number, "asked_again", Task.SUSPEND)
    office = supervising_office(draft, case)
    approval = draft.offer(case.number, office, Task.SUSPEND)
    draft.record(EntryKind.SUSPENSION_ASKED, case.number, office=task.office, asked=office)
    tell_office(
        draft,
        case,
        office,
        "approve_suspension",
        assignment=approval,
        short=SHORT,
        department=Named(task.office),
        reason=reason,
    )


def grant_suspension(draft: Draft, approval: Assignment) -> None:
    """The clocks of the case stand still until the review date."""
    number = approval.case_number
    draft.end(approval, "granted")
    case = draft.move(number, CaseStatus.SUSPENDED)
    for kind in (DeadlineKind.OVERALL, DeadlineKind.FINISH):
        if (running := draft.known.deadline(number, kind)) is not None:
            draft.put(clocks.pause(running, draft.now))
    draft.cancel(number, DeadlineKind.SUPERVISE)
    review = draft.start(number, DeadlineKind.REVIEW)
    draft.record(EntryKind.SUSPENSION_GRANTED, number, office=approval.office, until=review.due_at)
    tell_office(draft, case, case.holder, "suspension_granted", until=review.due_at)
    tell_first_reporter(draft, case, "suspended", until=review.due_at)


def refuse(draft: Draft, approval: Assignment, reason: str) -> None:
    """The handler gets neither the hours nor the pause."""
    number = approval.case_number
    draft.end(approval, "refused")
    draft.change_text(number, reason=reason)
    extension = approval.task is Task.EXTEND
    draft.record(EntryKind.EXTENSION_REFUSED if extension else EntryKind.SUSPENSION_REFUSED, number)
    case = draft.case(number)
    template = "extension_refused" if extension else "suspension_refused"
    tell_office(draft, case, case.holder, template, reason=reason)


def resume(draft: Draft, number: int) -> Case:
    """The suspension ends: the clocks go on with what was left, an overdue handler gets his limit once more."""
    let_clocks_run(draft, number)
    case = draft.move(number, CaseStatus.HANDLING)
    draft.record(EntryKind.RESUMED, number)
    finish = draft.known.deadline(number, DeadlineKind.FINISH)
    if finish is None:
        task = next(iter(draft.live(number, Task.HANDLE)), None)
        finish = draft.start(number, DeadlineKind.FINISH, assignment=task)
    tell_office(draft, case, case.holder, "resumed", due=finish.due_at)
    return case


def let_clocks_run(draft: Draft, number: int) -> None:
    """Clocks that stood still go on with what was left; no review is needed any more."""
    for kind in (DeadlineKind.OVERALL, DeadlineKind.FINISH):
        if (paused := draft.known.deadline(number, kind)) is not None and paused.paused_at:
            draft.put(clocks.resume(paused, draft.now, draft.city.book.calendar))
    draft.cancel(number, DeadlineKind.REVIEW)


def forward(draft: Draft, case: Case, template: str, **wanted: Any) -> None:
    """Pass a resident's words or urge on to whoever has to act."""
    tell_office(draft, case, case.holder, template, urgency=Urgency.TASK, **wanted)
