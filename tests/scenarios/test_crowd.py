"""Mass complaints: three hundred people, one case, three hundred results, and not one text twice."""

from __future__ import annotations

from datetime import timedelta

from gateway.rehearsal import Rehearsal
from routing_rules.decisions import EntryKind, Verdict
from tests.scenarios.telling import START, case_of, facts, last, texts

CROWD = 300
WORDS = "盐港西路83号烟囱冒黑烟"


def settle_the_matter(city: Rehearsal) -> None:
    """The bureau reports, the community checks."""
    city.text("env", f"{city.code('env', '【派单】')}办 已到场,下达限期整改通知书")
    city.text("zhushan", f"{city.code('zhushan', '【核查】')}合格")


def check_crowd(city: Rehearsal) -> None:
    """One case, everybody in it, each with one receipt and one result."""
    incoming = [line for line in city.transcript if line.direction == "in" and line.address.value.startswith("n")]
    assert {line.case_number for line in incoming} == {1042}
    assert [line.verdict for line in incoming] == [Verdict.OPENED] + [Verdict.JOINED] * (CROWD - 1)
    case = case_of(city)
    assert case.reporters == CROWD
    for each in range(CROWD):
        got = texts(city, f"n{each}")
        assert sum("办理结果" in text for text in got) == 1, got
        assert sum("Z1042" in text and "办理结果" not in text for text in got) == (2 if each == 0 else 1), got
    assert facts(city).count(EntryKind.PRIORITY_ROSE) == 3


def test_three_hundred_within_ten_minutes(city: Rehearsal) -> None:
    for each in range(CROWD):
        city.wait_until(START + timedelta(seconds=2 * each))
        city.text(f"n{each}", WORDS)
    city.wait_until(START + timedelta(minutes=10))
    assert "270人反映" in texts(city, "env")[0]
    settle_the_matter(city)
    check_crowd(city)


def test_three_hundred_in_one_turn(city: Rehearsal) -> None:
    city.texts([(f"n{each}", WORDS) for each in range(CROWD)])
    city.wait(minutes=9)
    assert texts(city, "env")[0].startswith("【派单】Z1042 盐港西路83号烟囱冒黑烟,300人反映。")
    settle_the_matter(city)
    check_crowd(city)


def test_one_of_many_who_opted_out_gets_no_result(city: Rehearsal) -> None:
    city.texts([(f"n{each}", WORDS) for each in range(12)])
    city.text("n7", "T")
    city.wait(minutes=9)
    settle_the_matter(city)
    told = [each for each in range(12) if any("办理结果" in text for text in texts(city, f"n{each}"))]
    assert told == [each for each in range(12) if each != 7]


def test_another_place_another_matter_or_no_place_never_joins(city: Rehearsal) -> None:
    city.text("n0", WORDS)
    others = city.texts(
        [
            ("n1", "盐港西路85号烟囱冒黑烟"),
            ("n2", "盐港西路83号路灯不亮"),
            ("n3", "烟囱冒黑烟"),
            ("n4", "竹山社区烟囱冒黑烟"),
        ]
    )
    assert len({1042, *(each.case_number for each in others)}) == 5


def test_each_of_many_may_see_and_urge(city: Rehearsal) -> None:
    city.texts([("n0", WORDS), ("n1", WORDS)])
    city.text("n1", "查1042")
    assert last(city, "n1") == "【定海网格】Z1042 已立案:竹山社区正在处理,限今日09:23"
    city.text("n1", "催")
    assert last(city, "zhushan") == "【催办】Z1042 烟囱,来信人第1次催办"
