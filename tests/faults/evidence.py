"""What is found after a rehearsal: rows of the database and lines of the provider's journal, as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from routing_rules.decisions import EntryKind
from storage import models, verification
from storage.database import Database
from storage.models.cases import OPEN, RUNNING
from storage.texts import TextStatus

#: Texts in one of these states are still on their way.
_MOVING = (TextStatus.PENDING.value, TextStatus.SENDING.value, TextStatus.UNKNOWN.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A text in the inbox."""

    external_id: str
    contact: str
    verdict: str
    case_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """A text in the outbox."""

    id: int
    contact: str
    case_number: int | None
    template: str
    status: TextStatus
    attempts: int
    external_id: str | None
    #: It had not to be gone yet: it is to leave at a later moment, or the gateway was stopped too soon after.
    later: bool = False
    #: Cancelled untried, since the task that it was to hand out had ended by then.
    moot: bool = False
    #: The ledger says that at some moment nobody knew whether it had left.
    was_unknown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that the checks look at."""

    messages: tuple[Message, ...]
    owed: tuple[Owed, ...]
    #: Reference of a text to the ids under which the provider took it.
    taken: Mapping[str, tuple[str, ...]]
    #: Numbers of open cases to the kinds of deadlines that run for each.
    open_cases: Mapping[int, tuple[str, ...]]
    #: Of all cases.
    case_numbers: frozenset[int]
    #: Deadlines that fired before they were due.
    fired_early: int = 0
    #: What is wrong with the ledger or the file, in a sentence each.
    damage: tuple[str, ...] = ()
    #: Texts that still wait on the spool.
    spooled: int = 0
    #: Numbers of residents that stand in the gateway's log.
    logged_numbers: frozenset[str] = field(default_factory=frozenset)


def read_journal(journal: Path) -> dict[str, tuple[str, ...]]:
    """What the provider took, by our reference."""
    taken: dict[str, tuple[str, ...]] = {}
    for line in journal.read_text("utf-8").splitlines():
        entry = json.loads(line)
        reference = str(entry["reference"])
        taken[reference] = (*taken.get(reference, ()), entry["sid"])
    return taken


def last_owed(database: Database) -> int:
    """The id of the latest text in the outbox."""
    with database.reading() as connection:
        found: int = connection.execute(select(func.coalesce(func.max(models.outbox.c.id), 0))).scalar_one()
        return found


def still_moving(database: Database, until: int, now: datetime) -> int:
    """How many texts up to an id are due and neither sent nor given up."""
    outbox = models.outbox
    due = (outbox.c.attempts > 0) | (outbox.c.next_attempt_at <= now)
    query = select(func.count()).where(outbox.c.id <= until, outbox.c.status.in_(_MOVING), due)
    with database.reading() as connection:
        found: int = connection.execute(query).scalar_one()
        return found


def gather(
    database: Database,
    *,
    journal: Path,
    spool: Path,
    log: Path,
    numbers: frozenset[str],
    settled: int,
    now: datetime,
) -> Evidence:
    """Read everything, with the gateway at rest. It had time to send the texts up to the id ``settled``."""
    with database.reading() as connection:
        return Evidence(
            messages=_messages(connection),
            owed=_owed(connection, settled, now),
            taken=read_journal(journal),
            open_cases=_open_cases(connection),
            case_numbers=frozenset(connection.execute(select(models.case.c.number)).scalars()),
            fired_early=_fired_early(connection),
            damage=_damage(connection, sqlite=database.is_sqlite),
            spooled=sum(1 for _ in spool.glob("*.json")),
            logged_numbers=_logged(log, numbers),
        )


def _messages(connection: Connection) -> tuple[Message, ...]:
    rows = connection.execute(select(models.message).order_by(models.message.c.id))
    return tuple(
        Message(external_id=row.external_id, contact=row.contact, verdict=row.verdict, case_number=row.case_number)
        for row in rows
    )


def _owed(connection: Connection, settled: int, now: datetime) -> tuple[Owed, ...]:
    ledger = models.ledger
    facts = connection.execute(select(ledger.c.data).where(ledger.c.kind == EntryKind.TEXT_UNKNOWN.value)).scalars()
    unknown = {json.loads(data)["text"] for data in facts}
    return tuple(
        Owed(
            id=row.id,
            contact=row.contact,
            case_number=row.case_number,
            template=row.template,
            status=TextStatus(row.status),
            attempts=row.attempts,
            external_id=row.external_id,
            later=row.id > settled or (row.attempts == 0 and row.next_attempt_at > now),
            moot=row.status == TextStatus.CANCELLED.value
            and row.last_error == "task_ended"
            and row.attempted_at is None,
            was_unknown=row.id in unknown,
        )
        for row in connection.execute(select(models.outbox).order_by(models.outbox.c.id))
    )


def _open_cases(connection: Connection) -> dict[int, tuple[str, ...]]:
    numbers = connection.execute(select(models.case.c.number).where(text(OPEN))).scalars()
    found: dict[int, tuple[str, ...]] = dict.fromkeys(numbers, ())
    deadline = models.deadline
    running = select(deadline.c.case_number, deadline.c.kind).where(text(RUNNING))
    for number, kind in connection.execute(running):
        if number in found:
            found[number] = (*found[number], kind)
    return found


def _fired_early(connection: Connection) -> int:
    deadline = models.deadline
    query = select(func.count()).where(deadline.c.fired_at < deadline.c.due_at)
    found: int = connection.execute(query).scalar_one()
    return found


def _damage(connection: Connection, *, sqlite: bool) -> tuple[str, ...]:
    found = []
    ledger = verification.verify(connection)
    if not ledger.intact:
        found.append(f"the ledger is broken: {ledger}")
    if sqlite and (said := connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()) != "ok":
        found.append(f"the file is damaged: {said}")
    return tuple(found)


def _logged(log: Path, numbers: frozenset[str]) -> frozenset[str]:
    written = log.read_text("utf-8", "replace") if log.exists() else ""
    return frozenset(number for number in numbers if number in written)
