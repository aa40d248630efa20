"""Positions on their way to the engine: together, in order, and never in anybody's way."""

from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import logs
from gateway.items import KeepPositions
from gateway.positions import PositionBuffer
from gateway.rehearsal import Rehearsal
from routing_rules.grid_work import Binding, DutyTime
from routing_rules.messages import Address, Point, PositionReport
from storage import bindings, contacts, positions
from tests.databases import Databases

NOW = datetime(2026, 8, 18, 1, 20, tzinfo=UTC)
Batch = tuple[PositionReport, ...]


def a_report(person: str, number: int = 0) -> PositionReport:
    moment = NOW + timedelta(seconds=number)
    return PositionReport(
        channel="telegram_bot",
        sender=Address("telegram", person),
        point=Point(30.0, 122.1),
        measured_at=moment,
        received_at=moment,
    )


def names(batch: Batch) -> list[tuple[str, int]]:
    return [(each.sender.value, int((each.measured_at - NOW).total_seconds())) for each in batch]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged while the test runs."""
    stream = io.StringIO()
    handler = logs.handler("json", stream)
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


def test_everything_is_handed_over_at_once_in_order_and_once() -> None:
    batches: list[Batch] = []
    buffer = PositionBuffer(batches.append)
    for number in range(3):
        buffer.add(a_report("li", number))
        buffer.add(a_report("wang", number))
    assert len(buffer) == 6
    assert buffer.flush() == 6
    assert [names(batch) for batch in batches] == [
        [("li", 0), ("wang", 0), ("li", 1), ("wang", 1), ("li", 2), ("wang", 2)]
    ]
    assert buffer.flush() == len(buffer) == 0
    assert len(batches) == 1


def test_when_full_a_persons_own_oldest_gives_way_first() -> None:
    batches: list[Batch] = []
    buffer = PositionBuffer(batches.append, most=4)
    for person, number in (("wang", 0), ("li", 0), ("li", 1), ("zhao", 0), ("li", 2)):
        buffer.add(a_report(person, number))
    assert buffer.dropped == 1
    buffer.flush()
    assert names(batches[0]) == [("wang", 0), ("li", 1), ("zhao", 0), ("li", 2)]


def test_when_full_of_others_the_oldest_of_all_gives_way() -> None:
    batches: list[Batch] = []
    buffer = PositionBuffer(batches.append, most=2)
    for person in ("wang", "li", "zhao", "sun"):
        buffer.add(a_report(person))
    assert buffer.dropped == 2
    buffer.flush()
    assert names(batches[0]) == [("zhao", 0), ("sun", 0)]


def test_a_failed_batch_is_lost_alone_and_told(lines: io.StringIO) -> None:
    batches: list[Batch] = []

    def submit(batch: Batch) -> None:
        batches.append(batch)
        if len(batches) == 1:
            raise ConnectionError("the engine is not there")

    buffer = PositionBuffer(submit)
    buffer.add(a_report("li", 1))
    buffer.add(a_report("wang", 1))
    assert buffer.flush() == 0
    buffer.add(a_report("li", 2))
    assert buffer.flush() == 1
    assert [names(batch) for batch in batches] == [[("li", 1), ("wang", 1)], [("li", 2)]]
    [line] = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert (line["action"], line["lost"], line["logger"]) == ("positions_lost", 2, "gateway.positions")
    assert "30.0" not in lines.getvalue()


def test_adding_never_waits_for_a_hand_over() -> None:
    batches: list[Batch] = []
    begun, go_on = threading.Event(), threading.Event()

    def submit(batch: Batch) -> None:
        batches.append(batch)
        begun.set()
        assert go_on.wait(30)

    buffer = PositionBuffer(submit, most=2)
    buffer.add(a_report("li", 1))
    slow = threading.Thread(target=buffer.flush)
    slow.start()
    assert begun.wait(30)
    for number in (2, 3, 4):
        buffer.add(a_report("li", number))
    assert len(buffer) == 2
    go_on.set()
    slow.join()
    buffer.flush()
    assert [names(batch) for batch in batches] == [[("li", 1)], [("li", 3), ("li", 4)]]


def test_many_threads_lose_and_double_nothing() -> None:
    batches: list[Batch] = []
    buffer = PositionBuffer(batches.append)
    ready = threading.Barrier(5)

    def add_all(person: str) -> None:
        ready.wait()
        for number in range(500):
            buffer.add(a_report(person, number))

    people = [threading.Thread(target=add_all, args=(name,)) for name in "abcd"]
    for person in people:
        person.start()
    ready.wait()
    while any(person.is_alive() for person in people):
        buffer.flush()
    buffer.flush()
    handed_over = [each for batch in batches for each in names(batch)]
    for name in "abcd":
        assert [number for person, number in handed_over if person == name] == list(range(500))
    assert buffer.dropped == 0


def test_the_engine_keeps_them_of_who_is_on_duty(sqlite: Databases) -> None:
    city = Rehearsal(sqlite.ready(), start=NOW)
    buffer = PositionBuffer(lambda reports: city.engine.do(KeepPositions(reports)))
    with city.database.writing() as connection:
        li = Address("telegram", "li")
        contact = contacts.find_or_create(connection, city.keyring, [li], NOW)[li].id
        binding = Binding(
            id="invite",
            digest="digest",
            contact=contact,
            offices=("grid:zhushan-3",),
            language="zh",
            invited_by="operator:test",
            invited_at=NOW,
            expires_at=NOW + timedelta(days=1),
            bound_at=NOW,
        )
        bindings.write(connection, city.keyring, [binding])
        bindings.write_duties(connection, [DutyTime(contact=contact, began_at=NOW)])
    for number in range(2):
        buffer.add(a_report("li", number))
        buffer.add(a_report("stranger", number))
    assert buffer.flush() == 4
    with city.database.reading() as connection:
        [last] = positions.latest(connection)
        assert (last.contact, last.measured_at) == (contact, NOW + timedelta(seconds=1))
        assert len(positions.track(connection, contact, NOW, NOW + timedelta(minutes=1))) == 2
    city.close()


def test_a_buffer_for_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        PositionBuffer(print, most=0)


@given(st.lists(st.sampled_from(["li", "wang", "zhao", None])), st.integers(1, 5))
def test_it_holds_what_a_simple_list_would(steps: list[str | None], most: int) -> None:
    """None stands for a hand-over."""
    batches: list[Batch] = []
    buffer = PositionBuffer(batches.append, most=most)
    held: list[tuple[str, int]] = []
    expected: list[list[tuple[str, int]]] = []
    dropped = 0
    for number, person in enumerate(steps):
        if person is None:
            buffer.flush()
            expected += [held] if held else []
            held = []
            continue
        buffer.add(a_report(person, number))
        if len(held) == most:
            held.remove(next((each for each in held if each[0] == person), held[0]))
            dropped += 1
        held.append((person, number))
    assert [names(batch) for batch in batches] == expected
    assert (len(buffer), buffer.dropped) == (len(held), dropped)
