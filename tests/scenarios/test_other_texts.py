"""Talk, advertising and answering machines: kept with their verdict, without a case, and hardly ever answered."""

from __future__ import annotations

from gateway.rehearsal import Rehearsal
from routing_rules.decisions import Verdict
from routing_rules.messages import Attachment
from storage import inbox_views
from tests.scenarios.telling import SMOKE, texts

TALK = "老婆,我今天加班,晚点回家吃饭"
SPAM = "无抵押贷款,利息低,秒到账,加微信详询"
MACHINE = "【自动回复】您好,我现在有事不在,一会再和您联系"


def test_talk_opens_nothing_and_is_told_once_a_day_what_to_write(city: Rehearsal) -> None:
    for words in (TALK, "哈哈,晚安", "明天一起去逛街吧"):
        said = city.text("peng", words)
        assert (said.verdict, said.case_number) == (Verdict.CHITCHAT, None)
    assert [text.startswith("【定海网格】请写:什么问题") for text in texts(city, "peng")] == [True]
    city.wait(hours=24)
    city.text("peng", TALK)
    assert len(texts(city, "peng")) == 2


def test_spam_and_machines_are_never_answered(city: Rehearsal) -> None:
    assert city.text("peng", SPAM).verdict is Verdict.SPAM
    assert city.text("peng", MACHINE).verdict is Verdict.AUTOREPLY
    assert texts(city, "peng") == []


def test_a_machine_that_answers_for_a_resident_adds_nothing_to_the_case(city: Rehearsal) -> None:
    city.text("alice", SMOKE)
    before = texts(city, "alice")
    assert city.text("alice", MACHINE).verdict is Verdict.AUTOREPLY
    assert texts(city, "alice") == before


def test_words_of_somebody_with_a_case_are_never_talk(city: Rehearsal) -> None:
    number = city.text("alice", SMOKE).case_number
    said = city.text("alice", "我明天下午在家,你们过来吧")
    assert (said.verdict, said.case_number) == (Verdict.SUPPLEMENTED, number)


def test_a_photo_makes_a_matter_of_talk(city: Rehearsal) -> None:
    picture = (Attachment("simulator:photo1", "image/jpeg"),)
    said = city.messages([city.message("peng", TALK, attachments=picture)])[0]
    assert said.verdict not in (Verdict.CHITCHAT, Verdict.UNCLEAR)


def test_danger_in_talk_is_danger(city: Rehearsal) -> None:
    said = city.text("peng", "老婆,家里着火了,快回来")
    assert said.case_number is not None


def test_what_may_be_either_is_asked_about_and_twice_is_enough(city: Rehearsal) -> None:
    assert city.text("peng", "qwerty asdfgh zxcvb").verdict is Verdict.UNCLEAR
    assert city.text("peng", "zxcvb asdfgh qwerty").verdict is Verdict.DESK_CALLED


def test_nothing_is_lost_the_desk_can_read_all_of_it(city: Rehearsal) -> None:
    for words in (TALK, SPAM, MACHINE, SMOKE):
        city.text("peng", words)
    with city.database.reading() as connection:
        apart = inbox_views.inbox_lines(connection, city.keyring, (Verdict.CHITCHAT, Verdict.SPAM, Verdict.AUTOREPLY))
    assert [(line.verdict, line.text) for line in apart] == [
        (Verdict.AUTOREPLY, MACHINE),
        (Verdict.SPAM, SPAM),
        (Verdict.CHITCHAT, TALK),
    ]
