"""Tells a reporter where a case stands, in one text.

It changes nothing but the draft's list of texts.
"""

from __future__ import annotations

from routing_rules.cases import Case, CaseStatus, Task
from routing_rules.contacts import Contact
from routing_rules.deadlines import DeadlineKind
from routing_rules.draft import Draft, Rows
from routing_rules.messages import InboundMessage
from routing_rules.phrases import clock_time, date_text, state_name
from routing_rules.telling import answer, label, name, short, when_due
from routing_rules.wording import phrase


def answer_status(
    draft: Draft, message: InboundMessage, contact: Contact, case: Case | None, *, buttons: Rows = ()
) -> None:
    """Status of one case, or of all open ones of the contact when none is named."""
    if case is not None:
        return _one(draft, message, contact, case, buttons)
    own = [each for each in draft.known.cases_of(contact.id) if each.status.is_open]
    if not own:
        return answer(draft, contact, message.sender, "no_cases")
    if len(own) == 1:
        return _one(draft, message, contact, own[0])
    language = draft.language_of(contact)
    items = tuple(
        phrase(
            draft.city.book,
            language,
            "item_case",
            number=label(draft, each),
            short=short(draft, each, language),
            state=state_name(draft.city.book, language, each.status),
        )
        for each in reversed(own)
    )
    return answer(draft, contact, message.sender, "status_list", count=len(own), items=items)


def status_words(draft: Draft, case: Case, language: str) -> str:
    """ "处理中:区环保局09:31签收,限今日17:00" """
    return f"{state_name(draft.city.book, language, case.status)}:{_detail(draft, case, language)}"


def _one(draft: Draft, message: InboundMessage, contact: Contact, case: Case, buttons: Rows = ()) -> None:
    language = draft.language_of(contact)
    answer(
        draft,
        contact,
        message.sender,
        "status",
        case,
        buttons=buttons,
        state=state_name(draft.city.book, language, case.status),
        detail=_detail(draft, case, language),
        urges=case.urges,
    )


def _detail(draft: Draft, case: Case, language: str) -> str:
    book = draft.city.book
    holder = name(draft, case.holder, language)
    match case.status:
        case CaseStatus.CLARIFYING | CaseStatus.RECEIVED:
            return phrase(book, language, "detail_asked")
        case CaseStatus.FILED | CaseStatus.RETURNED | CaseStatus.VERIFYING:
            return _with_office(draft, case, language, holder)
        case CaseStatus.DISPATCHED | CaseStatus.HANDLING:
            return _with_handler(draft, case, language, holder)
        case CaseStatus.SUSPENDED:
            review = draft.known.deadline(case.number, DeadlineKind.REVIEW)
            until = when_due(draft, language, review.due_at) if review else ""
            return phrase(book, language, "detail_suspended", department=holder, until=until)
        case CaseStatus.REPORTED:
            department = name(draft, case.handler, language)
            return phrase(book, language, "detail_reported", department=department)
        case CaseStatus.CLOSED:
            date = date_text(book, language, case.closed_at or draft.now)
            return phrase(book, language, "detail_closed", date=date)
        case CaseStatus.REJECTED:
            reason = case.text.reason if case.text else ""
            return phrase(book, language, "detail_rejected", reason=reason)
        case CaseStatus.MERGED:
            return phrase(book, language, "detail_merged", number=book.label(case.merged_into or case.number))


def _with_office(draft: Draft, case: Case, language: str, office: str) -> str:
    if draft.live(case.number, Task.ASSIGN):
        return phrase(draft.city.book, language, "detail_desk", office=office)
    window = draft.known.deadline(case.number, DeadlineKind.PASS_UP)
    if window is None:
        return phrase(draft.city.book, language, "detail_office", office=office)
    due = when_due(draft, language, window.due_at)
    return phrase(draft.city.book, language, "detail_office_due", office=office, due=due)


def _with_handler(draft: Draft, case: Case, language: str, department: str) -> str:
    finish = draft.known.deadline(case.number, DeadlineKind.FINISH)
    due = when_due(draft, language, finish.due_at) if finish else ""
    accepted = [a.accepted_at for a in draft.live(case.number) if a.office == case.holder and a.accepted_at]
    if not accepted:
        return phrase(draft.city.book, language, "detail_offered", department=department, due=due)
    time = clock_time(draft.city.book, accepted[0])
    return phrase(draft.city.book, language, "detail_accepted", department=department, time=time, due=due)
