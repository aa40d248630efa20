"""Only one process fetches a channel's messages, and a dead one keeps nobody from it for longer than it must."""

from __future__ import annotations

from gateway.items import TakeLease, TakeOver
from gateway.listening import LEASE_SECONDS
from gateway.rehearsal import Rehearsal
from tests.databases import Databases
from tests.sandbox import START

NAME = "listen/telegram_bot"


def take(city: Rehearsal, holder: str) -> bool:
    return bool(city.engine.do(TakeLease(name=NAME, holder=holder, seconds=LEASE_SECONDS)))


def test_who_died_keeps_others_out_until_the_lease_ends(ready_database_url: str) -> None:
    city = Rehearsal(ready_database_url, start=START)
    assert take(city, "dead")
    assert take(city, "dead")
    assert not take(city, "alive")
    city.wait(seconds=LEASE_SECONDS)
    assert take(city, "alive")
    city.close()


def test_where_no_other_process_can_be_the_only_one_listens_at_once(sqlite: Databases) -> None:
    city = Rehearsal(sqlite.ready(), start=START)
    assert take(city, "dead")
    city.engine.do(TakeOver())
    assert take(city, "alive")
    city.close()
