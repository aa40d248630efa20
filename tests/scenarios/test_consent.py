"""Opting out and in: the whole word only, what still goes out, and a department that can no longer be reached."""

from __future__ import annotations

import pytest

from gateway.items import Received
from gateway.rehearsal import Rehearsal
from routing_rules.cases import CaseStatus
from routing_rules.decisions import Verdict
from tests.scenarios.telling import SMOKE, closed, dispatched, last, reported, status_of, texts

OUT = "【定海网格】已退订,不再发送通知。您仍可随时发短信反映问题,我们只回复必要的受理编号。重新接收回“开通”"
IN = "【定海网格】已开通,事项进展会短信告知您。退订回T"


@pytest.mark.parametrize("word", ["T", "td", "R", "退订", "退訂", "STOP", "stop.", "UNSUBSCRIBE", "Stop"])
def test_the_whole_word_opts_out(city: Rehearsal, word: str) -> None:
    assert city.text("peng", word).verdict is Verdict.OPTED_OUT
    assert last(city, "peng") == OUT


def test_a_word_among_others_is_no_opt_out(city: Rehearsal) -> None:
    for text in ("STOP 12345", "请退订", "stop the noise", "T恤店门口占道"):
        assert city.text("peng", text).verdict is not Verdict.OPTED_OUT


def test_opted_out_he_gets_receipts_but_no_news_and_no_result(city: Rehearsal) -> None:
    code = dispatched(city)
    city.text("alice", "退订")
    got = len(texts(city, "alice"))
    light = city.text("alice", "竹山路5号路灯不亮了")
    assert light.verdict is Verdict.OPENED
    assert "已收到,编号Z" in last(city, "alice")
    city.text("alice", "查")
    city.text("env", f"{code}办 已到场,下达限期整改通知书")
    city.text("zhushan", f"{city.code('zhushan', '【核查】')}合格")
    assert status_of(city) is CaseStatus.CLOSED
    assert len(texts(city, "alice")) == got + 1


def test_opted_out_he_is_still_warned_and_still_asked(city: Rehearsal) -> None:
    city.text("peng", "退订")
    city.text("peng", "有人触电了")
    assert "如有人身危险请马上拨110/119/120" in " ".join(texts(city, "peng"))
    city.text("quan", "退订")
    city.text("quan", "路灯不亮了")
    assert last(city, "quan").startswith("【定海网格】您反映的问题在哪里?")


def test_opting_in_again_brings_the_news_back(city: Rehearsal) -> None:
    check = reported(city)
    city.text("alice", "T")
    assert city.text("alice", "开通").verdict is Verdict.OPTED_IN
    assert last(city, "alice") == IN
    city.text("zhushan", f"{check}合格")
    assert last(city, "alice").startswith("【定海网格】Z1042办理结果:")


def test_opting_out_twice_is_answered_once(city: Rehearsal) -> None:
    city.text("peng", "T")
    city.text("peng", "T")
    assert texts(city, "peng") == [OUT]


def test_the_carrier_has_answered_already(city: Rehearsal) -> None:
    closed(city)
    told = len(texts(city, "alice"))
    city.engine.do(Received(city.message("alice", "STOP", carrier_opt="STOP")))
    city.settle()
    assert len(texts(city, "alice")) == told
    city.engine.do(Received(city.message("alice", "START", carrier_opt="START")))
    city.settle()
    assert len(texts(city, "alice")) == told


def test_a_department_that_opts_out_alarms_the_district(city: Rehearsal) -> None:
    assert city.text("env", "STOP").verdict is Verdict.OPTED_OUT
    assert last(city, "dinghai") == "【提醒】区环保局的工作号码退订了短信,任务可能送不到,请联系"
    city.text("alice", SMOKE)
    city.wait(minutes=70)
    assert not any("【派单】" in text for text in texts(city, "env"))
    assert last(city, "dinghai").startswith("【超时】Z")
