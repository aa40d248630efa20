"""How a chat account becomes a gridman's or a supervisor's: by an invite code from the office, used once in a day."""

from __future__ import annotations

from dataclasses import replace

from routing_rules.contacts import Contact
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.draft import Draft
from routing_rules.messages import InboundMessage
from routing_rules.residents import Outcome
from routing_rules.staff import count_wrong_code
from routing_rules.telling import answer


def use(draft: Draft, message: InboundMessage, contact: Contact, code: str) -> Outcome:
    """Bind the sender's account. A wrong, used or old code is answered alike and counted like a wrong reply code."""
    if contact.locked_until is not None and contact.locked_until > draft.now:
        return Verdict.BINDING_REFUSED, None
    binding = draft.known.binding_of_digest(draft.codes.invite_digest(code))
    usable = binding is not None and binding.bound_at is None and binding.unbound_at is None
    if binding is None or not usable or binding.expires_at <= draft.now or message.forwarded:
        if not count_wrong_code(draft, message, contact):
            answer(draft, contact, message.sender, "invite_dead")
        return Verdict.BINDING_REFUSED, None
    # An account that is somebody already stays him; a new one becomes the person who was invited.
    known_here = draft.city.registry.postings_of(contact.id) or draft.known.cases_of(contact.id)
    person = contact if known_here else draft.known.contact(binding.contact)
    person = draft.change_contact(person, language=binding.language, wrong_codes=0)
    draft.put(replace(binding, contact=person.id, bound_at=draft.now, account=message.sender))
    draft.record(EntryKind.GRIDMAN_BOUND, binding=binding.id, contact=person.id, offices=list(binding.offices))
    registry = draft.city.registry
    names = tuple(registry.name_of(office.removeprefix("grid:"), binding.language) for office in binding.offices)
    answer(draft, person, message.sender, "bound", automatic=False, name=binding.name, offices="、".join(names))
    return Verdict.BOUND, None
