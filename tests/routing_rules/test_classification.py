"""What a text is about."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.books import read_book
from routing_rules.classification import Classifier
from routing_rules.rulebook import Category, Keyword
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


def not_when(matter: Category, *words: str) -> Category:
    return replace(matter, not_when=words)


def in_field(field: str, *matters: Category) -> tuple[Category, ...]:
    return tuple(replace(matter, field=field) for matter in matters)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("学校收费", "school"),
        ("学校附近的工地很吵", "noise"),
        ("工地很吵,就在学校附近", "noise"),
        ("学校附近有人打架。学校乱收费", "school"),
        ("学校附近", None),
        ("SCHOOL fees", "school"),
        ("noise next to the school", "noise"),
    ],
)
def test_a_word_says_nothing_beside_one_that_takes_it_back(text, expected):
    school = not_when(category("school", Keyword("学校", 5.0), "school"), "学校附近", "next to the school")
    assert Classifier(small_book(school, category("noise", "吵", "noise"))).classify(text).category == expected


def test_what_takes_back_hides_no_longer_word_and_is_not_one_that_decides():
    bus = not_when(category("bus", "公交车"), "公交")
    taxi = category("taxi", "出租车")
    found = Classifier(small_book(bus, taxi)).classify("公交车和出租车")
    assert (found.category, found.words, found.runner_up) == ("taxi", ("出租车",), None)


def test_a_word_of_the_place_takes_nothing_back():
    school = not_when(category("school", "学费"), "学院路")
    assert Classifier(small_book(school)).classify("学院路有人乱收学费", [(0, 3)]).category == "school"


def test_a_field_gathers_what_speaks_for_its_categories():
    meals, fees = in_field("schools", category("meals", "食堂"), category("fees", "学费"))
    wages = category("wages", Keyword("工资", 1.2))
    text = "谈谈工资、食堂和学费"
    apart = Classifier(small_book(wages, replace(meals, field=None), replace(fees, field=None))).classify(text)
    assert (apart.category, apart.helped_by) == ("wages", ())
    together = Classifier(small_book(wages, meals, fees)).classify(text)
    assert (together.category, together.words, together.helped_by) == ("meals", ("食堂",), ("学费",))
    assert together.tie
    assert together.scores["meals"] > together.scores["wages"]


def test_a_category_of_the_field_that_no_word_touches_is_not_named():
    meals, fees = in_field("schools", category("meals", "食堂"), category("fees", "学费"))
    assert Classifier(small_book(meals, fees)).classify("食堂").scores.keys() == {"meals"}


def test_confidence_tells_how_far_ahead_it_is(classifier):
    assert classifier.classify("新河路灯不亮").confidence == 1.0
    assert classifier.classify("井盖,路灯").confidence == pytest.approx(0.5)
    assert classifier.classify("在吗").confidence == 0.0
    assert 0.5 < classifier.classify("烟囱冒黑烟,路灯").confidence < 1.0


# -- the words of the city books -----------------------------------------------------------------------------------

SENTENCES = Path(__file__).parent / "sentences"


def sentences(book: str) -> list[tuple[str, str]]:
    """Category and text of each line."""
    lines = (SENTENCES / f"{book}.txt").read_text("utf-8").splitlines()
    pairs = [line.split(maxsplit=1) for line in lines if line.strip() and not line.startswith("#")]
    return [(category, text) for category, text in pairs]


@pytest.mark.parametrize("book", ["dinghai", "harbour"])
def test_what_people_might_write_falls_into_its_category(book):
    classifier = Classifier(read_book(book))
    wrong = [(text, code, found.category, found.words)
             for code, text in sentences(book)
             if (found := classifier.classify(text)).category != code]  # fmt: skip
    assert wrong == []


@pytest.mark.parametrize("book", ["dinghai", "harbour"])
def test_every_category_has_a_sentence(book):
    assert {code for code, _ in sentences(book)} == read_book(book).categories.keys()


def test_the_departments_of_the_first_book_name_its_fields():
    book = read_book("dinghai")
    named = {book.field_of(code) for code in book.categories}
    assert {"城乡建设", "环境保护", "交通运输", "教育文体", "劳动和社会保障", "商贸旅游", "卫生计生"} <= named
    assert book.field_of("elevator") == "商贸旅游"
    assert book.field_of("bus") == "城乡建设"
    assert book.field_of("nothing") is None


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("这条马路上环境很差", "family_planning"),
        ("今年检查了几次都没用", "elevator"),
        ("有点个人事情想问一下", "civil_service"),
        ("水平需要提高一点", "schools"),
        ("请做好森林保护工作", "health"),
        ("市政府对面的河边有人钓鱼", "pavement"),
        ("工商银行门口的树倒了", "licences"),
    ],
)
def test_a_word_that_only_seems_to_stand_there_decides_nothing(text, hidden):
    assert Classifier(read_book("dinghai")).classify(text).category != hidden
