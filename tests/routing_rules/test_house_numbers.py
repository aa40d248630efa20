"""The part of an address below the name of a place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing_rules.house_numbers import before, behind
from routing_rules.normalise import normalise


@pytest.mark.parametrize(
    ("text", "key", "number"),
    [
        ("35号", "35", 35),
        ("\uff13\uff15号", "35", 35),
        ("三十五号", "35", 35),
        ("三五号", "35", 35),
        ("一百零三号", "103", 103),
        ("廿三号", "23", 23),
        ("卅五号", "35", 35),
        ("35號", "35", 35),
        ("35 号", "35", 35),
        ("35#", "35", 35),
        ("35-1号", "35-1", 35),
        ("35之1号", "35-1", 35),
        ("35号之一", "35-1", 35),
        ("35号附3号", "35-3", 35),
        ("甲35号", "35甲", 35),
        ("35号甲", "35甲", 35),
        ("35-41号", "35", 35),
        ("35、37号", "35", 35),
        ("35到39号", "35", 35),
        ("35弄", "35弄", 35),
        ("35弄12号", "35弄/12", 35),
        ("三十五弄十二号", "35弄/12", 35),
        ("35巷6号", "35弄/6", 35),
        ("35弄12支弄3号", "35弄/12支弄/3", 35),
        ("3幢", "3幢", None),
        ("三栋", "3幢", None),
        ("3號樓", "3幢", None),
        ("3号楼", "3幢", None),
        ("第三幢", "3幢", None),
        ("12#楼", "12幢", None),
        ("A座1203", "A幢/r1203", None),
        ("b2座", "B2幢", None),
        ("3幢401", "3幢/r401", None),
        ("3幢401室", "3幢/r401", None),
        ("3-401", "3幢/r401", None),
        ("3-2-502", "3幢/u2/r502", None),
        ("3幢2-502", "3幢/u2/r502", None),
        ("3幢2单元502室", "3幢/u2/r502", None),
        ("三栋二单元五零二室", "3幢/u2/r502", None),
        ("三栋二单元五零二", "3幢/u2/r502", None),
        ("3幢A单元", "3幢/uA", None),
        ("8#楼301", "8幢/r301", None),
        ("1单元", "u1", None),
        ("35号3幢2单元401室", "35/3幢/u2/r401", 35),
        ("35号院3号楼2单元501", "35/3幢/u2/r501", 35),
        ("35号201", "35/r201", 35),
        ("35号2楼", "35/f2", 35),
        ("35号二层", "35/f2", 35),
        ("地下一层", "f-1", None),
        ("B1层", "f-1", None),
        ("东区3幢", "东区/3幢", None),
        ("3期5幢", "3期/5幢", None),
        ("1区3幢", "1区/3幢", None),
    ],
)
def test_a_chinese_address_is_read_from_the_large_to_the_small(text, key, number):
    text = normalise(text)
    found = behind(text, 0)
    assert found is not None
    assert (found.key, found.number, found.end) == (key, number, len(text))


@pytest.mark.parametrize(
    ("name", "rest", "key"),
    [("竹山村", "二组15号", "2组/15"), ("竹山村", "第3村民小组", "3组"), ("人民路", "3组路灯坏了", None)],
)
def test_a_group_belongs_to_a_village(name, rest, key):
    found = behind(name + rest, len(name))
    assert (found.key if found else None) == key


@pytest.mark.parametrize(
    "text",
    [
        "3号线",
        "3号早上停水",
        "3号上午",
        "3个井盖",
        "3年没修",
        "10点停水",
        "附近",
        "100米处",
        "两边",
        "一直停电",
        "三楼道",
    ],
)
def test_other_numbers_are_no_address(text):
    assert behind(text, 0) is None


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("35号120急救车", "35"),
        ("35号110已经来过", "35"),
        ("3幢2019年漏水", "3幢"),
        ("35号门口", "35"),
        ("3幢300人签名", "3幢"),
    ],
)
def test_what_follows_an_address_is_no_part_of_it(text, key):
    found = behind(text, 0)
    assert found is not None
    assert found.key == key


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("83 ", "83"), ("No. 83 ", "83"), ("#83 ", "83"), ("at 83B ", "83b"), ("16-18 ", "16"), ("35 -35C ", "35"),
        ("64-64c ", "64"), ("45-P ", "45"), ("11hf ", "11hf"), ("111-121& ", "111"), ("12 1/2 ", "12"),
        ("since 2019 ", None), ("$83 ", None), ("10:30 ", None), ("10.30 ", None),
    ],
)  # fmt: skip
def test_an_english_number_stands_before_the_name(text, key):
    found = before(text + "Main St", len(text), len(text) + 7)
    assert (found.key if found else None) == key


@given(st.text(alphabet="0123456789一二十百廿号弄幢单元室楼层#-之附第区东A 甲", max_size=24))
def test_whatever_stands_there_is_read_without_failing(text):
    found = behind(text, 0)
    assert found is None or 0 <= found.start < found.end <= len(text)
