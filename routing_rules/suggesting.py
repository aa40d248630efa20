"""In doubt whether a text is about the matter of an open case: it is joined for now, and the sender is asked.

For texts whose place the gazetteer does not know but whose words name the same thing and complain of the same. The text
keeps a case of its own, merged into the other one, so that a 9 or an operator brings it back whole. What speaks of
danger, or would go into an urgent matter, is never joined so.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from routing_rules import closing, filing, questions
from routing_rules.cases import Case, CaseStatus
from routing_rules.contacts import Contact
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.draft import Draft
from routing_rules.intents import Intent
from routing_rules.likeness import LIKE_DAYS, Known, Likeness, most_like, probes_of, read_wording
from routing_rules.location import Location, LocationKind
from routing_rules.messages import InboundMessage
from routing_rules.normalise import normalise
from routing_rules.questions import Outcome
from routing_rules.telling import GIST, answer


def suggest(
    draft: Draft, message: InboundMessage, intent: Intent, contact: Contact, location: Location
) -> Outcome | None:
    """Join a text to the case that it is most likely about, and ask; None when there is none, or the place is known."""
    if location.kind is not LocationKind.NONE and not location.assumed:
        return None
    if intent.emergency is not None or intent.follows_up:
        return None
    found = case_alike(draft, intent, contact)
    if found is None:
        return None
    case = filing.open_case(draft, contact, message, intent.matter.category)
    draft.record(
        EntryKind.UNDERSTOOD,
        case.number,
        category=intent.matter.category,
        words=list(intent.matter.words),
        score=round(intent.matter.score, 3),
        runner_up=intent.matter.runner_up,
        place=location.kind,
        likeness=found.score,
        alike=found.number,
    )
    closing.merge(draft, case.number, found.number)
    main = draft.case(found.number)
    questions.offer_to_leave(draft, contact, main, suggested=case.number)
    answer(draft, contact, message.sender, "suggested", main, gist=GIST, reporters=main.reporters)
    return Verdict.JOINED, main.number


def case_alike(draft: Draft, intent: Intent, contact: Contact) -> Likeness | None:
    """The open case of others whose matter a text is most likely about, by its words alone."""
    wording = read_wording(intent.text)
    probes = probes_of(wording)
    if not probes:
        return None
    known = [
        each
        for case in draft.known.cases()
        if (each := _as_known(draft, case, contact)) is not None and not probes.isdisjoint(each.wording.marks)
    ]
    return most_like(wording, intent.matter.category, known)


def _as_known(draft: Draft, case: Case, contact: Contact) -> Known | None:
    """The words of a case, under the number of the open case that they belong to."""
    main = draft.known.case(case.merged_into) if case.merged_into is not None else case
    if main is None or not main.status.is_open or main.status is CaseStatus.RECEIVED or _is_urgent(draft, main):
        return None
    if (
        case.text is None
        or draft.known.reporter(main.number, contact.id)
        or draft.known.has_left(main.number, contact.id)
    ):
        return None
    if draft.now - _last_report(draft, main) > timedelta(days=LIKE_DAYS):
        return None
    return Known(main.number, main.category, read_wording(normalise(case.text.words)))


def _is_urgent(draft: Draft, case: Case) -> bool:
    category = draft.city.book.categories.get(case.category or "")
    return case.urgent or (category is not None and category.urgent)


def _last_report(draft: Draft, case: Case) -> datetime:
    reporters = draft.known.reporters(case.number)
    return max((each.joined_at for each in reporters), default=case.opened_at)
