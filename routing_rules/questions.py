"""What we ask a resident, and what becomes of a question that nobody answers: a person at the district takes over.

At most one question of a contact is open. Reading the answer is the business of ``answers``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from routing_rules import filing
from routing_rules.cases import Case, CaseStatus, Question, QuestionKind, Task
from routing_rules.contacts import Contact
from routing_rules.deadlines import DeadlineKind
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.draft import Draft
from routing_rules.location import Location, LocationKind
from routing_rules.messages import InboundMessage
from routing_rules.telling import (
    GIST,
    Named,
    acknowledge,
    answer,
    label,
    short,
    tell_first_reporter,
    tell_office,
    tell_reporter,
)
from routing_rules.wording import phrase

Outcome = tuple[Verdict, int | None]

#: "If it was not the same place reply 9" is an offer, not a demand; it lapses after a day.
_OFFER_LASTS = timedelta(hours=24)

#: How long after a rejection a call for a person is about that.
_OBJECT = timedelta(days=3)

#: Between area, key and name of a place in an option.
_SEPARATOR = "|"

#: Digits that choose from a list; 9 means "something else".
MOST_OPTIONS = 8


# -- asking -------------------------------------------------------------------------------------------------------


def ask_place(draft: Draft, message: InboundMessage, contact: Contact, case: Case) -> Outcome:
    """The matter is clear, the place is not."""
    _ask(draft, contact, case.number, QuestionKind.PLACE)
    answer(draft, contact, message.sender, "ask_place")
    return Verdict.ASKED, case.number


def ask_ambiguous(draft: Draft, message: InboundMessage, contact: Contact, case: Case, location: Location) -> Outcome:
    """The name fits several places; the one in the sender's home area is offered first."""
    home = {area.code for area in draft.city.registry.chain(contact.home_area)}
    candidates = sorted(location.candidates, key=lambda candidate: not _is_near(draft, candidate.area, home))
    candidates = candidates[:MOST_OPTIONS]
    options = tuple(_SEPARATOR.join((c.area, c.place_key, c.display)) for c in candidates)
    _ask(draft, contact, case.number, QuestionKind.AMBIGUOUS, options)
    language = draft.language_of(contact)
    shown = tuple(
        phrase(draft.city.book, language, "option_place", index=index, place=candidate.display)
        for index, candidate in enumerate(candidates, start=1)
    )
    answer(draft, contact, message.sender, "ask_ambiguous", name=location.name, options=shown)
    return Verdict.ASKED, case.number


def offered_place(question: Question, digit: int) -> Location:
    """The place that a digit chooses."""
    area, key, display = question.options[digit - 1].split(_SEPARATOR, 2)
    return Location(kind=LocationKind.EXACT, place_key=key, display=display, area=area)


def offered_areas(question: Question) -> set[str]:
    """The areas of the places that a question offers; none for any other question."""
    if question.kind is not QuestionKind.AMBIGUOUS:
        return set()
    return {option.split(_SEPARATOR, 1)[0] for option in question.options}


def offered_keys(question: Question) -> list[tuple[str, str]]:
    """Area and key of the places that a question offers; none for any other question."""
    if question.kind is not QuestionKind.AMBIGUOUS:
        return []
    return [(parts[0], parts[1]) for option in question.options if len(parts := option.split(_SEPARATOR, 2)) == 3]


def _is_near(draft: Draft, area: str, home: set[str]) -> bool:
    """Whether an area lies in the sender's street; the district holds everything and says nothing."""
    chain = draft.city.registry.chain(area)
    return any(each.code in home for each in chain if each.parent is not None)


def ask_which_case(draft: Draft, message: InboundMessage, contact: Contact, cases: list[Case]) -> Outcome:
    """The words fit several open cases of the sender. They wait in a case of their own until he says which."""
    case = filing.open_case(draft, contact, message, None)
    offered = cases[-MOST_OPTIONS:]
    _ask(draft, contact, case.number, QuestionKind.WHICH_CASE, tuple(str(each.number) for each in offered))
    language = draft.language_of(contact)
    shown = tuple(
        phrase(
            draft.city.book,
            language,
            "option_case",
            index=index,
            short=short(draft, each, language),
            number=label(draft, each),
        )
        for index, each in enumerate(offered, start=1)
    )
    answer(draft, contact, message.sender, "ask_which_case", count=len(cases), options=shown)
    return Verdict.ASKED, case.number


def offer_to_leave(draft: Draft, contact: Contact, case: Case, *, suggested: int | None = None) -> None:
    """Who was joined to a case may say with a 9 that it was another place after all; ``suggested`` is the case that
    his words have kept for that.
    """
    close_question(draft, contact)
    draft.put(
        Question(
            contact=contact.id,
            case_number=case.number,
            kind=QuestionKind.SAME_MATTER,
            asked_at=draft.now,
            expires_at=draft.now + _OFFER_LASTS,
            options=() if suggested is None else (str(suggested),),
        )
    )


def ask_for_handler(draft: Draft, case: Case, words: str) -> bool:
    """A department's question goes to the first reporter; the answer is forwarded. False when nobody can be asked."""
    reporters = draft.known.reporters(case.number)
    if not reporters:
        return False
    first = reporters[0]
    earlier = draft.known.question_of(first.contact)
    lapsed = earlier is None or earlier.expires_at <= draft.now
    if lapsed or (earlier and earlier.kind in (QuestionKind.SAME_MATTER, QuestionKind.FROM_HANDLER)):
        draft.put(
            Question(
                contact=first.contact,
                case_number=case.number,
                kind=QuestionKind.FROM_HANDLER,
                asked_at=draft.now,
                expires_at=draft.now + _OFFER_LASTS,
            )
        )
    draft.record(EntryKind.ASKED_REPORTER, case.number, contact=first.contact)
    tell_reporter(draft, case, first, "question", question=words)
    return True


def _ask(draft: Draft, contact: Contact, number: int, kind: QuestionKind, options: tuple[str, ...] = ()) -> None:
    close_question(draft, contact)
    case = draft.case(number)
    if case.status is CaseStatus.RECEIVED:
        draft.move(number, CaseStatus.CLARIFYING)
    deadline = draft.start(number, DeadlineKind.QUESTION)
    draft.put(
        Question(
            contact=contact.id,
            case_number=number,
            kind=kind,
            asked_at=draft.now,
            expires_at=deadline.due_at,
            options=options,
        )
    )
    draft.record(EntryKind.QUESTION_ASKED, number, question=kind, options=len(options), due=deadline.due_at)


def drop_questions(draft: Draft, number: int, contact: str) -> None:
    """What a person was asked about a case needs no answer any more."""
    question = draft.known.question_of(contact)
    if question is not None and question.case_number == number:
        draft.put(replace(question, closed_at=draft.now))


def close_question(draft: Draft, contact: Contact) -> None:
    """End the open question of a contact; a case that still waits for its answer goes to the desk."""
    question = draft.known.question_of(contact.id)
    if question is None:
        return
    draft.put(replace(question, closed_at=draft.now))
    case = draft.known.case(question.case_number)
    if case is not None and case.status is CaseStatus.CLARIFYING:
        give_up_asking(draft, case.number)


# -- when nobody answers ------------------------------------------------------------------------------------------


def expire(draft: Draft, number: int) -> None:
    """Thirty minutes without an answer: the desk has the case and the resident is told.

    The question stays until another one takes its place, for a late answer.
    """
    case = draft.case(number)
    draft.record(EntryKind.QUESTION_EXPIRED, number)
    give_up_asking(draft, number)
    tell_first_reporter(draft, case, "question_expired")


def give_up_asking(draft: Draft, number: int) -> Case:
    """Without the answer a person at the district decides."""
    draft.cancel(number, DeadlineKind.QUESTION)
    draft.record(EntryKind.DESK_TOOK_OVER, number, reason="no_answer")
    return filing.file_at_desk(draft, number, "desk_task")


def call_desk(draft: Draft, message: InboundMessage, contact: Contact) -> Outcome:
    """The resident wants a person, or we failed to understand twice: the district desk has the latest open case."""
    draft.change_contact(contact, unclear_texts=0)
    question = draft.known.question_of(contact.id)
    waiting = draft.known.case(question.case_number) if question else None
    if question is not None:
        draft.put(replace(question, closed_at=draft.now))
    case = waiting if waiting is not None and waiting.status.is_open else _case_for_desk(draft, contact)
    if case is None:
        case = filing.open_case(draft, contact, message, None)
    number = case.number
    draft.record(EntryKind.DESK_TOOK_OVER, number, reason="called", message=message.external_id)
    if case.status in (CaseStatus.RECEIVED, CaseStatus.CLARIFYING, CaseStatus.REJECTED):
        draft.cancel(number, DeadlineKind.QUESTION)
        filing.file_at_desk(draft, number, "desk_called")
    else:
        _call_desk_about(draft, number)
    answer(draft, contact, message.sender, "desk", draft.case(number))
    return Verdict.DESK_CALLED, number


def _case_for_desk(draft: Draft, contact: Contact) -> Case | None:
    """What a person is called about: a rejection of these days ("if you disagree …"), else the latest open case."""
    own = draft.known.cases_of(contact.id)
    rejected = [
        c for c in own if c.status is CaseStatus.REJECTED and c.closed_at and draft.now - c.closed_at <= _OBJECT
    ]
    going_on = [case for case in own if case.status.is_open]
    return next(reversed(rejected or going_on), None)


def _call_desk_about(draft: Draft, number: int) -> None:
    """The case goes on where it is; the desk may look into it and give it to somebody else."""
    district = draft.city.registry.district_office
    live = draft.live(number, Task.ASSIGN)
    task = live[0] if live else draft.offer(number, district.code, Task.ASSIGN)
    tell_office(draft, draft.case(number), district.code, "desk_called", assignment=task, gist=GIST)


# -- when the answer is there -------------------------------------------------------------------------------------


def place_found(draft: Draft, message: InboundMessage, contact: Contact, case: Case, location: Location) -> Outcome:
    """The place of a case is known now, in time or late: it is filed, or planned anew from the desk.

    Whoever handles it by then keeps it and is told the place.
    """
    number = case.number
    draft.record(EntryKind.QUESTION_ANSWERED, number, contact=contact.id, area=location.area)
    draft.meet(number, DeadlineKind.QUESTION)
    drop_questions(draft, number, contact.id)
    if case.status in (CaseStatus.RECEIVED, CaseStatus.CLARIFYING):
        filing.locate(draft, number, location)
        filing.file(draft, number)
    elif case.status is CaseStatus.FILED and case.handler is None:
        level = draft.city.registry.district_office.level
        filing.correct(draft, number, category=None, location=location, at=level)
    else:
        case = filing.locate(draft, number, location)
        tell_office(draft, case, case.holder, "supplement", text=message.text)
        answer(draft, contact, message.sender, "supplemented", case, office=Named(case.holder))
        return Verdict.ANSWERED, number
    acknowledge(draft, message, contact, draft.case(number))
    return Verdict.ANSWERED, number
