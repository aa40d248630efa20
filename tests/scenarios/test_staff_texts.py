"""Staff in their own words: lists, long texts, wrong and dead codes, and what a number alone can never do."""

from __future__ import annotations

from gateway.rehearsal import Rehearsal
from routing_rules.cases import CaseStatus
from routing_rules.decisions import EntryKind, Verdict
from storage import models
from tests.scenarios.telling import SMOKE, closed, dispatched, last, post, status_of, texts

LONG = (
    SMOKE + "。我们这里住了很多老人,孩子晚上咳嗽,已经向有关部门反映过多次,至今没有结果,"
    "希望尽快派人来现场看一看,把锅炉停下来换成天然气"
)


def wrong_codes(city: Rehearsal, phone: str, count: int) -> list[Verdict | None]:
    """Texts that begin with codes that nobody has."""
    taken = {line.text for line in city.inbox(phone)}
    codes = (f"{n:06d}" for n in range(111111, 999999))
    free = (code for code in codes if not any(code in text for text in taken))
    return [city.text(phone, f"{next(free)}办 已经处理好了没问题").verdict for _ in range(count)]


def test_a_result_without_its_code_changes_nothing_and_lists_the_tasks(city: Rehearsal) -> None:
    smoke = dispatched(city)
    city.text("bob", "盐港东路20号烟囱冒黑烟")
    city.wait(minutes=9)
    other = city.code("env")
    assert city.text("env", "办了").verdict is Verdict.TASKS_LISTED
    assert last(city, "env") == f"【请选】你有2件在办:{smoke}烟囱 {other}烟囱。请回“号码+办+结果”"
    assert status_of(city) is CaseStatus.DISPATCHED
    assert city.text("env", "真的办了").verdict is Verdict.NO_CODE


def test_the_unasked_list_comes_at_most_once_an_hour(city: Rehearsal) -> None:
    dispatched(city)
    city.text("env", "办了")
    city.wait(minutes=59)
    assert city.text("env", "办好了").verdict is Verdict.NO_CODE
    city.wait(minutes=2)
    assert city.text("env", "早就办好了").verdict is Verdict.TASKS_LISTED


def test_the_list_on_demand_comes_each_time(city: Rehearsal) -> None:
    city.text("env", "单")
    assert last(city, "env") == "【提示】你目前没有在办任务"
    code = dispatched(city)
    for word in ("单", "LIST", "單"):
        assert city.text("env", word).verdict is Verdict.TASKS_LISTED
        assert last(city, "env") == f"【在办】1件:{code}烟囱。请回“号码+办+结果”"


def test_a_wrong_code_is_told_with_the_open_tasks_once(city: Rehearsal) -> None:
    code = dispatched(city)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert city.text("env", f"{wrong}办 已下达整改通知").verdict is Verdict.WRONG_CODE
    assert last(city, "env") == f"【提示】号码{wrong}无效或已办结。你的在办任务:{code}烟囱。请回“号码+办+结果”"
    city.text("env", f"{wrong}办 已下达整改通知书")
    assert last(city, "env") == f"【提示】号码{wrong}无效或已办结。查在办任务和号码回“单”"
    assert status_of(city) is CaseStatus.DISPATCHED


def test_a_dead_code_does_nothing_and_counts_for_nothing(city: Rehearsal) -> None:
    closed(city)
    code = city.code("env", "【派单】")
    for _ in range(6):
        assert city.text("env", f"{code}办 已到场,下达限期整改通知书").verdict is Verdict.COMMAND_REFUSED
    assert f"【提示】号码{code}无效或已办结。你目前没有在办任务" in texts(city, "env")
    assert not any("【安全】" in text for text in texts(city, "env"))


def test_five_wrong_codes_lock_for_an_hour_and_alarm_the_supervisor(city: Rehearsal) -> None:
    code = dispatched(city)
    assert wrong_codes(city, "env", 6) == [Verdict.WRONG_CODE] * 6
    assert "【安全】口令连续输错5次,60分钟内不接受口令。已告知主管" in texts(city, "env")
    assert last(city, "dinghai") == "【安全】区环保局的号码连续输错口令,口令已停用1小时。如非本人操作请核实"
    assert city.text("env", f"{code}收").verdict is Verdict.WRONG_CODE
    assert status_of(city) is CaseStatus.DISPATCHED
    with city.database.reading() as connection:
        kinds = set(connection.execute(models.ledger.select()).scalars("kind"))  # type: ignore[arg-type]
    assert EntryKind.CODES_LOCKED in kinds
    city.wait(minutes=61)
    city.text("env", f"{code}收")
    assert status_of(city) is CaseStatus.HANDLING


def test_a_right_code_forgives_the_wrong_ones_before(city: Rehearsal) -> None:
    code = dispatched(city)
    wrong_codes(city, "env", 4)
    city.text("env", f"{code}收")
    wrong_codes(city, "env", 4)
    assert not any("【安全】" in text for text in texts(city, "env"))


def test_a_code_works_from_its_owner_only(city: Rehearsal) -> None:
    code = dispatched(city)
    assert city.text("city", f"{code}收").verdict is Verdict.WRONG_CODE
    city.text("mallory", f"{code}收")
    assert status_of(city) is CaseStatus.DISPATCHED


def test_the_whole_text_in_numbered_parts(city: Rehearsal) -> None:
    code = dispatched(city, text=LONG)
    city.text("env", f"{code}详")
    parts = texts(city, "env")[-2:]
    assert [part[:14] for part in parts] == ["【详】Z1042(1/2)盐", "【详】Z1042(2/2),"]
    assert "".join(part.split(")", 1)[1] for part in parts) == LONG
    city.text("env", f"{code} more")
    assert texts(city, "env")[-2:] == parts


def test_accepting_twice_is_said_to_be_needless(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}收")
    city.text("env", f"{code}收")
    assert last(city, "env") == "【提示】Z1042这条指令已于09:29办过,无需重复"


def test_a_verb_that_the_task_does_not_know(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("env", f"{code}派 城管")
    assert last(city, "env") == f"【提示】{code}这件任务不能“派”。查在办任务回“单”"


def test_codes_are_read_however_they_are_typed(city: Rehearsal) -> None:
    code = dispatched(city)
    wide = code.translate({ord(str(digit)): chr(0xFF10 + digit) for digit in range(10)})
    assert city.text("env", f" {wide} 。辦:已到场,下达限期整改通知书").verdict is Verdict.COMMANDED
    assert status_of(city) is CaseStatus.REPORTED


def test_the_first_of_two_on_duty_wins(city: Rehearsal) -> None:
    """Both get a code of their own for one task."""
    post(city, "city", at="env")
    dispatched(city)
    codes = city.code("env", "【派单】"), city.code("city", "【派单】")
    assert codes[0] != codes[1]
    assert city.text("city", f"{codes[1]}办 已到场,下达限期整改通知书").verdict is Verdict.COMMANDED
    assert city.text("env", f"{codes[0]}收").verdict is Verdict.COMMAND_REFUSED
    assert last(city, "env") == f"【提示】号码{codes[0]}无效或已办结。你目前没有在办任务"
