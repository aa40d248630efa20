"""A case's way up: opened, located, filed, and asked for at one office after the other until somebody handles it.

Each function changes a draft: state, assignments, deadlines, ledger facts and texts together. From the department on
the story goes on in ``handling``, from the result on in ``closing``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from routing_rules import verifying
from routing_rules.areas import Level
from routing_rules.assisting import tell_assisting
from routing_rules.cases import Case, CaseStatus, CaseText, Ladder, Reporter, Step, Task
from routing_rules.contacts import Contact
from routing_rules.deadlines import Deadline, DeadlineKind
from routing_rules.decisions import EntryKind
from routing_rules.draft import Draft
from routing_rules.handling import dispatch, let_clocks_run, take_away
from routing_rules.hotspots import note_place
from routing_rules.ladder import NO_RULE, plan
from routing_rules.location import Location, LocationKind
from routing_rules.messages import InboundMessage
from routing_rules.telling import GIST, Guesses, Named, Phrase, tell_office

#: A window up to this long is told in minutes, a longer one (or one with a break in it) as a time.
_MINUTES_TOLD = 120


#: Photos that a case keeps at most.
MOST_PHOTOS = 30

#: Clocks that end when the case is planned anew.
_OF_ONE_HOLDER = (
    DeadlineKind.PASS_UP,
    DeadlineKind.ACCEPT,
    DeadlineKind.FINISH,
    DeadlineKind.REDISPATCH,
    DeadlineKind.CHECK,
    DeadlineKind.SUPERVISE,
)


# -- opening and filing -------------------------------------------------------------------------------------------


def open_case(draft: Draft, contact: Contact, message: InboundMessage, category: str | None) -> Case:
    """A new case with its first reporter. It belongs to the district until it is filed."""
    number = next(draft.known.numbers)
    district = draft.city.registry.district_office
    draft.put(
        Case(
            number=number,
            status=CaseStatus.RECEIVED,
            category=category,
            area=None,
            level=Level.DISTRICT,
            holder=district.code,
            opened_at=draft.now,
            text=CaseText(words=message.text),
        )
    )
    add_reporter(draft, number, contact)
    draft.record(EntryKind.RECEIVED, number, contact=contact.id, channel=message.channel, message=message.external_id)
    return draft.case(number)


def keep_photos(draft: Draft, number: int, photos: Iterable[str]) -> None:
    """Add references of photos to a case, each once, as long as there is room."""
    text = draft.case(number).text
    if text is not None:
        kept = tuple(dict.fromkeys((*text.attachments, *photos)))[:MOST_PHOTOS]
        draft.change_text(number, attachments=kept)


def add_reporter(draft: Draft, number: int, contact: Contact) -> Reporter:
    """One more person who waits for the result."""
    reporter = Reporter(
        case_number=number,
        contact=contact.id,
        position=draft.known.next_position(number),
        joined_at=draft.now,
        language=draft.language_of(contact),
    )
    draft.put(reporter)
    return reporter


def locate(draft: Draft, number: int, location: Location) -> Case:
    """Write down where the matter is. An ambiguous or missing place leaves the case as it is."""
    if location.kind is not LocationKind.EXACT:
        return draft.case(number)
    draft.change_text(number, place=location.display, place_key=location.place_key or "")
    return draft.change(number, area=location.area, place_assumed=location.assumed)


def file(draft: Draft, number: int, *, first: Step | None = None, looked_at: bool = False) -> Case:
    """Freeze the ladder, start the overall clock and open the first step.

    Where the category asks for it a gridman looks before, unless that was done (``looked_at``). ``first`` is a step
    below the ladder's own: the grid whose gridman reported the matter; what is urgent does not wait for it.
    """
    case = draft.case(number)
    if not looked_at and (gridmen := verifying.who_verifies(draft, case)):
        return verifying.ask(draft, number, gridmen)
    ladder = _planned(draft, case)
    if first is not None and not ladder.urgent and ladder.rule != NO_RULE:
        ladder = replace(ladder, steps=(first, *ladder.steps))
    case = draft.move(number, CaseStatus.FILED, ladder=ladder, urgent=ladder.urgent, step=0)
    draft.record(
        EntryKind.FILED,
        number,
        category=case.category,
        area=case.area,
        assumed_place=case.place_assumed,
        rule=ladder.rule,
        department=ladder.department,
        steps=[step.office for step in ladder.steps],
        **({"assisting": list(ladder.assisting)} if ladder.assisting else {}),
        rulebook=draft.city.book.version,
    )
    note_place(draft, number)
    draft.start(number, DeadlineKind.OVERALL)
    if ladder.rule == NO_RULE:
        return give_to_desk(draft, number, "desk_task")
    return open_step(draft, number, 0)


def _planned(draft: Draft, case: Case) -> Ladder:
    """The way of a case by what is known of it; the hour that counts is that of the first report."""
    words = case.text.words if case.text is not None else ""
    return plan(draft.city, case.category, case.area, words=words, at=case.opened_at)


def file_at_desk(draft: Draft, number: int, template: str) -> Case:
    """File a case that nobody could be asked about any more, or that was rejected and is looked at again: the
    district decides what it is and whose.
    """
    case = draft.case(number)
    ladder = plan(draft.city, None, None)
    limits = _planned(draft, case).limits
    draft.move(number, CaseStatus.FILED, ladder=replace(ladder, limits=limits), handler=None, closed_at=None)
    draft.record(EntryKind.FILED, number, category=case.category, area=case.area, rule=ladder.rule, department=None)
    draft.start(number, DeadlineKind.OVERALL)
    return give_to_desk(draft, number, template)


def give_to_desk(draft: Draft, number: int, template: str, **wanted: Any) -> Case:
    """The district command centre owns the case and chooses who handles it."""
    district = draft.city.registry.district_office
    draft.end_all(number, "taken_over", Task.DECIDE, Task.ASSIGN)
    case = draft.change(number, holder=district.code, level=Level.DISTRICT)
    if template == "desk_task" and (guesses := _guesses(draft, case)) is not None:
        template, wanted = "desk_task_guesses", {**wanted, "guesses": guesses}
    task = draft.offer(number, district.code, Task.ASSIGN)
    draft.start(number, DeadlineKind.REDISPATCH, assignment=task)
    tell_office(draft, case, district.code, template, assignment=task, gist=GIST, **wanted)
    draft.record(EntryKind.OFFICE_TOLD, number, office=district.code, task=task.task, assignment=task.seq)
    return draft.case(number)


def _guesses(draft: Draft, case: Case) -> Guesses | None:
    """What a trained model took the matter for, too unsure to decide; None where there is none, or it is known."""
    if case.category is not None or case.text is None:
        return None
    vote = draft.city.vote_on(case.text.words)
    return Guesses(vote.guesses[:2]) if vote is not None else None


# -- the ladder ---------------------------------------------------------------------------------------------------


def open_step(draft: Draft, number: int, index: int) -> Case:
    """Ask the office of a step; a step that only informs, or where nobody is posted, is passed at once."""
    case = draft.case(number)
    assert case.ladder is not None  # noqa: S101 - a case is filed before it climbs
    steps = case.ladder.steps
    for at in range(index, len(steps)):
        step = steps[at]
        draft.change(number, step=at, level=step.level)
        if step.office is None or not draft.city.registry.posted_at(step.office):
            reason = "no_office" if step.office is None else "nobody_posted"
            draft.record(EntryKind.NOBODY_TOLD, number, level=step.level, office=step.office, reason=reason)
            continue
        if case.ladder.department is None and at == len(steps) - 1:
            return let_office_decide(draft, number, step.office)
        if step.window.amount == 0:
            tell_office(
                draft, case, step.office, "office_informed", gist=GIST, department=Named(case.ladder.department)
            )
            draft.record(EntryKind.OFFICE_TOLD, number, office=step.office, task="informed")
            continue
        return _ask_office(draft, number, at)
    if case.ladder.department is not None:
        return dispatch(draft, number, case.ladder.department)
    return _decide_above(draft, number)


def _ask_office(draft: Draft, number: int, at: int) -> Case:
    case = draft.case(number)
    assert case.ladder is not None  # noqa: S101
    step = case.ladder.steps[at]
    assert step.office is not None  # noqa: S101
    case = draft.change(number, holder=step.office)
    task = draft.offer(number, step.office, Task.DECIDE)
    window = draft.start(number, DeadlineKind.PASS_UP, assignment=task, limit=step.window)
    tell_office(
        draft,
        case,
        step.office,
        _office_text(case, at, window),
        assignment=task,
        not_before=window.started_at,
        gist=GIST,
        **_office_values(case, at, window),
    )
    draft.record(
        EntryKind.OFFICE_TOLD, number, office=step.office, task=task.task, assignment=task.seq, due=window.due_at
    )
    return draft.case(number)


def _office_text(case: Case, at: int, window: Deadline) -> str:
    """Which wording fits: a short window is told in minutes, and the last office hears which department follows."""
    assert case.ladder is not None  # noqa: S101
    if case.ladder.steps[at].level is Level.GRID:
        return "grid_task"
    last = at == len(case.ladder.steps) - 1 and case.ladder.department is not None
    return f"office_task{'_last' if last else ''}{'' if _told_in_minutes(window) else '_long'}"


def _office_values(case: Case, at: int, window: Deadline) -> dict[str, Any]:
    assert case.ladder is not None  # noqa: S101
    steps = case.ladder.steps
    values: dict[str, Any] = {}
    if steps[at].level is Level.GRID:
        return {"due": window.due_at, "next": Phrase(f"level_{steps[at].level.above}")}
    if _told_in_minutes(window):
        values["minutes"] = window.limit.amount
    else:
        values["due"] = window.due_at
    if at == len(steps) - 1 and case.ladder.department is not None:
        values["department"] = Named(case.ladder.department)
    else:
        values["next"] = Phrase(f"level_{steps[at].level.above}")
    return values


def _told_in_minutes(window: Deadline) -> bool:
    """The text leaves when the window opens, so its minutes are right even where that is tomorrow."""
    minutes = (window.due_at - window.started_at).total_seconds() / 60
    return minutes == window.limit.amount <= _MINUTES_TOLD


def let_office_decide(draft: Draft, number: int, office: str) -> Case:
    """The office handles the matter itself; its silence makes the next level the holder."""
    level = draft.city.registry.offices[office].level
    case = draft.change(number, holder=office, handler=office, level=level)
    task = draft.offer(number, office, Task.DECIDE)
    accept = draft.start(number, DeadlineKind.ACCEPT, assignment=task)
    tell_office(
        draft,
        case,
        office,
        "office_decides",
        assignment=task,
        not_before=None if case.urgent else accept.started_at,
        gist=GIST,
        due=accept.due_at,
    )
    draft.record(EntryKind.OFFICE_TOLD, number, office=office, task=task.task, assignment=task.seq, due=accept.due_at)
    tell_assisting(draft, number, office)
    return draft.case(number)


def _decide_above(draft: Draft, number: int) -> Case:
    """The lowest office above that has somebody decides; at the end of the ladder it is the district."""
    case = draft.case(number)
    level = case.level
    while level is not Level.DISTRICT:
        level = level.above
        office = draft.city.registry.office_at(level, case.area)
        if office is not None and draft.city.registry.posted_at(office.code):
            return let_office_decide(draft, number, office.code)
        draft.record(
            EntryKind.NOBODY_TOLD,
            number,
            level=level,
            office=office.code if office else None,
            reason="nobody_posted" if office else "no_office",
        )
    return give_to_desk(draft, number, "desk_task")


def pass_up(draft: Draft, number: int, *, by_hand: bool, due: object = None) -> Case:
    """The office at the current step hands the case to the next one, by its reply or by its silence."""
    case = draft.case(number)
    assert case.ladder is not None  # noqa: S101
    draft.end_all(number, "passed_up", Task.DECIDE)
    draft.meet(number, DeadlineKind.PASS_UP, DeadlineKind.ACCEPT)
    draft.cancel(number, DeadlineKind.FINISH, DeadlineKind.SUPERVISE)
    draft.record(EntryKind.PASSED_UP, number, office=case.holder, level=case.level, by_hand=by_hand, due=due)
    draft.move(number, CaseStatus.FILED, handler=None)
    if case.ladder.department is None and case.step == len(case.ladder.steps) - 1:
        return _decide_above(draft, number)
    return open_step(draft, number, case.step + 1)


# -- correcting ---------------------------------------------------------------------------------------------------


def correct(draft: Draft, number: int, *, category: str | None, location: Location | None, at: Level) -> Case:
    """A person corrects what was understood: the case is planned anew and goes on from that person's level."""
    before = draft.case(number)
    if category is not None:
        draft.change(number, category=category)
    if location is not None:
        locate(draft, number, location)
    take_away(draft, number, Task.ASSIGN)
    draft.end_all(number, "corrected")
    draft.cancel(number, *_OF_ONE_HOLDER)
    let_clocks_run(draft, number)
    case = draft.case(number)
    ladder = _planned(draft, case)
    draft.record(
        EntryKind.CORRECTED,
        number,
        category=case.category,
        category_before=before.category,
        area=case.area,
        area_before=before.area,
        rule=ladder.rule,
        department=ladder.department,
    )
    case = draft.move(number, CaseStatus.FILED, ladder=ladder, urgent=ladder.urgent, handler=None)
    if ladder.rule == NO_RULE:
        return give_to_desk(draft, number, "desk_task")
    moved = before.area != case.area
    first = next((i for i, step in enumerate(ladder.steps) if not moved and step.level is at), 0)
    return open_step(draft, number, first)
