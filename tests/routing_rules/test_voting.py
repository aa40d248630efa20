"""When a trained model is asked, what decides then, and what it never decides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gateway.books import read_book
from routing_rules.classification import Classification, Classifier
from routing_rules.learned import LearnedError
from routing_rules.voting import SURE, Vote, Voting, chances_of
from tests.known_rows import small_model

BOOK = read_book("dinghai")
CLASSIFIER = Classifier(BOOK)
VOTING = Voting(small_model(), BOOK, CLASSIFIER)


def vote(text: str, voting: Voting = VOTING) -> Vote | None:
    return voting.vote(text, CLASSIFIER.classify(text))


def by_labels(*labels: str) -> Voting:
    """The small model, with other names for its labels (those of dogs, odour, streetlight)."""
    return Voting(replace(small_model(), labels=labels), BOOK, CLASSIFIER)


def test_clear_words_decide_alone() -> None:
    assert vote("盐港西路83号三个烟囱日夜冒黑烟") is None


def test_where_the_words_are_silent_the_model_votes() -> None:
    text = "这边夜里漆黑一片什么都看不见"
    assert CLASSIFIER.classify(text).category is None
    found = vote(text)
    assert found is not None
    assert found.category == "streetlight"
    assert found.confidence >= SURE
    assert VOTING.spoke(text, found)[0] in text


@pytest.mark.parametrize("text", ["这件事情拖了太久了请来人看看", "哈哈哈哈", "1234567890", "🙏🙏🙏", "Привет"])
def test_what_no_label_wants_is_left_to_a_person(text: str) -> None:
    found = vote(text)
    assert found is not None
    assert found.category is None
    assert len(found.guesses) == 3


def test_a_tie_of_words_is_decided_by_the_model() -> None:
    text = "夜里漆黑一片看不见"
    tie = Classification(
        category="odour", score=3.0, words=("x",), runner_up="streetlight", runner_up_words=("y",), tie=True,
        scores={"odour": 3.0, "streetlight": 3.0},
    )  # fmt: skip
    found = VOTING.vote(text, tie)
    assert found is not None
    assert found.category == "streetlight"


def test_words_that_lead_by_far_are_not_asked_about_and_a_small_lead_is() -> None:
    clear = Classification(
        category="odour", score=9.0, words=("x",), runner_up="dogs", scores={"odour": 9.0, "dogs": 3}
    )
    near = replace(clear, scores={"odour": 9.0, "dogs": 6.0})
    assert VOTING.is_clear(clear)
    assert not VOTING.is_clear(near)


def test_an_urgent_category_of_the_words_is_never_taken_away() -> None:
    assert BOOK.categories["gas_leak"].urgent
    urgent = Classification(
        category="gas_leak", score=3.0, words=("x",), runner_up="odour", tie=True, scores={"gas_leak": 3, "odour": 3}
    )
    assert VOTING.vote("怪味飘到家里来", urgent) is None


def test_a_category_that_the_model_never_learned_stays_with_the_words() -> None:
    known = Classification(category="trees", score=2.0, words=("x",), scores={"trees": 2.0})
    assert VOTING.vote("大黄追人", known) is None


def test_a_field_becomes_the_category_of_it_that_the_words_speak_for() -> None:
    voting = by_labels("交通运输", "环境保护", "教育文体")
    fields = {BOOK.field_of(code) for code in ("odour", "smoke")}
    assert fields == {"环境保护"}
    touched = Classification(
        category="schools", score=2.0, words=("x",), runner_up="odour", scores={"schools": 2.0, "odour": 1.9}
    )
    found = voting.vote("隔壁作坊飘来怪味熏人", touched)
    assert found is not None
    assert found.category == "odour"


def test_a_field_of_which_no_category_was_named_is_told_to_the_desk() -> None:
    found = vote("隔壁作坊飘来怪味熏得头疼", by_labels("交通运输", "环境保护", "教育文体"))
    assert found is not None
    assert found.category is None
    assert found.guesses[0].label == "环境保护"
    assert found.confidence >= SURE


def test_place_names_say_where_and_not_what() -> None:
    text = "大黄路那边"
    matter = CLASSIFIER.classify(text)
    there, nowhere = VOTING.vote(text, matter), VOTING.vote(text, matter, [(0, 3)])
    assert there is not None
    assert nowhere is not None
    assert there.guesses[0].label == "dogs"
    assert nowhere.guesses[0].chance < there.guesses[0].chance


def test_a_model_of_another_book_is_refused_by_name() -> None:
    with pytest.raises(LearnedError, match="votes for dragons, which the rulebook dinghai has neither"):
        by_labels("dragons", "odour", "streetlight")


def test_chances_and_none_of_them_are_one_together() -> None:
    margins = np.array([[0.0, 0.0], [-9.0, -9.0], [5.0, -5.0]], dtype=np.float32)
    chances = chances_of(margins, 2.0)
    assert chances[0].tolist() == pytest.approx([1 / 3, 1 / 3])
    assert chances[1].sum() < 0.01
    assert chances[2][0] > 0.99
