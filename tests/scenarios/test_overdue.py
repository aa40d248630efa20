"""Overtime: reminders, one count for the handler, and the watching that moves up level by level."""

from __future__ import annotations

from gateway.rehearsal import Rehearsal
from routing_rules.areas import Level
from routing_rules.decisions import EntryKind
from tests.scenarios.telling import case_of, dispatched, facts, last, texts, times


def test_a_silent_department_is_reminded_then_reported(city: Rehearsal) -> None:
    code = dispatched(city)
    city.wait(hours=1)
    assert times(city, "env") == ["09:29", "09:59", "10:17", "10:29"]
    assert texts(city, "env")[1:] == [
        f"【催办】Z1042离时限还有30分钟,尚未反馈。办结回“{code}办 结果”,延期回“{code}延 小时 理由”",
        f"【催办】Z1042离时限还有12分钟,尚未反馈。办结回“{code}办 结果”,延期回“{code}延 小时 理由”",
        "【超时】Z1042已超时,已报区指挥中心并计1次超时。承办:区环保局",
    ]
    assign = city.code("dinghai", "【超时】")
    assert last(city, "dinghai") == (
        f"【超时】Z1042 盐港西路83号烟囱冒黑烟已超时,承办:区环保局。改派回“{assign}派 部门”"
    )


def test_an_accepted_task_is_due_by_the_end_of_the_day(city: Rehearsal) -> None:
    city.text("env", f"{dispatched(city)}收")
    city.wait(hours=9)
    assert times(city, "env")[2:] == ["13:59", "15:47", "17:00"]
    assert last(city, "env") == "【超时】Z1042已超时,已报区指挥中心并计1次超时。承办:区环保局"


def test_the_department_stays_the_handler_and_may_still_report(city: Rehearsal) -> None:
    code = dispatched(city)
    city.wait(days=3)
    city.text("env", f"{code}办 已到场,下达限期整改通知书")
    assert last(city, "env").startswith("【回执】Z1042办结已收到")
    assert last(city, "zhushan").startswith("【核查】Z1042")


def test_who_accepts_after_the_time_gets_no_new_time(city: Rehearsal) -> None:
    code = dispatched(city)
    city.wait(days=1, hours=1)
    overtimes = case_of(city).overtimes
    city.text("env", f"{code}收")
    city.wait(days=3)
    assert case_of(city).overtimes == overtimes


def test_the_watching_moves_up_one_level_at_a_time(city: Rehearsal) -> None:
    """A matter between community and police: first the street hears of it, then the district."""
    city.text("alice", "竹山小区有大型犬不牵绳乱跑")
    city.wait(minutes=3)
    assert case_of(city).level is Level.COMMUNITY
    city.wait(minutes=60)
    assert last(city, "jiefang") == "【督办】Z1042 犬只已超时,承办:区公安分局。请督促办理"
    assert last(city, "police") == "【超时】Z1042已超时,已报解放街道并计1次超时。承办:区公安分局"
    assert case_of(city).level is Level.STREET
    city.wait(hours=6)
    assert last(city, "dinghai").startswith("【超时】Z1042 竹山小区犬只扰民已超时,承办:区公安分局。改派回“")
    assert case_of(city).level is Level.DISTRICT


def test_a_supervisor_who_does_nothing_is_not_counted_against_the_handler(city: Rehearsal) -> None:
    dispatched(city)
    city.wait(days=6)
    # Not accepted in an hour, not finished by the close of the day; then the supervisor's own clock runs on.
    assert case_of(city).overtimes == 2
    assert sum(text.startswith("【超时】") for text in texts(city, "env")) == 2
    assert sum(text.startswith("【超时】") for text in texts(city, "dinghai")) > 5
    assert facts(city).count(EntryKind.OVERTIME) > 5


def test_an_office_that_handles_itself_is_reminded_in_its_own_words(city: Rehearsal) -> None:
    city.text("alice", "竹山小区3幢楼道灯不亮两天了")
    code = city.code("zhushan")
    city.wait(minutes=31)
    assert last(city, "zhushan") == (
        f"【催办】Z1042离时限还有30分钟,尚未反馈。办结回“{code}自办 结果”,上报回“{code}转”"
    )


def test_overdue_at_every_level_ends_with_the_district(city: Rehearsal) -> None:
    """The community's own matter, and nobody ever answers."""
    city.text("alice", "竹山小区3幢楼道灯不亮两天了")
    city.wait(days=14)
    assert last(city, "zhushan") == "【改派】Z1042已改派,你处任务结束,无需再办"
    assert last(city, "jiefang") == "【改派】Z1042已改派,你处任务结束,无需再办"
    assert last(city, "dinghai").startswith("【超时】Z1042 竹山小区3幢楼道灯不亮已超时,承办:区指挥中心。")
    assert case_of(city).holder == "command"


def test_a_seven_day_matter_that_goes_round_is_overdue_as_a_whole(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}延 40 等待环评")
    city.text("dinghai", f"{city.code('dinghai', '【审批】')}准")
    city.text("env", f"{code}退 不属我局职责")
    city.wait(days=10)
    assert EntryKind.OVERTIME in facts(city)
