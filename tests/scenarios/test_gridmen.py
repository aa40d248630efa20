"""Gridmen and their reports: bound by an invite; album, caption and pin become one case."""

from __future__ import annotations

from gateway.items import Invited, InviteGridman, Unbind
from gateway.rehearsal import Rehearsal
from routing_rules.cases import CaseStatus
from routing_rules.decisions import Verdict
from tests.scenarios.grid_telling import (
    CHEN,
    LI,
    NEARBY,
    WANG,
    gridman,
    photo,
    report,
)
from tests.scenarios.telling import SMOKE, case_of, last, status_of, texts


def test_an_invite_binds_an_account_to_its_grids(city: Rehearsal) -> None:
    city.bind(WANG, "王某", "grid:zhushan-3", "grid:zhushan-4")
    assert last(city, WANG).startswith("已绑定:王某,竹山社区第3格、竹山社区第4格")
    assert city.text(WANG, "/mine").verdict is Verdict.TOLD
    assert "没有在办任务" in last(city, WANG)


def test_an_invite_works_once_and_for_a_day(city: Rehearsal) -> None:
    city.bind(WANG, "王某", "grid:zhushan-3")
    code = next(line.text for line in city.transcript if line.text.startswith("/start")).split()[1]
    assert city.text(LI, f"/start {code}").verdict is Verdict.BINDING_REFUSED
    assert "邀请码无效" in last(city, LI)


def test_an_old_invite_is_dead(city: Rehearsal) -> None:
    item = InviteGridman(
        name="王某", offices=("grid:zhushan-3",), cover=False, language="zh", phone=None, operator="test"
    )
    invited: Invited = city.engine.do(item)
    city.wait(hours=25)
    assert city.text(WANG, f"/start {invited.code}").verdict is Verdict.BINDING_REFUSED


def test_a_forwarded_invite_binds_nobody(city: Rehearsal) -> None:
    item = InviteGridman(
        name="王某", offices=("grid:zhushan-3",), cover=False, language="zh", phone=None, operator="test"
    )
    invited: Invited = city.engine.do(item)
    forwarded = city.messages([city.message(WANG, f"/start {invited.code}", forwarded=True)])[0]
    assert forwarded.verdict is not Verdict.BOUND


def test_an_unknown_account_is_told_how_to_be_bound_and_may_report_all_the_same(city: Rehearsal) -> None:
    city.text(CHEN, "/start")
    assert "未绑定" in last(city, CHEN)
    assert city.text(CHEN, "/mine").verdict is Verdict.TOLD
    assert city.text(CHEN, SMOKE).verdict is Verdict.OPENED
    assert city.text(CHEN, "/status").verdict is Verdict.STATUS_TOLD


def test_guessing_invites_locks(city: Rehearsal) -> None:
    for _ in range(5):
        city.text(CHEN, "/start AAAA-AAAA")
        city.wait(minutes=6)
    assert city.text(CHEN, "/start AAAA-AAAA").verdict is Verdict.BINDING_REFUSED
    assert "口令连续输错" in last(city, CHEN)


def test_unbinding_kills_every_open_button_at_once(city: Rehearsal) -> None:
    binding = gridman(city)
    number = report(city)
    city.press(WANG, "立案")
    assert city.engine.do(Unbind(binding=binding, operator="test"))
    assert city.press(WANG, "上报").verdict is Verdict.PRESS_REFUSED
    assert status_of(city, number) is CaseStatus.FILED
    assert case_of(city, number).holder == "grid:zhushan-3"


def test_album_caption_and_pin_become_one_report_that_is_proposed_once(city: Rehearsal) -> None:
    gridman(city)
    before = len(texts(city, WANG))
    number = report(city)
    proposals = texts(city, WANG)[before:]
    assert proposals == ["收到3图1定位。盐港西路83号烟囱冒黑烟?"]
    assert status_of(city, number) is CaseStatus.RECEIVED
    labels = [button.label for button in city.inbox(WANG)[-1].buttons]
    assert labels == ["立案", "改类别", "改地点"]


def test_filed_it_is_first_the_gridmans_own_turn(city: Rehearsal) -> None:
    gridman(city)
    number = report(city)
    city.press(WANG, "立案")
    assert city.chat.notices[-1] == ("7000001", "已办")
    assert [button.label for button in city.inbox(WANG)[-1].buttons] == ["即办", "上报"]
    assert last(city, WANG).startswith(f"Z{number} 已立案")
    city.press(WANG, "上报")
    assert case_of(city, number).holder == "zhushan"


def test_what_he_handles_himself_is_reviewed_by_the_community(city: Rehearsal) -> None:
    gridman(city)
    number = report(city, words="盐港西路83号占道堆物")
    city.press(WANG, "立案")
    city.press(WANG, "即办")
    assert "请直接写处理结果" in last(city, WANG)
    assert city.text(WANG, "已劝离并清理干净").verdict is Verdict.COMMANDED
    case = case_of(city, number)
    assert (case.status, case.holder) == (CaseStatus.REPORTED, "zhushan")
    city.text("zhushan", f"{city.code('zhushan', '【核查】')}合格")
    assert status_of(city, number) is CaseStatus.CLOSED


def test_a_report_that_nobody_decides_is_filed_as_it_was_understood(city: Rehearsal) -> None:
    gridman(city)
    number = report(city)
    city.wait(minutes=11)
    assert status_of(city, number) is not CaseStatus.RECEIVED
    assert case_of(city, number).category == "smoke"


def test_category_and_place_can_be_changed_before_filing(city: Rehearsal) -> None:
    gridman(city)
    number = report(city)
    city.press(WANG, "改类别")
    city.press(WANG, "路灯")
    city.wait(seconds=3)
    assert case_of(city, number).category == "streetlight"
    city.press(WANG, "改地点")
    city.text(WANG, "竹山路5号")
    city.wait(seconds=3)
    assert "竹山路5号" in last(city, WANG)


def test_a_near_case_is_offered_with_its_distance_and_joined(city: Rehearsal) -> None:
    gridman(city)
    gridman(city, LI, "李某", "zhushan-4")
    first = report(city)
    city.press(WANG, "立案")
    city.messages([city.message(LI, "烟囱冒黑烟", attachments=photo(9), location=NEARBY)])
    city.wait(seconds=3)
    join = next(button.label for button in city.inbox(LI)[-1].buttons if button.label.startswith("并入"))
    assert join == f"并入Z{first} 相距18m"
    city.press(LI, "并入")
    assert case_of(city, first).reporters == 2
    assert f"已并入Z{first}" in last(city, LI)


def test_words_alone_are_a_report_too_and_the_place_is_asked_for(city: Rehearsal) -> None:
    gridman(city)
    city.text(WANG, "有人占道堆物")
    city.wait(seconds=3)
    assert last(city, WANG) == "上报:占道经营。请发定位或写小区、路名加门牌"
    city.text(WANG, "盐港西路83号")
    city.wait(seconds=3)
    assert last(city, WANG) == "上报:盐港西路83号占道经营?"
