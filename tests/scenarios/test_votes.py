"""A trained model in service: it decides where words are silent, and leaves to the desk what it doubts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.learning import Row, learn
from gateway.rehearsal import Rehearsal
from routing_rules.cases import CaseStatus
from routing_rules.decisions import EntryKind, Verdict
from storage.training import corrections
from tests.known_rows import ROWS, small_model
from tests.scenarios.invariants import check_invariants
from tests.scenarios.telling import SMOKE, START, case_of, facts, last, status_of

DARK = "盐港西路83号这边夜里漆黑一片什么都看不见,老人不敢走"
DOUBTFUL = "盐港西路83号楼上漏下来好多泡沫不知是啥东西,请派人来看看"


@pytest.fixture
def city(ready_database_url: str) -> Iterator[Rehearsal]:
    """The town with a small model; both kinds of database."""
    made = Rehearsal(ready_database_url, start=START, learned=small_model())
    try:
        yield made
        check_invariants(made)
    finally:
        made.close()


def corrected(city: Rehearsal) -> list[tuple[str, str]]:
    with city.database.reading() as connection:
        return [(each.words, each.category) for each in corrections(connection)]


def test_where_words_are_silent_the_model_decides_and_the_case_climbs(city: Rehearsal) -> None:
    assert city.text("peng", DARK).verdict is Verdict.OPENED
    assert case_of(city).category == "streetlight"
    assert last(city, "zhushan").startswith("【转办】Z1042 盐港西路83号路灯不亮。")


def test_clear_words_are_not_overruled(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    assert case_of(city).category == "smoke"


def test_a_neighbour_joins_a_case_that_the_model_named(city: Rehearsal) -> None:
    city.text("peng", DARK)
    assert city.text("alice", "盐港西路83号天黑以后漆黑一片看不见路").verdict is Verdict.JOINED


def test_what_the_model_doubts_goes_to_the_desk_with_the_two_best_guesses(city: Rehearsal) -> None:
    assert city.text("peng", DOUBTFUL).verdict is Verdict.OPENED
    assert case_of(city).category is None
    text, code = last(city, "dinghai"), city.code("dinghai")
    assert text.startswith("【待派】Z1042 ")
    assert "。疑为" in text
    assert "%或" in text
    assert text.endswith(f"。派单回“{code}派 部门”,归类回“{code}改 类别”")


def test_a_correction_at_the_desk_sends_the_case_its_way_and_becomes_a_row(city: Rehearsal) -> None:
    city.text("peng", DOUBTFUL)
    city.text("dinghai", f"{city.code('dinghai')}改 sewage_discharge")
    assert case_of(city).category == "sewage_discharge"
    assert EntryKind.CORRECTED in facts(city)
    assert status_of(city) is not CaseStatus.RECEIVED
    assert corrected(city) == [(DOUBTFUL, "sewage_discharge")]


def test_the_last_correction_counts_and_one_of_the_place_does_not(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("zhushan", f"{city.code('zhushan')}改 盐港西路85号")
    assert corrected(city) == []
    city.text("zhushan", f"{city.code('zhushan')}改 odour")
    city.text("zhushan", f"{city.code('zhushan')}改 dust")
    assert corrected(city) == [(SMOKE, "dust")]


def test_what_was_corrected_often_enough_is_learned(city: Rehearsal) -> None:
    for number in range(5):
        city.text(f"p{number}", f"盐港西路{number * 10 + 3}号楼上漏下来好多泡沫不知是啥东西")
        city.text("dinghai", f"{city.code('dinghai')}改 sewage_discharge")
    rows = [Row(words, category) for words, category in corrected(city)]
    assert len(rows) == 5
    model, _ = learn([*ROWS, *rows], city.book)
    margins = model.margins(model.count("楼上又漏泡沫下来了"))
    assert model.labels[int(margins.argmax())] == "sewage_discharge"


def test_chit_chat_and_danger_are_read_as_without_a_model(city: Rehearsal) -> None:
    assert city.text("peng", "谢谢").verdict is Verdict.THANKS
    city.text("alice", "盐港西路83号着火了快来人")
    assert any("110/119/120" in line.text for line in city.inbox("alice"))
