"""Positions of gridmen: of whom they are kept, which is the latest, and that they are forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event, func, select
from sqlalchemy.engine import Engine

from routing_rules.grid_work import Binding, DutyTime
from routing_rules.messages import Address, Point, PositionReport
from storage import bindings, contacts, models, positions
from storage.database import Database
from storage.people import Keyring
from tests.databases import Databases
from tests.storage.samples import NOW, minutes

LI, WANG = Address("telegram", "1001"), Address("telegram", "1002")
#: At the harbour; a thousandth of a degree of latitude is 111 m.
HARBOUR = Point(30.0, 122.1)
_INVITES = count(1)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def a_report(sender: Address = LI, after: float = 0, north: float = 0, **changes: Any) -> PositionReport:
    """A position ``after`` seconds from NOW, so many metres north of the harbour."""
    report = PositionReport(
        channel="telegram_bot",
        sender=sender,
        point=Point(HARBOUR.lat + north / 111_195, HARBOUR.lon),
        measured_at=NOW + seconds(after),
        received_at=NOW + seconds(after),
        accuracy=12.0,
    )
    return replace(report, **changes)


def bind(connection: Connection, contact: str, **changes: Any) -> None:
    number = next(_INVITES)
    binding = Binding(
        id=f"invite-{number}",
        digest=f"digest-{number}",
        contact=contact,
        offices=("grid:zhushan-3",),
        language="zh",
        invited_by="operator:test",
        invited_at=NOW - minutes(90),
        expires_at=NOW + minutes(90),
        bound_at=NOW - minutes(60),
    )
    unused = Keyring(b"nothing is encrypted for a binding without an account")
    bindings.write(connection, unused, [replace(binding, **changes)])


def on_duty(connection: Connection, keyring: Keyring, *addresses: Address, since: datetime = NOW) -> list[str]:
    """Bound gridmen on duty; returns their contacts."""
    people = contacts.find_or_create(connection, keyring, addresses, NOW)
    ids = [people[address].id for address in addresses]
    for contact in ids:
        bind(connection, contact)
    bindings.write_duties(connection, [DutyTime(contact=contact, began_at=since) for contact in ids])
    return ids


def kept(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(models.position)).scalar_one()


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    found: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        found.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(Engine, "before_cursor_execute", note)


# -- whose are kept -------------------------------------------------------------------------------------------


def test_a_gridman_on_duty_is_followed(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        li, wang = on_duty(connection, keyring, LI, WANG)
        reports = [a_report(after=0), a_report(WANG, after=5, accuracy=None), a_report(after=10, north=20)]
        assert positions.keep(connection, keyring, reports, NOW + seconds(11)) == 3
    with database.reading() as connection:
        found = positions.latest(connection)
        assert {each.contact for each in found} == {li, wang}
        [last] = positions.latest(connection, [li])
        assert (last.measured_at, last.received_at) == (NOW + seconds(10), NOW + seconds(10))
        assert last.point == reports[2].point
        assert (last.accuracy, last.vague, last.jump) == (12.0, False, False)
        assert [each.measured_at for each in positions.track(connection, li, NOW, NOW + minutes(1))] == [
            NOW,
            NOW + seconds(10),
        ]
        assert positions.latest(connection, []) == []


@pytest.mark.parametrize(
    ("binding", "duty", "is_kept"),
    [
        ({}, {}, True),
        ({}, {"began_at": NOW + seconds(0)}, True),
        # not bound: only invited, unbound again, or bound to nothing
        (None, {}, False),
        ({"bound_at": None}, {}, False),
        ({"unbound_at": NOW - minutes(1)}, {}, False),
        ({"offices": ()}, {}, False),
        # not on duty: never, no longer, or only later
        ({}, None, False),
        ({}, {"ended_at": NOW - minutes(1)}, False),
        ({}, {"began_at": NOW + seconds(0.001)}, False),
    ],
)
def test_only_who_is_bound_and_on_duty_is_followed(
    database: Database, keyring: Keyring, binding: dict[str, Any] | None, duty: dict[str, Any] | None, is_kept: bool
) -> None:
    with database.writing() as connection:
        contact = contacts.find_or_create(connection, keyring, [LI], NOW)[LI].id
        if binding is not None:
            bind(connection, contact, **binding)
        if duty is not None:
            time = DutyTime(contact=contact, began_at=NOW - minutes(30))
            bindings.write_duties(connection, [replace(time, **duty)])
        assert positions.keep(connection, keyring, [a_report()], NOW) == int(is_kept)
        assert kept(connection) == len(positions.latest(connection)) == int(is_kept)


def test_a_stranger_leaves_no_trace(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        on_duty(connection, keyring, LI)
        before = connection.execute(select(func.count()).select_from(models.contact)).scalar_one()
        reports = [a_report(WANG), a_report(), a_report(Address("telegram", "1003"))]
        assert positions.keep(connection, keyring, reports, NOW) == 1
        assert connection.execute(select(func.count()).select_from(models.contact)).scalar_one() == before


def test_what_was_under_way_when_duty_began_again_counts_from_then(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        on_duty(connection, keyring, LI, since=NOW + seconds(30))
        reports = [a_report(after=20), a_report(after=30), a_report(after=40)]
        assert positions.keep(connection, keyring, reports, NOW + minutes(1)) == 2


def test_two_addresses_of_one_person_make_one_track(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        [li] = on_duty(connection, keyring, LI)
        contacts.link(connection, keyring, li, [LI, WANG], confirmed_at=NOW)
        reports = [a_report(), a_report(WANG, after=10, north=9000), a_report(after=20)]
        assert positions.keep(connection, keyring, reports, NOW + minutes(1)) == 3
        assert [each.jump for each in positions.track(connection, li, NOW, NOW + minutes(1))] == [False, True, False]
        [last] = positions.latest(connection)
        assert last.measured_at == NOW + seconds(20)


def test_a_person_with_two_bindings_is_followed_once(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        [li] = on_duty(connection, keyring, LI)
        bind(connection, li, offices=("jiefang",))
        assert positions.keep(connection, keyring, [a_report()], NOW) == 1
        assert kept(connection) == 1


@pytest.mark.parametrize(
    "nonsense",
    [{"point": Point(91.0, 122.1)}, {"point": Point(30.0, float("nan"))}, {"accuracy": float("inf")}],
)
def test_what_lies_nowhere_on_earth_does_not_hold_up_the_rest(
    database: Database, keyring: Keyring, nonsense: dict[str, Any]
) -> None:
    with database.writing() as connection:
        on_duty(connection, keyring, LI)
        assert positions.keep(connection, keyring, [a_report(**nonsense), a_report(after=10)], NOW + minutes(1)) == 1


# -- the latest one -------------------------------------------------------------------------------------------


def test_the_latest_position_only_moves_forward(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        [li] = on_duty(connection, keyring, LI)
        positions.keep(connection, keyring, [a_report(after=60)], NOW + seconds(60))
        late = a_report(after=10, north=50_000, received_at=NOW + seconds(70))
        again = a_report(after=60, north=30, received_at=NOW + seconds(71))
        assert positions.keep(connection, keyring, [late, again], NOW + seconds(71)) == 2
        [last] = positions.latest(connection)
        assert (last.measured_at, last.point) == (NOW + seconds(60), HARBOUR)
        found = positions.track(connection, li, NOW, NOW + minutes(2))
        assert [(each.measured_at, each.jump) for each in found] == [
            (NOW + seconds(10), False),
            (NOW + seconds(60), False),
            (NOW + seconds(60), False),
        ]


def test_another_engine_that_was_faster_is_not_set_back(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        [li] = on_duty(connection, keyring, LI)
        positions.keep(connection, keyring, [a_report(after=60)], NOW + seconds(60))
        stale = {"contact": li, "measured_at": NOW, "received_at": NOW, "lat": 1.0, "lon": 2.0, "accuracy": None}
        positions._move_forward(connection, [{**stale, "vague": False, "jump": False}])
        [last] = positions.latest(connection)
        assert last.measured_at == NOW + seconds(60)


def test_a_phone_whose_clock_is_years_ahead_does_not_stop_its_owner(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        on_duty(connection, keyring, LI)
        mad = a_report(after=10, measured_at=NOW + timedelta(days=9999))
        slightly = a_report(after=20, measured_at=NOW + seconds(80))
        for report in (mad, slightly):
            positions.keep(connection, keyring, [report], report.received_at)
        [last] = positions.latest(connection)
        assert last.measured_at == NOW + seconds(80)
        assert {each.measured_at for each in positions.track(connection, last.contact, NOW, NOW + minutes(9))} == {
            NOW + seconds(10),
            NOW + seconds(80),
        }


# -- jumps across batches -------------------------------------------------------------------------------------


def test_one_wild_measurement_makes_no_jump_of_the_next_one(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        [li] = on_duty(connection, keyring, LI)
        for report in (
            a_report(after=0),
            a_report(after=10, north=40_000),
            a_report(after=20, north=41_000, accuracy=900.0),
            a_report(after=30, north=30),
        ):
            positions.keep(connection, keyring, [report], report.received_at)
        found = positions.track(connection, li, NOW, NOW + minutes(1))
        assert [(each.vague, each.jump) for each in found] == [
            (False, False),
            (False, True),
            (True, True),
            (False, False),
        ]


#: Seconds after NOW, metres north, and whether the batch ends behind it.
_REPORTS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from([0, 300, 700, 5_000]), st.booleans(), st.sampled_from([LI, WANG])),
    max_size=12,
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_REPORTS)
def test_it_does_not_matter_where_one_batch_ends_and_the_next_begins(
    database: Database, keyring: Keyring, plan: list[tuple[int, int, bool, Address]]
) -> None:
    reports = [
        (a_report(sender, after=at, north=north, received_at=NOW + seconds(place)), ends)
        for place, (at, north, ends, sender) in enumerate(plan)
    ]

    def outcome(batches: list[list[PositionReport]]) -> Any:
        with database.writing() as connection:
            transaction = connection.begin_nested()
            people = on_duty(connection, keyring, LI, WANG)
            for batch in batches:
                positions.keep(connection, keyring, batch, NOW + minutes(1))
            tracks = [positions.track(connection, contact, NOW, NOW + minutes(2)) for contact in people]
            found = tracks, {each.contact: each for each in positions.latest(connection)}
            transaction.rollback()
        names = dict(zip(people, "LW", strict=True))
        tracks = [[replace(each, contact=names[each.contact]) for each in track] for track in found[0]]
        return tracks, {names[contact]: replace(each, contact="") for contact, each in found[1].items()}

    whole = [report for report, _ in reports]
    cut: list[list[PositionReport]] = [[]]
    for report, ends in reports:
        cut[-1].append(report)
        if ends:
            cut.append([])
    assert outcome(cut) == outcome([whole])


# -- size and age ---------------------------------------------------------------------------------------------


def test_a_thousand_gridmen_take_as_many_statements_as_two(database: Database, keyring: Keyring) -> None:
    crowd = [Address("telegram", str(number)) for number in range(5000, 6000)]

    def statements(people: list[Address], after: float) -> int:
        # A quarter of them is seen far away first, so that jumps are looked behind as well.
        far = [a_report(each, after=after, north=90_000 * (n % 4 == 0)) for n, each in enumerate(people)]
        near = [a_report(each, after=after + 1) for each in people]
        positions.keep(connection, keyring, [a_report(each, after=after - 1) for each in people], NOW + minutes(60))
        positions.keep(connection, keyring, far, NOW + minutes(60))
        with counted_statements() as found:
            assert positions.keep(connection, keyring, near * 2, NOW + minutes(60)) == 2 * len(people)
        return len(found)

    with database.writing() as connection:
        on_duty(connection, keyring, *crowd)
        few = statements(crowd[:2], after=10)
        assert statements(crowd, after=3000) == few
        assert few <= 5
        assert len(positions.latest(connection, None)) == 1000
        assert not any(each.jump for each in positions.latest(connection))


def test_no_batch_reads_a_whole_table_that_grows(sqlite: Databases, keyring: Keyring) -> None:
    plans: list[str] = []

    def explain(connection: Any, _: Any, statement: str, parameters: Any, __: Any, many: bool) -> None:
        if not many and not statement.startswith("BEGIN"):
            rows = connection.connection.dbapi_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[3] for row in rows)

    with Database(sqlite.ready(), writer=True) as database, database.writing() as connection:
        [li] = on_duty(connection, keyring, LI)
        positions.keep(connection, keyring, [a_report(), a_report(after=1, north=90_000)], NOW + minutes(1))
        event.listen(Engine, "before_cursor_execute", explain)
        try:
            positions.keep(connection, keyring, [a_report(after=2)], NOW + minutes(1))
            positions.track(connection, li, NOW, NOW + minutes(1))
            positions.latest(connection, [li])
            positions.forget(connection, NOW)
        finally:
            event.remove(Engine, "before_cursor_execute", explain)
    assert len(plans) > 10
    # There is one latest position a person, so all of them may be looked at when old ones are forgotten.
    scans = {plan for plan in plans if plan.startswith("SCAN") and "VIRTUAL" not in plan}
    assert scans <= {"SCAN last_position", "SCAN anon_1"}


def test_old_positions_are_forgotten_in_pieces(
    database: Database, keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(positions, "FORGET_AT_ONCE", 3)
    with database.writing() as connection:
        li, wang = on_duty(connection, keyring, LI, WANG)
        reports = [a_report(after=number) for number in range(7)] + [a_report(WANG, after=60)]
        positions.keep(connection, keyring, reports, NOW + minutes(2))
        assert positions.forget(connection, NOW) == 0
        assert positions.forget(connection, NOW + seconds(5)) == 5
        assert [each.contact for each in positions.latest(connection)] == sorted([li, wang])
        assert positions.forget(connection, NOW + seconds(60)) == 2
        assert [each.contact for each in positions.latest(connection)] == [wang]
        assert kept(connection) == 1


def test_nothing_comes_of_nothing(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        assert positions.keep(connection, keyring, [], NOW) == 0
        assert positions.latest(connection) == []
        assert positions.forget(connection, NOW) == 0
