"""What a turn does with texts on their way out: claims, results, reports, an operator's word, seals.

Each change of a text is a ledger fact. Nothing is sent here; that is the dispatcher's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from gateway.items import Attempt, ClaimTexts, DropText, RetryText
from gateway.turn import Turn
from routing_rules import staff
from routing_rules.decisions import Decision, EntryKind, LedgerEntry
from routing_rules.messages import AddressReport, ChatAct, DeliveryReport
from storage import contacts, outbox, receipts, seals
from storage.texts import Claim, TextFact, TextStatus

#: A text whose outcome is unknown is asked about after this long, so that the provider's list is complete.
ASK_AFTER = timedelta(seconds=5)

#: Such a text does not reach the person.
_GIVEN_UP = (TextStatus.FAILED, TextStatus.DEAD)

_KINDS: Mapping[TextStatus, EntryKind] = {
    TextStatus.SENT: EntryKind.TEXT_SENT,
    TextStatus.DELIVERED: EntryKind.TEXT_DELIVERED,
    TextStatus.FAILED: EntryKind.TEXT_FAILED,
    TextStatus.UNKNOWN: EntryKind.TEXT_UNKNOWN,
    TextStatus.DEAD: EntryKind.TEXT_DEAD,
    TextStatus.CANCELLED: EntryKind.TEXT_CANCELLED,
}


def claim(connection: Connection, turn: Turn, item: ClaimTexts) -> Claim:
    """Take texts under a lease; what may not be sent any more is cancelled and recorded."""
    found = outbox.claim(
        connection,
        turn.keyring,
        turn.now,
        limit=item.limit,
        lease_seconds=item.lease_seconds,
        lease_id=item.lease_id,
    )
    _record(turn, found.cancelled, actor="rule:outbox")
    return found


def release(connection: Connection, turn: Turn) -> int:
    """Texts whose sender vanished are unknown from now on. Returns how many."""
    # No send begins in the second half of its lease: by now the provider's list is complete.
    return _release(turn, outbox.release_leases(connection, turn.now))


def take_over(connection: Connection, turn: Turn) -> int:
    """Whoever was sending is gone, whatever its leases say. Returns how many texts are unknown from now on."""
    return _release(turn, outbox.release_leases(connection, turn.now, every=True, ask_at=turn.now + ASK_AFTER))


def _release(turn: Turn, facts: Sequence[TextFact]) -> int:
    _record(turn, facts, actor="clock")
    return len(facts)


def write_attempts(connection: Connection, turn: Turn, attempts: Sequence[Attempt]) -> int:
    """Mark texts with the results of their attempts. Returns how many took effect; a late sender's do not."""
    facts = receipts.mark(connection, turn.keyring, [attempt.result for attempt in attempts])
    marked = [attempt for attempt in attempts if attempt.text.id in facts]
    for attempt in marked:
        _record(turn, [facts[attempt.text.id]], actor=f"provider:{attempt.result.channel or 'none'}")
    lost = {address: code for attempt in marked for address, code in attempt.lost.items()}
    contacts.mark_unreachable(connection, turn.keyring, lost, turn.now)
    _opt_out(connection, turn, {attempt.text.contact for attempt in marked if attempt.opted_out})
    _tell_of_lost_people(
        turn,
        {
            attempt.text.contact
            for attempt in marked
            if not attempt.opted_out
            and not attempt.text.is_act
            and (attempt.lost or facts[attempt.text.id].status in _GIVEN_UP)
        },
    )
    return len(marked)


def take_report(connection: Connection, turn: Turn, report: DeliveryReport) -> bool:
    """A provider's word about a text; returns whether it moved it forward."""
    facts = receipts.report(connection, [report])
    _record(turn, facts, actor=f"provider:{report.channel}")
    if report.opted_out:
        _opt_out(connection, turn, {fact.contact for fact in facts})
    else:
        _tell_of_lost_people(turn, {fact.contact for fact in facts if fact.status in _GIVEN_UP})
    return bool(facts)


def take_address_report(connection: Connection, turn: Turn, report: AddressReport) -> bool:
    """A provider's word about an address; returns whether somebody is known there."""
    contact = contacts.owner_of(connection, turn.keyring, report.address)
    if contact is None:
        return False
    if report.reachable:
        contacts.mark_reachable(connection, turn.keyring, [report.address])
    else:
        contacts.mark_unreachable(connection, turn.keyring, {report.address: "blocked"}, turn.now)
        _tell_of_lost_people(turn, [contact])
    kind = EntryKind.ADDRESS_BACK if report.reachable else EntryKind.ADDRESS_LOST
    data = {"contact": contact, "scheme": report.address.scheme}
    entry = LedgerEntry(case_number=None, kind=kind, at=turn.now, actor=f"provider:{report.channel}", data=data)
    turn.decisions.append(Decision(ledger=(entry,)))
    return True


def take_buttons_away(connection: Connection, turn: Turn) -> None:
    """A task that ended in this turn has no buttons any more, in nobody's chat."""
    registry = turn.city.registry
    ended = {
        (task.case_number, task.seq)
        for decision in turn.decisions
        for task in decision.assignments
        if task.ended_at == turn.now and any(posting.chat for posting in registry.posted_at(task.office))
    }
    shown = outbox.shown_in_chats(connection, ended)
    known = contacts.addresses_of(connection, turn.keyring, {each.contact for each in shown})
    gone = {
        text.chat.target
        for decision in turn.decisions
        for text in decision.notifications
        if text.chat is not None and text.chat.act is ChatAct.CLEAR_BUTTONS
    }
    for each in shown:
        address = next((a.address for a in known.get(each.contact, ()) if a.index == each.sent_to), None)
        if address is not None and each.external_id not in gone:
            draft = turn.draft(f"buttons/{each.external_id}")
            draft.act_in_chat(each.contact, address, ChatAct.CLEAR_BUTTONS, each.external_id)
            turn.decisions.append(draft.decision())


def operate(connection: Connection, turn: Turn, item: RetryText | DropText) -> bool:
    """An operator's word about a text; returns whether it held for it."""
    if isinstance(item, RetryText):
        facts = outbox.retry(connection, [item.outbox_id], turn.now)
        kind = EntryKind.TEXT_RETRIED
    else:
        facts = outbox.drop(connection, [item.outbox_id])
        kind = EntryKind.TEXT_DROPPED
    _record(turn, facts, actor=f"operator:{item.operator}", kind=kind)
    return bool(facts)


def seal(connection: Connection, turn: Turn) -> seals.Seal | None:
    """Seal the heads that changed; returns the seal for the file outside, None when nothing changed."""
    return seals.seal(connection, turn.keyring, turn.now)


def _opt_out(connection: Connection, turn: Turn, people: set[str]) -> None:
    """The carrier says that these people want no texts."""
    loaded = contacts.load(connection, turn.keyring, people)
    for contact in loaded.values():
        turn.known.put(contact)
        if contact.opted_out_at is None:
            draft = turn.draft(f"optout/{contact.id}")
            draft.change_contact(contact, opted_out_at=turn.now)
            draft.record(EntryKind.OPTED_OUT, contact=contact.id, by_carrier=True)
            staff.tell_district_of_opt_out(draft, contact)
            turn.decisions.append(draft.decision())


def _tell_of_lost_people(turn: Turn, people: Iterable[str]) -> None:
    """The district hears of staff that cannot be reached, once a day for each person."""
    for contact in sorted(people):
        draft = turn.draft(f"unreachable/{contact}/{turn.now:%Y-%m-%d}")
        staff.tell_district_of_lost_texts(draft, contact)
        turn.decisions.append(draft.decision())


def _record(turn: Turn, facts: Iterable[TextFact], *, actor: str, kind: EntryKind | None = None) -> None:
    entries = tuple(
        LedgerEntry(
            case_number=fact.case_number,
            kind=kind or _KINDS[fact.status],
            at=turn.now,
            actor=actor,
            data={
                "text": fact.id,
                "template": fact.template,
                "contact": fact.contact,
                "attempts": fact.attempts,
                "channel": fact.channel,
                "reason": fact.reason,
            },
        )
        for fact in facts
        if kind or fact.status in _KINDS
    )
    if entries:
        turn.decisions.append(Decision(ledger=entries))
