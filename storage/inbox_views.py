"""The inbox for people at the desk: which texts came, from whom, and what became of each. Nothing is written here."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from routing_rules.decisions import Verdict
from storage import models
from storage.contacts import addresses_of
from storage.people import Keyring

_message = models.message
_body = models.message_body


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxLine:
    """One text that came in."""

    #: Grows in the order of arrival.
    id: int
    at: datetime
    channel: str
    contact: str
    #: The address it came from, in clear; None once it is erased.
    address: str | None
    verdict: Verdict
    case_number: int | None
    #: The words; empty once they are erased.
    text: str


def inbox_lines(
    connection: Connection,
    keyring: Keyring,
    verdicts: Collection[Verdict] = (),
    *,
    before: int | None = None,
    limit: int = 100,
) -> list[InboxLine]:
    """The latest texts with one of these verdicts (any without), the newest first, older than the id ``before``.

    Raises WrongMasterKey when the addresses cannot be read with this keyring.
    """
    query = select(_message, _body.c.text).outerjoin(_body, _body.c.message == _message.c.id)
    if verdicts:
        query = query.where(_message.c.verdict.in_([verdict.value for verdict in verdicts]))
    if before is not None:
        query = query.where(_message.c.id < before)
    rows = connection.execute(query.order_by(_message.c.id.desc()).limit(limit)).all()
    known = addresses_of(connection, keyring, {row.contact for row in rows})
    clear = {each.index: str(each.address) for theirs in known.values() for each in theirs}
    return [
        InboxLine(
            id=row.id,
            at=row.received_at,
            channel=row.channel,
            contact=row.contact,
            address=clear.get(row.address),
            verdict=Verdict(row.verdict),
            case_number=row.case_number,
            text=row.text or "",
        )
        for row in rows
    ]
