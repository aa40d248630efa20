"""What a text is about."""

from __future__ import annotations

import pytest

from routing_rules.classification import Classifier
from routing_rules.rulebook import Keyword
from tests.routing_rules.small_town import category, small_book


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(small_book())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("盐港西路83号三个烟囱日夜冒黑烟", "smoke"),
        ("新河路灯不亮", "lamp"),
        ("SMOKE everywhere", "smoke"),
        ("Potholes all along the road", "lid"),
        ("the street  light is out", "lamp"),
        ("street-lights? no, smoker", None),
        ("在吗", None),
        ("", None),
        ("main street", None),
    ],
)
def test_words_of_the_book_tell_the_category(classifier, text, expected):
    assert classifier.classify(text).category == expected


def test_the_words_that_decided_are_kept_in_the_order_of_the_text(classifier):
    found = classifier.classify("三个烟囱日夜冒黑烟,路灯也不亮")
    assert found.words == ("烟囱", "冒黑烟")
    assert (found.runner_up, found.runner_up_words) == ("lamp", ("路灯",))
    assert found.score > 0
    assert not found.tie


def test_a_word_inside_a_longer_one_says_nothing_of_its_own(classifier):
    assert classifier.classify("冒黑烟").runner_up is None


def test_an_english_word_inside_another_is_no_word(classifier):
    assert classifier.classify("streets").category is None
    assert classifier.classify("trees").category == "tree"


def test_a_longer_word_weighs_more():
    found = Classifier(small_book(category("a", "噪音"), category("b", "施工噪声扰民"))).classify("噪音,施工噪声扰民")
    assert (found.category, found.runner_up) == ("b", "a")


def test_the_weight_of_the_book_counts():
    found = Classifier(small_book(category("a", "灯光"), category("b", Keyword("噪音", 2.0)))).classify("灯光和噪音")
    assert found.category == "b"


def test_what_a_text_begins_with_weighs_more_than_what_follows():
    text = "路灯坏了一个多月打了很多次电话都没有人来修,晚上走路的时候差点踩到井盖"
    found = Classifier(small_book(category("lid", "井盖"), category("lamp", "路灯"))).classify(text)
    assert (found.category, found.tie) == ("lamp", False)


def test_repeating_a_word_adds_little():
    found = Classifier(small_book(category("a", "路灯"), category("b", "井盖松动了"))).classify(
        "路灯路灯路灯路灯路灯,井盖松动了"
    )
    assert found.category == "b"


def test_equal_scores_are_decided_by_the_order_of_the_book_and_say_so(classifier):
    found = classifier.classify("井盖,路灯")
    assert (found.category, found.runner_up, found.tie) == ("lamp", "lid", True)


def test_words_of_the_place_do_not_count(classifier):
    text = "化工路井盖没了"
    assert classifier.classify(text).tie
    found = classifier.classify(text, [(0, 3)])
    assert (found.category, found.runner_up) == ("lid", None)


def test_a_word_that_reaches_out_of_the_place_counts(classifier):
    assert classifier.classify("新河路灯不亮", [(0, 3)]).words == ("路灯", "灯不亮")


def test_one_word_may_speak_for_two_categories():
    found = Classifier(small_book(category("a", "垃圾"), category("b", "垃圾", "臭"))).classify("垃圾很臭")
    assert (found.category, found.runner_up) == ("b", "a")


def test_a_book_without_words_understands_nothing():
    assert Classifier(small_book(category("a"))).classify("路灯").category is None
