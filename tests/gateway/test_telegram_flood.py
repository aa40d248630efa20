"""Bulk notifications through the dispatcher and the bot's pace, on a clock that is all virtual: Telegram's limits hold.

The large run stops at the wire, where a stand-in notes when each text left and refuses by the fake provider's own
limits; a smaller one goes over HTTP and is judged by the fake provider's log.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NoReturn

import pytest

from gateway.clock import Clock, VirtualClock
from gateway.fake_provider import FakeProvider, Mode
from gateway.fake_provider.telegram_limits import FloodLimits
from gateway.fake_provider.telegram_wire import Refused
from gateway.rehearsal import Rehearsal
from handlers.errors import SendError
from handlers.telegram_bot import TelegramBot
from handlers.telegram_settings import TelegramSettings
from routing_rules.decisions import Notification, Urgency
from routing_rules.messages import Address
from storage import contacts, outbox
from storage.texts import TextStatus
from tests.databases import Databases
from tests.gateway.chat_city import ACCOUNT, AUTH, BOT_TOKEN
from tests.sandbox import START

FIRST_PERSON = 7_100_001
#: Between two looks for texts whose time has come: uneven, so that what leaves lies anywhere within the seconds.
SHORTEST_BEAT, LONGEST_BEAT = 0.05, 0.5
MOST_PER_SECOND = 30


class Following:
    """A clock that follows the city's, which comes later than those who ask for the time."""

    def __init__(self) -> None:
        self.city: Clock = VirtualClock(START)

    def utcnow(self) -> datetime:
        return self.city.utcnow()

    def monotonic(self) -> float:
        return self.city.monotonic()


@dataclass(slots=True)
class Wire:
    """In the place of the bot's client: it takes what the fake provider would take, and notes when."""

    clock: Clock
    limits: FloodLimits
    #: Refuse the text that comes after so many, and whatever comes for so many seconds.
    refuse_after: int = -1
    retry_after: int = 0
    #: Virtual seconds and chat of every text that was taken.
    taken: list[tuple[float, str]] = field(default_factory=list)
    #: Virtual seconds of every refusal.
    refused: list[float] = field(default_factory=list)

    def send(self, chat: int, text: str, buttons: object, photo: str | None = None) -> str:
        now = self.clock.monotonic()
        try:
            self.limits.check_hold()
            self.limits.count(str(chat), self.retry_after)
        except Refused as refusal:
            self._refuse(now, (refusal.parameters or {})["retry_after"])
        if len(self.taken) == self.refuse_after and not self.refused:
            self._refuse(now, self.retry_after)
        self.taken.append((now, str(chat)))
        return f"{chat}:{len(self.taken)}"

    def _refuse(self, now: float, seconds: float) -> NoReturn:
        self.refused.append(now)
        raise SendError("too many", retryable=True, outcome_known=True, code="429", retry_after=seconds)

    def close(self) -> None:
        """Nothing is open."""


@contextmanager
def flooded(
    url: str, *, chats: int, texts: int, api_base: str | None = None
) -> Iterator[tuple[Rehearsal, TelegramBot]]:
    """A city that owes so many people so many texts each, and the bot that is to send them."""
    made: list[Rehearsal] = []
    settings = TelegramSettings(token=BOT_TOKEN, secret_token="", webhook=False, api_base=api_base)
    bot = TelegramBot("telegram_bot", settings, lambda: made[0].clock.monotonic())
    city = Rehearsal(
        url,
        start=START,
        roads=lambda address: [bot] if bot.reaches(address) else [],
        channels={bot.name: bot},
    )
    made.append(city)
    try:
        _owe(city, chats, texts)
        yield city, bot
    finally:
        bot.close()
        city.close()


def _owe(city: Rehearsal, chats: int, texts: int) -> None:
    now = city.clock.utcnow()
    addresses = [Address("telegram", str(FIRST_PERSON + number)) for number in range(chats)]
    with city.database.writing() as connection:
        people = contacts.find_or_create(connection, city.keyring, addresses, now)
        owed = [_notification(people[address].id, turn, now) for turn in range(texts) for address in addresses]
        assert len(outbox.add(connection, city.keyring, owed, now)) == chats * texts


def _notification(contact: str, turn: int, now: datetime) -> Notification:
    return Notification(
        key=f"flood:{contact}:{turn}",
        contact=contact,
        address=None,
        template="status",
        body=f"第{turn + 1}条通知",
        segments=1,
        case_number=None,
        urgency=Urgency.ROUTINE,
        not_before=now,
    )


def drain(city: Rehearsal, each_beat: Callable[[], None] = lambda: None) -> float:
    """Beat by beat until nothing is owed any more; returns the virtual minutes."""
    begin, chance = city.clock.monotonic(), random.Random(1)
    while True:
        each_beat()
        while city.dispatcher.run_once():
            pass
        with city.database.reading() as connection:
            if outbox.next_due(connection) is None:
                return (city.clock.monotonic() - begin) / 60
        city.clock.advance(timedelta(seconds=chance.uniform(SHORTEST_BEAT, LONGEST_BEAT)))


def statuses(city: Rehearsal) -> dict[TextStatus, int]:
    with city.database.reading() as connection:
        return outbox.count_statuses(connection)


def holds(sent: Sequence[tuple[float, str]]) -> None:
    """At most 30 in any second, and a second between two in one chat."""
    assert sent == sorted(sent, key=lambda one: one[0])
    assert all(later[0] - sent[n][0] >= 1.0 for n, later in enumerate(sent[MOST_PER_SECOND:]))
    chats: dict[str, list[float]] = {}
    for moment, chat in sent:
        chats.setdefault(chat, []).append(moment)
    assert all(later - earlier >= 1.0 for moments in chats.values() for earlier, later in pairwise(moments))


@pytest.mark.slow
def test_ten_thousand_notifications_to_a_thousand_chats_stay_below_the_limits(
    sqlite: Databases, record_property: Callable[[str, Any], None]
) -> None:
    with flooded(sqlite.ready(), chats=1000, texts=10) as (city, bot):
        limits = FloodLimits(city.clock)
        limits.enforce(True)
        wire = Wire(city.clock, limits, refuse_after=4321, retry_after=17)
        bot._api = wire  # type: ignore[assignment]
        minutes = drain(city)
        record_property("virtual_minutes", round(minutes, 1))
        print(f"10,000 notifications to 1,000 chats took {minutes:.1f} virtual minutes")
        assert statuses(city) == {TextStatus.SENT: 10_000}
    assert len(wire.taken) == 10_000
    assert len({chat for _, chat in wire.taken}) == 1000
    holds(wire.taken)
    # Telegram refused once, for 17 seconds, and was asked for nothing in them.
    (refused,) = wire.refused
    assert not any(refused <= moment < refused + 17 for moment, _ in wire.taken[4321:])
    # As fast as Telegram allows it takes 333 seconds, and those 17; between two beats nothing leaves.
    assert minutes * 60 < 1.5 * (10_000 / MOST_PER_SECOND + 17)


@pytest.mark.slow
def test_fewer_over_http_stay_below_the_fake_providers_own_limits(sqlite: Databases) -> None:
    chats, texts, wait = 40, 10, 20
    clock = Following()
    with FakeProvider(account_sid=ACCOUNT, auth_token=AUTH, bot_token=BOT_TOKEN, clock=clock) as provider:
        for number in range(chats):
            provider.telegram.person(FIRST_PERSON + number, f"居民{number}").start()
        provider.telegram.enforce_limits()
        with flooded(sqlite.ready(), chats=chats, texts=texts, api_base=provider.url) as (city, _):
            clock.city = city.clock

            def refuse_once() -> None:
                """When a third is through, until it was heard."""
                log = provider.telegram.requests()
                refusing = len(log) > chats * texts / 3 and all(one.ok for one in log)
                provider.behave(Mode.TOO_MANY if refusing else Mode.OK, retry_after_seconds=wait)

            drain(city, refuse_once)
            assert statuses(city) == {TextStatus.SENT: chats * texts}
        log = provider.telegram.requests()
        for person in provider.telegram.people():
            heard = [seen.text for seen in person.received()]
            assert sorted(heard) == sorted(f"第{turn + 1}条通知" for turn in range(texts))
    (refused,) = [one for one in log if not one.ok]
    assert (refused.code, refused.method) == (429, "sendMessage")
    later = log[log.index(refused) + 1 :]
    assert later
    assert min(one.monotonic for one in later) >= refused.monotonic + wait
    holds([(one.monotonic, str(one.chat)) for one in log if one.ok])
