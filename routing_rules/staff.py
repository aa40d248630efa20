"""Texts of posted people: finding the task behind a reply code, and what is answered without one.

A telephone number is not a password: without a live code nothing changes. What a verb does: ``staff_commands``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from routing_rules.areas import Posting
from routing_rules.commands import ResidentCommand
from routing_rules.contacts import Contact
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.draft import Draft
from routing_rules.intents import Intent
from routing_rules.messages import InboundMessage
from routing_rules.staff_commands import Order, Refused, carry_out
from routing_rules.telling import answer, short
from routing_rules.wording import phrase

Outcome = tuple[Verdict, int | None]

#: "Five wrong codes from one contact lock its commands for an hour."
WRONG_CODES_ALLOWED = 5
LOCKED_FOR = timedelta(hours=1)
#: Without a live code the open tasks are listed "at most once an hour".
LIST_EVERY = timedelta(hours=1)


# -- finding the task ---------------------------------------------------------------------------------------------


def act_on_code(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    """A text that begins with six digits."""
    if contact.locked_until is not None and contact.locked_until > draft.now:
        return Verdict.WRONG_CODE, None
    assert intent.code is not None  # noqa: S101 - the caller looked
    task = draft.known.assignment_of_digest(contact.id, draft.codes.digest(contact.id, intent.code))
    if task is None:
        return _wrong_code(draft, message, contact, intent.code)
    case = draft.case(task.case_number)
    posted_there = any(posting.office == task.office for posting in draft.city.registry.postings_of(contact.id))
    if not task.live or not posted_there:
        _answer_dead_code(draft, message, contact, intent.code)
        return Verdict.COMMAND_REFUSED, case.number
    if contact.wrong_codes:
        contact = draft.change_contact(contact, wrong_codes=0)
    command = intent.coded
    if command is None:
        return list_tasks(draft, message, intent, contact)
    draft.actor = f"contact:{contact.id}@office:{task.office}"
    order = Order(
        draft=draft,
        message=message,
        contact=contact,
        task=task,
        command=command,
        language=_language(draft, contact),
    )
    try:
        carry_out(order)
    except Refused as refused:
        answer(draft, contact, message.sender, refused.template, case, automatic=False, **refused.wanted)
        return Verdict.COMMAND_REFUSED, case.number
    return Verdict.COMMANDED, case.number


def _wrong_code(draft: Draft, message: InboundMessage, contact: Contact, code: str) -> Outcome:
    if not count_wrong_code(draft, message, contact):
        _answer_dead_code(draft, message, contact, code)
    return Verdict.WRONG_CODE, None


def count_wrong_code(draft: Draft, message: InboundMessage, contact: Contact) -> bool:
    """One more wrong code; whether it was the one that locks."""
    wrong = contact.wrong_codes + 1
    contact = draft.change_contact(contact, wrong_codes=wrong)
    if wrong < WRONG_CODES_ALLOWED:
        return False
    contact = draft.change_contact(contact, wrong_codes=0, locked_until=draft.now + LOCKED_FOR)
    draft.record(EntryKind.CODES_LOCKED, contact=contact.id, until=contact.locked_until)
    answer(draft, contact, message.sender, "locked", minutes=int(LOCKED_FOR.total_seconds() // 60))
    _alarm_supervisor(draft, contact)
    return True


def _answer_dead_code(draft: Draft, message: InboundMessage, contact: Contact, code: str) -> None:
    """Wrong and dead codes get the same text. The open codes go to the registered address, at most once an hour."""
    tasks = _task_lines(draft, contact)
    if not tasks:
        answer(draft, contact, message.sender, "wrong_code_none", code=code)
    elif _listed_lately(draft, contact):
        answer(draft, contact, message.sender, "wrong_code_listed", code=code)
    else:
        draft.change_contact(contact, tasks_listed_at=draft.now)
        answer(draft, contact, contact.addresses[0], "wrong_code", code=code, tasks=tasks)


def _alarm_supervisor(draft: Draft, contact: Contact) -> None:
    """The office above each of the person's offices hears of the lock."""
    registry = draft.city.registry
    for posting in registry.postings_of(contact.id):
        office = registry.offices[posting.office]
        above = registry.office_at(office.level.above, office.area) or registry.district_office
        for supervisor in registry.posted_at(above.code):
            name = registry.name_of(office.code, supervisor.language)
            draft.text_staff(supervisor, "lock_alarm", name=name)


# -- without a code -----------------------------------------------------------------------------------------------


def list_tasks(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    """Nothing changes; a list of the open tasks with their codes goes to the registered address.

    Unasked at most once an hour; whoever asks for it gets it as long as his budget of replies lasts.
    """
    asked = intent.command is ResidentCommand.LIST
    if contact.unconfirmed:
        return Verdict.NO_CODE, None
    if not asked and intent.thanks:
        return Verdict.THANKS, None
    if not asked and _listed_lately(draft, contact):
        return Verdict.NO_CODE, None
    tasks = _task_lines(draft, contact)
    draft.change_contact(contact, tasks_listed_at=draft.now)
    if not tasks:
        answer(draft, contact, contact.addresses[0], "no_tasks")
    else:
        template = "task_list" if asked else "choose_task"
        answer(draft, contact, contact.addresses[0], template, count=len(tasks), tasks=tasks)
    return Verdict.TASKS_LISTED, None


def _listed_lately(draft: Draft, contact: Contact) -> bool:
    listed = draft.known.contact(contact.id).tasks_listed_at
    return listed is not None and draft.now - listed < LIST_EVERY


def _task_lines(draft: Draft, contact: Contact) -> tuple[str, ...]:
    offices = tuple(posting.office for posting in draft.city.registry.postings_of(contact.id))
    language = _language(draft, contact)
    lines = []
    for task in draft.known.live_assignments_of(offices):
        case = draft.known.case(task.case_number)
        if case is not None:
            code = draft.code(task, contact.id)
            words = short(draft, case, language)
            lines.append(phrase(draft.city.book, language, "item_task", code=code, short=words))
    return tuple(lines)


def _language(draft: Draft, contact: Contact) -> str:
    postings = draft.city.registry.postings_of(contact.id)
    return contact.language or (postings[0].language if postings else draft.city.book.staff_language)


def confirm_address(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    """A new number of staff gets no task before it sent back the code that was texted to it.

    Wrong ones are counted like wrong reply codes, and are answered by nothing that would help a guesser.
    """
    if contact.locked_until is not None and contact.locked_until > draft.now:
        return Verdict.WRONG_CODE, None
    if message.sender != contact.addresses[0] or intent.code != draft.codes.confirmation(contact.id, message.sender):
        count_wrong_code(draft, message, contact)
        return Verdict.WRONG_CODE, None
    contact = draft.change_contact(contact, unconfirmed=False, wrong_codes=0)
    draft.record(EntryKind.ADDRESS_CONFIRMED, contact=contact.id)
    answer(draft, contact, message.sender, "address_confirmed")
    return Verdict.ADDRESS_CONFIRMED, None


def tell_district_of_opt_out(draft: Draft, contact: Contact) -> None:
    """A department that no longer takes texts would miss its tasks: the district must know."""
    for supervisor, name in _offices_for_district(draft, contact.id):
        draft.text_staff(supervisor, "opt_out_alarm", department=name)


def tell_district_of_lost_texts(draft: Draft, contact: str) -> None:
    """Texts to somebody posted do not arrive: the district must know before a task is overdue."""
    for supervisor, name in _offices_for_district(draft, contact):
        draft.text_staff(supervisor, "unreachable_alarm", office=name)


def _offices_for_district(draft: Draft, contact: str) -> Iterator[tuple[Posting, str]]:
    """Everybody on duty at the district but the person himself, with the name of each of the person's offices."""
    registry = draft.city.registry
    for posting in registry.postings_of(contact):
        for supervisor in registry.posted_at(registry.district_office.code):
            if supervisor.contact != contact:
                yield supervisor, registry.name_of(posting.office, supervisor.language)
