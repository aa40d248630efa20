"""The pace of a bot: never above the limits in any window, nobody waits for ever, and nothing is fetched too often."""

from __future__ import annotations

import heapq
import itertools
import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.errors import NotYet
from handlers.telegram_bot import LAST_PAUSE, TelegramBot
from handlers.telegram_pace import MOST_PER_SECOND, Pace
from routing_rules.messages import Address, Event, InboundMessage
from tests.handlers.test_telegram_bot import ACTS, ANSWER, Answer, Stub, failure, no, ok, settings_for, taken, text
from tests.handlers.test_telegram_bot import Seconds as TwoSeconds

NOW = datetime(2026, 8, 18, 1, 20, 4, tzinfo=UTC)

#: What additions of seconds lose by rounding.
ROUNDING = 1e-6


class Seconds:
    """A clock that stands still until it is moved."""

    def __init__(self, now: float = 5_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def hint(pace: Pace, chat: str | None) -> float:
    with pytest.raises(NotYet) as caught:
        pace.take(chat)
    assert caught.value.retry_after is not None
    return caught.value.retry_after


def check_windows(sent: list[tuple[float, str | None]]) -> None:
    """No window of a second holds more than the limit, nor two messages of one chat."""
    moments = [at for at, _ in sent]
    for first, after in zip(moments, moments[MOST_PER_SECOND:], strict=False):
        assert after - first >= 1 - ROUNDING
    for chat in {chat for _, chat in sent if chat is not None}:
        of_chat = [at for at, other in sent if other == chat]
        assert all(later - earlier >= 1 - ROUNDING for earlier, later in itertools.pairwise(of_chat))


def test_one_message_a_second_goes_to_a_chat() -> None:
    pace = Pace(clock := Seconds())
    pace.take("1")
    assert hint(pace, "1") == pytest.approx(1, abs=0.01)
    pace.take("2")
    clock.now += 0.99
    hint(pace, "1")
    clock.now += 0.01
    pace.take("1")


def test_thirty_requests_a_second_leave_in_any_window() -> None:
    pace = Pace(clock := Seconds())
    for number in range(MOST_PER_SECOND):
        pace.take(str(number))
        clock.now += 0.01
    hint(pace, "late")
    clock.now = 5_000.999
    hint(pace, "late")
    clock.now = 5_001.0
    pace.take("late")
    hint(pace, "later")
    clock.now = 5_001.01
    pace.take("later")


def test_what_appears_in_no_chat_counts_for_the_whole_bot_only() -> None:
    clock = Seconds()
    pace = Pace(clock)
    for _ in range(MOST_PER_SECOND):
        pace.take(None)
    assert pace.remembered() == 0
    hint(pace, None)
    hint(pace, "1")


def test_nothing_leaves_during_a_hold() -> None:
    pace = Pace(clock := Seconds())
    pace.hold(7)
    pace.hold(2)
    assert hint(pace, "1") == pytest.approx(7, abs=0.01)
    clock.now += 6.99
    hint(pace, None)
    clock.now += 0.01
    pace.take("1")


def test_the_texts_of_one_chat_come_back_a_second_apart() -> None:
    pace = Pace(Seconds())
    pace.take("1")
    assert [hint(pace, "1") for _ in range(50)] == pytest.approx([n + 1 for n in range(50)], abs=0.01)


@pytest.mark.parametrize("held", [0, 5])
def test_ten_thousand_texts_do_not_all_come_back_at_once(held: int) -> None:
    pace = Pace(Seconds())
    pace.hold(held)
    if not held:
        for number in range(MOST_PER_SECOND):
            pace.take(f"first-{number}")
    hints = [hint(pace, str(number)) for number in range(10_000)]
    first = held or 1
    assert hints == pytest.approx([first + n / MOST_PER_SECOND for n in range(10_000)], abs=0.01)


def test_hints_are_forgotten_when_they_have_passed() -> None:
    pace = Pace(clock := Seconds())
    pace.take("1")
    for _ in range(20):
        hint(pace, "1")
    clock.now += 100
    pace.take("1")
    assert hint(pace, "1") == pytest.approx(1, abs=0.01)
    for number in range(MOST_PER_SECOND - 1):
        pace.take(f"other-{number}")
    assert hint(pace, "2") == pytest.approx(1, abs=0.01)


def test_only_chats_that_still_count_are_remembered() -> None:
    pace = Pace(clock := Seconds())
    for number in range(10_000):
        clock.now += 0.04
        pace.take(str(number))
    assert pace.remembered() <= 2 * MOST_PER_SECOND
    for _ in range(10):
        hint(pace, "9999")
    clock.now += 5
    pace.take(None)
    assert pace.remembered() == 1
    clock.now += 6
    pace.take(None)
    assert pace.remembered() == 0


class Story:
    """Texts that come, are refused, and come back when they were told to."""

    def __init__(self) -> None:
        self.clock = Seconds()
        self.pace = Pace(self.clock)
        self.sent: list[tuple[float, str | None]] = []
        self.refused = 0
        self._waiting: list[tuple[float, int, str | None]] = []
        self._number = itertools.count()

    def bring(self, at: float, chat: str | None) -> None:
        heapq.heappush(self._waiting, (at, next(self._number), chat))

    def run(self, until: float = float("inf"), late: random.Random | None = None) -> None:
        while self._waiting and self._waiting[0][0] <= until:
            at, _, chat = heapq.heappop(self._waiting)
            self.clock.now = max(self.clock.now, at)
            seconds = self.wait_for(chat)
            if seconds is None:
                self.sent.append((self.clock.now, chat))
                continue
            assert seconds > 0
            self.refused += 1
            self.bring(self.clock.now + seconds + (late.uniform(0, 0.5) if late else 0), chat)

    def wait_for(self, chat: str | None) -> float | None:
        try:
            self.pace.take(chat)
        except NotYet as not_yet:
            return not_yet.retry_after
        return None


moments = st.one_of(st.floats(0, 20), st.integers(0, 60).map(lambda number: number / 20))
#: At a moment some texts for chats from a number on; a step of 0 means one chat, a negative number no chat at all.
crowds = st.lists(st.tuples(moments, st.integers(1, 45), st.integers(-3, 40), st.integers(0, 1)), max_size=12)


@settings(max_examples=200)
@given(
    crowds,
    st.lists(st.tuples(moments, st.floats(0, 15)), max_size=4),
    st.integers(),
)
def test_every_text_leaves_in_the_end_and_never_above_the_limits(
    crowds: list[tuple[float, int, int, int]], holds: list[tuple[float, float]], seed: int
) -> None:
    story = Story()
    start = story.clock.now
    late = random.Random(seed) if seed % 2 else None
    coming = []
    for at, count, first, step in crowds:
        coming += [(at, str(first + n * step) if first >= 0 else None) for n in range(count)]
    for at, chat in coming:
        story.bring(start + at, chat)
    held = []
    for at, seconds in sorted(holds):
        story.run(start + at, late)
        story.clock.now = max(story.clock.now, start + at)
        story.pace.hold(seconds)
        held.append((story.clock.now, story.clock.now + seconds))
    story.run(late=late)
    assert Counter(chat for _, chat in story.sent) == Counter(chat for _, chat in coming)
    check_windows(story.sent)
    for begin, end in held:
        assert not [at for at, _ in story.sent if begin < at < end - ROUNDING]


def test_ten_thousand_people_are_told_at_thirty_a_second() -> None:
    story = Story()
    start = story.clock.now
    for number in range(10_000):
        story.bring(start, str(number))
    story.run()
    check_windows(story.sent)
    assert len(story.sent) == 10_000
    assert story.clock.now - start < 10_000 / MOST_PER_SECOND * 1.34
    assert story.refused < 20_000


def test_threads_share_one_pace() -> None:
    story = Story()
    with ThreadPoolExecutor(8) as threads:
        waits = list(threads.map(story.wait_for, [str(number % 20) for number in range(160)]))
    assert waits.count(None) == 20


# --- the bot


@pytest.fixture
def stub() -> Iterator[Stub]:
    with closing(Stub()) as stub:
        yield stub


def test_a_second_text_to_a_chat_is_not_attempted_at_once(stub: Stub) -> None:
    stub.will("sendMessage", taken())
    stub.will("answerCallbackQuery", ok(True))
    with closing(TelegramBot("telegram_bot", settings_for(stub.url), Seconds())) as bot:
        bot.send(text())
        assert failure(bot, text()).code == "not_yet"
        bot.send(ANSWER)
        bot.send(text(to=Address("telegram", "7000002")))
    assert stub.methods() == ["sendMessage", "answerCallbackQuery", "sendMessage"]


@pytest.mark.parametrize("method", ACTS)
def test_the_whole_bot_waits_as_long_as_telegram_says(stub: Stub, method: str) -> None:
    outgoing, good = ACTS[method]
    stub.will(method, no(429, retry_after=30), good)
    clock = Seconds()
    with closing(TelegramBot("telegram_bot", settings_for(stub.url), clock)) as bot:
        assert failure(bot, outgoing).code == "429"
        assert all(isinstance(failure(bot, other), NotYet) for other, _ in ACTS.values())
        assert stub.methods() == [method]
        clock.now += 30
        bot.send(outgoing)


# --- fetching


class Noted(threading.Event):
    """Does not wait, but notes for how long it should have."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        if timeout:
            self.waits.append(timeout)
        return self.is_set()


def update(number: Any, words: str = "x") -> dict[str, Any]:
    who = {"id": 7000001, "is_bot": False, "first_name": "王"}
    chat = {"id": 7000001, "type": "private"}
    message = {"message_id": number, "from": who, "chat": chat, "date": 1787016004, "text": words}
    return {"update_id": number, "message": message}


def listened(
    stub: Stub, until: int, *answers: Answer, deliver: Callable[[Event], None] | None = None
) -> tuple[list[Event], Noted]:
    """What a polling bot hands over, until it has handed over so many events."""
    stub.will("deleteWebhook", ok(True))
    stub.will("getUpdates", *answers)
    bot = TelegramBot("telegram_bot", settings_for(stub.url, webhook=False), TwoSeconds())
    stop = Noted()
    events: list[Event] = []

    def take(event: Event) -> None:
        if deliver is not None:
            deliver(event)
        events.append(event)
        if len(events) >= until:
            stop.set()

    try:
        bot.listen(take, stop, lambda: NOW)
    finally:
        bot.close()
    return events, stop


def names(events: list[Event]) -> list[str]:
    return [event.external_id for event in events if isinstance(event, InboundMessage)]


def offsets(stub: Stub) -> list[str | None]:
    return [form.get("offset") for method, form in stub.calls if method == "getUpdates"]


def test_updates_are_fetched_in_order_and_confirmed_when_they_are_durable(stub: Stub) -> None:
    events, stop = listened(stub, 3, ok([update(11), update(12)]), ok([]), ok([update(13)]))
    assert names(events) == ["7000001:11", "7000001:12", "7000001:13"]
    assert stub.methods() == ["deleteWebhook", "getUpdates", "getUpdates", "getUpdates"]
    assert offsets(stub) == [None, "13", "13"]
    assert stop.waits == []
    assert isinstance(events[0], InboundMessage)
    assert (events[0].received_at, json.loads(events[0].raw)) == (NOW, update(11))
    kinds = ["message", "edited_message", "callback_query", "my_chat_member"]
    assert json.loads(stub.last()["allowed_updates"]) == kinds
    assert stub.last()["timeout"] == "20"
    assert stub.calls[0][1].get("drop_pending_updates") != "true"


def test_one_odd_update_does_not_hold_up_the_others(stub: Stub) -> None:
    odd = b'{"ok": true, "result": [%s, {"update_id": 2, "message": {"date": NaN}}, 17, {"message": %s}, %s]}' % (
        json.dumps(update(1)).encode("ascii"),
        b"9" * 5000,
        json.dumps(update(3, "a\ud800")).encode("ascii"),
    )
    events, _ = listened(stub, 5, Answer(body=odd))
    assert [event.meaningless for event in events if isinstance(event, InboundMessage)] == [0, 1, 1, 1, 0]
    assert (names(events)[0], names(events)[-1]) == ("7000001:1", "7000001:3")


def test_an_update_that_did_not_become_durable_comes_again(stub: Stub) -> None:
    attempts = itertools.count()

    def fails_twice(event: Event) -> None:
        if isinstance(event, InboundMessage) and event.external_id == "7000001:12" and next(attempts) < 2:
            raise OSError("no space left on the device")

    again = ok([update(12), update(13)])
    events, stop = listened(stub, 3, ok([update(11), update(12), update(13)]), again, again, deliver=fails_twice)
    assert names(events) == ["7000001:11", "7000001:12", "7000001:13"]
    assert offsets(stub) == [None, "12", "12"]
    assert stop.waits == [1, 2]


def test_when_telegram_is_away_the_pauses_grow(stub: Stub) -> None:
    away = [Answer(502, b"<html>"), no(409, "Conflict"), no(500), Answer(body=b"x"), ok({"a": 1}), Answer(body=b"[]")]
    events, stop = listened(stub, 2, *away, ok([update(1)]), no(429, retry_after=77), ok([update(2)]))
    assert names(events) == ["7000001:1", "7000001:2"]
    assert stop.waits == [1, 2, 4, 8, 16, LAST_PAUSE, 77]
    assert stub.methods().count("deleteWebhook") == 1


def test_updates_without_a_number_are_not_asked_for_without_end(stub: Stub) -> None:
    events, stop = listened(stub, 3, ok([{"message": 5}]))
    assert all(isinstance(event, InboundMessage) and event.meaningless for event in events)
    assert offsets(stub) == [None, None, None]
    assert stop.waits[:2] == [1, 2]


def test_listening_ends_when_it_is_told_to(stub: Stub) -> None:
    stub.will("deleteWebhook", ok(True))
    stub.will("getUpdates", Answer(silent=True))
    bot = TelegramBot("telegram_bot", settings_for(stub.url, webhook=False), TwoSeconds())
    stop = threading.Event()
    thread = threading.Thread(target=bot.listen, args=(print, stop, lambda: NOW))
    thread.start()
    while "getUpdates" not in stub.methods():
        assert stub.arrived.wait(20)
        stub.arrived.clear()
    stop.set()
    thread.join(5)
    assert not thread.is_alive()
    bot.close()
