"""What we ask and how it is answered: in time, late, by number, by place, or not at all."""

from __future__ import annotations

from gateway.rehearsal import Rehearsal
from routing_rules.cases import CaseStatus
from routing_rules.decisions import EntryKind, Verdict
from tests.scenarios.telling import SMOKE, case_of, dispatched, facts, last, status_of, texts

ASK_PLACE = "【定海网格】您反映的问题在哪里?请回复小区或路名加门牌,如“盐港西路83号”。30分钟内有效"
ASK_ROAD = "【定海网格】“新河路”有两处:1 解放街道新河路 2 昌国街道新河路。请回1或2,都不是请写详细地址"


def test_a_text_without_a_place_is_asked_once_and_then_filed(city: Rehearsal) -> None:
    assert city.text("peng", "路灯不亮了").verdict is Verdict.ASKED
    assert last(city, "peng") == ASK_PLACE
    assert status_of(city) is CaseStatus.CLARIFYING
    assert city.text("peng", "盐港西路83号").verdict is Verdict.ANSWERED
    assert last(city, "peng") == (
        "【定海网格】已收到,编号Z1042:盐港西路83号路灯不亮。已转竹山社区,有进展即短信告知。补充请直接回复。退订回T"
    )
    assert last(city, "zhushan").startswith("【转办】Z1042 盐港西路83号路灯不亮。")


def test_an_unanswered_question_goes_to_the_desk_after_half_an_hour(city: Rehearsal) -> None:
    city.text("peng", "路灯不亮了")
    city.wait(minutes=29)
    assert texts(city, "dinghai") == []
    city.wait(minutes=1)
    code = city.code("dinghai")
    assert last(city, "dinghai") == f"【待派】Z1042 路灯不亮。派单回“{code}派 部门”,不受理回“{code}不受理 理由”"
    assert last(city, "peng") == "【定海网格】Z1042未等到您的补充,已转人工处理。仍可随时回复补充"
    assert EntryKind.QUESTION_EXPIRED in facts(city)


def test_a_late_place_is_still_attached_and_the_case_climbs(city: Rehearsal) -> None:
    city.text("peng", "路灯不亮了")
    city.wait(minutes=31)
    late = city.text("peng", "盐港西路83号")
    assert (late.verdict, late.case_number) == (Verdict.ANSWERED, 1042)
    assert last(city, "zhushan").startswith("【转办】Z1042 盐港西路83号路灯不亮。")
    assert last(city, "dinghai") == "【改派】Z1042已改派,你处任务结束,无需再办"


def test_a_late_place_is_told_to_the_department_that_has_the_case_by_now(city: Rehearsal) -> None:
    city.text("peng", "路灯不亮了")
    city.wait(minutes=31)
    city.text("dinghai", f"{city.code('dinghai')}派 城管")
    city.text("city", f"{city.code('city')}收")
    city.text("peng", "盐港西路83号")
    assert last(city, "city") == "【补充】Z1042来信人补充:盐港西路83号"
    assert last(city, "peng") == "【定海网格】已补充到Z1042,并转告区城管局。谢谢"
    assert (status_of(city), case_of(city).area) == (CaseStatus.HANDLING, "zhushan")


def test_a_road_of_two_streets_is_asked_for_by_number(city: Rehearsal) -> None:
    city.text("peng", "新河路井盖没了")
    assert last(city, "peng") == ASK_ROAD
    city.text("peng", "2")
    assert last(city, "housing").startswith("【派单】Z1042 昌国街道新河路井盖缺失。")
    assert case_of(city).area == "liufang"


def test_words_behind_the_number_are_kept(city: Rehearsal) -> None:
    city.text("peng", "新河路井盖没了")
    assert city.text("peng", "1,靠近桥头").verdict is Verdict.ANSWERED
    case = case_of(city)
    assert case.text is not None
    assert (case.area, case.text.words) == ("jukui", "新河路井盖没了 靠近桥头")


def test_the_road_near_home_is_offered_first(city: Rehearsal) -> None:
    city.text("dave", "新河路井盖没了")
    assert "1 昌国街道新河路 2 解放街道新河路" in last(city, "dave")


def test_a_number_that_was_not_offered_is_asked_for_again(city: Rehearsal) -> None:
    city.text("peng", "新河路井盖没了")
    city.text("peng", "5")
    assert last(city, "peng") == "【定海网格】请回1到2之间的数字,或直接写明您的问题"
    city.text("peng", "解放西路20号")
    assert last(city, "housing").startswith("【派单】Z1042 解放西路20号井盖缺失。")


def test_a_late_number_is_still_understood(city: Rehearsal) -> None:
    city.text("peng", "新河路路灯坏了")
    city.wait(minutes=40)
    assert city.text("peng", "1").verdict is Verdict.ANSWERED
    assert last(city, "jukui").startswith("【转办】Z1042 解放街道新河路路灯不亮。")


def test_of_several_open_cases_the_resident_says_which(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    light = city.text("alice", "竹山路5号路灯不亮了").case_number
    city.text("alice", "还是没人来")
    assert last(city, "alice") == (
        f"【定海网格】您有2件未办结:1 烟囱(Z1042) 2 路灯(Z{light})。这条说的是哪件?回1、2,新问题回9"
    )
    answer = city.text("alice", "2")
    assert (answer.verdict, answer.case_number) == (Verdict.URGED, light)
    assert last(city, "alice") == f"【定海网格】Z{light}已第1次催办,已提醒竹山社区"
    assert last(city, "zhushan") == f"【催办】Z{light} 路灯,来信人第1次催办"


def test_details_for_one_of_several_cases_are_passed_on_as_they_are(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("alice", "竹山路5号路灯不亮了")
    city.text("alice", "是从昨天晚上八点开始的,一直到现在都没有停")
    city.text("alice", "1")
    assert last(city, "zhushan") == "【补充】Z1042来信人补充:是从昨天晚上八点开始的,一直到现在都没有停"


def test_nine_makes_it_a_matter_of_its_own(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("alice", "竹山路5号路灯不亮了")
    asked = city.text("alice", "这里的情况越来越糟糕,请快点处理吧")
    assert asked.verdict is Verdict.ASKED
    again = city.text("alice", "9")
    assert (again.verdict, again.case_number) == (Verdict.ASKED, asked.case_number)
    assert last(city, "alice") == ASK_PLACE
    city.text("alice", "解放东路20号")
    assert case_of(city, asked.case_number).area == "dongmen"
    assert last(city, "dinghai").startswith(f"【待派】Z{asked.case_number} 解放东路20号这里的情况越来越糟糕")


def test_nine_with_a_place_behind_it_is_filed_at_once(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("alice", "竹山路5号路灯不亮了")
    asked = city.text("alice", "还是没人来").case_number
    filed = city.text("alice", "9 解放东路20号井盖没了")
    assert (filed.verdict, filed.case_number) == (Verdict.ANSWERED, asked)
    case = case_of(city, asked)
    assert (case.area, case.category) == ("dongmen", "manhole_missing")


def test_words_that_wait_too_long_for_their_case_are_at_the_desk(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("alice", "竹山路5号路灯不亮了")
    asked = city.text("alice", "还是没人来").case_number
    city.wait(minutes=31)
    assert case_of(city, asked).holder == "command"
    assert city.text("alice", "1").case_number == 1042
    assert status_of(city, asked) is CaseStatus.MERGED


def test_somebody_who_was_joined_wrongly_leaves_with_a_case_of_his_own(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("bob", "盐港西路83号烟囱又在冒黑烟")
    assert last(city, "bob") == ("【定海网格】烟囱一事已有2人反映(Z1042),已把您加入,结果同时告知您。若不是同一处请回9")
    left = city.text("bob", "9")
    assert left.case_number != 1042
    assert last(city, "bob") == ASK_PLACE
    assert case_of(city).reporters == 1
    assert EntryKind.LEFT in facts(city)
    city.text("bob", "盐港东路20号")
    case = case_of(city, left.case_number)
    assert (case.area, case.category) == ("haibin", "smoke")
    assert case.text is not None
    assert case.text.words == "盐港西路83号烟囱又在冒黑烟"


def test_nine_with_the_right_place_needs_no_question(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("bob", "盐港西路83号烟囱又在冒黑烟")
    left = city.text("bob", "9 在盐港东路30号")
    assert left.verdict is Verdict.ANSWERED
    assert last(city, "haibin").startswith(f"【转办】Z{left.case_number} 盐港东路30号烟囱冒黑烟。")


def test_who_leaves_much_later_takes_nobody_elses_words_along(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("bob", "盐港西路83号烟囱又在冒黑烟")
    city.wait(hours=2)
    case = case_of(city, city.text("bob", "9").case_number)
    assert case.text is not None
    assert case.text.words == "烟囱冒黑烟"


def test_a_place_that_turns_out_to_be_an_open_case_joins_it(city: Rehearsal) -> None:
    city.text("alice", "盐港西路83号路灯不亮了")
    asked = city.text("peng", "路灯不亮了")
    assert asked.verdict is Verdict.ASKED
    joined = city.text("peng", "盐港西路83号")
    assert joined.case_number == 1042
    assert status_of(city, asked.case_number) is CaseStatus.MERGED
    assert last(city, "peng").startswith("【定海网格】路灯一事已有2人反映(Z1042)")


def test_a_number_that_chooses_the_place_of_an_open_case_joins_it(city: Rehearsal) -> None:
    city.text("alice", "昌国街道新河路路灯不亮了")
    city.text("peng", "新河路路灯坏了")
    joined = city.text("peng", "2")
    assert (joined.verdict, joined.case_number) == (Verdict.ANSWERED, 1042)
    assert last(city, "peng").startswith("【定海网格】路灯一事已有2人反映(Z1042)")


def test_two_unclear_answers_bring_in_a_person(city: Rehearsal) -> None:
    city.text("peng", "路灯不亮了")
    city.text("peng", "就在那边")
    assert last(city, "peng") == ASK_PLACE
    assert city.text("peng", "你们自己看").verdict is Verdict.DESK_CALLED
    assert last(city, "peng") == "【定海网格】Z1042已转人工处理,工作人员会跟进,有进展即短信告知"
    assert last(city, "dinghai").startswith("【人工】Z1042 路灯不亮。来信人要求人工处理。")


def test_another_matter_instead_of_an_answer_is_a_case_of_its_own(city: Rehearsal) -> None:
    city.text("peng", "路灯不亮了")
    other = city.text("peng", "盐港西路83号烟囱冒黑烟")
    assert (other.verdict, status_of(city)) == (Verdict.OPENED, CaseStatus.CLARIFYING)
    assert city.text("peng", "竹山路5号").case_number == 1042


def test_the_department_asks_and_the_resident_answers_through_the_gateway(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}问 烟囱在几楼?")
    assert last(city, "env") == "【回执】Z1042您的问题已转来信人,有答复即转告"
    assert last(city, "alice") == "【定海网格】关于Z1042,承办单位想问:烟囱在几楼? 请直接回复本短信"
    assert city.text("alice", "在顶楼,靠东边").verdict is Verdict.ANSWERED
    assert last(city, "env") == "【补充】Z1042来信人补充:在顶楼,靠东边"
    assert last(city, "alice") == "【定海网格】已补充到Z1042,并转告区环保局。谢谢"
    assert not any("alice" in text for text in texts(city, "env"))


def test_a_question_may_be_asked_again(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}问 烟囱在几楼?")
    city.text("env", f"{code} ASK which side?")
    assert last(city, "alice") == "【定海网格】关于Z1042,承办单位想问:which side? 请直接回复本短信"
