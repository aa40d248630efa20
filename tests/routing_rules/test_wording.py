"""The texts as people get them: word for word, in one segment, and safe whatever a value holds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.books import read_book, read_registry_file, shipped_books
from routing_rules.areas import Level
from routing_rules.cases import CaseStatus
from routing_rules.longest import longest_place, longest_values
from routing_rules.phrases import clock_time, date_text, duration, level_name, state_name, when
from routing_rules.plain_text import placeholders_in
from routing_rules.rulebook import RuleBook
from routing_rules.segments import Encoding, count_segments, fits_one
from routing_rules.templates import BRIEF, COUNTED, TEMPLATES, Audience
from routing_rules.wording import Gist, Value, neutral, parts, phrase, render

BOOK = read_book("dinghai")
SMOKE = Gist(place="盐港西路83号", matter="烟囱冒黑烟", short="烟囱")
YANGANG = Gist(place="83 Yangang W Rd", matter="chimney smoke", short="smoke")
RESULT = "已下达限期整改通知书"

#: Language, template, values, and the text word for word.
#: What leaves by SMS too.
_TEXTED = {name: each for name, each in TEMPLATES.items() if each.audience is not Audience.CHAT}

GOLDEN: list[tuple[str, str, dict[str, Value], str]] = [
    ("zh", "received", {"number": "Z1042", "gist": SMOKE, "office": "竹山社区"},
     "【定海网格】已收到,编号Z1042:盐港西路83号烟囱冒黑烟。已转竹山社区,有进展即短信告知。补充请直接回复。退订回T"),
    ("zh", "office_task", {"number": "Z1042", "gist": SMOKE, "code": "482913", "minutes": 3, "next": "街道"},
     "【转办】Z1042 盐港西路83号烟囱冒黑烟。办结回“482913自办 结果”,上报回“482913转”。3分钟未回复将上报街道"),
    ("zh", "department_task",
     {"number": "Z1042", "gist": SMOKE, "reporters": 31, "code": "730164", "due": "今日17:00"},
     "【派单】Z1042 盐港西路83号烟囱冒黑烟,31人反映。签收回“730164收”,退回“730164退 理由”。限今日17:00"),
    ("zh", "dispatched",
     {"number": "Z1042", "department": "区环保局", "due": "今日17:00", "query_number": 1042},
     "【定海网格】Z1042已派区环保局,限今日17:00前反馈。查进度回“查1042”"),
    ("zh", "done_receipt", {"number": "Z1042", "time": "09:34"}, "【回执】Z1042办结已收到09:34,待核查"),
    ("zh", "check_task",
     {"number": "Z1042", "short": "烟囱冒黑烟", "department": "区环保局", "result": RESULT, "code": "615208"},
     "【核查】Z1042 烟囱冒黑烟,区环保局报:已下达限期整改通知书。合格回“615208合格”,不合格回“615208不合格 理由”"),
    ("zh", "result", {"number": "Z1042", "result": RESULT},
     "【定海网格】Z1042办理结果:已下达限期整改通知书。满意回1,基本满意回2,不满意回3并写原因。3日内有效"),
    ("zh", "reopened", {"number": "Z1042", "department": "区环保局"},
     "【定海网格】已记录“不满意”,Z1042重新办理,退回区环保局并报区指挥中心。结果会再告知您"),
    ("en", "received", {"number": "Z1042", "gist": Gist("83 Yangang W Rd", "black smoke"),
                        "office": "Zhushan Community"},
     "[Dinghai Grid] Got it: case Z1042, black smoke, 83 Yangang W Rd. Sent to Zhushan Community; "
     "we text you every step. Reply to add details."),
    ("en", "dispatched",
     {"number": "Z1042", "department": "Environment Bureau", "due": "18 Aug 17:00", "query_number": 1042},
     "[Dinghai Grid] Z1042 is with the Environment Bureau, due 18 Aug 17:00. Text STATUS 1042 any time."),
    ("en", "department_task",
     {"number": "Z1042", "gist": YANGANG, "reporters": 31, "code": "730164", "due": "17:00"},
     "[TASK] Z1042 chimney smoke, 83 Yangang W Rd, 31 reporters. "
     "Reply 730164 OK, 730164 BACK reason, 730164 DONE result. Due 17:00."),
    ("zh", "ask_place", {},
     "【定海网格】您反映的问题在哪里?请回复小区或路名加门牌,如“盐港西路83号”。30分钟内有效"),
    ("zh", "ask_ambiguous", {"name": "新河路", "options": ("1 解放街道新河路", "2 昌国街道新河路")},
     "【定海网格】“新河路”有两处:1 解放街道新河路 2 昌国街道新河路。请回1或2,都不是请写详细地址"),
    ("zh", "ask_which_case", {"count": 2, "options": ("1 烟囱冒烟(Z1042)", "2 路灯不亮(Z1057)")},
     "【定海网格】您有2件未办结:1 烟囱冒烟(Z1042) 2 路灯不亮(Z1057)。这条说的是哪件?回1、2,新问题回9"),
    ("zh", "joined", {"short": "烟囱冒烟", "reporters": 31, "number": "Z1042"},
     "【定海网格】烟囱冒烟一事已有31人反映(Z1042),已把您加入,结果同时告知您。若不是同一处请回9"),
    ("zh", "status",
     {"number": "Z1042", "state": "处理中", "detail": "区环保局09:31签收,限今日17:00", "urges": 1},
     "【定海网格】Z1042 处理中:区环保局09:31签收,限今日17:00。已催办1次"),
    ("zh", "status",
     {"number": "Z1042", "state": "处理中", "detail": "区环保局09:31签收,限今日17:00", "urges": 0},
     "【定海网格】Z1042 处理中:区环保局09:31签收,限今日17:00"),
    ("zh", "no_case", {"number": 1042}, "【定海网格】没有查到与本号码有关的1042号。查全部请回“查”"),
    ("zh", "emergency", {},
     "【定海网格】如有人身危险请马上拨110/119/120。本短信平台不是报警台。您的信息已同时提醒值班员"),
    ("zh", "opted_out", {},
     "【定海网格】已退订,不再发送通知。您仍可随时发短信反映问题,我们只回复必要的受理编号。重新接收回“开通”"),
    ("zh", "unclear", {},
     "【定海网格】请写:什么问题、在哪里、何时。如“竹山小区3幢楼道灯不亮两天了”。转人工回“人工”"),
    ("zh", "choose_task", {"count": 2, "tasks": ("730164烟囱", "815503井盖")},
     "【请选】你有2件在办:730164烟囱 815503井盖。请回“号码+办+结果”"),
    ("zh", "wrong_code", {"code": "730164", "tasks": ("815503井盖",)},
     "【提示】号码730164无效或已办结。你的在办任务:815503井盖。请回“号码+办+结果”"),
    ("zh", "closed_case", {"number": "Z1042", "date": "8月18日"},
     "【定海网格】Z1042已于8月18日结案。仍有问题请直接写明,我们会另立新件"),
    ("zh", "rejected", {"number": "Z1061", "reason": "属法院审理事项,请联系12368"},
     "【定海网格】Z1061不在我们职权内:属法院审理事项,请联系12368。如有不同意见回“人工”"),
    ("zh", "result_too_short", {"code": "730164"},
     "【请补】请写明结果,不少于6个字,如“730164办 已下达整改通知,3日后复查”"),
    ("zh", "reminder", {"number": "Z1042", "left": "1小时", "code": "730164"},
     "【催办】Z1042离时限还有1小时,尚未反馈。办结回“730164办 结果”,延期回“730164延 小时 理由”"),
    ("zh", "overdue", {"number": "Z1042", "office": "区指挥中心", "department": "区环保局"},
     "【超时】Z1042已超时,已报区指挥中心并计1次超时。承办:区环保局"),
    ("zh", "binding", {"number": "Z1042"}, "【裁定】Z1042第2次退回,已由区指挥中心裁定由你局主办,不能再退"),
]  # fmt: skip


@pytest.mark.parametrize(("language", "template", "values", "text"), GOLDEN)
def test_a_text_reads_word_for_word(language: str, template: str, values: dict[str, Value], text: str) -> None:
    assert render(BOOK, language, template, **values) == text
    assert fits_one(text)


@pytest.mark.parametrize("name", shipped_books())
def test_every_text_fits_one_segment_with_its_longest_values_and_keeps_what_matters(name: str) -> None:
    book = read_book(name)
    registry = read_registry_file(name, book)
    for language in book.languages:
        values = longest_values(book, registry, language)
        for template, wanted in _TEXTED.items():
            body = render(book, language, template, **{key: values[key] for key in wanted.placeholders})
            assert fits_one(body), body
            for key in _fixed(template, language, book):
                assert str(values[key]) in body, (template, key, body)
            if "gist" in wanted.placeholders:
                assert longest_place(book, registry, language) in body


@pytest.mark.parametrize("template", [name for name, template in _TEXTED.items() if template.shrinks])
def test_an_english_text_about_a_chinese_matter_keeps_code_number_and_place(template: str) -> None:
    registry = read_registry_file("dinghai", BOOK)
    chinese, english = (longest_values(BOOK, registry, language) for language in ("zh", "en"))
    wanted = TEMPLATES[template]
    values = {key: (chinese if key in wanted.shrinks else english)[key] for key in wanted.placeholders}
    body = render(BOOK, "en", template, **values)
    assert fits_one(body)
    for key in ("code", "number"):
        assert key not in wanted.placeholders or str(values[key]) in body or key not in _words(template, "en")
    if "gist" in wanted.placeholders:
        assert longest_place(BOOK, registry, "zh") in body


def _words(template: str, language: str) -> str:
    return BOOK.texts[language][template]


def _fixed(template: str, language: str, book: RuleBook) -> list[str]:
    """What the text says and its brief version does not leave out, and what must never be shortened."""
    said = set(placeholders_in(book.texts[language][template]))
    said &= set(placeholders_in(book.texts[language].get(BRIEF + template, book.texts[language][template])))
    return [
        key for key in TEMPLATES[template].placeholders if key in said and key not in TEMPLATES[template].shrinks
        and key not in COUNTED
    ]  # fmt: skip


def task(gist: Gist, reporters: int = 31) -> str:
    return render(
        BOOK, "zh", "department_task",
        number="Z1042", gist=gist, reporters=reporters, code="730164", due="今日17:00",
    )  # fmt: skip


def test_only_the_matter_shortens_and_the_short_name_comes_before_a_cut() -> None:
    long = "烟囱日夜冒黑烟并散发刺鼻气味影响三百多户居民正常生活"
    assert "盐港西路83号烟囱,31人" in task(Gist("盐港西路83号", long, "烟囱"))
    assert "盐港西路83号烟囱日夜冒黑烟并散…,31人" in task(Gist("盐港西路83号", long))


def test_a_place_that_leaves_no_room_gives_way_last() -> None:
    place = "舟山市定海区解放街道竹山社区盐港西路八十三号之二靠近老盐业公司仓库门口对面的巷子里"
    body = task(Gist(place, "烟囱冒黑烟", "烟囱"))
    assert fits_one(body)
    assert "舟山市定海区" in body
    assert "730164收" in body
    assert "限今日17:00" in body


def test_a_list_shows_what_fits_and_says_how_many_more() -> None:
    tasks = tuple(f"{730164 + n}烟囱" for n in range(9))
    body = render(BOOK, "zh", "wrong_code", code="111111", tasks=tasks)
    assert (
        body
        == "【提示】号码111111无效或已办结。你的在办任务:730164烟囱 730165烟囱 730166烟囱 另6个。请回“号码+办+结果”"
    )
    english = render(BOOK, "en", "task_list", count=20, tasks=tuple(f"{730164 + n} smoke" for n in range(20)))
    assert english.endswith("730170 smoke +13 more. Reply code DONE result.")


def test_the_answers_offered_are_those_shown() -> None:
    options = tuple(f"{n} 解放街道竹山社区第{n}新河路" for n in range(1, 5))
    body = render(BOOK, "zh", "ask_ambiguous", name="新河路", options=options)
    assert fits_one(body)
    assert "有四处:1 解放街道竹山社区第1新河路 2 解放街道竹山社区第2新河路 另2个。请回1或2," in body
    three = render(BOOK, "en", "ask_ambiguous", name="Xinhe Rd", options=("1 A", "2 B", "3 C"))
    assert three == "[Dinghai Grid] Xinhe Rd could be: 1 A, 2 B, 3 C. Reply 1, 2 or 3, or write the full address."


def test_quotes_of_a_telephone_do_not_cost_the_room_of_an_english_text() -> None:
    body = render(BOOK, "en", "result", number="Z1042", result="“We’ve served a notice” – done…")
    assert '"We\'ve served a notice" - done...' in body
    assert count_segments(body).encoding is Encoding.GSM_7


def test_one_foreign_sign_does_not_cost_the_room_of_an_english_text() -> None:
    gist = Gist("83 Main St", "Huge pothole 😱 in front of the school, third flat tyre this week")
    values: dict[str, Value] = {"number": "H5001", "gist": gist, "code": "730164", "due": "today 17:00"}
    body = render(read_book("harbour"), "en", "department_task_one", **values)
    assert fits_one(body)
    assert "Huge pothole in front of the school" in body
    assert "83 Main St" in body


#: What people try in a field that ends up in a text.
PAYLOADS = [
    "{number}", "{code}", "{{7*7}}", "{0.__class__}", "{gist.__class__.__mro__}", "{code!r}", "{code:>999}",
    "{number.__init__.__globals__}", "${7*7}", "#{7*7}", "<%= 7*7 %>", "{% for x in y %}", "%(code)s", "%s%s%s%n",
    "{sender}{sender}{sender}", "{", "}", "{}", "{{}}", "{[0]}", "{a[b]}", "\\{code\\}", "$(id)", "`id`",
]  # fmt: skip


@pytest.mark.parametrize("payload", PAYLOADS)
def test_a_value_is_never_read_as_a_template(payload: str) -> None:
    body = render(BOOK, "zh", "supplement", number="Z1042", text=payload)
    assert body == f"【补充】Z1042来信人补充:{payload}"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\r\nb\tc", "a  b c"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("收\u202e713037\u202c", "收713037"),
        ("\u2066x\u2069\u200e\u200f\u061c", "x"),
        ("zero\u200bwidth\ufeff\u2060", "zerowidth"),
        ("line\u2028break", "line break"),
        ("lone \ud83d surrogate", "lone  surrogate"),
        ("家👨\u200d👩\u200d👧", "家👨\u200d👩\u200d👧"),
    ],
)
def test_what_could_hide_or_reorder_a_text_is_taken_out(text: str, clean: str) -> None:
    assert neutral(text) == clean
    assert clean in render(BOOK, "zh", "supplement", number="Z1042", text=text)


@given(st.text(max_size=400), st.sampled_from(["zh", "en"]))
def test_whatever_a_person_writes_the_text_fits_one_segment(words: str, language: str) -> None:
    for body in (
        render(BOOK, language, "supplement", number="Z1042", text=words),
        render(BOOK, language, "desk_task", number="Z1042", gist=Gist(words, words), code="730164"),
    ):
        assert fits_one(body)
        assert "Z1042" in body
        assert "\n" not in body


def test_values_that_are_missing_or_unknown_are_a_mistake_of_the_program() -> None:
    with pytest.raises(ValueError, match="binding takes number"):
        render(BOOK, "zh", "binding")
    with pytest.raises(ValueError, match="binding takes number"):
        render(BOOK, "zh", "binding", number="Z1", code="1")
    with pytest.raises(ValueError, match="no template 'bindng'"):
        render(BOOK, "zh", "bindng")
    with pytest.raises(ValueError, match="no phrase 'todai'"):
        phrase(BOOK, "zh", "todai")
    with pytest.raises(ValueError, match="today takes time"):
        phrase(BOOK, "zh", "today", hour=3)


def test_a_language_that_the_book_lacks_gets_the_first_one() -> None:
    assert render(BOOK, "fr", "no_cases") == render(BOOK, "zh", "no_cases")
    assert render(read_book("harbour"), "zh", "no_cases") == render(read_book("harbour"), "en", "no_cases")


def test_a_long_text_is_told_in_numbered_parts_that_hold_all_of_it() -> None:
    text = "三个烟囱日夜冒黑烟,三百多户居民多次投诉。" * 12
    told = parts(BOOK, "zh", "Z1042", text)
    assert [body.split(")")[0] for body in told] == [f"【详】Z1042({at}/{len(told)}" for at in range(1, len(told) + 1)]
    assert all(fits_one(body) for body in told)
    assert "".join(body.split(")", 1)[1] for body in told) == text


def test_a_part_never_ends_inside_a_sign() -> None:
    told = parts(BOOK, "zh", "Z1042", "火" + "🔥" * 100, most=99)
    assert "".join(body.split(")", 1)[1] for body in told) == "火" + "🔥" * 100
    families = parts(BOOK, "zh", "Z1042", "👨\u200d👩\u200d👧" * 40, most=99)
    assert all(not body.endswith("\u200d") and ")\u200d" not in body for body in families)


def test_an_english_part_ends_at_a_word() -> None:
    text = "The chimneys at Yangang West Road burn bad fuel all day and night. " * 8
    told = parts(BOOK, "en", "Z1042", text)
    assert " ".join(body.split(") ", 1)[1] for body in told) == text.strip()


def test_a_text_without_end_stops_after_the_parts_that_are_wanted() -> None:
    told = parts(BOOK, "zh", "Z1042", "长" * 10_000, most=3)
    assert len(told) == 3
    assert told[-1].endswith("长…")
    assert fits_one(told[-1])
    assert parts(BOOK, "zh", "Z1042", "") == ("【详】Z1042(1/1)",)


NOW = datetime(2026, 8, 18, 1, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "moment", "text"),
    [
        ("zh", datetime(2026, 8, 18, 9, tzinfo=UTC), "今日17:00"),
        ("zh", datetime(2026, 8, 19, 1, tzinfo=UTC), "明日09:00"),
        ("zh", datetime(2026, 8, 18, 16, tzinfo=UTC), "明日00:00"),
        ("zh", datetime(2026, 8, 28, 9, tzinfo=UTC), "8月28日17:00"),
        ("zh", datetime(2026, 8, 17, 9, tzinfo=UTC), "8月17日17:00"),
        ("en", datetime(2026, 8, 18, 9, tzinfo=UTC), "today 17:00"),
        ("en", datetime(2026, 8, 19, 1, tzinfo=UTC), "tomorrow 09:00"),
        ("en", datetime(2026, 8, 28, 9, tzinfo=UTC), "28 Aug 17:00"),
    ],
)
def test_a_moment_is_told_as_people_say_it_on_the_clock_of_the_city(language: str, moment: datetime, text: str) -> None:
    assert when(BOOK, language, moment, NOW) == text


def test_each_city_has_its_own_clock_and_its_own_way_to_write_a_day() -> None:
    moment = datetime(2026, 8, 28, 9, tzinfo=UTC)
    assert when(read_book("harbour"), "en", moment, NOW) == "Aug 28 05:00"
    assert date_text(BOOK, "zh", moment) == "8月28日"
    assert clock_time(BOOK, datetime(2026, 8, 18, 1, 34, tzinfo=UTC)) == "09:34"


@pytest.mark.parametrize(
    ("minutes", "zh", "en"),
    [
        (0, "0分钟", "0 min"),
        (30, "30分钟", "30 min"),
        (60, "1小时", "1 h"),
        (90, "1小时30分钟", "1 h 30 min"),
        (11 * 60 + 59, "11小时", "11 h"),
        (47 * 60, "47小时", "47 h"),
        (72 * 60 + 5, "3天", "3 days"),
    ],
)
def test_a_span_of_time_is_never_told_longer_than_it_is(minutes: int, zh: str, en: str) -> None:
    assert (duration(BOOK, "zh", minutes), duration(BOOK, "en", minutes)) == (zh, en)


def test_every_state_and_level_has_a_name() -> None:
    assert state_name(BOOK, "zh", CaseStatus.HANDLING) == "处理中"
    assert len({state_name(BOOK, "zh", status) for status in CaseStatus}) == len(CaseStatus)
    assert level_name(BOOK, "zh", Level.STREET) == "街道"
    assert level_name(read_book("harbour"), "en", Level.STREET) == "the ward"
