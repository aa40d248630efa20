"""Everything that comes twice: webhooks, reports, heartbeats, and two engines on one PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from gateway.demo import golden_case
from gateway.dispatch import Dispatcher, Pace
from gateway.engine import Engine
from gateway.items import Accepted, Beat, Received
from gateway.rehearsal import Rehearsal, SimulatedPhones
from gateway.runtime import city_loader
from handlers.addresses import is_service_sender
from routing_rules.draft import Policy
from routing_rules.messages import DeliveryReport, DeliveryStatus, InboundMessage, Point
from storage.database import Database
from tests.scenarios.invariants import check_invariants
from tests.scenarios.telling import SMOKE, START, case_of, texts


class Stuttering(Rehearsal):
    """Every webhook comes twice, in the same turn and in the next one."""

    def texts(self, lines: Sequence[tuple[str, str]], *, location: Point | None = None) -> list[Accepted]:
        messages = [self.message(sender, text, location=location) for sender, text in lines]
        first = self.engine.do_together([Received(message) for message in (*messages, *messages)])
        again = self.engine.do_together([Received(message) for message in reversed(messages)])
        told = [(each.verdict, each.case_number) for each in first[: len(messages)]]
        assert told == [(each.verdict, each.case_number) for each in first[len(messages) :]]
        assert told == [(each.verdict, each.case_number) for each in reversed(again)]
        assert all(each.repeated for each in again)
        self.settle()
        return first[: len(messages)]


class Dying(Rehearsal):
    """The process dies between each decision and the texts it owes; another one takes up the database."""

    def texts(self, lines: Sequence[tuple[str, str]], *, location: Point | None = None) -> list[Accepted]:
        messages = [self.message(sender, text, location=location) for sender, text in lines]
        accepted = self.engine.do_together([Received(message) for message in messages])
        self.database.close()
        self.database = Database(self.database.url.render_as_string(hide_password=False), writer=True)
        self.engine = another_engine(self, self.database)
        self.dispatcher = another_dispatcher(self, self.engine)
        self.settle()
        return accepted


def another_engine(city: Rehearsal, database: Database) -> Engine:
    """An engine of another process with the same keys."""
    return Engine(
        database=database,
        keyring=city.keyring,
        clock=city.clock,
        policy=Policy(is_service_sender=is_service_sender),
        load_city=city_loader(database, city.keyring, city.book),
    )


def another_dispatcher(city: Rehearsal, engine: Engine) -> Dispatcher:
    """Its dispatcher, which sends to the same phones."""
    phones = SimulatedPhones(city.clock, city.transcript.append)
    roads = {phones.name: phones}
    return Dispatcher(engine, lambda address: (phones,), roads, city.clock, Pace(), jitter=lambda: 0.5)


def words(city: Rehearsal) -> Counter[tuple[str, str]]:
    """All texts that left, with their recipients; the codes are secret and differ."""
    return Counter(
        (line.address.value, "".join("#" if sign.isdigit() else sign for sign in line.text))
        for line in city.transcript
        if line.direction == "out"
    )


@pytest.mark.parametrize("kind", [Stuttering, Dying])
def test_the_golden_case_leaves_the_same_texts_once(
    ready_database_url: str, kind: type[Rehearsal], tmp_path: Path
) -> None:
    once = Rehearsal(f"sqlite:///{tmp_path}/gridgate.db", start=START)
    golden_case(once)
    again = kind(ready_database_url, start=START)
    golden_case(again)
    assert words(again) == words(once)
    check_invariants(again)
    once.close()
    again.close()


def test_reports_in_any_order_and_twice_change_no_text(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    before = words(city)
    for status in (DeliveryStatus.DELIVERED, DeliveryStatus.SENT, DeliveryStatus.FAILED, DeliveryStatus.QUEUED) * 2:
        city.report(
            DeliveryReport(
                channel="simulator", external_id="sim-1", reference="1", status=status, reported_at=city.clock.utcnow()
            )
        )
    city.settle()
    assert words(city) == before


@contextmanager
def second_engine(city: Rehearsal, url: str) -> Iterator[tuple[Engine, Dispatcher]]:
    """Another process on the same database, with its own connection and the same phones."""
    database = Database(url, writer=True)
    engine = another_engine(city, database)
    dispatcher = another_dispatcher(city, engine)
    yield engine, dispatcher
    database.close()


def side_by_side(*jobs: list[object]) -> None:
    """Run jobs, (function, arguments…) lists, in threads at once and wait for them."""
    errors: list[BaseException] = []

    def run(job: list[object]) -> None:
        function, *arguments = job
        try:
            function(*arguments)  # type: ignore[operator]
        except BaseException as error:
            errors.append(error)

    threads = [Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


@pytest.mark.postgresql
def test_two_engines_open_one_case_for_one_matter(postgresql, request: pytest.FixtureRequest) -> None:  # type: ignore[no-untyped-def]
    url = postgresql.empty()
    city = Rehearsal(url, start=START)
    with second_engine(city, url) as (other, sender):

        def take(engine: Engine, messages: list[InboundMessage]) -> None:
            for message in messages:
                engine.do(Received(message))

        crowd = [city.message(f"n{each}", "盐港西路83号烟囱冒黑烟") for each in range(40)]
        side_by_side([take, city.engine, crowd[:25]], [take, other, crowd[15:]])
        assert case_of(city).reporters == 40
        for _ in range(3):
            side_by_side([city.engine.do, Beat()], [other.do, Beat()])
            side_by_side([city.dispatcher.run_once], [sender.run_once])
        for each in range(40):
            assert len(texts(city, f"n{each}")) == 1
    check_invariants(city)
    city.close()


@pytest.mark.postgresql
def test_two_heartbeats_fire_each_deadline_once(postgresql) -> None:  # type: ignore[no-untyped-def]
    url = postgresql.empty()
    city = Rehearsal(url, start=START)
    with second_engine(city, url) as (other, sender):
        city.text("alice", SMOKE)
        while (coming := city.next_event()) is not None and (coming - START).days < 1:
            city.clock.move_to(max(coming, city.clock.utcnow()))
            side_by_side([city.engine.do, Beat()], [other.do, Beat()])
            side_by_side([city.dispatcher.run_once], [sender.run_once])
    alone = Counter(text[:8] for text in texts(city, "env"))
    assert alone == {"【派单】Z104": 1, "【催办】Z104": 4, "【超时】Z104": 2}
    assert len(texts(city, "jiefang")) == len(texts(city, "zhushan")) == 1
    check_invariants(city)
    city.close()
