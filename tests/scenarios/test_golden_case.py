"""The golden case: three chimneys, 31 reporters, one case, and nobody forgets it."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.demo import golden_case
from gateway.rehearsal import Rehearsal
from storage import verification

ZONE = ZoneInfo("Asia/Shanghai")
START = datetime(2026, 8, 18, 9, 20, 4, tzinfo=ZONE)


def clock(city: Rehearsal, phone: str) -> list[str]:
    return [f"{line.at.astimezone(ZONE):%H:%M}" for line in city.inbox(phone)]


def test_three_chimneys_reach_the_environment_bureau_within_ten_minutes(ready_database_url: str) -> None:
    city = Rehearsal(ready_database_url, start=START)
    golden_case(city)
    assert clock(city, "zhushan")[0] == "09:20"
    assert clock(city, "jiefang") == ["09:23"]
    assert clock(city, "dinghai")[0] == "09:26"
    task = city.inbox("env")[0]
    assert task.at - START < timedelta(minutes=10)
    assert "31人反映" in task.text
    assert "限今日17:00" in task.text
    assert city.inbox("alice")[0].text == (
        "【定海网格】已收到,编号Z1042:盐港西路83号烟囱冒黑烟。已转竹山社区,有进展即短信告知。补充请直接回复。退订回T"
    )
    assert city.inbox("alice")[-1].text == (
        "【定海网格】已记录“不满意”,Z1042重新办理,退回区环保局并报区指挥中心。结果会再告知您"
    )
    results = [line for line in city.transcript if "办理结果" in line.text]
    assert len(results) == 31 == len({line.address for line in results})
    assert {line.case_number for line in city.transcript if line.direction == "in"} == {1042}
    with city.database.reading() as connection:
        assert isinstance(verification.verify(connection), verification.Verified)
    city.close()


def test_a_department_that_stays_silent_is_reported_level_by_level(ready_database_url: str) -> None:
    city = Rehearsal(ready_database_url, start=START)
    city.text("alice", "盐港西路83号三个烟囱日夜冒黑烟")
    city.wait(days=2)
    texts = [line.text for line in city.inbox("env")]
    assert any(text.startswith("【催办】Z1042") for text in texts)
    assert any(text.startswith("【超时】Z1042已超时") for text in texts)
    assert any(line.text.startswith("【超时】Z1042") for line in city.inbox("dinghai"))
    city.close()


def test_two_hundred_neighbours_in_one_turn_are_one_case(ready_database_url: str) -> None:
    city = Rehearsal(ready_database_url, start=START)
    city.texts([(f"phone{n}", "盐港西路83号三个烟囱日夜冒黑烟") for n in range(200)])
    assert {line.case_number for line in city.transcript if line.direction == "in"} == {1042}
    receipts = [line for line in city.transcript if line.direction == "out" and line.address.value.startswith("phone")]
    assert len(receipts) == 200 == len({line.address for line in receipts})
    city.close()


def test_a_repeated_webhook_changes_nothing(ready_database_url: str) -> None:
    from gateway.items import Received

    city = Rehearsal(ready_database_url, start=START)
    message = city.message("alice", "盐港西路83号三个烟囱日夜冒黑烟")
    first = city.engine.do(Received(message))
    again = city.engine.do(Received(message))
    assert (first.verdict, first.case_number) == (again.verdict, again.case_number)
    assert again.repeated
    assert not first.repeated
    city.settle()
    assert len(city.inbox("alice")) == 1
    city.close()
