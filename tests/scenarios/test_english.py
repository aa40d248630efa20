"""A conversation in English from the first text on, in a city whose staff writes Chinese."""

from __future__ import annotations

from gateway.rehearsal import Rehearsal
from routing_rules.decisions import Verdict
from tests.scenarios.telling import SMOKE, last, texts

TEXT = "Black smoke from three chimneys at 83 Yangang W Rd, day and night"


def test_the_golden_case_in_english(city: Rehearsal) -> None:
    city.text("peter", TEXT)
    assert last(city, "peter") == (
        "[Dinghai Grid] Got it: case Z1042, chimney smoke, 83 Yangang W Rd. "
        "Sent to Zhushan Community; we text you every step. Reply to add details."
    )
    code = city.code("zhushan")
    assert last(city, "zhushan") == (
        f"【转办】Z1042 盐港西路83号烟囱冒黑烟。办结回“{code}自办 结果”,上报回“{code}转”。3分钟未回复将上报街道"
    )
    city.wait(minutes=9)
    assert last(city, "peter") == (
        "[Dinghai Grid] Z1042 is with the Environment Bureau, due today 17:00. Text STATUS 1042 any time."
    )
    city.text("peter", "STATUS 1042")
    assert last(city, "peter") == ("[Dinghai Grid] Z1042 sent, not yet accepted: Environment Bureau, due today 17:00")
    city.text("env", f"{city.code('env')} DONE served a rectification notice")
    city.text("zhushan", f"{city.code('zhushan', '【核查】')} PASS")
    assert last(city, "peter") == (
        "[Dinghai Grid] Z1042 result: served a rectification notice. "
        "Reply 1 satisfied, 2 mostly, 3 and why if not. Open for 3 days."
    )
    city.text("peter", "3 still smoking at night")
    assert last(city, "peter") == (
        "[Dinghai Grid] Noted: not satisfied. Z1042 goes back to the Environment Bureau; "
        "the command centre is told. You get the new result."
    )


def test_asked_answered_urged_and_withdrawn_in_english(city: Rehearsal) -> None:
    assert city.text("peter", "street light is out").verdict is Verdict.ASKED
    assert last(city, "peter") == (
        "[Dinghai Grid] Where is it? Reply with the compound or road and number, e.g. 83 Yangang W Rd. "
        "Open for 30 minutes."
    )
    city.text("peter", "83 Yangang West Road")
    assert last(city, "zhushan").startswith("【转办】Z1042 盐港西路83号路灯不亮。")
    assert city.text("peter", "still nobody came").verdict is Verdict.URGED
    assert city.text("peter", "WITHDRAW 1042").verdict is Verdict.WITHDRAWN
    assert all(text.startswith("[Dinghai Grid]") for text in texts(city, "peter"))


def test_the_language_is_switched_by_one_word(city: Rehearsal) -> None:
    city.text("peter", TEXT)
    city.text("peter", "中文")
    assert last(city, "peter") == "【定海网格】以后用中文给您发短信。For English reply EN"
    city.wait(minutes=9)
    assert last(city, "peter") == "【定海网格】Z1042已派区环保局,限今日17:00前反馈。查进度回“查1042”"
    city.text("alice", SMOKE)
    city.text("alice", "EN")
    assert last(city, "alice").startswith("[Dinghai Grid]")


def test_one_english_word_from_a_chinese_speaker_changes_nothing(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    city.text("alice", "ok")
    city.text("alice", "status")
    assert last(city, "alice").startswith("【定海网格】Z1042 已立案")


def test_thanks_in_english_are_thanks(city: Rehearsal) -> None:
    city.text("peter", TEXT)
    assert city.text("peter", "Thank you very much!").verdict is Verdict.THANKS


def test_a_foreign_case_number_in_english(city: Rehearsal) -> None:
    city.text("peter", TEXT)
    city.text("quinn", "hello, is anybody there to help me out with this?")
    city.text("quinn", "STATUS 1042")
    assert "1042" in last(city, "quinn")
    assert last(city, "quinn").startswith("[Dinghai Grid]")


def test_the_whole_word_stop_in_english(city: Rehearsal) -> None:
    city.text("peter", TEXT)
    assert city.text("peter", "STOP").verdict is Verdict.OPTED_OUT
    assert last(city, "peter").startswith("[Dinghai Grid]")
    assert city.text("peter", "START").verdict is Verdict.OPTED_IN
