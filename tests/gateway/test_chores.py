"""What is done now and then: the digest on working mornings, once; what is old is forgotten; one listens for all."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from gateway.chores import Chores
from gateway.config import Gridmen
from gateway.items import Forget, TakeLease
from gateway.listening import Listening
from gateway.rehearsal import Rehearsal
from routing_rules.messages import Address, Event, InboundMessage
from storage.errors import DatabaseBusy
from tests.scenarios.telling import ZONE, texts

EARLY = datetime(2026, 8, 18, 8, 0, tzinfo=ZONE)
BOSS = "telegram:7000009"


def chores_of(city: Rehearsal) -> Chores:
    return Chores(city.engine.do, city.clock, city.book, Gridmen())


def digests(city: Rehearsal) -> list[str]:
    return [words for words in texts(city, BOSS) if words.startswith("【晨报】")]


def test_supervisors_get_the_mornings_figures_once_on_working_days(ready_database_url: str) -> None:
    city = Rehearsal(ready_database_url, start=EARLY)
    city.bind(BOSS, "陈主任", "jiefang")
    city.text("alice", "盐港西路83号三个烟囱日夜冒黑烟")
    chores = chores_of(city)
    chores.send_digests()
    city.settle()
    assert digests(city) == []
    for _ in range(3):
        city.wait(minutes=31)
        chores.send_digests()
        chores_of(city).send_digests()
        city.settle()
    assert len(digests(city)) == 1
    assert digests(city)[0].startswith("【晨报】解放街道:新增1 在办1")
    city.wait_until(datetime(2026, 8, 22, 9, 0, tzinfo=ZONE))
    chores.send_digests()
    city.settle()
    assert len(digests(city)) == 1, "22 August 2026 is a Saturday"
    city.close()


def test_what_is_old_is_forgotten_and_a_busy_database_is_no_reason_to_fall_over(ready_database_url: str) -> None:
    city = Rehearsal(ready_database_url, start=EARLY)
    city.bind(BOSS, "陈主任", "jiefang")
    city.text("alice", "盐港西路83号三个烟囱日夜冒黑烟")
    city.clock.advance(timedelta(days=60))
    chores_of(city).forget()
    assert city.engine.do(Forget(position_days=30)) == 0

    def refuse(item: object) -> object:
        raise DatabaseBusy("busy")

    Chores(refuse, city.clock, city.book, Gridmen()).forget()
    city.close()


class Fetching:
    """A listener that hands over one message and waits."""

    def __init__(self) -> None:
        self.listening = threading.Event()

    def listen(self, deliver: Callable[[Event], None], stop: threading.Event, utcnow: Callable[[], datetime]) -> None:
        deliver(
            InboundMessage(
                channel="telegram_bot",
                external_id="7:1",
                sender=Address("telegram", "7"),
                text="/help",
                received_at=utcnow(),
            )
        )
        self.listening.set()
        stop.wait()


def test_one_process_listens_and_another_takes_over(ready_database_url: str) -> None:
    city = Rehearsal(ready_database_url, start=EARLY)
    lock = threading.Lock()
    taken: list[Event] = []

    def do(item: object) -> object:
        with lock:
            return city.engine.do(item)  # type: ignore[arg-type]

    fetching = [Fetching(), Fetching()]
    first, second = (Listening({"telegram_bot": each}, do, taken.append, city.clock.utcnow) for each in fetching)
    first.start()
    assert fetching[0].listening.wait(10)
    assert not do(TakeLease(name="listen/telegram_bot", holder="somebody else", seconds=30))
    first.stop()
    second.start()
    assert fetching[1].listening.wait(10)
    second.stop()
    assert len(taken) == 2
    city.close()
