"""What providers say about texts: the answer to a send, and reports that come later, twice, early or out of
order.

A late sender whose lease is gone changes nothing, and a report only moves a text forward.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, select

from routing_rules.messages import Address, DeliveryReport, DeliveryStatus
from storage import bulk, models
from storage.people import Keyring
from storage.texts import REPORTED, TextFact, TextStatus, fact_of, moves_forward

_outbox = models.outbox
_parked = models.delivery_report

#: Written for every marked text, so that all marks of a turn are one statement.
_COLUMNS = (
    "status",
    "lease_id",
    "lease_until",
    "attempts",
    "unknown_sends",
    "attempted_at",
    "next_attempt_at",
    "channel",
    "external_id",
    "sent_to",
    "last_error",
    "sent_at",
    "reported_at",
)


class Outcome(StrEnum):
    """How a claimed attempt ended."""

    #: The provider took it.
    SENT = "sent"
    #: It may have reached the provider.
    UNKNOWN = "unknown"
    #: It did not reach the provider; try again later.
    RETRY = "retry"
    #: Nothing was attempted: the attempt does not count, and the text is what it was before the claim.
    GIVEN_BACK = "given_back"
    #: Refused for good.
    FAILED = "failed"
    #: Too many attempts.
    DEAD = "dead"


#: Status after an outcome. What may go out again is claimed again at its time.
_AFTER: Mapping[Outcome, TextStatus] = {
    Outcome.SENT: TextStatus.SENT,
    Outcome.UNKNOWN: TextStatus.UNKNOWN,
    Outcome.RETRY: TextStatus.PENDING,
    Outcome.GIVEN_BACK: TextStatus.PENDING,
    Outcome.FAILED: TextStatus.FAILED,
    Outcome.DEAD: TextStatus.DEAD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """The end of one claimed attempt."""

    id: int
    #: Of the claim; without it nothing is marked.
    lease_id: str
    outcome: Outcome
    at: datetime
    #: Where it was tried; None when no address could be used.
    channel: str | None = None
    address: Address | None = None
    #: The provider's id, for SENT.
    external_id: str | None = None
    #: A provider's code or a word of ours, for everything but SENT.
    error: str | None = None
    #: When to claim it again, for RETRY, UNKNOWN and GIVEN_BACK; ``at`` if None.
    next_attempt_at: datetime | None = None
    #: For GIVEN_BACK: an earlier attempt may have reached the provider.
    unknown: bool = False


def mark(connection: Connection, keyring: Keyring, results: Sequence[SendResult]) -> dict[int, TextFact]:
    """Write how attempts ended; returns what changed, by id. A result whose lease is gone is not among them.

    Where a report overtook the answer, the status it brought stays. A report that was parked under the
    provider's id is taken up.
    """
    rows = _rows_by_id(connection, (result.id for result in results))
    parked = _take_parked(connection, results)
    facts: dict[int, TextFact] = {}
    changes: list[dict[str, Any]] = []
    for result in results:
        row = rows.get(result.id)
        if row is None or row.lease_id != result.lease_id:
            continue
        status = TextStatus(row.status)
        if status is TextStatus.SENDING:
            status = TextStatus.UNKNOWN if result.unknown else _AFTER[result.outcome]
        elif result.outcome is not Outcome.SENT:
            # A report has told more than the sender knows.
            continue
        change = _marked(row, result, status, keyring)
        reason = result.error
        for report in parked.get((result.channel or "", result.external_id or ""), ()):
            if moves_forward(TextStatus(change["status"]), report.status):
                change.update(_reported(report))
                reason = report.error_code or reason
        changes.append(change)
        marked = fact_of(row, TextStatus(change["status"]), reason=reason, channel=result.channel)
        facts[row.id] = marked
    bulk.update(connection, _outbox, changes, key=("id",))
    return facts


def report(connection: Connection, reports: Sequence[DeliveryReport]) -> list[TextFact]:
    """Write what providers report about texts, each report after the one before; returns what moved forward.

    A text is found by our own reference, else by the provider's id. A report about a text that nobody knows
    is parked: it may have overtaken the answer to the send.
    """
    rows = _rows_of_reports(connection, reports)
    status = {row.id: TextStatus(row.status) for row in rows.values()}
    changes: dict[int, dict[str, Any]] = {}
    facts: list[TextFact] = []
    for each in reports:
        row = rows.get(each.reference or "") or rows.get((each.channel, each.external_id))
        if row is None:
            _park(connection, each)
        elif row.attempts and moves_forward(status[row.id], each.status):
            change = _kept(row) | changes.get(row.id, {}) | _reported(each)
            change.update(channel=row.channel or each.channel, external_id=row.external_id or each.external_id)
            changes[row.id] = change
            status[row.id] = TextStatus(change["status"])
            facts.append(fact_of(row, status[row.id], reason=each.error_code, channel=each.channel))
    bulk.update(connection, _outbox, list(changes.values()), key=("id",))
    return facts


def known_external_ids(connection: Connection, channel: str, external_ids: Iterable[str]) -> set[str]:
    """Those of a provider's ids that stand on texts of ours already."""
    found: set[str] = set()
    for chunk in bulk.chunks(external_ids):
        query = select(_outbox.c.external_id).where(_outbox.c.channel == channel, _outbox.c.external_id.in_(chunk))
        found.update(connection.execute(query).scalars())
    return found


def forget_parked(connection: Connection, before: datetime) -> int:
    """Drop parked reports that came before a moment; returns how many."""
    return connection.execute(delete(_parked).where(_parked.c.reported_at < before)).rowcount


def _rows_by_id(connection: Connection, ids: Iterable[int]) -> dict[int, Any]:
    rows: dict[int, Any] = {}
    for chunk in bulk.chunks(ids):
        query = select(_outbox).where(_outbox.c.id.in_(chunk)).order_by(_outbox.c.id).with_for_update()
        rows.update((row.id, row) for row in connection.execute(query))
    return rows


def _rows_of_reports(connection: Connection, reports: Sequence[DeliveryReport]) -> dict[str | tuple[str, str], Any]:
    """Texts by our reference and by (channel, provider's id)."""
    references = {each.reference for each in reports if each.reference and each.reference.isdecimal()}
    ids = {int(reference) for reference in references if len(reference) < 19}
    for chunk in bulk.chunks((each.channel, each.external_id) for each in reports):
        pairs = bulk.pairs_in(_outbox.c.channel, _outbox.c.external_id, chunk)
        ids.update(connection.execute(select(_outbox.c.id).where(pairs)).scalars())
    found: dict[str | tuple[str, str], Any] = {}
    for row in _rows_by_id(connection, sorted(ids)).values():
        found[str(row.id)] = row
        if row.channel and row.external_id:
            found[row.channel, row.external_id] = row
    return found


def _marked(row: Any, result: SendResult, status: TextStatus, keyring: Keyring) -> dict[str, Any]:
    change = _kept(row) | {"status": status.value, "lease_id": None, "lease_until": None}
    change["last_error"] = result.error
    if result.channel is not None:
        change["channel"] = result.channel
    if result.address is not None:
        change["sent_to"] = keyring.address_index(result.address)
    if result.outcome is Outcome.SENT:
        change.update(external_id=result.external_id or row.external_id, sent_at=result.at)
    if result.outcome is Outcome.UNKNOWN:
        change["unknown_sends"] = row.unknown_sends + 1
    if result.outcome is Outcome.GIVEN_BACK:
        change["attempts"] = row.attempts - 1
        if change["attempts"] == 0:
            change["attempted_at"] = None
    if result.outcome in (Outcome.RETRY, Outcome.UNKNOWN, Outcome.GIVEN_BACK):
        change["next_attempt_at"] = result.next_attempt_at or result.at
    return change


def _kept(row: Any) -> dict[str, Any]:
    return {"id": row.id} | {name: getattr(row, name) for name in _COLUMNS}


def _reported(report: DeliveryReport) -> dict[str, Any]:
    change: dict[str, Any] = {"status": REPORTED[report.status].value, "reported_at": report.reported_at}
    if report.error_code is not None:
        change["last_error"] = report.error_code
    return change


def _park(connection: Connection, report: DeliveryReport) -> None:
    row = {
        "channel": report.channel,
        "external_id": report.external_id,
        "status": report.status.value,
        "reported_at": report.reported_at,
        "error_code": report.error_code,
        "opted_out": report.opted_out,
    }
    bulk.insert_or_ignore(connection, _parked, [row], key=("channel", "external_id", "status"))


def _take_parked(connection: Connection, results: Iterable[SendResult]) -> dict[tuple[str, str], list[DeliveryReport]]:
    found: dict[tuple[str, str], list[DeliveryReport]] = {}
    keys = [(r.channel, r.external_id) for r in results if r.channel and r.external_id]
    for chunk in bulk.chunks(keys):
        pairs = bulk.pairs_in(_parked.c.channel, _parked.c.external_id, chunk)
        for row in connection.execute(select(_parked).where(pairs).order_by(_parked.c.id)):
            parked = DeliveryReport(
                channel=row.channel,
                external_id=row.external_id,
                reference=None,
                status=DeliveryStatus(row.status),
                reported_at=row.reported_at,
                error_code=row.error_code,
                opted_out=row.opted_out,
            )
            found.setdefault((row.channel, row.external_id), []).append(parked)
        connection.execute(delete(_parked).where(pairs))
    return found
