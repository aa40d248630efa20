"""Residents in their own words: more details, urging, withdrawing, asking where it stands, calling a person."""

from __future__ import annotations

from gateway.items import Received
from gateway.rehearsal import Rehearsal
from handlers.addresses import is_service_sender
from routing_rules.cases import CaseStatus
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.messages import Address, Attachment, Point
from tests.scenarios.telling import SMOKE, case_of, closed, dispatched, facts, last, status_of, texts

UNCLEAR = "【定海网格】请写:什么问题、在哪里、何时。如“竹山小区3幢楼道灯不亮两天了”。转人工回“人工”"


def test_more_words_reach_the_holder(city: Rehearsal) -> None:
    dispatched(city)
    more = city.text("alice", "现在烟更浓了,楼道里都是")
    assert (more.verdict, more.case_number) == (Verdict.SUPPLEMENTED, 1042)
    assert last(city, "env") == "【补充】Z1042来信人补充:现在烟更浓了,楼道里都是"
    assert last(city, "alice") == "【定海网格】已补充到Z1042,并转告区环保局。谢谢"


def test_a_number_in_front_says_which_case_is_meant(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("alice", "竹山路5号路灯不亮了")
    assert city.text("alice", "Z1042 今天换了个方向吹").case_number == 1042
    assert last(city, "zhushan") == "【补充】Z1042来信人补充:今天换了个方向吹"


def test_urging_is_counted_and_passed_on(city: Rehearsal) -> None:
    dispatched(city)
    for count, words in enumerate(("催", "催办1042", "怎么还没处理"), start=1):
        assert city.text("alice", words).verdict is Verdict.URGED
        assert last(city, "alice") == f"【定海网格】Z1042已第{count}次催办,已提醒区环保局"
        assert last(city, "env") == f"【催办】Z1042 烟囱,来信人第{count}次催办"
    assert case_of(city).urges == 3


def test_the_same_complaint_again_only_urges(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    assert city.text("alice", SMOKE).verdict is Verdict.URGED
    assert case_of(city).reporters == 1


def test_where_it_stands(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("alice", "查")
    assert last(city, "alice") == "【定海网格】Z1042 已立案:竹山社区正在处理,限今日09:23"
    city.wait(minutes=9)
    city.text("alice", "查1042")
    assert last(city, "alice") == "【定海网格】Z1042 已派遣待签收:已派区环保局,限今日17:00"
    city.text("alice", "进度 z1042号")
    assert last(city, "alice") == "【定海网格】Z1042 已派遣待签收:已派区环保局,限今日17:00"


def test_all_open_cases_in_one_text(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    light = city.text("alice", "竹山路5号路灯不亮了").case_number
    city.text("alice", "查")
    assert last(city, "alice") == (f"【定海网格】您有2件:Z{light}路灯已立案 Z1042烟囱已立案。查单件回“查”加编号")


def test_not_yours_and_not_there_read_the_same(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("bob", "查1042")
    assert last(city, "bob") == "【定海网格】没有查到与本号码有关的1042号。查全部请回“查”"
    city.text("bob", "查999999")
    assert last(city, "bob") == "【定海网格】没有查到与本号码有关的999999号。查全部请回“查”"
    city.text("bob", "Z1042 我也要说")
    assert last(city, "bob") == "【定海网格】没有查到与本号码有关的1042号。查全部请回“查”"


def test_nothing_open_says_so(city: Rehearsal) -> None:
    city.text("bob", "查")
    assert last(city, "bob") == "【定海网格】本号码目前没有未办结的事项。反映问题请直接写明事情和地点"


def test_the_status_of_an_ended_case(city: Rehearsal) -> None:
    closed(city)
    city.text("alice", "查1042")
    assert last(city, "alice") == "【定海网格】Z1042 结案:8月18日办结"


def test_the_desk_takes_over_on_demand(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    assert city.text("alice", "人工").verdict is Verdict.DESK_CALLED
    code = city.code("dinghai")
    assert last(city, "dinghai") == (
        f"【人工】Z1042 盐港西路83号烟囱冒黑烟。来信人要求人工处理。派单回“{code}派 部门”,办结回“{code}自办 结果”"
    )
    city.text("dinghai", f"{code}自办 已电话说明情况")
    assert last(city, "dinghai") == "【回执】Z1042办结已收到09:20,待核查"
    assert "【改派】Z1042已改派,你处任务结束,无需再办" in texts(city, "zhushan")


def test_a_call_for_a_person_without_a_case_is_one(city: Rehearsal) -> None:
    called = city.text("peng", "人工")
    assert called.case_number == 1042
    assert case_of(city).holder == "command"


def test_two_unclear_texts_bring_in_a_person(city: Rehearsal) -> None:
    assert city.text("alice", "在吗").verdict is Verdict.UNCLEAR
    assert last(city, "alice") == UNCLEAR
    called = city.text("alice", "有人吗")
    assert called.verdict is Verdict.DESK_CALLED
    assert last(city, "alice") == f"【定海网格】Z{called.case_number}已转人工处理,工作人员会跟进,有进展即短信告知"


def test_an_understood_text_in_between_starts_the_count_anew(city: Rehearsal) -> None:
    city.text("peng", "在吗")
    city.text("peng", SMOKE)
    city.text("peng", "撤")
    assert city.text("peng", "有人吗").verdict is Verdict.UNCLEAR


def test_thanks_change_nothing_and_are_not_answered(city: Rehearsal) -> None:
    closed(city)
    before = len(texts(city, "alice"))
    for words in ("谢谢", "好的👍", "👌"):
        thanks = city.text("alice", words)
        assert (thanks.verdict, thanks.case_number) == (Verdict.THANKS, 1042)
    assert len(texts(city, "alice")) == before


def test_words_that_only_press_need_a_case(city: Rehearsal) -> None:
    assert city.text("alice", "还是没人来").verdict is Verdict.UNCLEAR
    assert last(city, "alice") == UNCLEAR


def test_the_home_area_stands_in_for_a_place_and_is_said_to_be_one(city: Rehearsal) -> None:
    city.text("alice", "路灯不亮了")
    assert last(city, "alice").startswith("【定海网格】已收到,编号Z1042:竹山社区第3格(住址)路灯不亮。已转竹山社区")
    assert last(city, "zhushan").startswith("【转办】Z1042 竹山社区第3格(住址)路灯不亮。")
    assert case_of(city).place_assumed


def test_two_neighbours_at_home_are_not_joined_by_chance(city: Rehearsal) -> None:
    first = city.text("alice", "路灯不亮了").case_number
    second = city.text("bob", "路灯不亮了").case_number
    assert first != second


def test_a_pin_says_where(city: Rehearsal) -> None:
    pinned = city.text("peng", "路灯不亮了", location=Point(30.0185, 122.0925))
    assert pinned.verdict is Verdict.OPENED
    assert case_of(city).area == "zhushan-3"


def test_the_third_identical_text_in_five_minutes_is_a_loop(city: Rehearsal) -> None:
    verdicts = [city.text("peng", "自动回复:我正在开会,稍后联系您").verdict for _ in range(3)]
    assert verdicts[-1] is Verdict.LOOP
    city.wait(minutes=6)
    assert city.text("peng", "自动回复:我正在开会,稍后联系您").verdict is not Verdict.LOOP


def test_at_most_five_replies_an_hour(city: Rehearsal) -> None:
    for each in range(7):
        city.text("peng", f"竹山路{each + 1}号路灯不亮了")
    receipts = [text for text in texts(city, "peng") if "已收到" in text]
    assert len(receipts) == 5
    assert len({line.case_number for line in city.transcript if line.direction == "in"}) == 7
    city.wait(minutes=61)
    city.text("peng", "竹山路20号路灯不亮了")
    assert "已收到" in last(city, "peng")


def test_service_senders_are_never_answered(city: Rehearsal) -> None:
    assert is_service_sender(Address("tel", "10086"))
    assert city.text("tel:10086", "您的套餐余量不足").verdict is Verdict.SERVICE_SENDER
    assert texts(city, "tel:10086") == []


def test_withdrawing_needs_to_say_which_of_several(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    light = city.text("alice", "竹山路5号路灯不亮了").case_number
    city.text("alice", "撤")
    assert last(city, "alice").startswith("【定海网格】您有2件:")
    assert city.text("alice", f"撤{light}").verdict is Verdict.WITHDRAWN
    assert (status_of(city), status_of(city, light)) == (CaseStatus.FILED, CaseStatus.CLOSED)
    assert EntryKind.WITHDRAWN in facts(city, light or 0)


def test_a_photo_without_a_word_is_looked_at_by_a_person(city: Rehearsal) -> None:
    photo = Attachment(url="https://media.example/1.jpg", content_type="image/jpeg")
    taken = city.engine.do(Received(city.message("peng", "", attachments=(photo,))))
    city.settle()
    assert taken.verdict is Verdict.OPENED
    code = city.code("dinghai")
    assert last(city, "dinghai").startswith(f"【待派】Z1042 您反映的问题。派单回“{code}派 部门”")
    city.text("dinghai", f"{code}详")
    assert last(city, "dinghai") == "【详】Z1042(1/1)https://media.example/1.jpg"
