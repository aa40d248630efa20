"""Texts that name the same thing and complain of the same, by their words alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing_rules.likeness import (
    MOST_CASES_OF_A_NAME,
    REACH,
    Known,
    LikenessIndex,
    most_like,
    probes_of,
    read_wording,
    shared_name,
)
from routing_rules.normalise import normalise

FIRST = "观澜国际城边上新建搅拌站,灰尘很大,噪音吵得睡不着"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (FIRST, ("观澜国际城",)),
        ("定海区观澜国际城的电梯坏了", ("观澜国际城",)),
        ("你好,观澜国际城小区旁边有噪音", ("观澜国际城",)),
        ("临城街道桂花里三期的路灯不亮", ("桂花里",)),
        ("烟囱冒黑烟", ()),
        ("小区附近太吵了", ()),
        ("工作人员态度差,公司拖欠工资", ()),
        ("某某房地产开发有限公司", ()),
        ("There is a new plant next to Silver Birch Estate, dust all day", ("silver birch estate",)),
        ("Dust and noise all day", ()),
        ("", ()),
    ],
)
def test_names_are_told_from_the_rest_by_what_stands_beside_them(text: str, names: tuple[str, ...]) -> None:
    assert read_wording(normalise(text)).names == names


@pytest.mark.parametrize(
    ("text", "like"),
    [
        ("观澜国际城小区旁边的搅拌站天天灰尘满天飞", True),
        ("搅拌站的灰尘让观澜国际城的业主睡不着", True),
        # The same thing, another matter.
        ("观澜国际城电梯坏了", False),
        ("观澜国际城小区物业乱收费", False),
        # The same matter, another thing, or none named.
        ("金色家苑边上新建搅拌站,灰尘很大,噪音吵得睡不着", False),
        ("边上新建搅拌站,灰尘很大,噪音吵得睡不着", False),
    ],
)
def test_name_and_matter_must_both_agree(text: str, like: bool) -> None:
    known = Known(7, None, read_wording(normalise(FIRST)))
    found = most_like(read_wording(normalise(text)), None, [known])
    assert (found is not None) is like


def test_it_says_which_words_decided() -> None:
    known = Known(7, "dust", read_wording(normalise(FIRST)))
    found = most_like(read_wording("观澜国际城小区旁边的搅拌站天天灰尘满天飞"), "dust", [known])
    assert found is not None
    assert (found.number, found.name) == (7, "观澜国际城")
    assert {"搅拌", "灰尘"} <= set(found.shared)


def test_english_reports_agree_by_whole_words() -> None:
    first = read_wording("A new concrete plant beside Silver Birch Estate, dust and noise all night")
    same = read_wording("Dust and noise from the concrete plant near Silver Birch Estate")
    other = read_wording("Dust and noise from the concrete plant near Golden Birch Estate")
    assert most_like(same, None, [Known(1, None, first)]) is not None
    assert most_like(other, None, [Known(1, None, first)]) is None


def test_a_name_that_many_open_cases_have_is_no_name_of_one_matter() -> None:
    wording = read_wording(normalise(FIRST))
    few = [Known(number, None, wording) for number in range(MOST_CASES_OF_A_NAME)]
    assert most_like(wording, None, few) is not None
    assert most_like(wording, None, [*few, Known(99, None, wording)]) is None


def test_several_texts_of_one_case_count_once() -> None:
    wording = read_wording(normalise(FIRST))
    texts = [Known(7, None, wording) for _ in range(MOST_CASES_OF_A_NAME + 5)]
    found = most_like(wording, None, texts)
    assert found is not None
    assert found.number == 7


def test_an_index_finds_what_comparing_all_would_find() -> None:
    index = LikenessIndex()
    index.add(1, None, read_wording("金色家苑附近的搅拌站噪音太大"))
    index.add(2, None, read_wording(normalise(FIRST)))
    found = index.find(read_wording("观澜国际城旁的搅拌站灰尘太大"), None)
    assert found is not None
    assert found.number == 2
    assert LikenessIndex(lambda number: False).find(read_wording(FIRST), None) is None


def test_only_the_head_of_a_long_text_is_read() -> None:
    text = "好" * REACH + "观澜国际城边上"
    assert read_wording(text).names == ()


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_can_be_compared_and_it_does_not_matter_which_came_first(one: str, other: str) -> None:
    a, b = read_wording(normalise(one)), read_wording(normalise(other))
    assert len(shared_name(a, b)) == len(shared_name(b, a))
    assert all(0 < mark < 2**63 for mark in probes_of(a))


@given(st.text(alphabet="观澜国际城边上搅拌站小区 A3区@$|,。\n", max_size=60))
def test_a_text_with_a_name_is_like_itself(text: str) -> None:
    wording = read_wording(normalise(text))
    if wording.names and wording.matter:
        assert most_like(wording, None, [Known(1, None, wording)]) is not None
