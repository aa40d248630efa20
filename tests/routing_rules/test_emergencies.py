"""Which texts speak of danger to life now."""

from __future__ import annotations

import pytest

from gateway.books import read_book
from routing_rules.classification import Classifier
from routing_rules.rulebook import Emergency
from tests.routing_rules import danger_en, danger_zh
from tests.routing_rules.small_town import EMERGENCY, small_book


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier(small_book())


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("楼道里有煤气味", "煤气味"),
        ("3幢着火了", "着火了"),
        ("老房子塌了", "塌了"),
        ("不是煤气味,是着火了", "着火了"),
        ("房子停水了,没有人管,着火", "着火"),
        ("去年报过电线老化,今天着火了", "着火了"),
        ("去年着火过。现在又着火了", "着火了"),
        ("有没有煤气味来看看", "煤气味"),
        ("接触电线触电", "触电"),
        ("火势特别大火", "大火"),
        ("村子被淹没有人落水", "有人落水"),
        ("The house is ON FIRE", "on fire"),
        ("no, gas smell in the hall", "gas smell"),
        ("Last year it was fixed and now we smell gas", "smell gas"),
        ("come at once, roof collapsed", "collapsed"),
    ],
)
def test_danger_alarms(classifier, text, phrase):
    hit = classifier.emergency(text)
    assert hit is not None
    assert hit.phrase == phrase
    assert phrase in hit.words


@pytest.mark.parametrize(
    "text",
    [
        "火车站门口很乱",
        "没有着火",
        "没着火,虚惊一场",
        "不是着火",
        "没有闻到煤气味",
        "没有人打人",
        "去年着火的房子还没修",
        "上次触电的事怎么样了",
        "请拨打人工电话",
        "接触电信公司没人理",
        "大火锅店油烟太大",
        "not on fire",
        "it isn’t on fire",
        "there is no smell of gas",
        "no longer on fire",
        "last year the barn was on fire",
        "bonfires",
        "路灯不亮",
        "",
    ],
)
def test_what_is_denied_past_or_another_word_does_not_alarm(classifier, text):
    assert classifier.emergency(text) is None


def test_all_phrases_that_alarm_are_named(classifier):
    hit = classifier.emergency("有煤气味,后来着火了")
    assert hit is not None
    assert hit.words == ("煤气味", "着火了")


@pytest.mark.parametrize(("book", "sentences"), [("dinghai", danger_zh.DANGER), ("harbour", danger_en.DANGER)])
def test_nearly_every_cry_for_help_is_urgent(book, sentences):
    rules = read_book(book)
    reader = Classifier(rules)

    def is_urgent(text):
        category = reader.classify(text).category
        return reader.emergency(text) or (category and rules.categories[category].urgent)

    missed = [text for text in sentences if not is_urgent(text)]
    assert len(missed) <= len(sentences) // 20, missed


@pytest.mark.parametrize(("book", "sentences"), [("dinghai", danger_zh.NO_DANGER), ("harbour", danger_en.NO_DANGER)])
def test_what_only_sounds_like_danger_does_not_alarm(book, sentences):
    reader = Classifier(read_book(book))
    assert [text for text in sentences if reader.emergency(text)] == []


@pytest.fixture(scope="module")
def two_parts():
    """A book whose phrases have two parts."""
    phrases = ("煤气/燃气~漏/泄", "wire/wires~down")
    emergency = Emergency(phrases=phrases, negations=EMERGENCY.negations, past=EMERGENCY.past)
    return Classifier(small_book(emergency=emergency))


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("厨房的煤气一直在漏", "煤气~漏"),
        ("燃气管好像泄了", "燃气~泄"),
        ("the wires are lying down here", "wires~down"),
    ],
)
def test_both_parts_of_a_phrase_in_one_clause_alarm(two_parts, text, phrase):
    assert two_parts.emergency(text).phrase == phrase


@pytest.mark.parametrize(
    "text",
    [
        "煤气没有漏",
        "煤气费贵,屋顶也漏",
        "煤气公司门口的水管昨天开始一直不停地往外漏",
        "漏水以后煤气也停了",
        "一旦煤气漏了怎么办",
        "去年煤气漏过",
        "wires, and the pole came down",
        "if the wires come down",
    ],
)
def test_parts_that_are_denied_apart_or_only_supposed_do_not_alarm(two_parts, text):
    assert two_parts.emergency(text) is None
