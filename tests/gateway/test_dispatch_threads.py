"""The dispatcher as it runs in service, with threads: nobody waits for a slow send, and no send outlasts its lease."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.clock import VirtualClock
from gateway.dispatch import Dispatcher, Pace
from gateway.items import ClaimTexts, Received, Sent, TakeOver
from gateway.rehearsal import Rehearsal
from handlers.contract import OutgoingText, SendReceipt
from routing_rules.messages import Address, DeliveryStatus
from storage import outbox
from storage.receipts import Outcome
from storage.texts import Claim, ClaimedText, TextStatus

START = datetime(2026, 8, 18, 1, 20, tzinfo=UTC)
#: How long a condition may take to come true, in seconds.
PATIENCE = 20.0


class Gate:
    """A channel that takes a text to one address only once it is let through."""

    name = "gate"

    def __init__(self, held: str) -> None:
        self._held = held
        self.reached = threading.Event()
        self.open = threading.Event()
        self.bodies: list[str] = []

    def reaches(self, address: Address) -> bool:
        return True

    def send(self, text: OutgoingText) -> SendReceipt:
        if text.recipient.value == self._held:
            self.reached.set()
            self.open.wait(PATIENCE)
        self.bodies.append(text.body)
        return SendReceipt(external_id=f"gate-{text.reference}", status=DeliveryStatus.SENT)


class SlowToAnswer(Gate):
    """A channel that knows of no text, and takes its time to say so."""

    def __init__(self, clock: VirtualClock, seconds: float) -> None:
        super().__init__("nobody")
        self._clock = clock
        self._seconds = seconds

    def find_sent(self, recipient: Address, since: datetime, body: str) -> tuple[str, ...]:
        self._clock.advance(timedelta(seconds=self._seconds))
        return ()

    def sent(self, recipient: Address, since: datetime, body: str, known: Collection[str] = ()) -> int:
        return len(set(self.find_sent(recipient, since, body)) - set(known))


class Running:
    """A city whose engine and dispatcher run in threads, as in service; its clock stands still."""

    def __init__(self, url: str) -> None:
        self.gate = Gate("slow")
        self.city = Rehearsal(url, start=START)
        self.engine = self.city.engine
        self.dispatcher = Dispatcher(
            self.engine, lambda address: (self.gate,), {self.gate.name: self.gate}, self.city.clock, Pace(), senders=2
        )
        self.engine.after_commit = self.dispatcher.wake

    def start(self) -> None:
        self.engine.start()
        self.dispatcher.start()

    def receive(self, *senders: str) -> None:
        """People text, each about a house of their own."""
        messages = [self.city.message(sender, f"盐港西路{n}号烟囱冒黑烟") for n, sender in enumerate(senders, 1)]
        self.engine.do_together([Received(message) for message in messages])

    def claim(self) -> ClaimedText:
        """One text, for 60 seconds."""
        claim: Claim = self.engine.do(ClaimTexts(limit=1, lease_id="lease", lease_seconds=60))
        return claim.texts[0]

    def statuses(self) -> dict[TextStatus, int]:
        with self.city.database.reading() as connection:
            return outbox.count_statuses(connection)

    def stop(self) -> None:
        self.gate.open.set()
        self.dispatcher.stop()
        self.engine.stop()


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.01)


@pytest.fixture
def running(database_url: str) -> Iterator[Running]:
    made = Running(database_url)
    yield made
    made.stop()
    made.city.close()


def test_a_send_that_hangs_holds_nobody_else_up(running: Running) -> None:
    running.receive("slow", *(f"phone{number}" for number in range(20)))
    running.start()
    running.dispatcher.wake()
    assert running.gate.reached.wait(PATIENCE)
    owed = sum(running.statuses().values())
    wait_for(lambda: running.statuses() == {TextStatus.SENT: owed - 1, TextStatus.SENDING: 1})
    running.gate.open.set()
    wait_for(lambda: set(running.statuses()) == {TextStatus.SENT})


def test_what_was_not_begun_is_given_back_at_the_end(running: Running) -> None:
    running.receive("slow", *(f"phone{number}" for number in range(20)))
    before = sum(running.statuses().values())
    running.start()
    running.dispatcher.wake()
    assert running.gate.reached.wait(PATIENCE)
    running.stop()
    after = running.statuses()
    assert TextStatus.SENDING not in after
    assert TextStatus.UNKNOWN not in after
    assert after[TextStatus.SENT] == len(running.gate.bodies)
    assert sum(after.values()) == before


def test_a_claim_does_not_wake_the_dispatcher_that_made_it(running: Running) -> None:
    woken: list[str] = []
    running.engine.after_commit = lambda: woken.append("woken")
    running.engine.do(ClaimTexts(limit=1, lease_id="lease"))
    assert woken == []
    running.receive("alice")
    assert woken == ["woken"]


def test_a_send_that_could_outlast_its_lease_is_not_begun(running: Running) -> None:
    running.receive("alice")
    text = running.claim()
    running.city.clock.advance(timedelta(seconds=31))
    late = running.dispatcher.attempt(text)
    assert (late.result.outcome, late.result.error) == (Outcome.GIVEN_BACK, "given_back")
    assert running.gate.bodies == []
    running.engine.do(Sent((late,)))
    assert running.dispatcher.attempt(running.claim()).result.outcome is Outcome.SENT


@pytest.mark.parametrize(("seconds", "sent"), [(10, 1), (31, 0)])
def test_a_question_that_takes_half_the_lease_is_not_followed_by_a_send(
    running: Running, seconds: float, sent: int
) -> None:
    running.receive("alice")
    text = replace(running.claim(), unknown=True)
    channel = SlowToAnswer(running.city.clock, seconds)
    dispatcher = Dispatcher(running.engine, lambda address: (channel,), {}, running.city.clock, Pace())
    attempt = dispatcher.attempt(text)
    assert attempt.result.outcome is (Outcome.SENT if sent else Outcome.GIVEN_BACK)
    assert len(channel.bodies) == sent


def test_the_only_engine_asks_about_what_a_dead_one_was_sending_without_waiting_for_its_lease(
    running: Running,
) -> None:
    running.receive("alice")
    text = running.claim()
    assert running.engine.do(TakeOver()) == 1
    assert running.statuses()[TextStatus.UNKNOWN] == 1
    running.city.clock.advance(timedelta(seconds=5))
    late = running.dispatcher.attempt(text)
    assert running.engine.do(Sent((late,))) == 0, "the dead one comes back and marks a text that is not its own now"
    again = running.claim()
    assert (again.id, again.unknown, again.attempts) == (text.id, True, 2)


def test_an_unknown_text_that_is_given_back_stays_unknown(running: Running) -> None:
    running.receive("alice")
    text = replace(running.claim(), unknown=True)
    running.city.clock.advance(timedelta(seconds=31))
    back = running.dispatcher.attempt(text)
    assert (back.result.outcome, back.result.unknown) == (Outcome.GIVEN_BACK, True)
