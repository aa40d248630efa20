"""Results: checked by somebody else than the handler, told to everybody once, graded, and taken up again."""

from __future__ import annotations

from gateway.rehearsal import Rehearsal
from routing_rules.areas import Duty
from routing_rules.cases import CaseStatus
from routing_rules.decisions import EntryKind
from tests.scenarios.telling import (
    SMOKE,
    case_of,
    closed,
    dispatched,
    facts,
    last,
    post,
    reported,
    status_of,
    texts,
)


def test_a_failed_check_sends_it_back_for_rework(city: Rehearsal) -> None:
    check = reported(city)
    assert last(city, "zhushan") == (
        f"【核查】Z1042 烟囱,区环保局报:已到场,下达限期整改通知书。合格回“{check}合格”,不合格回“{check}不合格 理由”"
    )
    city.text("zhushan", f"{check}不合格 烟囱还在冒烟")
    assert last(city, "zhushan") == "【回执】Z1042核查结果已登记:不合格"
    again = city.code("env", "【重办】")
    assert last(city, "env") == f"【重办】Z1042核查不合格:烟囱还在冒烟。办结回“{again}办 结果”。限今日17:00"
    city.text("env", f"{again}办 已责令停用锅炉,现场无烟")
    city.text("zhushan", f"{city.code('zhushan', '【核查】')}合格")
    assert last(city, "alice").startswith("【定海网格】Z1042办理结果:已责令停用锅炉,现场无烟。")
    assert case_of(city).rework == 1


def test_a_failed_check_needs_a_reason(city: Rehearsal) -> None:
    check = reported(city)
    city.text("zhushan", f"{check}不合格")
    assert last(city, "zhushan") == f"【请补】请写明理由,如“{check}不合格 不属本单位职责,应由他处办理”"
    assert status_of(city) is CaseStatus.REPORTED


def test_a_result_needs_words(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}办 好了")
    assert last(city, "env") == (f"【请补】请写明结果,不少于6个字,如“{code}办 已下达整改通知,3日后复查”")
    assert status_of(city) is CaseStatus.DISPATCHED


def test_a_case_that_reads_like_an_alarm_is_a_result_behind_a_code(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}办 煤气管已修,没有煤气味了")
    assert status_of(city) is CaseStatus.REPORTED
    assert not any("如有人身危险" in text for text in texts(city, "env"))


def test_one_person_at_two_offices_never_checks_what_he_handled(city: Rehearsal) -> None:
    """The street's officer also stands in for the community: his own result is checked by the district."""
    post(city, "jiefang", at="zhushan", instead=True)
    city.text("alice", "竹山小区3幢楼道灯不亮两天了")
    city.text("jiefang", f"{city.code('jiefang')}自办 已换灯泡,恢复照明")
    assert last(city, "jiefang") == "【回执】Z1042自办结果已收到09:20,待上级核查"
    assert last(city, "dinghai").startswith("【核查】Z1042 楼道灯,竹山社区报:已换灯泡,恢复照明。")


def test_who_handled_it_is_told_that_another_must_check(city: Rehearsal) -> None:
    """The community's officer is also one of two at the street: the other one is asked, and he may not answer."""
    post(city, "zhushan", at="jiefang")
    city.text("alice", "竹山小区3幢楼道灯不亮两天了")
    city.text("zhushan", f"{city.code('zhushan')}自办 已换灯泡,恢复照明")
    assert not any("【核查】" in text for text in texts(city, "zhushan"))
    city.text("zhushan", "单")
    city.text("zhushan", f"{city.code('zhushan', '【在办】')}合格")
    assert last(city, "zhushan") == "【提示】Z1042由你处办理,须由他人核查"
    assert status_of(city) is CaseStatus.REPORTED
    city.text("jiefang", f"{city.code('jiefang', '【核查】')}合格")
    assert status_of(city) is CaseStatus.CLOSED


def test_a_check_that_nobody_makes_goes_to_the_next_office(city: Rehearsal) -> None:
    reported(city)
    city.wait(hours=8)
    assert last(city, "jiefang").startswith("【核查】Z1042 烟囱,区环保局报:")
    city.wait(days=1)
    assert last(city, "dinghai").startswith("【核查】Z1042 烟囱,区环保局报:")
    city.wait(days=5)
    assert case_of(city).holder == "command"
    city.text("dinghai", f"{city.code('dinghai', '【核查】')}合格")
    assert status_of(city) is CaseStatus.CLOSED


def test_with_the_community_away_the_street_checks(city: Rehearsal) -> None:
    city.set_duty("zhushan", Duty.OFF)
    city.text("alice", SMOKE)
    city.wait(minutes=6)
    city.text("env", f"{city.code('env')}办 已到场,下达限期整改通知书")
    assert last(city, "jiefang").startswith("【核查】Z1042 烟囱,区环保局报:")


def test_a_grade_is_written_down(city: Rehearsal) -> None:
    closed(city)
    assert last(city, "alice") == (
        "【定海网格】Z1042办理结果:已到场,下达限期整改通知书。满意回1,基本满意回2,不满意回3并写原因。3日内有效"
    )
    city.text("alice", "1")
    assert last(city, "alice") == "【定海网格】已记录您对Z1042的评价,谢谢"
    assert status_of(city) is CaseStatus.CLOSED


def test_not_satisfied_reopens_once_a_round(city: Rehearsal) -> None:
    city.texts([("alice", SMOKE), ("bob", SMOKE)])
    city.wait(minutes=9)
    city.text("env", f"{city.code('env')}办 已到场,下达限期整改通知书")
    city.text("zhushan", f"{city.code('zhushan', '【核查】')}合格")
    city.text("alice", "3 晚上还在冒")
    assert last(city, "alice") == "【定海网格】已记录“不满意”,Z1042重新办理,退回区环保局并报区指挥中心。结果会再告知您"
    again = city.code("env", "【重办】")
    assert last(city, "env") == (f"【重办】Z1042 烟囱,来信人不满意:晚上还在冒。办结回“{again}办 结果”。限今日17:00")
    assert last(city, "dinghai") == "【知会】Z1042 烟囱,来信人不满意,已退回区环保局重办:晚上还在冒"
    city.text("bob", "3 我也觉得没用")
    assert (case_of(city).rework, facts(city).count(EntryKind.REOPENED)) == (1, 1)
    city.text("env", f"{again}办 已责令停用锅炉,现场无烟")
    city.text("zhushan", f"{city.code('zhushan', '【核查】')}合格")
    assert [sum("办理结果" in text for text in texts(city, who)) for who in ("alice", "bob")] == [2, 2]


def test_a_grade_after_the_window_opens_nothing(city: Rehearsal) -> None:
    closed(city)
    city.wait(days=4)
    city.text("alice", "3 晚上还在冒")
    assert status_of(city) is CaseStatus.CLOSED
    assert EntryKind.FEEDBACK_ENDED in facts(city)


def test_a_closed_case_says_so(city: Rehearsal) -> None:
    closed(city)
    city.wait(days=4)
    city.text("alice", "Z1042 还在冒")
    assert last(city, "alice") == "【定海网格】Z1042已于8月18日结案。仍有问题请直接写明,我们会另立新件"
    again = city.text("alice", SMOKE)
    assert again.case_number != 1042
    assert case_of(city, again.case_number).status is CaseStatus.FILED


def test_withdrawn_by_the_only_reporter_it_ends(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("alice", "撤1042")
    assert last(city, "alice") == "【定海网格】Z1042已按您的意思撤销。如再有问题请直接发短信"
    assert last(city, "env") == "【撤销】Z1042已撤销,你处任务结束,无需再办"
    city.text("env", f"{code}收")
    assert last(city, "env") == f"【提示】号码{code}无效或已办结。你目前没有在办任务"


def test_withdrawn_by_one_of_many_it_goes_on_without_him(city: Rehearsal) -> None:
    city.texts([("alice", SMOKE), ("bob", SMOKE)])
    city.text("alice", "撤")
    assert (status_of(city), case_of(city).reporters) == (CaseStatus.FILED, 1)
    city.wait(minutes=9)
    assert "人反映" not in last(city, "env")
    assert last(city, "bob").startswith("【定海网格】Z1042已派区环保局")


def test_a_place_that_comes_after_the_withdrawal_revives_nothing(city: Rehearsal) -> None:
    city.text("peng", "路灯不亮了")
    city.text("peng", "撤")
    assert status_of(city) is CaseStatus.CLOSED
    city.text("peng", "盐港西路83号")
    assert status_of(city) is CaseStatus.CLOSED
