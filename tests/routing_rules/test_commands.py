"""The few words people text, in every way they are typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing_rules.commands import (
    VERB_NAMES,
    Choice,
    CodedCommand,
    ResidentCommand,
    Verb,
    choice,
    coded_command,
    hours_and_reason,
    leading_case_number,
    leading_code,
    opts_in,
    opts_out,
    resident_command,
)
from routing_rules.normalise import normalise

CODED = [
    ("482913收", Verb.ACCEPT, ""),
    ("482913 OK", Verb.ACCEPT, ""),
    ("482913ok", Verb.ACCEPT, ""),
    ("482913 收。", Verb.ACCEPT, ""),
    ("“482913收”", Verb.ACCEPT, ""),
    ("482913详", Verb.MORE, ""),
    ("482913詳", Verb.MORE, ""),
    ("482913 More", Verb.MORE, ""),
    ("482913问 在几楼?", Verb.ASK, "在几楼?"),
    ("482913問在几楼", Verb.ASK, "在几楼"),
    ("482913 ASK which floor?", Verb.ASK, "which floor?"),
    ("482913办 已到场,下达限期整改通知书", Verb.DONE, "已到场,下达限期整改通知书"),
    ("482913辦:已處理", Verb.DONE, "已處理"),
    ("482913 - 办 - 已处理", Verb.DONE, "已处理"),
    ("482913自办 已换灯泡", Verb.DONE, "已换灯泡"),
    ("482913自辦 已换灯泡", Verb.DONE, "已换灯泡"),
    ("482913 DONE lamp replaced", Verb.DONE, "lamp replaced"),
    ("482913done: lamp replaced", Verb.DONE, "lamp replaced"),
    ("482913退 不属我局", Verb.RETURN, "不属我局"),
    ("482913 BACK not ours", Verb.RETURN, "not ours"),
    ("482913延 4 待料", Verb.EXTEND, "4 待料"),
    ("482913延4小时待料", Verb.EXTEND, "4小时待料"),
    ("482913 EXT 4 parts", Verb.EXTEND, "4 parts"),
    ("482913挂 设备未到", Verb.SUSPEND, "设备未到"),
    ("482913掛 设备未到", Verb.SUSPEND, "设备未到"),
    ("482913 HOLD parts", Verb.SUSPEND, "parts"),
    ("482913转", Verb.PASS_UP, ""),
    ("482913轉", Verb.PASS_UP, ""),
    ("482913 UP", Verb.PASS_UP, ""),
    ("482913改 竹山路5号", Verb.CORRECT, "竹山路5号"),
    ("482913 FIX streetlight", Verb.CORRECT, "streetlight"),
    ("482913合格", Verb.CHECK_PASS, ""),
    ("482913 PASS", Verb.CHECK_PASS, ""),
    ("482913不合格 还在冒", Verb.CHECK_FAIL, "还在冒"),
    ("482913 FAIL still smoking", Verb.CHECK_FAIL, "still smoking"),
    ("482913准", Verb.APPROVE, ""),
    ("482913準", Verb.APPROVE, ""),
    ("482913 APPROVE", Verb.APPROVE, ""),
    ("482913不准 今天必须办", Verb.REFUSE, "今天必须办"),
    ("482913 REFUSE today", Verb.REFUSE, "today"),
    ("482913派 城管", Verb.ASSIGN, "城管"),
    ("482913派城管", Verb.ASSIGN, "城管"),
    ("482913 ASSIGN city", Verb.ASSIGN, "city"),
    ("482913不受理 属法院", Verb.REJECT, "属法院"),
    ("482913 REJECT court matter", Verb.REJECT, "court matter"),
    ("\uff14\uff18\uff12\uff19\uff11\uff13收", Verb.ACCEPT, ""),
    ("\uff14\uff18\uff12\uff19\uff11\uff13\u3000\uff2f\uff2b", Verb.ACCEPT, ""),
    ("482913\u200b收", Verb.ACCEPT, ""),
    ("  482913   收  ", Verb.ACCEPT, ""),
    ("482913\n收", Verb.ACCEPT, ""),
]


@pytest.mark.parametrize(("text", "verb", "rest"), CODED)
def test_a_code_and_a_verb(text: str, verb: Verb, rest: str) -> None:
    assert coded_command(normalise(text)) == CodedCommand("482913", verb, rest)


@pytest.mark.parametrize(
    "text",
    [
        "收",
        "482913",
        "48291收",
        "4829131收",
        "482913号楼漏水",
        "482913 okay then",
        "482913 updated",
        "482913 donebydonald",
        "请看482913收",
        "٤٨٢٩١٣收",
    ],
)
def test_what_is_no_coded_command(text: str) -> None:
    assert coded_command(normalise(text)) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [("482913", "482913"), ("482913号楼", "482913"), ("482913 ?", "482913"), ("4829131", None), ("办482913", None)],
)
def test_six_digits_at_the_start(text: str, code: str | None) -> None:
    assert leading_code(text) == code


def test_each_verb_has_a_word_in_both_languages_that_is_read_back() -> None:
    for verb in Verb:
        for word in VERB_NAMES[verb].values():
            command = coded_command(f"482913 {word} etwas")
            assert command is not None
            assert command.verb is verb


@pytest.mark.parametrize(
    ("rest", "hours", "reason"),
    [
        ("4 待料", 4, "待料"),
        ("4小时 待料", 4, "待料"),
        ("24个小时,待料", 24, "待料"),
        ("4待料", 4, "待料"),
        ("4h parts", 4, "parts"),
        ("4 hours parts are late", 4, "parts are late"),
        ("48", 48, ""),
    ],
)
def test_hours_and_a_reason(rest: str, hours: int, reason: str) -> None:
    assert hours_and_reason(rest) == (hours, reason)


@pytest.mark.parametrize("rest", ["", "待料", "0 待料", "1000 待料", "四小时", "-4 待料", "4.5 待料"])
def test_no_hours(rest: str) -> None:
    assert hours_and_reason(rest) is None


@pytest.mark.parametrize(
    ("text", "command", "number"),
    [
        ("查", ResidentCommand.STATUS, None),
        ("查。", ResidentCommand.STATUS, None),
        ("查1042", ResidentCommand.STATUS, 1042),
        ("查 1042", ResidentCommand.STATUS, 1042),
        ("查Z1042", ResidentCommand.STATUS, 1042),
        ("查z1042号", ResidentCommand.STATUS, 1042),
        ("查詢1042", ResidentCommand.STATUS, 1042),
        ("STATUS", ResidentCommand.STATUS, None),
        ("status Z1042", ResidentCommand.STATUS, 1042),
        ("Status1042?", ResidentCommand.STATUS, 1042),
        ("进度", ResidentCommand.STATUS, None),
        ("進度 1042", ResidentCommand.STATUS, 1042),
        ("催", ResidentCommand.URGE, None),
        ("催辦1042", ResidentCommand.URGE, 1042),
        ("URGE 1042", ResidentCommand.URGE, 1042),
        ("撤", ResidentCommand.WITHDRAW, None),
        ("撤銷Z1042", ResidentCommand.WITHDRAW, 1042),
        ("WITHDRAW 1042", ResidentCommand.WITHDRAW, 1042),
        ("人工", ResidentCommand.DESK, None),
        ("轉人工", ResidentCommand.DESK, None),
        ("Desk!", ResidentCommand.DESK, None),
        ("EN", ResidentCommand.LANGUAGE_EN, None),
        ("English", ResidentCommand.LANGUAGE_EN, None),
        ("中文", ResidentCommand.LANGUAGE_ZH, None),
        ("单", ResidentCommand.LIST, None),
        ("單", ResidentCommand.LIST, None),
        ("list", ResidentCommand.LIST, None),
    ],
)
def test_a_resident_asks_by_one_word(text: str, command: ResidentCommand, number: int | None) -> None:
    assert resident_command(text, "Z") == (command, number)


@pytest.mark.parametrize(
    "text",
    [
        "查一下我的事",
        "请查1042",
        "1042",
        "Z1042",
        "催催你们",
        "撤掉那个广告牌",
        "人工智能",
        "status of my case",
        "查12345678901",
    ],
)
def test_a_sentence_is_no_command(text: str) -> None:
    assert resident_command(text, "Z") is None


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("Z1042 还在冒", 1042, "还在冒"),
        ("z1042还在冒", 1042, "还在冒"),
        ("Z 1042:还在冒", 1042, "还在冒"),
        ("Z1042", 1042, ""),
        ("Z1042, still smoking", 1042, "still smoking"),
    ],
)
def test_a_case_number_at_the_start(text: str, number: int, rest: str) -> None:
    assert leading_case_number(normalise(text), "Z") == (number, rest)


@pytest.mark.parametrize("text", ["1042 还在冒", "请看Z1042", "Z", "ZZ1042", "Z12345678901 还在冒"])
def test_no_case_number_without_its_letter(text: str) -> None:
    assert leading_case_number(text, "Z") is None


@pytest.mark.parametrize(
    "text",
    [
        "STOP",
        "stop",
        " Stop. ",
        "STOPALL",
        "UNSUBSCRIBE",
        "CANCEL",
        "END",
        "QUIT",
        "REVOKE",
        "OPTOUT",
        "T",
        "t",
        "TD",
        "R",
        "退订",
        "退訂",
        "Ｔ",
        "取消订阅",
    ],
)
def test_the_whole_word_opts_out(text: str) -> None:
    assert opts_out(text)
    assert not opts_in(text)


@pytest.mark.parametrize("text", ["STOP 12345", "please stop", "退订短信", "不要退订", "TT", "end of the road", ""])
def test_a_word_among_others_does_not(text: str) -> None:
    assert not opts_out(text)


@pytest.mark.parametrize("text", ["START", "start", "UNSTOP", "开通", "開通", " 开通。"])
def test_the_whole_word_opts_in(text: str) -> None:
    assert opts_in(text)
    assert not opts_out(text)


@pytest.mark.parametrize(
    ("text", "digit", "words"),
    [
        ("1", 1, ""),
        ("\uff11", 1, ""),
        ("\uff13\u3000晚上还在冒", 3, "晚上还在冒"),
        ("2。", 2, ""),
        ("3 晚上还在冒", 3, "晚上还在冒"),
        ("3,晚上还在冒", 3, "晚上还在冒"),
        ("3晚上还在冒", 3, "晚上还在冒"),
        ("3:too late", 3, "too late"),
        ("9 在盐港东路30号", 9, "在盐港东路30号"),
        ("0", 0, ""),
    ],
)
def test_a_digit_that_answers(text: str, digit: int, words: str) -> None:
    assert choice(normalise(text)) == Choice(digit, words)


@pytest.mark.parametrize(
    "text",
    [
        "3幢楼道灯不亮",
        "3号路灯坏了",
        "2个井盖没了",
        "5楼漏水",
        "1单元门坏了",
        "8点开始停水",
        "3栋",
        "12",
        "12号",
        "1st floor",
        "3x",
        "满意",
        "1042",
        "第3",
        "3天没来人了",
        "4月就报过",
    ],
)
def test_a_digit_that_counts_or_names_is_no_choice(text: str) -> None:
    assert choice(normalise(text)) is None


@given(st.text(max_size=40))
def test_no_text_breaks_a_reader(text: str) -> None:
    plain = normalise(text)
    for reader in (coded_command, leading_code, choice, hours_and_reason, opts_in, opts_out):
        reader(plain)
    assert resident_command(text, "Z") is None or plain
    leading_case_number(plain, "Z")


@given(st.text(alphabet="0123456789", min_size=6, max_size=6), st.sampled_from(list(Verb)), st.text(max_size=30))
def test_a_code_with_its_verb_is_always_read(code: str, verb: Verb, rest: str) -> None:
    command = coded_command(normalise(f"{code}{VERB_NAMES[verb]['zh']} {rest}"))
    assert command is not None
    assert (command.code, command.verb) == (code, verb)
