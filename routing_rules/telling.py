"""Who is told what about a case: the texts to offices, departments and reporters.

It chooses recipients and words and changes no state of a case.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from routing_rules.areas import Posting
from routing_rules.cases import Assignment, Case, CaseStatus, Reporter
from routing_rules.contacts import Contact
from routing_rules.decisions import EntryKind, Urgency
from routing_rules.draft import Draft, Rows
from routing_rules.messages import Address, InboundMessage
from routing_rules.normalise import language_of
from routing_rules.phrases import when
from routing_rules.rulebook import RuleBook
from routing_rules.task_buttons import form_of_task
from routing_rules.templates import TEMPLATES
from routing_rules.voting import Guess
from routing_rules.wording import Gist, Value, phrase

#: What somebody who opted out is still sent: the receipt of a text of his own, what we must ask to take it in, safety.
DESPITE_OPT_OUT = frozenset(
    {
        "received",
        "received_at_department",
        "joined",
        "suggested",
        "ask_place",
        "ask_ambiguous",
        "ask_which_case",
        "opted_out",
        "emergency",
    }
)

#: Characters of a resident's own words that stand for a matter nobody has classified yet.
_WORDS_AS_MATTER = 40


def gist(draft: Draft, case: Case, language: str) -> Gist:
    """Place and matter in a few words; the resident's own while the category is unknown."""
    category = draft.city.book.categories.get(case.category or "")
    place = _place(draft, case, language)
    if place and case.place_assumed:
        place = phrase(draft.city.book, language, "assumed_place", place=place)
    if category is None:
        words = (case.text.words if case.text else "") or phrase(draft.city.book, language, "unknown_matter")
        return Gist("" if place and place in words else place, words[:_WORDS_AS_MATTER])
    return Gist(place, category.names[language], category.short[language])


def _place(draft: Draft, case: Case, language: str) -> str:
    """The place in the words of the text, or by its name where the reader has another script."""
    if case.text is None or not case.text.place:
        return ""
    if language_of(case.text.place) == language:
        return case.text.place
    return draft.city.gazetteer.shown(case.text.place_key, language) or case.text.place


def short(draft: Draft, case: Case, language: str) -> str:
    """The shortest name of the matter."""
    category = draft.city.book.categories.get(case.category or "")
    if category is not None:
        return category.short[language]
    return (case.text.words[:8] if case.text else "") or phrase(draft.city.book, language, "unknown_matter")


def label(draft: Draft, case: Case) -> str:
    return draft.city.book.label(case.number)


def when_due(draft: Draft, language: str, moment: datetime) -> str:
    return when(draft.city.book, language, moment, draft.now)


def name(draft: Draft, code: str | None, language: str) -> str:
    return draft.city.registry.name_of(code, language)


def in_language(
    draft: Draft, case: Case, language: str, wanted: dict[str, Any], *, read_at: datetime | None = None
) -> dict[str, Value]:
    """Values for a text: what depends on the language is filled in, the rest is passed on.

    Wanted maps placeholder to a value, to a datetime (shown as a time), or to ``Named`` (an office). A text that
    leaves later (``read_at``, UTC) says "today" of the day on which it is read.
    """
    filled: dict[str, Value] = {}
    for key, value in wanted.items():
        if isinstance(value, datetime):
            filled[key] = when(draft.city.book, language, value, max(read_at or draft.now, draft.now))
        elif isinstance(value, Named):
            filled[key] = name(draft, value.code, language)
        elif isinstance(value, Phrase):
            filled[key] = phrase(draft.city.book, language, value.name)
        elif isinstance(value, Guesses):
            filled[key] = value.told(draft.city.book, language)
        elif value is GIST:
            filled[key] = gist(draft, case, language)
        elif value is SHORT:
            filled[key] = short(draft, case, language)
        else:
            filled[key] = value
    return filled


class Named:
    """An office, department or area whose name is wanted in the reader's language."""

    def __init__(self, code: str | None) -> None:
        self.code = code


class Phrase:
    """A short piece of the book's texts in the reader's language."""

    def __init__(self, name: str) -> None:
        self.name = name


class Guesses:
    """What a matter may be, with the chances in per cent: the best two labels of a trained model."""

    def __init__(self, guesses: Sequence[Guess]) -> None:
        self._guesses = guesses

    def told(self, book: RuleBook, language: str) -> str:
        """Categories by their short names; a field has the one that the book gives it."""
        said = []
        for guess in self._guesses:
            category = book.categories.get(guess.label)
            name = category.short[language] if category is not None else guess.label
            said.append(phrase(book, language, "guess", name=name, percent=round(100 * guess.chance)))
        return phrase(book, language, "guesses", first=said[0], second=said[1])


#: Stand for the gist and the short name of the case in the reader's language.
GIST = object()
SHORT = object()


def tell_office(
    draft: Draft,
    case: Case,
    office: str,
    template: str,
    /,
    *,
    assignment: Assignment | None = None,
    urgency: Urgency = Urgency.TASK,
    not_before: datetime | None = None,
    once: str | None = None,
    **wanted: Any,
) -> int:
    """Text everybody posted at an office, each with a code of his own where a task is named.

    Returns how many were told; nobody is a fact for the ledger.
    """
    postings = draft.city.registry.posted_at(office)
    if not postings:
        draft.record(EntryKind.NOBODY_TOLD, case.number, office=office, template=template, reason="nobody_posted")
    for posting in postings:
        tell_posting(
            draft,
            case,
            posting,
            template,
            assignment=assignment,
            urgency=urgency,
            not_before=not_before,
            once=once,
            **wanted,
        )
    return len(postings)


def tell_posting(
    draft: Draft,
    case: Case,
    posting: Posting,
    template: str,
    /,
    *,
    assignment: Assignment | None = None,
    urgency: Urgency = Urgency.TASK,
    not_before: datetime | None = None,
    once: str | None = None,
    **wanted: Any,
) -> None:
    """One text about a case to one posted person; the placeholder ``number`` is filled in."""
    values = in_language(draft, case, posting.language, {"number": label(draft, case), **wanted}, read_at=not_before)
    if assignment is not None:
        values["code"] = draft.code(assignment, posting.contact)
    urgency = Urgency.SAFETY if case.urgent and urgency is Urgency.TASK else urgency
    draft.text_staff(
        posting,
        template,
        case.number,
        assignment=assignment,
        urgency=urgency,
        not_before=not_before,
        once=once,
        chat=form_of_task(draft, posting, template, assignment, values) if assignment is not None else None,
        **values,
    )


def tell_reporter(
    draft: Draft,
    case: Case,
    reporter: Reporter,
    template: str,
    /,
    *,
    once: str | None = None,
    urgency: Urgency = Urgency.ROUTINE,
    **wanted: Any,
) -> None:
    """One text about a case to one reporter; the placeholder ``number`` is filled in."""
    values = in_language(draft, case, reporter.language, {"number": label(draft, case), **wanted})
    draft.text_resident(
        reporter.contact, reporter.language, template, case.number, once=once, urgency=urgency, **values
    )


def tell_first_reporter(draft: Draft, case: Case, template: str, /, **wanted: Any) -> None:
    """Progress goes to the first reporter only; the others hear of the result."""
    for reporter in draft.known.reporters(case.number)[:1]:
        tell_reporter(draft, case, reporter, template, **wanted)


def answer(
    draft: Draft,
    contact: Contact,
    address: Address,
    template: str,
    case: Case | None = None,
    /,
    *,
    automatic: bool = True,
    urgency: Urgency = Urgency.CONVERSATION,
    buttons: Rows = (),
    in_chat: str = "",
    once: str | None = None,
    **wanted: Any,
) -> None:
    """Answer the text that is being decided, in the contact's language.

    Where the text wants the ``number`` of the case it is filled in. ``buttons`` and longer words (``in_chat``) show
    where the answer goes to a chat. ``once`` names an occasion on which the person is sent it a single time.
    """
    language = draft.language_of(contact)
    values: dict[str, Value]
    if case is not None:
        number = {"number": label(draft, case)} if "number" in TEMPLATES[template].placeholders else {}
        values = in_language(draft, case, language, {**number, **wanted})
    else:
        values = dict(wanted)
    draft.reply(
        contact,
        address,
        template,
        case.number if case else None,
        automatic=automatic,
        despite_opt_out=template in DESPITE_OPT_OUT,
        urgency=urgency,
        buttons=buttons,
        in_chat=in_chat,
        once=once,
        **values,
    )


def acknowledge(draft: Draft, message: InboundMessage, contact: Contact, case: Case) -> None:
    """The receipt: number, gist, and who has it."""
    if case.status is CaseStatus.DISPATCHED:
        answer(draft, contact, message.sender, "received_at_department", case, gist=GIST, department=Named(case.holder))
    else:
        answer(draft, contact, message.sender, "received", case, gist=GIST, office=Named(case.holder))
