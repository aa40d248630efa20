"""The outbox: texts owed, claimed under a lease, marked with the provider's answer; nothing is sent from
here.

An attempt is counted before the send, and whoever marks a text must still hold its lease. What may have
reached the provider without an answer is ``unknown`` and comes back to be asked about, never blindly sent
again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, select, text, update

from routing_rules.decisions import Notification, Urgency
from routing_rules.messages import Address
from storage import bulk, models
from storage.chat_forms import as_document, from_document
from storage.contacts import KnownAddress, addresses_of
from storage.locks import lock, words_key
from storage.models.outbox import QUEUED, SENDING, UNDER_WAY
from storage.people import Keyring
from storage.texts import Claim, ClaimedText, ShownInChat, TextFact, TextStatus, fact_of

_outbox = models.outbox
_body = models.outbox_body
_contact = models.contact
_task = models.assignment

#: A text that waits for another one of the same words is looked at again after this long.
_TURN = timedelta(seconds=1)

_ORDER = {urgency: position for position, urgency in enumerate(Urgency)}
_URGENCIES = tuple(Urgency)


def add(connection: Connection, keyring: Keyring, notifications: Sequence[Notification], now: datetime) -> list[int]:
    """Owe these texts, in this order; one whose key is there already is left out. Returns the ids of the new
    ones.
    """
    unique = {each.key: each for each in reversed(notifications)}
    ordered = [each for each in notifications if unique.get(each.key) is each]
    rows = bulk.insert_returning(
        connection,
        _outbox,
        [_new_row(keyring, each, now) for each in ordered],
        key=("key",),
        returning=("id", "key"),
    )
    bodies = [
        {"outbox": row.id, "text": unique[row.key].body, "chat": as_document(unique[row.key].chat)} for row in rows
    ]
    bulk.insert(connection, _body, bodies)
    return sorted(row.id for row in rows)


def claim(
    connection: Connection,
    keyring: Keyring,
    now: datetime,
    *,
    limit: int,
    lease_seconds: float,
    lease_id: str,
    urgencies: Iterable[Urgency] = _URGENCIES,
    leased_at: datetime | None = None,
) -> Claim:
    """Take up to ``limit`` texts whose time has come, urgent ones first, and count the attempt.

    What has expired by ``now``, what a person who opted out shall not get, and a task that ended before
    anybody heard of it, is cancelled here, inside the same transaction. Leases run from ``leased_at`` where
    that is another clock than the business time ``now``; texts that another engine is claiming are passed over.

    The same words leave for one person one after the other: what a provider knows of a text with an unknown
    outcome it tells by recipient and words, and two at once could be taken for each other.
    """
    rows = connection.execute(_due(now, urgencies).limit(limit)).all()
    reasons = {row.id: _reason_to_cancel(row, now) for row in rows}
    cancelled = tuple(fact_of(row, TextStatus.CANCELLED, reason=reason) for row in rows if (reason := reasons[row.id]))
    _cancel(connection, cancelled)
    taken = _one_at_a_time(connection, [row for row in rows if reasons[row.id] is None], now)
    until = (leased_at or now) + timedelta(seconds=lease_seconds)
    ids = [row.id for row in taken]
    for chunk in bulk.chunks(ids):
        connection.execute(
            update(_outbox)
            .where(_outbox.c.id.in_(chunk))
            .values(
                status=TextStatus.SENDING.value,
                lease_id=lease_id,
                lease_until=until,
                attempts=_outbox.c.attempts + 1,
                attempted_at=func.coalesce(_outbox.c.attempted_at, now),
            )
        )
    addresses = addresses_of(connection, keyring, {row.contact for row in taken})
    texts = tuple(_claimed(row, addresses.get(row.contact, ()), lease_id, until, now) for row in taken)
    return Claim(texts, cancelled)


def next_due(connection: Connection) -> datetime | None:
    """When the next text may be claimed; None while none waits."""
    at = _outbox.c.next_attempt_at
    return connection.execute(select(at).where(text(QUEUED)).order_by(at).limit(1)).scalar()


def release_leases(
    connection: Connection, now: datetime, *, every: bool = False, ask_at: datetime | None = None
) -> list[TextFact]:
    """Texts whose lease ended while they were being sent become ``unknown``: they may have reached the
    provider.

    They can be claimed again from ``ask_at`` on, without it at once. ``every`` also takes leases that still
    run: for the start of the only engine, when nobody can be sending. Returns what was released.
    """
    query = select(_outbox).where(text(SENDING))
    if not every:
        query = query.where(_outbox.c.lease_until <= now)
    query = query.order_by(_outbox.c.lease_until, _outbox.c.id).with_for_update(skip_locked=True)
    rows = connection.execute(query).all()
    for chunk in bulk.chunks(row.id for row in rows):
        connection.execute(
            update(_outbox)
            .where(_outbox.c.id.in_(chunk))
            .values(
                status=TextStatus.UNKNOWN.value,
                unknown_sends=_outbox.c.unknown_sends + 1,
                lease_id=None,
                lease_until=None,
                # Where the attempt before went says nothing about where this one did.
                channel=None,
                sent_to=None,
                next_attempt_at=ask_at or now,
                last_error="lease_ended",
            )
        )
    return [fact_of(row, TextStatus.UNKNOWN, reason="lease_ended") for row in rows]


def automatic_replies(connection: Connection, contacts: Iterable[str], since: datetime) -> dict[str, int]:
    """How many automatic replies each person was owed after a moment; who got none is left out."""
    found: dict[str, int] = {}
    for chunk in bulk.chunks(contacts):
        query = (
            select(_outbox.c.contact, func.count())
            .where(_outbox.c.contact.in_(chunk), _outbox.c.automatic, _outbox.c.created_at > since)
            .group_by(_outbox.c.contact)
        )
        found.update((contact, count) for contact, count in connection.execute(query))
    return found


def shown_in_chats(connection: Connection, tasks: Iterable[tuple[int, int]]) -> list[ShownInChat]:
    """The texts with buttons that went to chats about these tasks, (case, assignment)."""
    found: list[ShownInChat] = []
    for chunk in bulk.chunks(tasks):
        query = (
            select(_outbox.c.contact, _outbox.c.sent_to, _outbox.c.external_id)
            .join(_body, _body.c.outbox == _outbox.c.id)
            .where(bulk.pairs_in(_outbox.c.case_number, _outbox.c.assignment, chunk))
            .where(_outbox.c.external_id.is_not(None), _outbox.c.sent_to.is_not(None), _body.c.chat.is_not(None))
        )
        found.extend(ShownInChat(*row) for row in connection.execute(query))
    return found


def retry(connection: Connection, ids: Iterable[int], now: datetime) -> list[TextFact]:
    """Send given-up, refused, cancelled or unknown texts again, at an operator's word; returns those it held
    for.

    Attempts are counted afresh and the text no longer expires. An unknown one is still asked about first.
    """
    again = (TextStatus.DEAD, TextStatus.FAILED, TextStatus.CANCELLED, TextStatus.UNKNOWN)
    rows = _locked(connection, ids, again)
    for row in rows:
        status = TextStatus.UNKNOWN if row.status == TextStatus.UNKNOWN.value else TextStatus.PENDING
        values = {"status": status.value, "attempts": 0, "unknown_sends": 0, "next_attempt_at": now, "expires_at": None}
        connection.execute(update(_outbox).where(_outbox.c.id == row.id).values(**values))
    return [fact_of(row, TextStatus.PENDING, reason="retried") for row in rows]


def drop(connection: Connection, ids: Iterable[int]) -> list[TextFact]:
    """Give texts up for good, at an operator's word; returns those it held for. One being sent is left
    alone.
    """
    given_up = (TextStatus.PENDING, TextStatus.UNKNOWN, TextStatus.DEAD, TextStatus.FAILED)
    facts = [fact_of(row, TextStatus.CANCELLED, reason="dropped") for row in _locked(connection, ids, given_up)]
    _cancel(connection, facts)
    return facts


def count_statuses(connection: Connection) -> dict[TextStatus, int]:
    """How many texts stand where."""
    query = select(_outbox.c.status, func.count()).group_by(_outbox.c.status)
    return {TextStatus(status): count for status, count in connection.execute(query)}


def _locked(connection: Connection, ids: Iterable[int], statuses: Iterable[TextStatus]) -> list[Any]:
    found: list[Any] = []
    wanted = [status.value for status in statuses]
    for chunk in bulk.chunks(ids):
        query = select(_outbox).where(_outbox.c.id.in_(chunk), _outbox.c.status.in_(wanted))
        found.extend(connection.execute(query.order_by(_outbox.c.id).with_for_update()))
    return found


def _due(now: datetime, urgencies: Iterable[Urgency]) -> Select[Any]:
    lanes = [_ORDER[urgency] for urgency in urgencies]
    return (
        select(_outbox, _body.c.text.label("body"), _body.c.chat, _contact.c.opted_out_at, _task.c.ended_at)
        .join(_contact, _contact.c.id == _outbox.c.contact)
        .outerjoin(_body, _body.c.outbox == _outbox.c.id)
        .outerjoin(_task, (_task.c.case_number == _outbox.c.case_number) & (_task.c.seq == _outbox.c.assignment))
        .where(text(QUEUED), _outbox.c.next_attempt_at <= now, _outbox.c.urgency.in_(lanes))
        .order_by(_outbox.c.urgency, _outbox.c.next_attempt_at, _outbox.c.id)
        .with_for_update(of=_outbox, skip_locked=True)
    )


def _reason_to_cancel(row: Any, now: datetime) -> str | None:
    if row.body is None:
        return "erased"
    if row.expires_at is not None and row.expires_at <= now:
        return "expired"
    if row.opted_out_at is not None and not row.despite_opt_out:
        return "opted_out"
    if row.ended_at is not None and row.attempted_at is None:
        return "task_ended"
    return None


def _cancel(connection: Connection, facts: Iterable[TextFact]) -> None:
    rows = [{"id": fact.id, "status": fact.status.value, "last_error": fact.reason} for fact in facts]
    bulk.update(connection, _outbox, rows, key=("id",))


def _one_at_a_time(connection: Connection, rows: Sequence[Any], now: datetime) -> list[Any]:
    """The rows whose words are not under way to the same person already; the others get another time."""
    # Another engine may be claiming a text of the same words at this moment.
    lock(connection, [words_key(row.contact, row.body) for row in rows])
    busy = _under_way(connection, {row.contact for row in rows})
    taken: dict[tuple[str, str], Any] = {}
    waiting = []
    for row in rows:
        words = row.contact, row.body
        if any(_goes_before(other, row) for other in busy.get(words, ())):
            waiting.append(row.id)
        elif words not in taken:
            taken[words] = row
    for chunk in bulk.chunks(waiting):
        connection.execute(update(_outbox).where(_outbox.c.id.in_(chunk)).values(next_attempt_at=now + _TURN))
    return list(taken.values())


def _under_way(connection: Connection, people: Iterable[str]) -> dict[tuple[str, str], list[Any]]:
    """Texts to these people that may have reached the provider or are about to, by person and words."""
    found: dict[tuple[str, str], list[Any]] = {}
    for chunk in bulk.chunks(people):
        query = (
            select(_outbox.c.id, _outbox.c.status, _outbox.c.contact, _body.c.text.label("body"))
            .join(_body, _body.c.outbox == _outbox.c.id)
            .where(text(UNDER_WAY), _outbox.c.contact.in_(chunk))
        )
        for row in connection.execute(query):
            found.setdefault((row.contact, row.body), []).append(row)
    return found


def _goes_before(other: Any, row: Any) -> bool:
    """Whether a text that is under way must be settled before this one moves; of two unknown ones the older."""
    if other.id == row.id:
        return False
    both_unknown = other.status == row.status == TextStatus.UNKNOWN.value
    return other.id < row.id if both_unknown else True


def _claimed(row: Any, known: Sequence[KnownAddress], lease_id: str, until: datetime, now: datetime) -> ClaimedText:
    return ClaimedText(
        id=row.id,
        key=row.key,
        lease_id=lease_id,
        lease_until=until,
        contact=row.contact,
        addresses=_usable(row.address, known),
        body=row.body,
        chat=from_document(row.chat),
        template=row.template,
        case_number=row.case_number,
        urgency=_URGENCIES[row.urgency],
        segments=row.segments,
        attempts=row.attempts + 1,
        unknown_sends=row.unknown_sends,
        expires_at=row.expires_at,
        unknown=row.status == TextStatus.UNKNOWN.value,
        attempted_at=row.attempted_at or now,
        channel=row.channel,
        sent_to=next((each.address for each in known if each.index == row.sent_to), None),
    )


def _usable(wanted: str | None, known: Sequence[KnownAddress]) -> tuple[Address, ...]:
    """The address that was asked for, even when it is not confirmed yet; else every confirmed and reachable
    one.
    """
    if wanted is not None:
        return tuple(each.address for each in known if each.index == wanted)
    return tuple(each.address for each in known if each.confirmed and each.reachable)


def _new_row(keyring: Keyring, owed: Notification, now: datetime) -> dict[str, Any]:
    return {
        "key": owed.key,
        "contact": owed.contact,
        "address": keyring.address_index(owed.address) if owed.address else None,
        "template": owed.template,
        "case_number": owed.case_number,
        "assignment": owed.assignment,
        "urgency": _ORDER[owed.urgency],
        "status": TextStatus.PENDING.value,
        "attempts": 0,
        "unknown_sends": 0,
        "next_attempt_at": owed.not_before,
        "expires_at": owed.expires_at,
        "segments": owed.segments,
        "automatic": owed.automatic,
        "despite_opt_out": owed.despite_opt_out,
        "created_at": now,
    }
