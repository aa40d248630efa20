"""A provider that cannot be asked what it took: one blind try more, with time to recover, whatever came before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from gateway.rehearsal import Rehearsal, SimulatedPhones
from handlers.contract import OutgoingText, SendReceipt
from handlers.errors import NotYet, SendError
from storage import outbox
from storage.texts import TextStatus

START = datetime(2026, 8, 18, 1, 20, tzinfo=UTC)

BUSY = SendError(retryable=True, outcome_known=True, code="503")
NOBODY_KNOWS = SendError(retryable=True, outcome_known=False, code="unknown")


class Moody(SimulatedPhones):
    """Ends each send as it was told; well when it was told nothing more."""

    def __init__(self, city: Rehearsal) -> None:
        super().__init__(city.clock, city.transcript.append)
        self.ends: list[SendError | None] = []
        self.tried: list[datetime] = []

    def send(self, text: OutgoingText) -> SendReceipt:
        self.tried.append(self._clock.utcnow())
        end = self.ends.pop(0) if self.ends else None
        if end is not None:
            raise end
        return super().send(text)


@pytest.fixture
def moody(ready_database_url: str) -> Iterator[tuple[Rehearsal, Moody]]:
    made: list[Moody] = []
    city = Rehearsal(ready_database_url, start=START, roads=lambda address: made)
    made.append(Moody(city))
    yield city, made[0]
    city.close()


def statuses(city: Rehearsal) -> dict[TextStatus, int]:
    with city.database.reading() as connection:
        return outbox.count_statuses(connection)


def test_an_outage_before_does_not_use_up_the_one_blind_try(moody: tuple[Rehearsal, Moody]) -> None:
    city, channel = moody
    channel.ends = [BUSY, BUSY, BUSY, BUSY, NOBODY_KNOWS]
    city.text("alice", "在吗")
    city.wait(minutes=30)
    assert statuses(city) == {TextStatus.SENT: 1}
    assert len(channel.tried) == 6
    assert channel.tried[5] - channel.tried[4] >= timedelta(seconds=30)


def test_after_two_sends_with_an_unknown_outcome_a_person_must_look(moody: tuple[Rehearsal, Moody]) -> None:
    city, channel = moody
    channel.ends = [NOBODY_KNOWS, NOBODY_KNOWS]
    city.text("alice", "在吗")
    city.wait(minutes=30)
    assert statuses(city) == {TextStatus.DEAD: 1}
    assert len(channel.tried) == 2


def test_what_the_pace_does_not_allow_yet_is_no_attempt(moody: tuple[Rehearsal, Moody]) -> None:
    city, channel = moody
    channel.ends = [NotYet(1.0)] * 30
    city.text("alice", "在吗")
    city.wait(minutes=2)
    assert statuses(city) == {TextStatus.SENT: 1}
    with city.database.reading() as connection:
        row = connection.exec_driver_sql("select attempts, unknown_sends from outbox").one()
    assert tuple(row) == (1, 0)
