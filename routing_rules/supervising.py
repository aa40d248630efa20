"""What a supervisor sees of his own part of the area tree: the figures of the day, what is late, one case, an order.

Everything is within his office's area, or his department's own cases; what lies outside does not exist for him.
"""

from __future__ import annotations

from typing import Any

from routing_rules.areas import OfficeKind, Posting
from routing_rules.buttons import Button
from routing_rules.cases import Case
from routing_rules.contacts import Contact
from routing_rules.deadlines import DeadlineKind
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.draft import Draft, Rows
from routing_rules.messages import ChatButton, ChatForm, InboundMessage
from routing_rules.overview import Overview
from routing_rules.residents import Outcome
from routing_rules.status import answer_status, status_words
from routing_rules.telling import SHORT, Named, answer, label, short, tell_office
from routing_rules.wording import phrase, render

#: Action of the button that orders a case to be hurried.
SUPERVISE = "supervise"


def supervised_offices(draft: Draft, contact: str) -> tuple[Posting, ...]:
    """The offices and departments that a person works for and may look over; a grid is none."""
    offices = draft.city.registry.offices
    return tuple(
        posting
        for posting in draft.city.registry.postings_of(contact)
        if posting.office in offices and offices[posting.office].kind is not OfficeKind.GRID
    )


def in_scope(draft: Draft, contact: str, case: Case) -> bool:
    """Whether a case lies in a person's own part: his office's area, or his department's hands."""
    registry = draft.city.registry
    for posting in supervised_offices(draft, contact):
        office = registry.offices[posting.office]
        if office.code in (case.holder, case.handler):
            return True
        if office.kind is OfficeKind.OFFICE and (
            registry.lies_in(case.area, office.area) or office.code == registry.district_office.code
        ):
            return True
    return False


def tell_today(draft: Draft, message: InboundMessage, contact: Contact) -> Outcome:
    """The figures of each office of the person."""
    for posting in supervised_offices(draft, contact.id):
        overview = draft.known.overviews.get(posting.office)
        if overview is not None:
            answer(
                draft,
                contact,
                message.sender,
                "figures",
                automatic=False,
                **_figures(draft, overview, posting.language),
            )
    return Verdict.TOLD, None


def tell_late(draft: Draft, message: InboundMessage, contact: Contact) -> Outcome:
    """The late cases, each with a button to order it to be hurried."""
    language = draft.language_of(contact)
    numbers = dict.fromkeys(
        number
        for posting in supervised_offices(draft, contact.id)
        if (overview := draft.known.overviews.get(posting.office)) is not None
        for number in overview.late_cases
    )
    late = [case for number in numbers if (case := draft.known.case(number)) is not None]
    lines = tuple(f"{label(draft, case)}{short(draft, case, language)}" for case in late)
    if not lines:
        answer(draft, contact, message.sender, "nothing_late", automatic=False)
        return Verdict.TOLD, None
    rows = tuple((_order_button(draft, contact.id, case, language),) for case in late)
    in_chat = "\n".join(f"{label(draft, case)} {status_words(draft, case, language)}" for case in late)
    answer(
        draft, contact, message.sender, "late", automatic=False, buttons=rows, in_chat=in_chat,
        count=len(lines), items=lines,
    )  # fmt: skip
    return Verdict.TOLD, None


def tell_case(draft: Draft, message: InboundMessage, contact: Contact, number: int | None) -> Outcome:
    """One case of the person's own part. One answer for "not yours" and "not there"."""
    case = draft.known.case(number) if number is not None else None
    if case is None or not in_scope(draft, contact.id, case):
        answer(draft, contact, message.sender, "no_case", automatic=False, number=str(number or ""))
        return Verdict.TOLD, None
    rows: Rows = ()
    if case.status.is_open:
        rows = ((_order_button(draft, contact.id, case, draft.language_of(contact)),),)
    answer_status(draft, message, contact, case, buttons=rows)
    return Verdict.TOLD, case.number


def _order_button(draft: Draft, contact: str, case: Case, language: str) -> ChatButton:
    words = phrase(draft.city.book, language, "button_supervise", number=label(draft, case))
    return draft.button(contact, words, SUPERVISE, number=case.number)


def press_supervise(draft: Draft, message: InboundMessage, contact: Contact, button: Button, case: Case) -> str | None:
    """A supervision order (督办) with a clock of its own; the holder is told who wants it by when."""
    if not case.status.is_open or not in_scope(draft, contact.id, case) or button.pressed_at is not None:
        return None
    office = supervised_offices(draft, contact.id)[0].office
    draft.actor = f"contact:{contact.id}@office:{office}"
    due = draft.start(case.number, DeadlineKind.SUPERVISE).due_at
    draft.record(EntryKind.SUPERVISION_ORDERED, case.number, office=office, holder=case.holder, due=due)
    tell_office(
        draft, case, case.holder, "supervision_order", short=SHORT, office=Named(office), due=due,
    )  # fmt: skip
    answer(draft, contact, message.sender, "supervision_receipt", case, automatic=False, due=due)
    return "notice_done"


def tell_digest(draft: Draft, posting: Posting, overview: Overview) -> None:
    """The morning's figures to somebody who looks over an office."""
    values = _figures(draft, overview, posting.language)
    body = render(draft.city.book, posting.language, "digest", **values)
    draft.text_staff(posting, "digest", None, chat=ChatForm(body=body), **values)


def _figures(draft: Draft, overview: Overview, language: str) -> dict[str, Any]:
    return {
        "office": draft.city.registry.name_of(overview.office, language),
        "new": overview.new,
        "open": overview.open,
        "due": overview.due,
        "late": overview.late,
        "closed": overview.closed,
    }
