"""How a text finds its meaning: the reading rules in their order, the first that fits decides.

Reading the words alone is done in ``intents``; here what is known about the sender joins in. What a meaning leads
to stands in ``staff`` for commands with a code, in ``residents`` for everything else.
"""

from __future__ import annotations

from typing import Any

from routing_rules import answers, bot_commands, other_texts, photos, presses, reports, residents, staff
from routing_rules.commands import ResidentCommand
from routing_rules.contacts import Contact
from routing_rules.decisions import Decision, EntryKind, Urgency, Verdict
from routing_rules.draft import Draft
from routing_rules.intents import Intent
from routing_rules.messages import InboundMessage
from routing_rules.residents import Outcome
from routing_rules.telling import GIST, answer, in_language, label

#: "A third identical text in five minutes is a loop."
_LOOP = 3


def decide(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Decision:
    """What one text changes. The contact must be in the draft's working set.

    Raises what a broken rulebook or registry makes it raise; the engine then takes the draft back and keeps the text.
    """
    draft.actor = f"contact:{contact.id}"
    if message.edited or message.meaningless:
        return draft.decision(Verdict.EDITED if message.edited else Verdict.NOT_FOR_US)
    if message.button is not None and message.sender not in draft.policy.blocked:
        return draft.decision(*presses.press(draft, message, contact))
    contact = _note_language(draft, contact, intent)
    verdict, case_number = _meaning(draft, message, intent, contact)
    photos.keep(draft, message, contact, verdict, case_number)
    if not _has_no_words(message):
        draft.known.traffic_of(contact.id, draft.now).texts.append((draft.now, intent.text))
    return draft.decision(verdict, case_number)


def _note_language(draft: Draft, contact: Contact, intent: Intent) -> Contact:
    """The first text decides which language a person is answered in, as far as the book speaks it.

    The words that carriers reserve are the same in every language and decide nothing.
    """
    if intent.opts_out or intent.opts_in or intent.slash is not None:
        return contact
    if contact.language is None and intent.language in draft.city.book.languages:
        return draft.change_contact(contact, language=intent.language)
    return contact


def _meaning(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    posted = bool(draft.city.registry.postings_of(contact.id))
    ignored = _never_answered(draft, message, intent, contact, posted)
    if ignored is not None:
        return ignored, None
    if intent.opts_out or intent.opts_in:
        return _consent(draft, message, intent, contact), None
    of_album = photos.of_album(draft, message)
    if of_album is not None:
        return of_album
    told = bot_commands.carry_out(draft, message, intent, contact)
    if told is not None:
        return told
    if posted and intent.code is not None:
        act = staff.confirm_address if contact.unconfirmed else staff.act_on_code
        return act(draft, message, intent, contact)
    if intent.emergency is not None:
        _warn_of_danger(draft, message, contact)
    if posted:
        outcome = _of_staff(draft, message, intent, contact)
    else:
        outcome = _of_resident(draft, message, intent, contact)
    if intent.emergency is not None:
        _tell_duty_officers(draft, message, contact, outcome[1])
    return outcome


def _of_staff(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    """Without a code: the words or photo that a button waits for, a gridman's report, else the list of open tasks."""
    given = presses.read_words(draft, message, contact)
    if given is not None:
        return given
    if not draft.city.registry.grids_of(contact.id) or intent.command is ResidentCommand.LIST:
        return staff.list_tasks(draft, message, intent, contact)
    return _of_gridman(draft, message, intent, contact)


def _of_gridman(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    """A gridman writes as residents do, except that what he reports is put together and proposed back to him."""
    if message.live:
        if draft.known.duty_of(contact.id) is None:
            answer(draft, contact, message.sender, "position_off_duty")
        return Verdict.POSITION_SHARED, None
    if reports.open_report(draft, contact) is None:
        if intent.command is not None:
            return residents.command(draft, message, intent, contact)
        rated = residents.rate(draft, message, intent, contact)
        if rated is not None:
            return rated
        if intent.thanks and not message.attachments and message.location is None:
            return Verdict.THANKS, residents.last_case(draft, contact)
        if intent.says_nothing and not message.attachments and message.location is None:
            answer(draft, contact, message.sender, "help_gridman")
            return Verdict.UNCLEAR, None
    return reports.add_part(draft, message, intent, contact)


def _of_resident(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome:
    """From the fifth rule on: a case number, a command, an answer, a grade, thanks, a matter."""
    if (
        message.attachments
        and _has_no_words(message)
        and (added := residents.add_photos(draft, message, contact)) is not None
    ):
        return added
    if intent.case_number is not None and intent.command is None:
        return residents.about_number(draft, message, intent, contact)
    if intent.command is not None and intent.command is not ResidentCommand.LIST:
        return residents.command(draft, message, intent, contact)
    answered = answers.read_answer(draft, message, intent, contact)
    if answered is not None:
        return answered
    rated = residents.rate(draft, message, intent, contact)
    if rated is not None:
        return rated
    late = answers.read_late_answer(draft, message, intent, contact)
    if late is not None:
        return late
    if intent.thanks and not message.attachments:
        return Verdict.THANKS, residents.last_case(draft, contact)
    other = other_texts.set_apart(draft, message, intent, contact)
    if other is not None:
        return other
    return residents.about_matter(draft, message, intent, contact)


# -- first rule: what is never answered ---------------------------------------------------------------------------


def _never_answered(
    draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, posted: bool
) -> Verdict | None:
    if message.sender in draft.policy.own_addresses:
        return Verdict.OWN_NUMBER
    if message.sender in draft.policy.blocked:
        return Verdict.BLOCKED
    if not posted and draft.policy.is_service_sender(message.sender):
        return Verdict.SERVICE_SENDER
    if not _has_no_words(message) and _is_loop(draft, intent, contact, posted):
        return Verdict.LOOP
    return None


def _has_no_words(message: InboundMessage) -> bool:
    return not message.text.strip() and bool(message.attachments or message.location)


def _is_loop(draft: Draft, intent: Intent, contact: Contact, posted: bool) -> bool:
    """The same text for the third time in five minutes, unless it answers something; photos have no text."""
    question = draft.known.question_of(contact.id)
    if question is not None and question.expires_at > draft.now:
        return False
    if posted and (intent.coded is not None or intent.slash is not None):
        return False
    if intent.choice is not None and residents.unanswered_results(draft, contact):
        return False
    recent = draft.known.traffic_of(contact.id, draft.now).texts
    return sum(1 for _, text in recent if text == intent.text) >= _LOOP - 1


# -- second rule: consent -----------------------------------------------------------------------------------------


def _consent(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Verdict:
    carrier_answered = message.carrier_opt is not None
    if intent.opts_out:
        if contact.opted_out_at is None:
            contact = draft.change_contact(contact, opted_out_at=draft.now)
            draft.record(EntryKind.OPTED_OUT, contact=contact.id, by_carrier=carrier_answered)
            staff.tell_district_of_opt_out(draft, contact)
            if not carrier_answered:
                answer(draft, contact, message.sender, "opted_out")
        return Verdict.OPTED_OUT
    if contact.opted_out_at is not None:
        contact = draft.change_contact(contact, opted_out_at=None)
        draft.record(EntryKind.OPTED_IN, contact=contact.id, by_carrier=carrier_answered)
    if not carrier_answered:
        answer(draft, contact, message.sender, "opted_in")
    return Verdict.OPTED_IN


# -- fourth rule: danger to life ----------------------------------------------------------------------------------


def _warn_of_danger(draft: Draft, message: InboundMessage, contact: Contact) -> None:
    """The safety text goes out before anything else is considered, whatever the budget of replies says."""
    answer(draft, contact, message.sender, "emergency", automatic=False, urgency=Urgency.SAFETY)
    draft.record(EntryKind.EMERGENCY_SEEN, contact=contact.id, message=message.external_id)


def _tell_duty_officers(draft: Draft, message: InboundMessage, contact: Contact, number: int | None) -> None:
    """The district hears of it with the case's number; a text of staff has none, but a name that can be called."""
    case = draft.known.case(number) if number is not None else None
    registry = draft.city.registry
    posted = registry.postings_of(contact.id)
    for posting in registry.posted_at(registry.district_office.code):
        name = registry.name_of(posted[0].office, posting.language) if posted else ""
        words: dict[str, Any] = {"gist": message.text, "number": name}
        if case is not None:
            words = {**in_language(draft, case, posting.language, {"gist": GIST}), "number": label(draft, case)}
        draft.text_staff(posting, "emergency_alarm", number, urgency=Urgency.SAFETY, **words)
