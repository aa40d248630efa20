"""Which texts speak of danger to life now."""

from __future__ import annotations

import pytest

from routing_rules.classification import Classifier
from tests.routing_rules.small_town import small_book


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
