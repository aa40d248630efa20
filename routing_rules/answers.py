"""Reads a text as the answer to the one open question of its sender.

A text that does not fit the question is left to the other rules; a question stays open until it is answered or expires.
"""

from __future__ import annotations

from dataclasses import replace

from routing_rules import closing, filing, questions, residents, unmerging
from routing_rules.cases import Case, CaseStatus, Question, QuestionKind
from routing_rules.contacts import Contact
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.draft import Draft
from routing_rules.handling import forward
from routing_rules.intents import Intent, read_words
from routing_rules.location import Location, LocationKind
from routing_rules.messages import InboundMessage
from routing_rules.residents import Outcome
from routing_rules.telling import Named, answer

#: "Something else", "not the same place".
SOMETHING_ELSE = 9


def read_answer(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome | None:
    """What the answer leads to, or None when there is no open question or the text does not fit it."""
    question = draft.known.question_of(contact.id)
    if question is None or question.expires_at <= draft.now:
        return None
    case = draft.known.case(question.case_number)
    if case is None or not case.status.is_open:
        return None
    match question.kind:
        case QuestionKind.PLACE:
            return _place(draft, message, intent, contact, question, case)
        case QuestionKind.AMBIGUOUS:
            return _ambiguous(draft, message, intent, contact, question, case)
        case QuestionKind.WHICH_CASE:
            return _which_case(draft, message, intent, contact, question, case)
        case QuestionKind.SAME_MATTER:
            return _same_matter(draft, message, intent, contact, question, case)
        case QuestionKind.FROM_HANDLER:
            return _from_handler(draft, message, intent, contact, question, case)
        case QuestionKind.WORDS | QuestionKind.EVIDENCE | QuestionKind.REPORT:
            # Asked of staff in a chat, and answered there.
            return None


def read_late_answer(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome | None:
    """A digit that answers a question after its time, while the case still waits at the desk for somebody to have it.

    A place that comes late needs no question to be understood.
    """
    question = draft.known.question_of(contact.id)
    if question is None or question.expires_at > draft.now or intent.choice is None:
        return None
    case = draft.known.case(question.case_number)
    if case is None or case.status is not CaseStatus.FILED or case.handler is not None:
        return None
    if question.kind is QuestionKind.AMBIGUOUS and intent.choice.digit <= len(question.options):
        return _ambiguous(draft, message, intent, contact, question, case)
    if question.kind is QuestionKind.WHICH_CASE:
        return _which_case(draft, message, intent, contact, question, case)
    return None


def _answered(draft: Draft, question: Question) -> None:
    draft.put(replace(question, closed_at=draft.now))


def _place(
    draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, question: Question, case: Case
) -> Outcome | None:
    """A place answers; a whole new matter does not; anything else is unclear, and twice is enough."""
    if intent.matter.category not in (None, case.category):
        return None
    location = intent.location
    if location.kind is LocationKind.EXACT:
        _answered(draft, question)
        return _at_place(draft, message, contact, case, location)
    if location.kind is LocationKind.AMBIGUOUS:
        _answered(draft, question)
        return questions.ask_ambiguous(draft, message, contact, case, location)
    if intent.choice is not None or intent.thanks:
        return None
    return _not_understood(draft, message, contact, question, case, "ask_place")


def _at_place(draft: Draft, message: InboundMessage, contact: Contact, case: Case, location: Location) -> Outcome:
    """Now that the place is known it may be the matter of an open case, unless the sender left that one before."""
    main = residents.case_of_others(draft, case.category, location, besides=case.number)
    if main is None or draft.known.has_left(main.number, contact.id):
        return questions.place_found(draft, message, contact, case, location)
    closing.merge(draft, case.number, main.number)
    residents.tell_joined(draft, message, contact, draft.case(main.number))
    return Verdict.ANSWERED, main.number


def _ambiguous(
    draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, question: Question, case: Case
) -> Outcome | None:
    if intent.choice is not None and (not intent.choice.words or intent.location.kind is LocationKind.NONE):
        digit = intent.choice.digit
        if 1 <= digit <= len(question.options):
            _answered(draft, question)
            draft.change_text(case.number, words=_and_more(case, intent))
            return _at_place(draft, message, contact, case, questions.offered_place(question, digit))
        return _out_of_range(draft, message, contact, question)
    return _place(draft, message, intent, contact, question, case)


def _and_more(case: Case, intent: Intent) -> str:
    """What was written first, and what stands behind the digit of the answer."""
    first = case.text.words if case.text else ""
    return " ".join(words for words in (first, intent.choice.words if intent.choice else "") if words)


def _out_of_range(draft: Draft, message: InboundMessage, contact: Contact, question: Question) -> Outcome:
    answer(draft, contact, message.sender, "answer_out_of_range", top=len(question.options))
    return Verdict.UNCLEAR, question.case_number


def _which_case(
    draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, question: Question, case: Case
) -> Outcome | None:
    """A digit names the case that the waiting words belong to; 9 makes them a matter of their own."""
    if intent.choice is None:
        return None
    digit = intent.choice.digit
    words = read_words(draft.city, _and_more(case, intent))
    if digit == SOMETHING_ELSE:
        _answered(draft, question)
        draft.record(EntryKind.QUESTION_ANSWERED, case.number, contact=contact.id, answer=digit)
        draft.change_text(case.number, words=words.text)
        case = draft.change(case.number, category=words.matter.category)
        return _place_of_new(draft, message, contact, case, words.location)
    if not 1 <= digit <= len(question.options):
        return _out_of_range(draft, message, contact, question)
    main = draft.known.case(int(question.options[digit - 1]))
    if main is None or not main.status.is_open:
        return None
    _answered(draft, question)
    draft.record(EntryKind.QUESTION_ANSWERED, case.number, contact=contact.id, answer=digit)
    closing.merge(draft, case.number, main.number)
    return residents.add_to_case(draft, message, words, contact, draft.case(main.number))


def _same_matter(
    draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, question: Question, case: Case
) -> Outcome | None:
    """The 9 after a join: the reporter leaves and his words become a case of their own."""
    if intent.choice is None or intent.choice.digit != SOMETHING_ELSE:
        return None
    reporter = draft.known.reporter(case.number, contact.id)
    _answered(draft, question)
    if reporter is None:
        return None
    for number in question.options:
        if (own := unmerging.take_back(draft, int(number))) is not None:
            draft.change_text(own.number, words=_and_more(own, intent))
            location = draft.city.gazetteer.locate(intent.choice.words)
            return _place_of_new(draft, message, contact, draft.case(own.number), location)
    closing.leave(draft, reporter)
    new = filing.open_case(draft, contact, message, case.category)
    draft.change_text(new.number, words=_own_words(draft, contact, case, intent.choice.words))
    location = draft.city.gazetteer.locate(intent.choice.words)
    return _place_of_new(draft, message, contact, draft.case(new.number), location)


def _own_words(draft: Draft, contact: Contact, left: Case, added: str) -> str:
    """What the reporter himself wrote, never what the others of the case did: his text while we still have it at
    hand, else only the name of the matter; and what he adds now.
    """
    recent = draft.known.traffic_of(contact.id, draft.now).texts
    category = draft.city.book.categories.get(left.category or "")
    name = category.names[draft.language_of(contact)] if category else ""
    said = max((text for _, text in recent), key=len, default=name)
    return " ".join(words for words in (said, added) if words)


def _place_of_new(draft: Draft, message: InboundMessage, contact: Contact, case: Case, location: Location) -> Outcome:
    """A case that a 9 made: joined or filed where its words name a place, else with a question."""
    if location.kind is LocationKind.EXACT:
        return _at_place(draft, message, contact, case, location)
    if location.kind is LocationKind.AMBIGUOUS:
        return questions.ask_ambiguous(draft, message, contact, case, location)
    return questions.ask_place(draft, message, contact, case)


def _from_handler(
    draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, question: Question, case: Case
) -> Outcome | None:
    """The answer to a department's question is passed on as it is."""
    if intent.thanks:
        return None
    if intent.matter.category not in (None, case.category):
        return None
    _answered(draft, question)
    draft.record(EntryKind.QUESTION_ANSWERED, case.number, contact=contact.id, message=message.external_id)
    forward(draft, case, "supplement", text=intent.text)
    answer(draft, contact, message.sender, "supplemented", case, office=Named(case.holder))
    return Verdict.ANSWERED, case.number


def _not_understood(
    draft: Draft, message: InboundMessage, contact: Contact, question: Question, case: Case, again: str
) -> Outcome:
    """Ask once more; the second unclear answer brings in a person."""
    count = draft.known.contact(contact.id).unclear_texts + 1
    contact = draft.change_contact(contact, unclear_texts=count)
    if count >= residents.UNCLEAR_TEXTS and case.status is CaseStatus.CLARIFYING:
        return questions.call_desk(draft, message, contact)
    answer(draft, contact, message.sender, again)
    return Verdict.UNCLEAR, case.number
