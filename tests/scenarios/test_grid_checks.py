"""A gridman goes and looks: before a matter is filed, after it was handled; and who may press what."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gateway.rehearsal import Rehearsal
from routing_rules.cases import CaseStatus
from routing_rules.decisions import EntryKind, Verdict
from tests.scenarios.grid_telling import (
    LI,
    ROAD,
    WANG,
    gridman,
    photo,
    report,
    to_check,
    verify,
)
from tests.scenarios.telling import case_of, facts, last, status_of, texts


def test_a_matter_that_is_real_is_filed(city: Rehearsal) -> None:
    number = verify(city)
    assert city.press(WANG, "属实").verdict is Verdict.PRESSED
    assert case_of(city, number).holder == "zhushan"
    assert EntryKind.VERIFIED in facts(city, number)


def test_a_matter_that_is_not_real_goes_to_the_community_with_the_reason(city: Rehearsal) -> None:
    number = verify(city)
    city.press(WANG, "不属实")
    city.text(WANG, "现场路面完好")
    assert case_of(city, number).holder == "zhushan"
    assert any("不属实 现场路面完好" in words for words in texts(city, "zhushan"))


def test_a_place_that_cannot_be_found_is_asked_for(city: Rehearsal) -> None:
    number = verify(city)
    city.press(WANG, "找不到")
    assert any("没有找到" in words for words in texts(city, "alice"))
    assert case_of(city, number).holder == "zhushan"


def test_silence_files_the_matter_without_a_look(city: Rehearsal) -> None:
    number = verify(city)
    city.wait(minutes=31)
    assert case_of(city, number).status is not CaseStatus.VERIFYING
    assert EntryKind.OVERTIME in facts(city, number)


def test_nobody_on_duty_means_no_look(city: Rehearsal) -> None:
    city.bind(WANG, "王某", "grid:zhushan-3")
    number = city.text("alice", ROAD).case_number
    assert number is not None
    assert case_of(city, number).holder == "zhushan"


def test_who_covers_is_sent_when_the_grids_own_gridman_is_off_duty(city: Rehearsal) -> None:
    city.bind(WANG, "王某", "grid:zhushan-3")
    gridman(city, LI, "李某", "zhushan-3", cover=True)
    city.text("alice", ROAD)
    assert last(city, LI).startswith("核实")
    assert not any(words.startswith("核实") for words in texts(city, WANG))


def test_a_check_wants_a_photo_and_closes_the_case(city: Rehearsal) -> None:
    to_check(city)
    assert city.press(WANG, "已解决").verdict is Verdict.PRESS_REFUSED
    assert "请发一张现场照片" in last(city, WANG)
    given = city.messages([city.message(WANG, "", attachments=photo())])[0]
    assert (given.verdict, given.case_number) == (Verdict.EVIDENCE, 1042)
    assert status_of(city) is CaseStatus.CLOSED
    assert EntryKind.EVIDENCE_GIVEN in facts(city)


def test_an_album_proves_as_well_and_starts_no_report(city: Rehearsal) -> None:
    to_check(city)
    city.press(WANG, "已解决")
    parts = [city.message(WANG, "", attachments=photo(n), album="e1") for n in range(3)]
    assert [each.case_number for each in (city.messages([part])[0] for part in parts)] == [1042] * 3
    city.wait(seconds=3)
    assert not any(words.startswith("收到") for words in texts(city, WANG))


def test_what_is_not_solved_goes_back_and_counts_as_rework(city: Rehearsal) -> None:
    to_check(city)
    city.press(WANG, "未解决")
    city.text(WANG, "晚上还在冒黑烟")
    case = case_of(city)
    assert (case.status, case.rework, case.holder) == (CaseStatus.DISPATCHED, 1, "env")


def test_a_gridman_never_checks_what_he_handled_himself(city: Rehearsal) -> None:
    gridman(city)
    number = report(city, words="盐港西路83号占道堆物")
    city.press(WANG, "立案")
    city.press(WANG, "即办")
    city.text(WANG, "已劝离并清理干净")
    assert not any(words.startswith("核查") for words in texts(city, WANG))
    assert case_of(city, number).holder == "zhushan"


def test_a_check_that_nobody_makes_goes_to_the_community(city: Rehearsal) -> None:
    to_check(city)
    city.wait(hours=10)
    assert any("【核查】" in words for words in texts(city, "zhushan"))


def test_a_second_tap_says_who_decided_and_when(city: Rehearsal) -> None:
    gridman(city)
    gridman(city, LI, "李某", "zhushan-3")
    city.text("alice", ROAD)
    city.press(WANG, "属实")
    number_of_notices = len(city.chat.notices)
    assert city.press(LI, "属实", again=True).verdict is Verdict.PRESS_REFUSED
    assert city.chat.notices[number_of_notices:] == [("7000002", "已由王某09:20处理")]


def test_a_decided_task_loses_its_buttons_in_every_chat(city: Rehearsal) -> None:
    gridman(city)
    gridman(city, LI, "李某", "zhushan-3")
    city.text("alice", ROAD)
    shown = [city.inbox(account)[-1].external_id for account in (WANG, LI)]
    assert not city.chat.cleared
    city.press(WANG, "属实")
    assert city.chat.cleared == set(shown)


@pytest.mark.parametrize("token", ["", "730164", "x" * 3000, "../../etc", "烟囱"])
def test_an_invented_button_does_nothing(city: Rehearsal, token: str) -> None:
    verify(city)
    before = case_of(city)
    assert city.press_token(WANG, token).verdict is Verdict.PRESS_REFUSED
    assert case_of(city) == before


def test_somebody_elses_button_does_nothing(city: Rehearsal) -> None:
    number = verify(city)
    gridman(city, LI, "李某", "zhushan-3")
    token = city.inbox(WANG)[-1].buttons[0].token if city.inbox(WANG)[-1].buttons else ""
    for line in reversed(city.inbox(WANG)):
        if line.buttons:
            token = line.buttons[0].token
            break
    assert city.press_token(LI, token).verdict is Verdict.PRESS_REFUSED
    assert status_of(city, number) is CaseStatus.VERIFYING


def test_a_button_expires(city: Rehearsal) -> None:
    number = report_and_wait(city)
    city.clock.move_to(city.clock.utcnow() + timedelta(days=15))
    before = case_of(city, number).status
    assert city.press(WANG, "改类别", again=True).verdict is Verdict.PRESS_REFUSED
    assert case_of(city, number).status is before


def report_and_wait(city: Rehearsal) -> int:
    gridman(city)
    number = report(city)
    city.wait(minutes=11)
    return number


def test_a_press_that_comes_twice_acts_once(city: Rehearsal) -> None:
    """A chat gives an update again when our answer was lost: the same press, the same id."""
    number = verify(city)
    token = next(button.token for line in reversed(city.inbox(WANG)) for button in line.buttons)
    press = city.message(WANG, "", channel="simulated_chat", external_id="press:1", button=token, press="1")
    first, second = city.messages([press])[0], city.messages([press])[0]
    assert (first.verdict, second.verdict, second.repeated) == (Verdict.PRESSED, Verdict.PRESSED, True)
    assert [fact for fact in facts(city, number) if fact is EntryKind.VERIFIED] == [EntryKind.VERIFIED]
