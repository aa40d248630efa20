"""What one turn writes: all its Decisions in a few bulk statements, each row once and in its final state.

It decides nothing and begins no transaction; the caller's transaction makes it whole or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from routing_rules.decisions import Decision
from storage import (
    assignments,
    bindings,
    buttons,
    cases,
    contacts,
    deadlines,
    diary,
    ledger,
    marks,
    outbox,
    photos,
    registry,
    reporters,
)
from storage.people import Keyring

Value = TypeVar("Value")


def write(
    connection: Connection,
    keyring: Keyring,
    decisions: Sequence[Decision],
    *,
    now: datetime,
    engine: str = ledger.DEFAULT_ENGINE,
) -> Mapping[str, ledger.Head]:
    """Write a turn's Decisions in their order: of several values for one row the last one stands.

    Ledger facts and texts keep their order; a text whose key was asked for before is left out. Messages and
    their verdicts are written by ``messages.record`` and ``set_verdicts``. Returns the new heads of the
    chains. Raises LookupError for a fact about a case that does not exist; the database's own refusals reach
    the caller of ``Database.writing`` as DatabaseConflict.
    """
    contacts.save(connection, _final((d.contacts for d in decisions), lambda each: each.id), now)
    changed = _final((d.cases for d in decisions), lambda each: each.number)
    cases.write(connection, changed)
    marks.write(connection, changed)
    reporters.write(connection, _final((d.reporters for d in decisions), lambda each: (each.case_number, each.contact)))
    assignments.write(connection, _final((d.assignments for d in decisions), lambda each: (each.case_number, each.seq)))
    assignments.write_codes(
        connection,
        _final((d.reply_codes for d in decisions), lambda each: (each.contact, each.case_number, each.seq)),
    )
    deadlines.write(connection, _final((d.deadlines for d in decisions), lambda each: each.key))
    reporters.write_questions(connection, _final((d.questions for d in decisions), lambda each: each.contact))
    buttons.write(connection, _final((d.buttons for d in decisions), lambda each: each.digest))
    bound = _final((d.bindings for d in decisions), lambda each: each.id)
    bindings.write(connection, keyring, bound)
    if bound:
        registry.count_up(connection, now)
    bindings.write_duties(connection, _final((d.duties for d in decisions), lambda each: (each.contact, each.began_at)))
    diary.write(connection, _final((d.diary for d in decisions), lambda each: each.id))
    photos.add(connection, _final((d.photos for d in decisions), lambda each: each.id), now)
    heads = ledger.append(connection, [entry for d in decisions for entry in d.ledger], engine=engine)
    outbox.add(connection, keyring, [text for d in decisions for text in d.notifications], now)
    return heads


def _final(groups: Iterable[Iterable[Value]], key: Callable[[Value], Hashable]) -> list[Value]:
    values: dict[Hashable, Value] = {}
    for group in groups:
        for value in group:
            values[key(value)] = value
    return list(values.values())
