"""The whole loop: a gridman reports, the department acts, another gridman looks, a resident is not satisfied."""

from __future__ import annotations

from datetime import timedelta

from gateway.rehearsal import Rehearsal
from routing_rules.cases import CaseStatus
from routing_rules.decisions import EntryKind, Verdict
from tests.scenarios.grid_telling import LI, WANG, gridman, photo, report
from tests.scenarios.telling import case_of, facts, last, status_of, texts

MATTER = "盐港西路83号烟囱冒黑烟"


def reported_by_gridman(city: Rehearsal) -> int:
    """王某 reports and passes it up; 李某 of the same grid will look at the result."""
    gridman(city)
    number = report(city, words=MATTER)
    city.press(WANG, "立案")
    city.press(WANG, "上报")
    assert case_of(city, number).holder == "zhushan"
    return number


def at_the_bureau(city: Rehearsal) -> str:
    """Nobody acts on the way up; returns the bureau's code."""
    city.wait(minutes=9)
    assert texts(city, "env")[-1].startswith("【派单】")
    return city.code("env", "【派单】")


def looked_at(city: Rehearsal) -> None:
    """李某 is on duty when the bureau reports, goes there and sends a photo."""
    assert last(city, LI).startswith("核查 Z1042")
    city.press(LI, "已解决")
    given = city.messages([city.message(LI, "", attachments=photo(7))])[0]
    assert given.verdict is Verdict.EVIDENCE


def test_the_loop_of_the_product(city: Rehearsal) -> None:
    number = reported_by_gridman(city)
    joined = city.text("alice", MATTER)
    assert (joined.verdict, joined.case_number) == (Verdict.JOINED, number)
    code = at_the_bureau(city)
    city.text(WANG, "/duty off")
    gridman(city, LI, "李某", "zhushan-3")
    city.text("env", f"{code}办 已到场,下达限期整改通知书")
    looked_at(city)
    assert status_of(city, number) is CaseStatus.CLOSED
    assert last(city, "alice").startswith("【定海网格】Z1042办理结果:已到场,下达限期整改通知书")
    city.text("alice", "3 晚上还在冒")
    case = case_of(city, number)
    assert (case.status, case.holder, case.rework) == (CaseStatus.DISPATCHED, "env", 1)
    story = facts(city, number)
    for earlier, later in (
        (EntryKind.FILED, EntryKind.DISPATCHED),
        (EntryKind.DISPATCHED, EntryKind.REPORTED),
        (EntryKind.REPORTED, EntryKind.EVIDENCE_GIVEN),
        (EntryKind.EVIDENCE_GIVEN, EntryKind.CLOSED),
        (EntryKind.CLOSED, EntryKind.REOPENED),
    ):
        assert story.index(earlier) < story.index(later)


def test_with_three_hundred_neighbours_each_hears_the_result_once(city: Rehearsal) -> None:
    number = reported_by_gridman(city)
    people = [f"neighbour{n}" for n in range(300)]
    for at in range(0, 300, 50):
        city.texts([(person, MATTER) for person in people[at : at + 50]])
    assert case_of(city, number).reporters == 301
    code = at_the_bureau(city)
    assert "301人反映" in last(city, "env")
    city.text(WANG, "/duty off")
    gridman(city, LI, "李某", "zhushan-3")
    city.text("env", f"{code}办 已到场,下达限期整改通知书")
    looked_at(city)
    for person in [*people, WANG]:
        assert sum("办理结果" in words for words in texts(city, person)) == 1
    city.texts([(person, "3 没有用") for person in people[:20]])
    assert case_of(city, number).rework == 1


def test_a_department_that_returns_twice_is_bound(city: Rehearsal) -> None:
    number = reported_by_gridman(city)
    city.text("env", f"{at_the_bureau(city)}退 不属本局职责")
    city.text("dinghai", f"{city.code('dinghai', '【退回】')}派 环保")
    city.text("env", f"{city.code('env', '【派单】')}退 应由城管处理")
    city.text("dinghai", f"{city.code('dinghai', '【待裁定】')}派 环保")
    case = case_of(city, number)
    assert (case.returns, case.binding, case.holder) == (2, True, "env")
    code = city.code("env", "【派单】")
    city.text("env", f"{code}退 还是不归我们管")
    assert "不能再退" in last(city, "env")
    city.text(WANG, "/duty off")
    gridman(city, LI, "李某", "zhushan-3")
    city.text("env", f"{code}办 已到场,下达限期整改通知书")
    looked_at(city)
    assert status_of(city, number) is CaseStatus.CLOSED


def test_a_silent_department_is_watched_from_above_and_the_gridman_is_not_disturbed(city: Rehearsal) -> None:
    reported_by_gridman(city)
    at_the_bureau(city)
    before = len(texts(city, WANG))
    city.wait_until(city.clock.utcnow() + timedelta(days=2))
    assert case_of(city).overtimes > 0
    assert not any("超时" in words for words in texts(city, WANG)[before:])
