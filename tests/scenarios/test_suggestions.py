"""A place that no list knows, and many who complain of it: joined for now, asked, and brought back whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gateway.items import Unmerge
from gateway.rehearsal import Rehearsal
from routing_rules.cases import CaseStatus
from routing_rules.decisions import EntryKind, Verdict
from storage import reporters, views
from tests.scenarios.telling import START, case_of, facts, last, status_of, texts

FIRST = "观澜国际城边上新建搅拌站,灰尘很大,噪音吵得睡不着"
SECOND = "观澜国际城小区旁边的搅拌站天天灰尘满天飞,噪音扰民"


def data_of(city: Rehearsal, number: int, kind: EntryKind) -> list[dict[str, Any]]:
    with city.database.reading() as connection:
        return [dict(fact.data) for fact in views.facts_of(connection, number) if fact.kind == kind.value]


def present(city: Rehearsal, number: int) -> int:
    with city.database.reading() as connection:
        return sum(each.position > 0 for each in reporters.of_cases(connection, [number]))


def first_report(city: Rehearsal) -> None:
    """Ann names a place that the registry does not have, and then one beside it that it has."""
    city.text("ann", FIRST)
    city.text("ann", "盐港西路83号对面")


def test_what_names_the_same_thing_is_joined_and_asked(city: Rehearsal) -> None:
    first_report(city)
    joined = city.text("ben", SECOND)
    assert (joined.verdict, joined.case_number) == (Verdict.JOINED, 1042)
    assert "已有2人反映(Z1042),先为您并入" in last(city, "ben")
    assert last(city, "ben").endswith("若不是同一处请回9")
    assert (status_of(city, 1043), case_of(city, 1043).merged_into) == (CaseStatus.MERGED, 1042)
    [understood] = data_of(city, 1043, EntryKind.UNDERSTOOD)
    assert understood["alike"] == 1042
    assert understood["likeness"] >= 0.12


def test_several_in_one_turn_meet_in_one_case(city: Rehearsal) -> None:
    verdicts = [each.verdict for each in city.texts([("ann", FIRST), ("ben", SECOND), ("cid", SECOND)])]
    assert verdicts == [Verdict.ASKED, Verdict.JOINED, Verdict.JOINED]
    assert case_of(city).reporters == 3


def test_another_matter_of_the_thing_or_another_thing_is_a_case_of_its_own(city: Rehearsal) -> None:
    first_report(city)
    others = city.texts([("ben", "观澜国际城电梯坏了"), ("cid", "金色家苑旁边的搅拌站灰尘满天飞,噪音扰民")])
    assert [each.verdict for each in others] == [Verdict.ASKED, Verdict.ASKED]
    assert case_of(city).reporters == 1


def test_what_speaks_of_danger_is_never_joined_by_its_words(city: Rehearsal) -> None:
    first_report(city)
    told = city.text("ben", SECOND + ",现在着火了")
    assert told.case_number != 1042


def test_after_two_months_it_is_another_matter(city: Rehearsal) -> None:
    city.text("ann", FIRST)
    city.wait_until(START + timedelta(days=61))
    assert city.text("ben", SECOND).verdict is Verdict.ASKED


def test_a_9_brings_the_words_back_as_they_were(city: Rehearsal) -> None:
    first_report(city)
    city.text("ben", SECOND)
    answered = city.text("ben", "9")
    assert (answered.verdict, answered.case_number) == (Verdict.ASKED, 1043)
    own = case_of(city, 1043)
    assert (own.status, own.merged_into, own.reporters) == (CaseStatus.CLARIFYING, None, 1)
    assert own.text is not None
    assert own.text.words == SECOND
    assert case_of(city).reporters == 1
    assert facts(city, 1043)[-2:] == [EntryKind.UNMERGED, EntryKind.QUESTION_ASKED]
    city.text("ben", "新河路12号")
    city.text("ben", "1")
    assert status_of(city, 1043) is not CaseStatus.CLARIFYING


def test_a_9_with_the_place_behind_it_asks_no_more(city: Rehearsal) -> None:
    first_report(city)
    city.text("ben", SECOND)
    answered = city.text("ben", "9 盐港西路12号")
    assert (answered.verdict, answered.case_number) == (Verdict.ANSWERED, 1043)
    assert "Z1043" in last(city, "ben")
    text = case_of(city, 1043).text
    assert text is not None
    assert text.words == f"{SECOND} 盐港西路12号"


def test_after_a_9_the_same_words_do_not_join_again(city: Rehearsal) -> None:
    first_report(city)
    city.text("ben", SECOND)
    city.text("ben", "9 盐港西路12号")
    city.wait(minutes=6)
    assert city.text("ben", FIRST).case_number != 1042


def test_everybody_who_stayed_gets_the_result(city: Rehearsal) -> None:
    first_report(city)
    city.text("ben", SECOND)
    city.text("zhushan", f"{city.code('zhushan', '【转办】')}自办 已到场,搅拌站已停工整改")
    city.wait(minutes=1)
    city.text("jiefang", f"{city.code('jiefang', '【核查】')}合格")
    for who in ("ann", "ben"):
        assert sum("办理结果" in text for text in texts(city, who)) == 1, texts(city, who)


# -- an operator takes a merge back -------------------------------------------------------------------------------


def test_an_operator_takes_a_merge_back(city: Rehearsal) -> None:
    first_report(city)
    city.text("ben", SECOND)
    assert city.engine.do(Unmerge(case_number=1043, operator="li")) is True
    city.settle()
    own = case_of(city, 1043)
    assert (own.status, own.merged_into, own.closed_at, own.reporters) == (CaseStatus.FILED, None, None, 1)
    assert (case_of(city).reporters, present(city, 1042), present(city, 1043)) == (1, 1, 1)
    assert "Z1043" in last(city, "ben")
    [fact] = data_of(city, 1043, EntryKind.UNMERGED)
    assert fact == {"out_of": 1042, "reporters": 1}
    assert EntryKind.LEFT in facts(city, 1042)


def test_only_a_merge_can_be_taken_back_and_only_once(city: Rehearsal) -> None:
    first_report(city)
    city.text("ben", SECOND)
    assert city.engine.do(Unmerge(case_number=1042, operator="li")) is False
    assert city.engine.do(Unmerge(case_number=4711, operator="li")) is False
    assert city.engine.do(Unmerge(case_number=1043, operator="li")) is True
    assert city.engine.do(Unmerge(case_number=1043, operator="li")) is False


def test_a_merge_after_an_answer_is_taken_back_with_its_place(city: Rehearsal) -> None:
    city.text("ann", "盐港西路83号烟囱冒黑烟")
    city.text("ben", "烟囱冒黑烟")
    assert city.text("ben", "盐港西路83号").case_number == 1042
    assert city.engine.do(Unmerge(case_number=1043, operator="li")) is True
    city.settle()
    assert case_of(city, 1043).status.is_open
    assert (case_of(city).reporters, case_of(city, 1043).reporters) == (1, 1)


def test_who_has_withdrawn_meanwhile_is_not_brought_back(city: Rehearsal) -> None:
    first_report(city)
    city.text("ben", SECOND)
    city.text("ben", "撤")
    assert city.engine.do(Unmerge(case_number=1043, operator="li")) is False
    assert status_of(city, 1043) is CaseStatus.MERGED


def test_a_merge_is_taken_back_out_of_a_closed_case_too(city: Rehearsal) -> None:
    first_report(city)
    city.text("ben", SECOND)
    city.text("ann", "撤")
    city.text("zhushan", f"{city.code('zhushan', '【转办】')}自办 已到场,搅拌站已停工整改")
    city.wait(minutes=1)
    city.text("jiefang", f"{city.code('jiefang', '【核查】')}合格")
    assert status_of(city) is CaseStatus.CLOSED
    assert city.engine.do(Unmerge(case_number=1043, operator="li")) is True
    city.settle()
    assert status_of(city, 1043).is_open
    assert status_of(city) is CaseStatus.CLOSED


# -- hotspots -----------------------------------------------------------------------------------------------------


def test_a_hotspot_is_written_down_when_the_reporters_pass_ten_and_fifty(city: Rehearsal) -> None:
    city.texts([(f"n{each}", "盐港西路83号烟囱冒黑烟") for each in range(55)])
    passed = [data["passed"] for data in data_of(city, 1042, EntryKind.HOTSPOT)]
    assert passed == [10, 50]
    assert facts(city).count(EntryKind.PRIORITY_ROSE) == 2


def test_merges_pass_the_steps_as_joins_do(city: Rehearsal) -> None:
    first_report(city)
    city.texts([(f"n{each}", SECOND) for each in range(9)])
    assert [data["passed"] for data in data_of(city, 1042, EntryKind.HOTSPOT)] == [10]


MATTERS = ("烟囱冒黑烟", "路灯不亮", "垃圾没人清", "井盖丢了", "噪音扰民", "下水道堵了")


def test_the_fifth_case_of_a_day_makes_a_place_hot_and_the_sixth_says_nothing(city: Rehearsal) -> None:
    cases = [city.text(f"n{at}", f"盐港西路{83 + 2 * at}号{what}").case_number for at, what in enumerate(MATTERS)]
    assert len(set(cases)) == 6
    hot = [data_of(city, number or 0, EntryKind.HOTSPOT) for number in cases]
    assert [len(each) for each in hot] == [0, 0, 0, 0, 1, 0]
    [fact] = hot[4]
    assert (fact["cases"], fact["before"]) == (5, 0)
    assert len(fact["place"]) == 14


def test_five_in_one_turn_are_counted_one_by_one(city: Rehearsal) -> None:
    told = city.texts([(f"n{at}", f"盐港西路{83 + 2 * at}号{what}") for at, what in enumerate(MATTERS)])
    hot = [data_of(city, each.case_number or 0, EntryKind.HOTSPOT) for each in told]
    assert sum(len(each) for each in hot) == 1


def test_another_day_begins_anew(city: Rehearsal) -> None:
    for at, what in enumerate(MATTERS[:3]):
        city.text(f"n{at}", f"盐港西路{83 + 2 * at}号{what}")
    city.wait_until(START + timedelta(days=1))
    told = [city.text(f"m{at}", f"盐港西路{95 + 2 * at}号{what}") for at, what in enumerate(MATTERS[:3])]
    assert all(not data_of(city, each.case_number or 0, EntryKind.HOTSPOT) for each in told)
