"""Values to store: a resident's case about a chimney and what hangs on it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from routing_rules.areas import Level
from routing_rules.cases import Assignment, Case, CaseStatus, CaseText, Ladder, Reporter, Step, Task
from routing_rules.contacts import Contact
from routing_rules.deadlines import Deadline, DeadlineKind
from routing_rules.decisions import EntryKind, LedgerEntry, Notification, Urgency, Verdict
from routing_rules.messages import Address, Attachment, InboundMessage, Point
from routing_rules.working_time import Limit, Unit
from storage import cases, contacts, messages
from storage.people import Keyring

#: 09:20 in Zhoushan.
NOW = datetime(2026, 8, 18, 1, 20, 4, tzinfo=UTC)
ALICE = Address("sim", "alice")
BOB = Address("sim", "bob")


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def ladder() -> Ladder:
    three = Limit(3, Unit.WORKING_MINUTES)
    return Ladder(
        rule="smoke-industrial",
        steps=(
            Step(level=Level.COMMUNITY, office="zhushan", window=three),
            Step(level=Level.STREET, office=None, window=three),
        ),
        department="env",
        limits={DeadlineKind.OVERALL: Limit(1, Unit.WORKING_DAYS), DeadlineKind.ACCEPT: Limit(30, Unit.WALL_MINUTES)},
    )


def a_case(number: int = 1042, **changes: Any) -> Case:
    case = Case(
        number=number,
        status=CaseStatus.FILED,
        category="smoke",
        area="zhushan",
        level=Level.COMMUNITY,
        holder="zhushan",
        opened_at=NOW,
        ladder=ladder(),
        text=CaseText(words="三个烟囱日夜冒黑烟", place="盐港西路83号", place_key="yangang-w#83"),
    )
    return replace(case, **changes)


def a_message(external_id: str = "SM1", sender: Address = ALICE, **changes: Any) -> InboundMessage:
    message = InboundMessage(
        channel="simulator",
        external_id=external_id,
        sender=sender,
        text="盐港西路83号三个烟囱日夜冒黑烟",
        received_at=NOW,
        location=Point(30.0, 122.1),
        attachments=(Attachment("https://media.invalid/1", "image/jpeg"),),
        raw=b"Body=\x00\xff",
    )
    return replace(message, **changes)


def a_deadline(number: int = 1042, kind: DeadlineKind = DeadlineKind.PASS_UP, **changes: Any) -> Deadline:
    deadline = Deadline(
        case_number=number,
        kind=kind,
        round=0,
        assignment=1,
        limit=Limit(3, Unit.WORKING_MINUTES),
        started_at=NOW,
        due_at=NOW + minutes(3),
        wake_at=NOW + minutes(1.5),
        thresholds=(50, 80, 100),
    )
    return replace(deadline, **changes)


def an_assignment(number: int = 1042, seq: int = 1, **changes: Any) -> Assignment:
    task = Assignment(case_number=number, seq=seq, office="zhushan", task=Task.DECIDE, offered_at=NOW)
    return replace(task, **changes)


def a_reporter(contact: str, number: int = 1042, position: int = 1, **changes: Any) -> Reporter:
    reporter = Reporter(case_number=number, contact=contact, position=position, joined_at=NOW, language="zh")
    return replace(reporter, **changes)


def a_fact(number: int | None = 1042, kind: EntryKind = EntryKind.FILED, **data: object) -> LedgerEntry:
    return LedgerEntry(case_number=number, kind=kind, at=NOW, actor="clock", data=data)


def a_text(contact: str, key: str = "1042:0:received", **changes: Any) -> Notification:
    text = Notification(
        key=key,
        contact=contact,
        address=None,
        template="received",
        body=f"【定海网格】已收到,编号Z1042 {key}",
        segments=1,
        case_number=1042,
        urgency=Urgency.CONVERSATION,
        not_before=NOW,
    )
    return replace(text, **changes)


def somebody(connection: Connection, keyring: Keyring, address: Address = ALICE) -> Contact:
    """The contact of an address, made if need be."""
    return contacts.find_or_create(connection, keyring, [address], NOW)[address]


def open_case(connection: Connection, keyring: Keyring, number: int = 1042, **changes: Any) -> Contact:
    """Store a case, and the contact who reports it."""
    contact = somebody(connection, keyring)
    cases.write(connection, [a_case(number, **changes)])
    return contact


def receive(
    connection: Connection,
    keyring: Keyring,
    *received: InboundMessage,
    verdict: Verdict = Verdict.OPENED,
    case_number: int | None = 1042,
) -> dict[tuple[str, str], int]:
    """Store texts with one verdict."""
    senders = contacts.find_or_create(connection, keyring, [each.sender for each in received], NOW)
    rows = [
        messages.Received(message=each, contact=senders[each.sender].id, verdict=verdict, case_number=case_number)
        for each in received
    ]
    return messages.record(connection, keyring, rows)
