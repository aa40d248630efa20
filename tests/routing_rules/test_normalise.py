"""Bringing texts into one written form."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing_rules.normalise import fold, language_of, normalise, simplify


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("730164 办", "730164 办"),
        ("Z1042", "Z1042"),
        ("  新河路\u3000\u300012号\r\n井盖没了 ", "新河路 12号 井盖没了"),
        ("4\u200b8\u200d2\ufeff913收", "482913收"),
        ("\u202e482913\u202c收", "482913收"),
        ("灯\x00不亮\ud800", "灯不亮"),
        ("isn’t on fire", "isn't on fire"),
        ("所谓‘处理’", "所谓‘处理’"),
        ("two  blanks", "two blanks"),
        ("", ""),
    ],
)
def test_texts_from_many_phones_come_into_one_form(text, expected):
    assert normalise(text) == expected


@pytest.mark.parametrize("digits", ["٤٨٢٩١٣", "४८२९१३"])
def test_digits_of_other_scripts_are_not_taken_for_digits(digits):
    assert not any(each in "0123456789" for each in normalise(digits))


@given(st.text())
def test_normalising_twice_changes_nothing_more(text):
    assert normalise(normalise(text)) == normalise(text)


@given(st.text())
def test_folding_keeps_every_position(text):
    assert len(fold(text)) == len(text)


def test_folding_ignores_case():
    assert fold("Yangang W RD") == "yangang w rd"
    # The small form of İ is two characters long.
    assert fold("İstanbul RD") == "İstanbul rd"


@pytest.mark.parametrize(
    ("command", "simplified"),
    [
        ("482913辦 已處理", "482913办 已处理"),
        ("482913轉", "482913转"),
        ("482913詳", "482913详"),
        ("482913問", "482913问"),
        ("482913準", "482913准"),
        ("482913掛", "482913挂"),
        ("482913不準", "482913不准"),
        ("單", "单"),
        ("退訂", "退订"),
        ("開通", "开通"),
        ("查詢", "查询"),
        ("已经是简体", "已经是简体"),
    ],
)
def test_commands_in_traditional_characters_are_understood(command, simplified):
    assert simplify(command) == simplified


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("路灯不亮了", "zh"),
        ("我家WiFi坏了", "zh"),
        ("pothole on Main St", "en"),
        ("There is a deep pothole on 新河路 since Monday", "en"),
        ("1", None),
        ("T", None),
        ("👍", None),
        ("", None),
        ("привет", None),
    ],
)
def test_the_language_is_told_by_the_script(text, language):
    assert language_of(text) == language
