"""What a thousand gridmen's live positions cost the texts that come in beside them.

Rounds without and with positions alternate in one run on one database (A B B A A B …), so that neither a growing
database nor a busy machine favours either; an even number of pairs is fairest. No text is sent and nobody answers:
the engine alone is measured.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, cycle, islice
from pathlib import Path
from typing import Any

from gateway.books import read_book
from gateway.city_setup import load_registry
from gateway.engine import Engine
from gateway.items import KeepPositions, Received
from gateway.positions import PositionBuffer
from gateway.runtime import city_loader
from handlers.addresses import is_service_sender
from routing_rules.areas import Level
from routing_rules.decisions import Verdict
from routing_rules.draft import Policy
from routing_rules.grid_work import Binding, DutyTime
from routing_rules.messages import Address, InboundMessage, Point, PositionReport
from storage import bindings, contacts, positions, registry, schema
from storage.database import Database
from storage.people import Keyring
from tests.sandbox import START, RunningClock

GRIDMEN = 1_000
#: A phone that shares its position live tells it this often, in seconds.
EVERY = 10
#: Reports that come in one breath, and breaths a second.
_BREATHS = 10
_A_BREATH = GRIDMEN // EVERY // _BREATHS
#: With positions at least this share of the texts of a round without.
LEAST_RATIO = 0.9
#: Threads that hand in texts, each waiting for its answer.
_THREADS = 4
#: Threads that hand in texts at a pace; a slow answer must not hold up the next text.
_PACED_THREADS = 8
#: What is offered at a pace, in texts a second.
PACE = 50
_READS = 100
#: Between two positions a gridman walks this far at most, in degrees (about 15 m).
_WALK = 0.00014
#: Of a hundred positions so many are vague, and so many are far from the truth.
_VAGUE, _WILD = 5, 2
_CENTRE = Point(30.016, 122.1)
#: Roads of the sample with their last house; each house has a matter of each kind.
_ROADS = {
    "兴舟大道": 600, "滨海大道": 500, "环城南路": 400, "昌国路": 300, "人民北路": 260, "环城西路": 240, "盐港西路": 220,
    "解放东路": 210, "合兴路": 200, "人民中路": 198, "盐港东路": 180, "塔山路": 180, "环城北路": 180, "檀树路": 160,
    "解放西路": 150, "人民南路": 150, "环城东路": 150, "港区路": 140, "留方路": 130, "竹山路": 120, "西大街": 110,
    "东大街": 100, "晓峰路": 96, "毛竹山路": 90, "中大街": 90, "文昌路": 88, "蓬莱路": 75, "桂花路": 66, "码头路": 60,
}  # fmt: skip
_MATTERS = ("烟囱冒黑烟", "路灯不亮", "垃圾没人清运")


class Gridmen:
    """A thousand phones that share where they are while ``walking``; a position a phone every ten seconds."""

    def __init__(self, engine: Engine, clock: RunningClock) -> None:
        self._engine = engine
        self._clock = clock
        self._chance = random.Random(1)
        self._points = [_CENTRE] * GRIDMEN
        self._turns = cycle(range(GRIDMEN))
        self._buffer = PositionBuffer(self._submit)
        self.offered = 0
        self.kept = 0

    @contextmanager
    def walking(self) -> Iterator[None]:
        """Positions come while the block runs, and are handed over each second and once at the end."""
        over = threading.Event()
        threads = [
            threading.Thread(target=_each, args=(1 / _BREATHS, self._breath, over)),
            threading.Thread(target=_each, args=(1.0, self._buffer.flush, over)),
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()
            self._buffer.flush()

    def _breath(self) -> None:
        now = self._clock.utcnow()
        for number in islice(self._turns, _A_BREATH):
            luck = self._chance.uniform(0, 100)
            here = self._points[number]
            there = Point(*(part + self._chance.uniform(-_WALK, _WALK) for part in (here.lat, here.lon)))
            self._points[number] = there
            report = PositionReport(
                channel="telegram_bot",
                sender=gridman(number),
                point=Point(there.lat + 0.5, there.lon) if luck < _WILD else there,
                measured_at=now - timedelta(seconds=1),
                received_at=now,
                accuracy=800.0 if luck > 100 - _VAGUE else 15.0,
            )
            self._buffer.add(report)
            self.offered += 1

    def _submit(self, reports: tuple[PositionReport, ...]) -> None:
        self.kept += self._engine.do(KeepPositions(reports))


def gridman(number: int) -> Address:
    return Address("telegram", str(90_000 + number))


def texts() -> Iterator[str]:
    """Matters that nobody told of before: some 16,000 of them, roads and kinds mixed evenly."""
    for house in range(1, max(_ROADS.values()) + 1):
        for road, last in _ROADS.items():
            if house <= last:
                for matter in _MATTERS:
                    yield f"{road}{house}号{matter}"


def measure(url: str | None, seconds: float, *, rounds: int, texts_a_round: int) -> tuple[dict[str, Any], int]:
    """The figures and whether they are good enough (0). ``url`` names an empty database; without it a new file."""
    with tempfile.TemporaryDirectory(prefix="gridgate-measure-") as folder:
        schema.upgrade(url := url or f"sqlite:///{Path(folder) / 'gridgate.db'}")
        with Database(url, writer=True) as database:
            figures = _measured(database, seconds, rounds, texts_a_round)
    # Other programs of the machine disturb the clock on the wall far more than the processor's.
    good = (
        max(figures["ratio"], figures["processor_ratio"]) >= LEAST_RATIO
        and figures["positions_kept"] == figures["positions_offered"]
    )
    return figures, 0 if good and figures["cases_opened"] == figures["texts"] else 1


def _measured(database: Database, seconds: float, rounds: int, texts_a_round: int) -> dict[str, Any]:
    clock, keyring = RunningClock(START), Keyring(b"only for measures, never anywhere else!")
    book = read_book("dinghai")
    load_registry(database, keyring, book, "dinghai", clock.utcnow())
    _put_on_duty(database, keyring, clock)
    engine = Engine(
        database=database,
        keyring=keyring,
        clock=clock,
        policy=Policy(is_service_sender=is_service_sender),
        load_city=city_loader(database, keyring, book),
    )
    gridmen, people = Gridmen(engine, clock), People(engine, clock)
    engine.start()
    try:
        people.as_fast_as_answered(texts_a_round // 3)  # the first texts of a process are slow
        # Before the rounds pile up thousands of cases that nobody answers.
        with gridmen.walking():
            paced = people.at_a_pace(round(PACE * seconds)) if seconds else None
        done: dict[bool, list[Round]] = {False: [], True: []}
        for number in range(2 * rounds):
            with_positions = number % 4 in (1, 2)
            if with_positions:
                with gridmen.walking():
                    done[True].append(people.as_fast_as_answered(texts_a_round))
            else:
                done[False].append(people.as_fast_as_answered(texts_a_round))
        reading = _reading(database)
    finally:
        engine.stop()
    # Of neighbours, which come in either order by turns: what slows every round down falls out of the median.
    pairs = list(zip(done[False], done[True], strict=True))
    ratios = [beside.texts_per_second / without.texts_per_second for without, beside in pairs]
    processor = [beside.processor_ms / without.processor_ms for without, beside in pairs]
    return {
        "measure": "positions",
        "database": "sqlite" if database.is_sqlite else "postgresql",
        "gridmen": GRIDMEN,
        "positions_per_second": GRIDMEN // EVERY,
        "texts_per_round": texts_a_round,
        "texts_per_second_without": [round(each.texts_per_second, 1) for each in done[False]],
        "texts_per_second_with": [round(each.texts_per_second, 1) for each in done[True]],
        "ratios": [round(ratio, 3) for ratio in ratios],
        "ratio": round(statistics.median(ratios), 3),
        "processor_ms_per_text_without": [round(each.processor_ms, 1) for each in done[False]],
        "processor_ms_per_text_with": [round(each.processor_ms, 1) for each in done[True]],
        "processor_ratio": round(statistics.median(processor), 3),
        "positions_offered": gridmen.offered,
        "positions_kept": gridmen.kept,
        "texts": people.texted,
        "cases_opened": people.opened,
        "latest": reading,
        "paced": paced,
    }


def _put_on_duty(database: Database, keyring: Keyring, clock: RunningClock) -> None:
    now = clock.utcnow()
    with database.writing() as connection:
        grids = [area.code for area in registry.load(connection).areas.values() if area.level is Level.GRID]
        people = contacts.find_or_create(connection, keyring, [gridman(number) for number in range(GRIDMEN)], now)
        rows = [
            Binding(
                id=f"measure-{contact.id}",
                digest=f"measure-{contact.id}",
                contact=contact.id,
                offices=(f"grid:{grid}",),
                language="zh",
                invited_by="operator:measure",
                invited_at=now,
                expires_at=now + timedelta(days=3),
                bound_at=now,
            )
            for contact, grid in zip(people.values(), cycle(grids), strict=False)
        ]
        bindings.write(connection, keyring, rows)
        bindings.write_duties(connection, [DutyTime(contact=row.contact, began_at=now) for row in rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What came of a round."""

    texts_per_second: float
    #: Processor time a text, positions included: what a busy machine does not change.
    processor_ms: float


class People:
    """Residents, each of whom tells of one matter."""

    def __init__(self, engine: Engine, clock: RunningClock) -> None:
        self._engine = engine
        self._clock = clock
        self._bodies = texts()
        self._numbers = count(1)
        self._lock = threading.Lock()
        self.texted = 0
        self.opened = 0

    def as_fast_as_answered(self, texts: int) -> Round:
        """Hand in so many, each thread the next one once it has its answer."""
        waiting = [next(self._bodies) for _ in range(texts)]
        began, used = time.monotonic(), time.process_time()

        def work() -> None:
            while True:
                with self._lock:
                    if not waiting:
                        return
                    body = waiting.pop()
                self._text(body)

        _together(_THREADS, work)
        return Round(
            texts_per_second=texts / (time.monotonic() - began),
            processor_ms=(time.process_time() - used) * 1000 / texts,
        )

    def at_a_pace(self, texts: int) -> dict[str, float]:
        """Hand in so many, evenly and whatever the answers take; how long each took counts from when it was due."""
        bodies = [next(self._bodies) for _ in range(texts)]
        turns = iter(range(texts))
        took: list[float] = []
        began = time.monotonic() + 1 / PACE

        def work() -> None:
            while True:
                with self._lock:
                    number = next(turns, None)
                if number is None:
                    return
                due = began + number / PACE
                time.sleep(max(0.0, due - time.monotonic()))
                self._text(bodies[number])
                took.append(time.monotonic() - due)

        _together(_PACED_THREADS, work)
        seconds = time.monotonic() - began
        cuts = statistics.quantiles(took, n=100, method="inclusive")
        return {
            "texts_offered_per_second": PACE,
            "texts": texts,
            # The last one is due one step before the time is over.
            "texts_per_second": round(texts / max(seconds, texts / PACE), 1),
            "p50_ms": round(cuts[49] * 1000, 1),
            "p99_ms": round(cuts[98] * 1000, 1),
        }

    def _text(self, body: str) -> None:
        with self._lock:
            number = next(self._numbers)
        message = InboundMessage(
            channel="simulator",
            external_id=f"m{number}",
            sender=Address("sim", f"resident-{number}"),
            text=body,
            received_at=self._clock.utcnow(),
        )
        accepted = self._engine.do(Received(message))
        with self._lock:
            self.texted += 1
            self.opened += accepted.verdict is Verdict.OPENED


def _reading(database: Database) -> dict[str, float]:
    """How many people have a latest position, and the median time of reading all of them, in milliseconds."""
    took = []
    for _ in range(_READS):
        began = time.monotonic()
        with database.reading() as connection:
            found = positions.latest(connection)
        took.append((time.monotonic() - began) * 1000)
    return {"people": len(found), "p50_ms": round(statistics.median(took), 2)}


def _each(seconds: float, work: Callable[[], object], over: threading.Event) -> None:
    """Do something at even times until it is over; what was late is not made up for."""
    due = time.monotonic() + seconds
    while not over.wait(max(0.0, due - time.monotonic())):
        work()
        due = max(due + seconds, time.monotonic())


def _together(threads: int, work: Callable[[], None]) -> None:
    made = [threading.Thread(target=work) for _ in range(threads)]
    for thread in made:
        thread.start()
    for thread in made:
        thread.join()
