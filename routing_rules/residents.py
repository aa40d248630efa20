"""What a resident's text leads to: a word of command, a grade for a result, or a matter.

In doubt it asks and never guesses. Whatever it decides, the text ends with a verdict, and a matter with an owner
and a clock.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from routing_rules import closing, filing, handling, questions, suggesting
from routing_rules.cases import Case, Reporter
from routing_rules.commands import ResidentCommand
from routing_rules.contacts import Contact
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.draft import Draft
from routing_rules.duplicates import Match, same_matter
from routing_rules.intents import Intent
from routing_rules.location import Location, LocationKind
from routing_rules.messages import InboundMessage
from routing_rules.phrases import date_text
from routing_rules.status import answer_status
from routing_rules.telling import SHORT, Named, acknowledge, answer
from routing_rules.voting import Vote

#: Verdict of the text and the case it belongs to.
Outcome = tuple[Verdict, int | None]

#: How long after a report photos without a word still belong to it.
PHOTOS_FOLLOW = timedelta(minutes=10)

#: "After two unclear texts a person takes over."
UNCLEAR_TEXTS = 2


def open_cases(draft: Draft, contact: Contact) -> list[Case]:
    """The open cases that a person reported, oldest first."""
    return [case for case in draft.known.cases_of(contact.id) if case.status.is_open]


def last_case(draft: Draft, contact: Contact) -> int | None:
    cases = [case for case in draft.known.cases_of(contact.id) if case.merged_into is None]
    return cases[-1].number if cases else None


# -- a case number or a word of command ---------------------------------------------------------------------------


def about_number(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    """ "Z1042" asks where it stands, "Z1042 and words" says something about it."""
    case = _own_case(draft, message, intent, contact)
    if case is None:
        return Verdict.STATUS_TOLD, None
    if not intent.after_number:
        answer_status(draft, message, contact, case)
        return Verdict.STATUS_TOLD, case.number
    return add_to_case(draft, message, intent, contact, case)


def _own_case(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Case | None:
    """The case of the number if this person reported it. One answer for "not yours" and "not there"."""
    number = intent.case_number
    assert number is not None  # noqa: S101 - asked only when there is one
    if draft.known.reporter(number, contact.id) is None:
        answer(draft, contact, message.sender, "no_case", number=str(number))
        return None
    return _main_case(draft, number)


def _main_case(draft: Draft, number: int) -> Case | None:
    case = draft.known.case(number)
    if case is not None and case.merged_into is not None:
        return draft.known.case(case.merged_into) or case
    return case


def command(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    match intent.command:
        case ResidentCommand.LANGUAGE_ZH | ResidentCommand.LANGUAGE_EN:
            return _set_language(draft, message, intent, contact), None
        case ResidentCommand.DESK:
            return questions.call_desk(draft, message, contact)
        case _:
            return _command_about_case(draft, message, intent, contact)


def _set_language(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Verdict:
    language = "zh" if intent.command is ResidentCommand.LANGUAGE_ZH else "en"
    if language in draft.city.book.languages:
        contact = draft.change_contact(contact, language=language)
        for case in open_cases(draft, contact):
            reporter = draft.known.reporter(case.number, contact.id)
            if reporter is not None:
                draft.put(replace(reporter, language=language))
    answer(draft, contact, message.sender, "language_set")
    return Verdict.LANGUAGE_SET


def _command_about_case(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    """查, 催 and 撤, with a number or about the only open case."""
    if intent.case_number is not None:
        case = _own_case(draft, message, intent, contact)
    else:
        own = open_cases(draft, contact)
        if len(own) != 1:
            answer_status(draft, message, contact, None)
            return Verdict.STATUS_TOLD, None
        case = own[0]
    if case is None:
        return Verdict.STATUS_TOLD, None
    if intent.command is ResidentCommand.STATUS:
        answer_status(draft, message, contact, case)
        return Verdict.STATUS_TOLD, case.number
    if not case.status.is_open:
        return _about_closed(draft, message, contact, case)
    if intent.command is ResidentCommand.URGE:
        return urge(draft, message, contact, case)
    closing.withdraw(draft, case, contact)
    answer(draft, contact, message.sender, "withdrawn", draft.case(case.number))
    return Verdict.WITHDRAWN, case.number


def _about_closed(draft: Draft, message: InboundMessage, contact: Contact, case: Case) -> Outcome:
    date = date_text(draft.city.book, draft.language_of(contact), case.closed_at or draft.now)
    answer(draft, contact, message.sender, "closed_case", case, date=date)
    return Verdict.STATUS_TOLD, case.number


# -- a grade for a result -----------------------------------------------------------------------------------------


def unanswered_results(draft: Draft, contact: Contact) -> list[Reporter]:
    """The results that this person was told and has not graded, within the feedback window."""
    reporters = (draft.known.reporter(c.number, contact.id) for c in draft.known.cases_of(contact.id))
    return [r for r in reporters if r and r.result_told and r.rating is None]


def rate(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome | None:
    """A bare 1, 2 or 3 with exactly one unanswered result."""
    waiting = unanswered_results(draft, contact)
    grade = intent.choice.digit if intent.choice else 0
    if len(waiting) != 1 or grade not in (1, 2, 3):
        return None
    number = waiting[0].case_number
    words = intent.choice.words if intent.choice else ""
    if grade != closing.NOT_SATISFIED and intent.matter.category is not None:
        return None
    closing.rate(draft, waiting[0], grade, words)
    case = draft.case(number)
    if grade == closing.NOT_SATISFIED:
        answer(draft, contact, message.sender, "reopened", case, department=Named(case.handler))
    else:
        answer(draft, contact, message.sender, "rated", case)
    return Verdict.RATED, number


# -- a matter -----------------------------------------------------------------------------------------------------


def about_matter(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    """Free words: about one of the sender's open cases, about somebody else's, or something new."""
    own = open_cases(draft, contact)
    if not own and intent.follows_up and intent.matter.category is None and intent.location.kind is LocationKind.NONE:
        return unclear(draft, message, contact)
    if own:
        meant = _own_case_meant(draft, intent, contact, own)
        if len(meant) == 1:
            return add_to_case(draft, message, intent, contact, meant[0])
        if len(meant) > 1:
            return questions.ask_which_case(draft, message, contact, meant)
    if intent.says_nothing and not message.attachments:
        return unclear(draft, message, contact)
    location = _place(draft, intent, contact)
    other = case_of_others(draft, intent.category, location)
    if other is not None and draft.known.reporter(other.number, contact.id) is None:
        return _join(draft, message, contact, other)
    suggested = suggesting.suggest(draft, message, intent, contact, location)
    return suggested or open_new(draft, message, intent, contact, location)


def _place(draft: Draft, intent: Intent, contact: Contact) -> Location:
    """The place in the text, or the sender's home area, which is then said to be assumed."""
    if intent.location.kind is LocationKind.NONE and contact.home_area in draft.city.registry.areas:
        return draft.city.gazetteer.at_home(contact.home_area, draft.language_of(contact))  # type: ignore[arg-type]
    return intent.location


def _own_case_meant(draft: Draft, intent: Intent, contact: Contact, own: list[Case]) -> list[Case]:
    """Which of his open cases a person writes about. Several mean that he must be asked, none that it is new."""
    category, location = intent.matter.category, intent.location
    if category is None and location.kind is LocationKind.NONE:
        return own if intent.follows_up or len(own) > 1 or not intent.says_nothing else []
    same_place = [c for c in own if _agrees(location, c)]
    if category is None:
        unlocated = [c for c in own if c.area is None and location.kind is not LocationKind.NONE]
        return unlocated[:1] or [c for c in same_place if location.kind is LocationKind.EXACT][:1]
    return [c for c in same_place if c.category == category][:1]


def _agrees(location: Location, case: Case) -> bool:
    """Whether the place of a text may be the place of a case of the same person."""
    if location.kind is LocationKind.NONE or case.text is None or not case.text.place_key:
        return True
    if location.kind is LocationKind.AMBIGUOUS:
        return case.text.place_key in {candidate.place_key for candidate in location.candidates}
    return location.place_key == case.text.place_key or location.place_key == case.area


def case_of_others(
    draft: Draft, category: str | None, location: Location, *, besides: int | None = None
) -> Case | None:
    """The open case about the very same matter. A place that is not certain never joins."""
    if location.kind is not LocationKind.EXACT or location.assumed:
        return None
    for case in draft.known.open_cases_of_matter(location.area, category):
        reporters = draft.known.reporters(case.number)
        match = same_matter(
            case_area=case.area,
            case_category=case.category,
            case_place_key=case.text.place_key if case.text else None,
            last_report_at=reporters[-1].joined_at if reporters else case.opened_at,
            area=location.area,
            category=category,
            place_key=location.place_key,
            now=draft.now,
            join_hours=draft.city.book.join_hours,
        )
        if match is Match.SAME and case.number != besides:
            return case
    return None


def _join(draft: Draft, message: InboundMessage, contact: Contact, case: Case) -> Outcome:
    tell_joined(draft, message, contact, closing.join(draft, case, contact, message.external_id))
    return Verdict.JOINED, case.number


def tell_joined(draft: Draft, message: InboundMessage, contact: Contact, case: Case) -> None:
    """The receipt of a joined text says so, and how to say that it was another place."""
    questions.offer_to_leave(draft, contact, case)
    answer(draft, contact, message.sender, "joined", case, short=SHORT, reporters=case.reporters)


def open_new(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, location: Location) -> Outcome:
    """A new case: filed at once where category and place are clear enough, otherwise with one question."""
    _understood(draft, contact)
    case = filing.open_case(draft, contact, message, intent.category)
    draft.record(
        EntryKind.UNDERSTOOD,
        case.number,
        category=intent.category,
        words=list(intent.matter.words),
        score=round(intent.matter.score, 3),
        runner_up=intent.matter.runner_up,
        **vote_fact(intent.vote),
        place=location.kind,
        area=location.area,
        assumed=location.assumed,
    )
    if location.kind is LocationKind.AMBIGUOUS:
        return questions.ask_ambiguous(draft, message, contact, case, location)
    if location.kind is LocationKind.NONE and intent.category is not None:
        return questions.ask_place(draft, message, contact, case)
    filing.locate(draft, case.number, location)
    case = filing.file(draft, case.number)
    acknowledge(draft, message, contact, case)
    return Verdict.OPENED, case.number


def vote_fact(vote: Vote | None) -> dict[str, Any]:
    """How a trained model voted, for the ledger: the labels with their chances."""
    return {"guesses": [[guess.label, round(guess.chance, 3)] for guess in vote.guesses]} if vote is not None else {}


def add_to_case(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, case: Case) -> Outcome:
    """More words about a case: an urge where they only press, a supplement for its holder otherwise."""
    _understood(draft, contact)
    if not case.status.is_open:
        return _about_closed(draft, message, contact, case)
    if case.area is None and intent.location.kind is LocationKind.EXACT:
        return questions.place_found(draft, message, contact, case, intent.location)
    text = intent.after_number or intent.text
    if intent.follows_up:
        return urge(draft, message, contact, case)
    return add_words(draft, message, contact, case, text)


def add_photos(draft: Draft, message: InboundMessage, contact: Contact) -> Outcome | None:
    """Photos without a word belong to what the person has just reported; None when that is nothing.

    An album arrives photo by photo, so only a photo that was sent alone is answered.
    """
    reported = [case for case in open_cases(draft, contact) if draft.now - case.opened_at <= PHOTOS_FOLLOW]
    if not reported:
        return None
    case = reported[-1]
    draft.record(EntryKind.SUPPLEMENTED, case.number, contact=contact.id, message=message.external_id)
    if message.album is None:
        answer(draft, contact, message.sender, "supplemented", case, office=Named(case.holder))
    return Verdict.SUPPLEMENTED, case.number


def add_words(draft: Draft, message: InboundMessage, contact: Contact, case: Case, text: str) -> Outcome:
    """Pass words on to the holder; the same words again only press."""
    if case.text is not None and text == case.text.words:
        return urge(draft, message, contact, case)
    draft.record(EntryKind.SUPPLEMENTED, case.number, contact=contact.id, message=message.external_id)
    handling.forward(draft, case, "supplement", text=text)
    answer(draft, contact, message.sender, "supplemented", case, office=Named(case.holder))
    return Verdict.SUPPLEMENTED, case.number


def urge(draft: Draft, message: InboundMessage, contact: Contact, case: Case) -> Outcome:
    """The same person presses: counted, passed on, and told to whom."""
    case = draft.change(case.number, urges=case.urges + 1)
    draft.record(EntryKind.URGED, case.number, contact=contact.id, count=case.urges)
    handling.forward(draft, case, "urge", count=case.urges, short=SHORT)
    answer(draft, contact, message.sender, "urged", case, count=case.urges, office=Named(case.holder))
    return Verdict.URGED, case.number


def _understood(draft: Draft, contact: Contact) -> None:
    if draft.known.contact(contact.id).unclear_texts:
        draft.change_contact(contact, unclear_texts=0)


def unclear(draft: Draft, message: InboundMessage, contact: Contact) -> Outcome:
    """Nobody can make sense of it: ask for the three things needed; the second time a person takes over."""
    count = draft.known.contact(contact.id).unclear_texts + 1
    contact = draft.change_contact(contact, unclear_texts=count)
    if count >= UNCLEAR_TEXTS:
        return questions.call_desk(draft, message, contact)
    answer(draft, contact, message.sender, "unclear")
    return Verdict.UNCLEAR, None
