"""A case in a department's hands: taken on, given back, prolonged, suspended, corrected, rejected."""

from __future__ import annotations

from gateway.rehearsal import Rehearsal
from routing_rules.areas import Duty
from routing_rules.cases import CaseStatus
from routing_rules.decisions import EntryKind
from tests.scenarios.telling import SMOKE, case_of, dispatched, facts, last, reported, status_of, texts


def test_accepted_and_the_resident_can_see_it(city: Rehearsal) -> None:
    code = dispatched(city)
    assert last(city, "env") == (
        f"【派单】Z1042 盐港西路83号烟囱冒黑烟。签收回“{code}收”,退回“{code}退 理由”。限今日17:00"
    )
    assert last(city, "alice") == "【定海网格】Z1042已派区环保局,限今日17:00前反馈。查进度回“查1042”"
    city.text("env", f"{code}收")
    assert last(city, "env") == "【回执】Z1042已签收,限今日17:00"
    city.text("alice", "催")
    city.text("alice", "查1042")
    assert last(city, "alice") == "【定海网格】Z1042 处理中:区环保局09:29签收,限今日17:00。已催办1次"


def test_the_second_return_leads_to_a_decision_that_binds(city: Rehearsal) -> None:
    city.text("env", f"{dispatched(city)}退 不属我局职责")
    assert last(city, "env") == "【回执】Z1042退回已收到,将另行指派"
    assign = city.code("dinghai")
    assert last(city, "dinghai") == f"【退回】Z1042 烟囱,区环保局退回:不属我局职责。改派回“{assign}派 部门”"
    city.text("dinghai", f"{assign}派 城管")
    assert last(city, "dinghai") == "【回执】Z1042已派区城管局"
    city.text("city", f"{city.code('city')}退 也不属本局职责")
    assign = city.code("dinghai")
    assert last(city, "dinghai") == f"【待裁定】Z1042 烟囱,区城管局第2次退回:也不属本局职责。裁定回“{assign}派 部门”"
    city.text("dinghai", f"{assign}派 环保")
    assert "【裁定】Z1042第2次退回,已由区指挥中心裁定由你局主办,不能再退" in texts(city, "env")
    city.text("env", f"{city.code('env')}退 真的不归我们管")
    assert last(city, "env") == "【提示】Z1042已裁定,不能再退。有困难请联系区指挥中心"
    assert case_of(city).binding
    assert status_of(city) is CaseStatus.DISPATCHED
    assert EntryKind.BINDING_DECIDED in facts(city)


def test_a_return_needs_a_reason(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}退")
    assert last(city, "env") == f"【请补】请写明理由,如“{code}退 不属本单位职责,应由他处办理”"
    assert status_of(city) is CaseStatus.DISPATCHED


def test_the_overall_clock_goes_on_while_nobody_takes_a_returned_case(city: Rehearsal) -> None:
    city.text("env", f"{dispatched(city)}退 不属我局职责")
    city.wait(hours=2)
    assert last(city, "dinghai").startswith("【超时】Z1042 盐港西路83号烟囱冒黑烟已超时,承办:区指挥中心。")
    assert case_of(city).overtimes == 1


def test_an_extension_is_granted_once(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}延 4 待料")
    assert last(city, "env") == "【回执】Z1042延期申请已报上级,批准前原时限不变"
    approve = city.code("dinghai", "【审批】")
    assert last(city, "dinghai") == (
        f"【审批】Z1042 烟囱,区环保局申请延4小时:待料。回“{approve}准”或“{approve}不准 理由”"
    )
    city.text("dinghai", f"{approve}准")
    assert last(city, "dinghai") == "【回执】Z1042审批已登记:准"
    assert last(city, "env") == "【回执】Z1042延期已获批准,新时限明日14:00"
    city.text("env", f"{code}延 4 还是待料")
    assert last(city, "env") == "【提示】Z1042已延期一次,不能再延"
    city.text("dinghai", f"{approve}准")
    assert last(city, "dinghai") == f"【提示】号码{approve}无效或已办结。你目前没有在办任务"


def test_a_refused_extension_moves_no_clock_and_may_be_asked_for_again(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}延 4 待料")
    city.text("dinghai", f"{city.code('dinghai', '【审批】')}不准 今天必须办")
    assert last(city, "dinghai") == "【回执】Z1042审批已登记:不准"
    assert last(city, "env") == "【回执】Z1042延期未获批准:今天必须办。原时限不变"
    city.text("env", f"{code}延 2小时 缺一个零件")
    assert "区环保局申请延2小时:缺一个零件" in last(city, "dinghai")
    city.text("dinghai", f"{city.code('dinghai', '【审批】')}准")
    assert last(city, "env") == "【回执】Z1042延期已获批准,新时限明日10:30"


def test_an_extension_needs_hours(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}延 待料")
    assert last(city, "env") == f"【请补】请写明延长的小时数和理由,如“{code}延 4 待料”"


def test_hours_that_are_granted_too_late_count_from_then_on(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}延 2 待料")
    city.wait(hours=23)
    city.text("dinghai", f"{city.code('dinghai', '【审批】')}准")
    assert last(city, "env") == "【回执】Z1042延期已获批准,新时限今日10:30"


def test_suspended_until_the_review_and_then_taken_up_again(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}挂 设备下周到货")
    assert last(city, "env") == "【回执】Z1042挂账申请已报上级,批准前原时限不变"
    approve = city.code("dinghai", "【审批】")
    assert last(city, "dinghai") == (
        f"【审批】Z1042 烟囱,区环保局申请挂账:设备下周到货。回“{approve}准”或“{approve}不准 理由”"
    )
    city.text("dinghai", f"{approve}准")
    assert last(city, "env") == "【回执】Z1042挂账已获批准,8月25日09:29复查"
    assert last(city, "alice") == "【定海网格】Z1042因客观原因暂缓办理,8月25日09:29复查。届时再告知您"
    city.text("alice", "查")
    assert last(city, "alice") == "【定海网格】Z1042 挂账:区环保局暂缓办理,8月25日09:29复查"
    city.text("env", f"{code}退 算了")
    assert last(city, "env") == f"【提示】{code}这件任务不能“退”。查在办任务回“单”"
    city.wait(days=7)
    assert last(city, "env") == "【恢复】Z1042挂账到期,恢复办理,限今日17:00"
    assert (status_of(city), case_of(city).overtimes) == (CaseStatus.HANDLING, 0)


def test_a_suspended_case_may_be_finished_before_its_review(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}挂 设备下周到货")
    city.text("dinghai", f"{city.code('dinghai', '【审批】')}准")
    city.wait(days=2)
    city.text("env", f"{code}办 设备提前到货,已更换")
    assert last(city, "env") == "【回执】Z1042办结已收到09:29,待核查"
    assert status_of(city) is CaseStatus.REPORTED


def test_a_refused_suspension_changes_nothing(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}挂 设备下周到货")
    city.text("dinghai", f"{city.code('dinghai', '【审批】')}不准 先用备件")
    assert last(city, "env") == "【回执】Z1042挂账未获批准:先用备件。原时限不变"
    assert status_of(city) is CaseStatus.HANDLING


def test_a_suspended_case_that_was_overdue_has_a_clock_again_after_its_review(city: Rehearsal) -> None:
    code = dispatched(city)
    city.wait(days=10)
    city.text("env", f"{code}挂 设备下周到货")
    city.text("dinghai", f"{city.code('dinghai', '【审批】')}准")
    city.wait(days=8)
    assert any(text.startswith("【恢复】Z1042挂账到期") for text in texts(city, "env"))


def test_a_corrected_place_begins_anew_in_its_community(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("zhushan", f"{city.code('zhushan')}改 解放东路20号")
    assert last(city, "zhushan") == "【回执】Z1042已更正为:解放东路20号烟囱冒黑烟"
    assert last(city, "dongmen").startswith("【转办】Z1042 解放东路20号烟囱冒黑烟。")
    assert EntryKind.CORRECTED in facts(city)


def test_a_corrected_category_goes_on_from_the_same_level(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.wait(minutes=3)
    city.text("jiefang", f"{city.code('jiefang')}改 路灯")
    assert "【回执】Z1042已更正为:盐港西路83号路灯不亮" in texts(city, "jiefang")
    city.wait(minutes=3)
    assert last(city, "city").startswith("【派单】Z1042 盐港西路83号路灯不亮。")


def test_a_correction_that_says_nothing_is_asked_for_again(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    code = city.code("zhushan")
    city.text("zhushan", f"{code}改 不对")
    assert last(city, "zhushan") == f"【提示】没有认出类别或地点。请回“{code}改 类别或地点”,如“{code}改 竹山路5号”"


def test_a_correction_by_the_district_takes_the_case_from_the_department(city: Rehearsal) -> None:
    dispatched(city)
    city.text("alice", "人工")
    city.text("dinghai", f"{city.code('dinghai', '【人工】')}改 路灯")
    assert last(city, "env") == "【改派】Z1042已改派,你处任务结束,无需再办"
    assert case_of(city).category == "streetlight"


def test_the_street_rejects_what_is_not_ours_and_says_why(city: Rehearsal) -> None:
    city.text("alice", "竹山路5号有人摆摊占道")
    code = city.code("zhushan")
    city.text("zhushan", f"{code}不受理 不归我们管")
    assert last(city, "zhushan") == f"【提示】{code}这件任务不能“不受理”。查在办任务回“单”"
    city.text("zhushan", f"{code}转")
    city.text("jiefang", f"{city.code('jiefang')}不受理 属法院审理事项,请联系12368")
    assert last(city, "jiefang") == "【回执】Z1042不受理已登记,理由已告知来信人"
    assert last(city, "alice") == ("【定海网格】Z1042不在我们职权内:属法院审理事项,请联系12368。如有不同意见回“人工”")
    assert status_of(city) is CaseStatus.REJECTED


def test_who_disagrees_with_a_rejection_brings_it_back_to_the_desk(city: Rehearsal) -> None:
    city.text("alice", "竹山路5号有人摆摊占道")
    city.text("zhushan", f"{city.code('zhushan')}转")
    city.text("jiefang", f"{city.code('jiefang')}不受理 属法院审理事项,请联系12368")
    city.text("alice", "人工")
    assert last(city, "alice") == "【定海网格】Z1042已转人工处理,工作人员会跟进,有进展即短信告知"
    assert last(city, "dinghai").startswith("【人工】Z1042 竹山路5号占道经营。来信人要求人工处理。")
    assert (status_of(city), case_of(city).holder) == (CaseStatus.FILED, "command")


def test_a_case_that_the_district_rejects_is_taken_from_the_department(city: Rehearsal) -> None:
    dispatched(city)
    city.text("alice", "人工")
    city.text("dinghai", f"{city.code('dinghai', '【人工】')}不受理 属省管企业,请联系省厅")
    assert last(city, "env") == "【撤销】Z1042已撤销,你处任务结束,无需再办"
    assert status_of(city) is CaseStatus.REJECTED


def test_the_district_gives_a_running_case_to_somebody_else(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("alice", "人工")
    city.text("dinghai", f"{city.code('dinghai', '【人工】')}派 城管")
    assert last(city, "env") == "【改派】Z1042已改派,你处任务结束,无需再办"
    city.text("env", f"{code}收")
    assert last(city, "env") == f"【提示】号码{code}无效或已办结。你目前没有在办任务"
    assert case_of(city).holder == "city"


def test_a_call_for_the_desk_outlives_the_ladder(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("alice", "人工")
    desk = city.code("dinghai", "【人工】")
    city.wait(minutes=9)
    assert case_of(city).holder == "env"
    city.text("dinghai", f"{desk}派 城管")
    assert case_of(city).holder == "city"


def test_the_desk_may_look_into_a_case_that_waits_for_its_check(city: Rehearsal) -> None:
    reported(city)
    city.text("alice", "人工")
    desk = city.code("dinghai", "【人工】")
    city.text("dinghai", f"{desk}自办 已电话核实完毕")
    assert last(city, "dinghai") == f"【提示】{desk}这件任务不能“自办”。查在办任务回“单”"
    city.text("dinghai", f"{desk}派 环保")
    assert last(city, "zhushan") == "【改派】Z1042已改派,你处任务结束,无需再办"
    assert status_of(city) is CaseStatus.DISPATCHED


def test_nobody_is_asked_when_every_approver_is_away(city: Rehearsal) -> None:
    code = dispatched(city)
    city.set_duty("command", Duty.OFF)
    city.text("env", f"{code}延 4 待料")
    assert EntryKind.NOBODY_TOLD in facts(city)
    city.wait(hours=9)
    assert case_of(city).overtimes
