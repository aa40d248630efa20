"""The way up: who is asked, for how long, and what happens where nobody answers or nobody is there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from gateway.rehearsal import Rehearsal
from routing_rules.areas import Duty, Level
from routing_rules.cases import CaseStatus
from routing_rules.decisions import EntryKind
from tests.scenarios.telling import SMOKE, ZONE, case_of, facts, last, status_of, texts, times

CityAt = Callable[[datetime], Rehearsal]


def test_nobody_on_duty_at_the_street_is_passed_at_once(city: Rehearsal) -> None:
    city.set_duty("jiefang", Duty.OFF)
    city.text("alice", SMOKE)
    city.wait(minutes=6)
    assert texts(city, "jiefang") == []
    assert times(city, "dinghai") == ["09:23"]
    assert times(city, "env") == ["09:26"]
    assert EntryKind.NOBODY_TOLD in facts(city)


def test_with_nobody_on_duty_anywhere_the_department_has_it_at_once(city: Rehearsal) -> None:
    for office in ("zhushan", "jiefang", "command"):
        city.set_duty(office, Duty.OFF)
    city.text("alice", SMOKE)
    assert last(city, "env").startswith("【派单】Z1042 盐港西路83号烟囱冒黑烟。签收回“")
    assert facts(city).count(EntryKind.NOBODY_TOLD) == 3
    assert status_of(city) is CaseStatus.DISPATCHED


def test_a_matter_of_the_community_goes_up_when_nobody_is_there(city: Rehearsal) -> None:
    city.set_duty("zhushan", Duty.OFF)
    city.text("alice", "竹山小区3幢楼道灯不亮两天了")
    assert last(city, "jiefang").startswith("【交办】Z1042 竹山小区3幢楼道灯不亮。")
    assert case_of(city).holder == "jiefang"


def test_the_community_handles_it_itself_and_the_street_checks(city: Rehearsal) -> None:
    city.text("alice", "竹山小区3幢楼道灯不亮两天了")
    code = city.code("zhushan")
    assert last(city, "zhushan") == f"【交办】Z1042 竹山小区3幢楼道灯不亮。{code}收/{code}自办 结果/转,限今日10:20"
    city.text("zhushan", f"{code}自办 已换灯泡,恢复照明")
    assert last(city, "zhushan") == "【回执】Z1042自办结果已收到09:20,待上级核查"
    check = city.code("jiefang")
    assert last(city, "jiefang") == (
        f"【核查】Z1042 楼道灯,竹山社区报:已换灯泡,恢复照明。合格回“{check}合格”,不合格回“{check}不合格 理由”"
    )
    city.text("jiefang", f"{check}合格")
    assert last(city, "alice") == (
        "【定海网格】Z1042办理结果:已换灯泡,恢复照明。满意回1,基本满意回2,不满意回3并写原因。3日内有效"
    )


def test_an_office_handles_what_a_department_would_have_got(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("zhushan", f"{city.code('zhushan')}自办 已劝停锅炉,业主换清洁煤")
    city.wait(minutes=30)
    assert texts(city, "env") == []
    assert last(city, "jiefang").startswith("【核查】Z1042 烟囱,竹山社区报:")


def test_passed_up_by_hand_saves_the_window(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("zhushan", f"{city.code('zhushan')}转")
    assert last(city, "zhushan") == "【回执】Z1042已上报解放街道"
    assert times(city, "jiefang") == ["09:20"]
    city.wait(minutes=3)
    city.text("dinghai", f"{city.code('dinghai')}转")
    assert last(city, "dinghai") == "【回执】Z1042已上报区环保局"
    assert times(city, "env") == ["09:23"]


def test_an_office_that_took_a_matter_on_may_still_pass_it_up(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    code = city.code("zhushan")
    city.text("zhushan", f"{code}收")
    assert status_of(city) is CaseStatus.HANDLING
    city.wait(hours=1)
    assert texts(city, "jiefang") == []
    city.text("zhushan", f"{code}转")
    case = case_of(city)
    assert (case.status, case.holder, case.handler) == (CaseStatus.FILED, "jiefang", None)
    city.wait(minutes=6)
    assert last(city, "env").startswith("【派单】Z1042")


def test_a_silent_community_loses_its_matter_to_the_street(city: Rehearsal) -> None:
    city.text("alice", "竹山小区3幢楼道灯不亮两天了")
    city.wait(minutes=61)
    assert last(city, "zhushan") == "【改派】Z1042已改派,你处任务结束,无需再办"
    assert last(city, "jiefang").startswith("【交办】Z1042 竹山小区3幢楼道灯不亮。")
    city.wait(minutes=61)
    assert last(city, "dinghai").startswith("【交办】Z1042 竹山小区3幢楼道灯不亮。")
    assert case_of(city).level is Level.DISTRICT


def test_at_night_the_receipt_goes_at_once_and_the_window_starts_with_duty(city_at: CityAt) -> None:
    city = city_at(datetime(2026, 8, 18, 22, 0, tzinfo=ZONE))
    city.text("alice", SMOKE)
    assert times(city, "alice") == ["22:00"]
    assert texts(city, "zhushan") == []
    city.wait(hours=11)
    code = city.code("zhushan")
    assert times(city, "zhushan")[0] == "08:30"
    assert texts(city, "zhushan")[0] == (
        f"【转办】Z1042 盐港西路83号烟囱冒黑烟。办结回“{code}自办 结果”,上报回“{code}转”。3分钟未回复将上报街道"
    )
    assert (times(city, "jiefang")[0], times(city, "dinghai")[0], times(city, "env")[0]) == ("08:33", "08:36", "08:39")
    assert "限今日17:00" in texts(city, "env")[0]


def test_an_office_that_handles_itself_reads_at_dawn_what_is_due_that_day(city_at: CityAt) -> None:
    city = city_at(datetime(2026, 8, 18, 22, 0, tzinfo=ZONE))
    city.text("alice", "竹山小区3幢楼道灯不亮两天了")
    city.wait(hours=10, minutes=31)
    assert texts(city, "zhushan")[0].endswith("限今日09:30")


def test_what_was_withdrawn_at_night_is_never_heard_of(city_at: CityAt) -> None:
    city = city_at(datetime(2026, 8, 18, 22, 0, tzinfo=ZONE))
    city.text("alice", SMOKE)
    city.text("alice", "撤")
    city.wait(hours=12)
    assert texts(city, "zhushan") == []
    assert last(city, "alice") == "【定海网格】Z1042已按您的意思撤销。如再有问题请直接发短信"


def test_a_gas_leak_is_dispatched_at_once_at_any_hour(city_at: CityAt) -> None:
    city = city_at(datetime(2026, 8, 18, 23, 30, tzinfo=ZONE))
    city.text("peng", "竹山路5号有煤气味很浓")
    assert texts(city, "peng")[0] == (
        "【定海网格】如有人身危险请马上拨110/119/120。本短信平台不是报警台。您的信息已同时提醒值班员"
    )
    assert "【定海网格】已收到,编号Z1042:竹山路5号煤气泄漏。情况紧急,已直接派区燃气公司。补充请直接回复" in texts(
        city, "peng"
    )
    assert last(city, "zhushan") == "【知会】Z1042 竹山路5号煤气泄漏。情况紧急,已直接派区燃气公司,请关注现场"
    assert times(city, "gas") == ["23:30"]
    assert last(city, "dinghai") == "【警情】竹山路5号煤气泄漏。Z1042,请立即核实并联系110/119/120"
    assert status_of(city) is CaseStatus.DISPATCHED


def test_a_cry_for_help_without_a_place_or_matter_is_a_case_at_the_desk(city: Rehearsal) -> None:
    city.text("peng", "救命")
    assert texts(city, "peng")[0].startswith("【定海网格】如有人身危险请马上拨110/119/120。")
    assert texts(city, "dinghai")[0] == "【警情】救命。Z1042,请立即核实并联系110/119/120"
    assert last(city, "dinghai").startswith("【待派】Z1042 救命。派单回“")
    assert case_of(city).holder == "command"


def test_danger_that_staff_report_reaches_the_duty_officers_too(city: Rehearsal) -> None:
    city.text("env", "我这里着火了")
    assert texts(city, "env")[0].startswith("【定海网格】如有人身危险请马上拨110/119/120。")
    assert last(city, "dinghai") == "【警情】我这里着火了。区环保局,请立即核实并联系110/119/120"


def test_a_matter_that_no_rule_knows_belongs_to_the_district(city: Rehearsal) -> None:
    city.text("alice", "竹山路5号有一件很奇怪的事情想请你们来人看看")
    code = city.code("dinghai")
    assert last(city, "dinghai").startswith("【待派】Z1042 竹山路5号有一件很奇怪的事情")
    city.text("dinghai", f"{code}派 城管")
    assert last(city, "dinghai") == "【回执】Z1042已派区城管局"
    assert last(city, "city").startswith("【派单】Z1042")


def test_the_district_is_told_which_departments_there_are(city: Rehearsal) -> None:
    city.text("alice", "竹山路5号有一件很奇怪的事情想请你们来人看看")
    code = city.code("dinghai")
    city.text("dinghai", f"{code}派 火星局")
    assert last(city, "dinghai").startswith(f"【提示】没有这个部门。请回“{code}派 部门”,部门有:环保 城管")
    city.text("dinghai", f"{code}派 env")
    assert case_of(city).holder == "env"
