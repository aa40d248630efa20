"""Supervisors in the chat: their own part of the area tree, orders and approvals by button."""

from __future__ import annotations

from gateway.rehearsal import Rehearsal
from routing_rules.decisions import EntryKind, Verdict
from tests.scenarios.grid_telling import (
    BOSS,
)
from tests.scenarios.telling import case_of, dispatched, facts, last, texts


def test_a_supervisor_sees_his_own_part_and_orders(city: Rehearsal) -> None:
    city.bind(BOSS, "陈主任", "jiefang")
    dispatched(city)
    city.text(BOSS, "/today")
    assert last(city, BOSS).startswith("解放街道今日:新增1 在办1")
    city.text(BOSS, "/case 1042")
    assert "Z1042" in last(city, BOSS)
    assert city.press(BOSS, "督办").verdict is Verdict.PRESSED
    assert any(words.startswith("【督办】Z1042") for words in texts(city, "env"))
    assert EntryKind.SUPERVISION_ORDERED in facts(city)


def test_what_lies_outside_a_supervisors_part_does_not_exist(city: Rehearsal) -> None:
    city.bind(BOSS, "陈主任", "changguo")
    dispatched(city)
    city.text(BOSS, "/case 1042")
    assert "没有查到" in last(city, BOSS)
    city.text(BOSS, "/today")
    assert "在办0" in last(city, BOSS)


def test_an_extension_is_granted_by_button(city: Rehearsal) -> None:
    city.bind(BOSS, "陈主任", "command")
    code = dispatched(city)
    city.text("env", f"{code}收")
    city.text("env", f"{code}延 4 等待检测报告")
    assert city.press(BOSS, "准").verdict is Verdict.PRESSED
    assert case_of(city).extensions == 1


def test_late_cases_are_listed_with_a_button_each(city: Rehearsal) -> None:
    city.bind(BOSS, "陈主任", "command")
    dispatched(city)
    city.wait(hours=10)
    city.text(BOSS, "/late")
    assert last(city, BOSS).startswith("Z1042")
    assert [button.label for button in city.inbox(BOSS)[-1].buttons] == ["督办Z1042"]
    assert city.press(BOSS, "督办").verdict is Verdict.PRESSED
    assert city.press(BOSS, "督办").verdict is Verdict.PRESS_REFUSED, "an order is given once"
    assert [fact for fact in facts(city) if fact is EntryKind.SUPERVISION_ORDERED] == [EntryKind.SUPERVISION_ORDERED]


def test_a_binding_decision_is_made_by_button(city: Rehearsal) -> None:
    city.bind(BOSS, "陈主任", "command")
    city.text("env", f"{dispatched(city)}退 不属本局职责")
    assert city.press(BOSS, "环保").verdict is Verdict.PRESSED
    city.text("env", f"{city.code('env', '【派单】')}退 应由城管处理")
    assert city.press(BOSS, "环保").verdict is Verdict.PRESSED
    case = case_of(city)
    assert (case.binding, case.holder) == (True, "env")
