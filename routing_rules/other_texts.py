"""What becomes of a resident's text that is no matter: talk, advertising, an answering machine.

It opens no case and drops nothing: each text keeps its verdict, and the desk lists them. A machine is never answered.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from routing_rules import no_matter, residents
from routing_rules.contacts import Contact
from routing_rules.decisions import Verdict
from routing_rules.draft import Draft
from routing_rules.intents import Intent
from routing_rules.location import LocationKind
from routing_rules.messages import InboundMessage
from routing_rules.no_matter import Kind, NoMatter
from routing_rules.residents import Outcome
from routing_rules.telling import answer


def what_else(intent: Intent) -> NoMatter | None:
    """What the words are when they are no matter; None when they are one, may be, or speak of danger."""
    if intent.emergency is not None:
        return None
    named = intent.location.kind is not LocationKind.NONE
    return no_matter.read(intent.text, matter=intent.matter.score, place=named)


def set_apart(draft: Draft, message: InboundMessage, intent: Intent, contact: Contact) -> Outcome | None:
    """The verdict on a text that is no matter; None for every other.

    Who reported something before is known to us: his words are never taken for talk, and while his case is open they
    go to its holder. Photos and a pin say more than words.
    """
    if message.attachments or message.location is not None or draft.known.question_of(contact.id) is not None:
        return None
    found = what_else(intent)
    if found is None:
        return None
    if found.kind is Kind.AUTOREPLY:
        return Verdict.AUTOREPLY, None
    if found.kind is Kind.SPAM:
        return Verdict.SPAM, None
    if intent.follows_up or residents.last_case(draft, contact) is not None:
        return None
    if found.kind is Kind.CHITCHAT:
        return _chat(draft, message, contact), None
    return residents.unclear(draft, message, contact) if intent.matter.category is None else None


def _chat(draft: Draft, message: InboundMessage, contact: Contact) -> Verdict:
    """Once a day we say what to write to us; who took the wrong number is not told again and again."""
    today = draft.now.astimezone(ZoneInfo(draft.city.book.calendar.zone)).date()
    answer(draft, contact, message.sender, "unclear", once=f"{today}")
    return Verdict.CHITCHAT
