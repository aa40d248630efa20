"""The engine's turn: one poisoned item fails alone, and no acknowledged text is lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from gateway.items import Beat, Received
from gateway.rehearsal import Rehearsal
from routing_rules.decisions import Verdict
from storage import messages

#: Reading this text breaks the rules; the tests make it so.
POISON = "毒"


@pytest.fixture
def city(ready_database_url: str) -> Iterator[Rehearsal]:
    town = Rehearsal(ready_database_url, start=datetime(2026, 8, 18, 1, 20, tzinfo=UTC))
    yield town
    town.close()


def verdicts(city: Rehearsal) -> dict[Verdict, int]:
    with city.database.reading() as connection:
        return messages.count_verdicts(connection)


def break_the_book(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """A rule with a mistake: it fails for one text only."""
    import importlib

    module, _, name = where.rpartition(".")
    room = importlib.import_module(module)
    works = getattr(room, name)

    def sometimes(*args: object, **more: object) -> object:
        if any(POISON in getattr(each, "text", "") for each in args):
            raise ZeroDivisionError("a broken rule")
        return works(*args, **more)

    monkeypatch.setattr(where, sometimes)


def test_a_text_whose_decision_fails_is_kept_and_decided_once_the_rule_is_mended(
    city: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        break_the_book(broken, "routing_rules.conversation.decide")
        accepted = city.texts([("alice", POISON + "盐港西路83号烟囱冒黑烟"), ("bob", "盐港西路83号烟囱冒黑烟")])
        assert [each.verdict for each in accepted] == [Verdict.WAITING, Verdict.OPENED]
    city.engine.do(Beat())
    assert verdicts(city)[Verdict.JOINED] == 1


def test_a_text_that_breaks_every_try_waits_for_a_person(city: Rehearsal, monkeypatch: pytest.MonkeyPatch) -> None:
    break_the_book(monkeypatch, "routing_rules.conversation.decide")
    city.text("alice", POISON)
    for _ in range(5):
        city.engine.do(Beat())
    assert verdicts(city) == {Verdict.SET_ASIDE: 1}


def test_a_text_that_breaks_its_whole_turn_is_stored_undecided(
    city: Rehearsal, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = city.message("alice", "盐港西路83号烟囱冒黑烟")

    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as broken:
        broken.setattr("storage.decisions.write", fails)
        first = city.engine.do(Received(message))
        again = city.engine.do(Received(message))
    assert first.verdict is Verdict.WAITING
    assert again.repeated
    city.engine.do(Beat())
    assert verdicts(city) == {Verdict.OPENED: 1}


def test_case_numbers_follow_each_other_whatever_else_is_texted(city: Rehearsal) -> None:
    numbers = []
    for sender, place in (("alice", "盐港西路83号"), ("bob", "竹山路5号"), ("carol", "盐港西路90号")):
        city.text(sender, "谢谢")
        numbers.append(city.text(sender, f"{place}烟囱冒黑烟").case_number)
    assert numbers == [1042, 1043, 1044]
