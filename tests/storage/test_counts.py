"""Figures over everything: when cases reached whoever decides, and whether anything belongs to nobody."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection

from routing_rules.cases import CaseStatus
from routing_rules.deadlines import DeadlineKind
from routing_rules.decisions import Decision, EntryKind, LedgerEntry, Verdict
from routing_rules.messages import Address
from storage import bulk, cases, contacts, counts, deadlines, decisions, models
from storage.database import Database
from storage.people import Keyring
from tests.storage.samples import ALICE, BOB, NOW, a_case, a_deadline, a_message, minutes, receive


def fact(number: int, kind: EntryKind, after: float, **data: Any) -> LedgerEntry:
    return LedgerEntry(case_number=number, kind=kind, at=NOW + minutes(after), actor="clock", data=data)


def write(connection: Connection, keyring: Keyring, *entries: LedgerEntry) -> None:
    numbers = sorted({entry.case_number for entry in entries if entry.case_number})
    cases_ = tuple(a_case(number) for number in numbers)
    decisions.write(connection, keyring, [Decision(cases=cases_, ledger=entries)], now=NOW)


ASKED = {"task": "decide", "assignment": 1}


@pytest.mark.parametrize(
    ("entries", "after"),
    [
        # asked in turn, then dispatched
        (
            [
                fact(1, EntryKind.FILED, 0, department="env", steps=["zhushan", "jiefang"]),
                fact(1, EntryKind.OFFICE_TOLD, 0, office="zhushan", **ASKED),
                fact(1, EntryKind.OFFICE_TOLD, 3, office="jiefang", **ASKED),
                fact(1, EntryKind.DISPATCHED, 6, handler="env"),
                fact(1, EntryKind.DISPATCHED, 60, handler="city"),
            ],
            6,
        ),
        # the last office on the ladder decides
        (
            [
                fact(1, EntryKind.FILED, 0, department=None, steps=["zhushan", "jiefang"]),
                fact(1, EntryKind.OFFICE_TOLD, 0, office="zhushan", **ASKED),
                fact(1, EntryKind.OFFICE_TOLD, 3, office="jiefang", **ASKED),
            ],
            3,
        ),
        # nobody there: the office above decides
        (
            [
                fact(1, EntryKind.FILED, 0, department=None, steps=["zhushan"]),
                fact(1, EntryKind.OFFICE_TOLD, 1, office="jiefang", **ASKED),
            ],
            1,
        ),
        # the desk chooses
        (
            [
                fact(1, EntryKind.FILED, 0, department=None, steps=[None]),
                fact(1, EntryKind.OFFICE_TOLD, 2, office="command", task="assign", assignment=1),
            ],
            2,
        ),
        # it still climbs
        (
            [
                fact(1, EntryKind.FILED, 0, department="env", steps=["zhushan"]),
                fact(1, EntryKind.OFFICE_TOLD, 0, office="zhushan", **ASKED),
            ],
            None,
        ),
    ],
)
def test_a_case_is_assigned_when_somebody_must_decide_it(
    database: Database, keyring: Keyring, entries: list[LedgerEntry], after: float | None
) -> None:
    with database.writing() as connection:
        write(connection, keyring, *entries)
        found = counts.first_assigned(connection)
    assert found == [(NOW, NOW + minutes(after) if after is not None else None)]


def test_a_text_without_verdict_or_case_belongs_to_nobody(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        cases.write(connection, [a_case()])
        receive(connection, keyring, a_message("1"), verdict=Verdict.OPENED, case_number=1042)
        receive(connection, keyring, a_message("2"), verdict=Verdict.UNCLEAR, case_number=None)
        assert counts.count_without_owner(connection) == 0
        receive(connection, keyring, a_message("3"), verdict=Verdict.WAITING)
        receive(connection, keyring, a_message("4"), verdict=Verdict.JOINED, case_number=None)
        assert counts.count_without_owner(connection) == 2


def test_an_open_case_without_a_running_deadline_is_seen(database: Database) -> None:
    with database.writing() as connection:
        cases.write(connection, [a_case(1), a_case(2), a_case(3, status=CaseStatus.CLOSED)])
        deadlines.write(connection, [a_deadline(case_number=1)])
        assert counts.count_without_clock(connection) == 1
        deadlines.write(connection, [a_deadline(case_number=1, met_at=NOW, wake_at=None)])
        assert counts.count_without_clock(connection) == 2


def test_deadlines_are_counted_by_kind(database: Database) -> None:
    with database.writing() as connection:
        cases.write(connection, [a_case(1), a_case(2)])
        deadlines.write(
            connection,
            [
                a_deadline(case_number=1, kind=DeadlineKind.PASS_UP),
                a_deadline(case_number=2, kind=DeadlineKind.PASS_UP, met_at=NOW, wake_at=None),
                a_deadline(case_number=2, kind=DeadlineKind.OVERALL),
            ],
        )
        assert deadlines.count_of_kinds(connection, [DeadlineKind.PASS_UP, DeadlineKind.QUESTION]) == 1
        assert deadlines.count_of_kinds(connection, []) == 0


def test_homes_are_written_down_for_strangers_too(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        known = contacts.find_or_create(connection, keyring, [ALICE], NOW)[ALICE]
        contacts.set_home_areas(connection, keyring, {ALICE: "zhushan-1", BOB: "jukui-2"}, NOW)
        found = contacts.find_or_create(connection, keyring, [ALICE, BOB], NOW)
    assert found[ALICE].id == known.id
    assert {address: contact.home_area for address, contact in found.items()} == {ALICE: "zhushan-1", BOB: "jukui-2"}


def test_pairs_are_found_and_nothing_but_the_pairs(database: Database, keyring: Keyring) -> None:
    from sqlalchemy import select

    message = models.message
    with database.writing() as connection:
        for channel, external_id in (("a", "1"), ("a", "2"), ("b", "1"), ("b", "3")):
            receive(connection, keyring, a_message(external_id, Address("sim", channel + external_id), channel=channel))

        def found(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
            condition = bulk.pairs_in(message.c.channel, message.c.external_id, pairs)
            query = select(message.c.channel, message.c.external_id).where(condition).order_by(message.c.id)
            return [(row.channel, row.external_id) for row in connection.execute(query)]

        assert found(("a", "1"), ("b", "3"), ("b", "2")) == [("a", "1"), ("b", "3")]
        assert found(("a", "2"), ("a", "1"), ("b", "1")) == [("a", "1"), ("a", "2"), ("b", "1")]
        assert found() == []
