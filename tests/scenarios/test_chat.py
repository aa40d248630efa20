"""What a chat adds to texts: albums, photos without a word, forwarded words, later versions, a road that is closed."""

from __future__ import annotations

import pytest

from gateway.rehearsal import Rehearsal, SimulatedPhones
from handlers.contract import OutgoingText, SendReceipt
from handlers.errors import SendError
from routing_rules.decisions import Verdict
from routing_rules.messages import Address, Attachment, Point
from storage import contacts
from tests.scenarios.telling import SMOKE, START, case_of, dispatched, last, texts

ALICE = "alice"
HERE = Point(30.0185, 122.0925)
PHOTOS = [(Attachment(f"photo:{n}", "image/jpeg"),) for n in range(4)]


def test_an_album_is_one_report_and_is_answered_once(city: Rehearsal) -> None:
    words = [SMOKE, "", "", ""]
    album = [
        city.message(ALICE, each, attachments=photos, album="a1") for each, photos in zip(words, PHOTOS, strict=True)
    ]
    accepted = city.messages(album)
    assert [each.verdict for each in accepted] == [Verdict.OPENED, *[Verdict.SUPPLEMENTED] * 3]
    assert {each.case_number for each in accepted} == {1042}
    assert photos_of(city) == tuple(photo[0].url for photo in PHOTOS)
    assert len(texts(city, ALICE)) == 1


def test_an_album_without_words_becomes_one_case_that_is_asked_about(city: Rehearsal) -> None:
    accepted = [city.messages([city.message(ALICE, "", attachments=each, album="a1")])[0] for each in PHOTOS]
    assert len({each.case_number for each in accepted}) == 1
    assert len(texts(city, ALICE)) == 1


def test_a_photo_that_follows_a_report_is_kept_with_it_and_answered(city: Rehearsal) -> None:
    city.text(ALICE, SMOKE)
    city.wait(minutes=1)
    photo = city.messages([city.message(ALICE, "", attachments=PHOTOS[0])])[0]
    assert (photo.verdict, photo.case_number) == (Verdict.SUPPLEMENTED, 1042)
    assert photos_of(city) == ("photo:0",)
    assert last(city, ALICE).startswith("【定海网格】已补充到Z1042")


def test_a_photo_with_more_words_is_kept_too(city: Rehearsal) -> None:
    city.text(ALICE, SMOKE)
    city.messages([city.message(ALICE, "现在烟更浓了,楼道里都是", attachments=PHOTOS[1])])
    assert photos_of(city) == ("photo:1",)


def test_a_photo_long_after_a_report_is_a_matter_of_its_own(city: Rehearsal) -> None:
    city.text(ALICE, SMOKE)
    city.wait(minutes=11)
    photo = city.messages([city.message(ALICE, "", attachments=PHOTOS[0])])[0]
    assert photo.case_number != 1042


def photos_of(city: Rehearsal, number: int = 1042) -> tuple[str, ...]:
    text = case_of(city, number).text
    assert text is not None
    return text.attachments


@pytest.mark.parametrize(
    "words", ["还是没人来", "催", "盐港西路83号烟囱还在冒黑烟", "查1042", "Z1042 今天换了个方向吹"]
)
def test_a_photo_is_kept_whatever_its_words_lead_to(city: Rehearsal, words: str) -> None:
    city.text(ALICE, SMOKE)
    assert city.messages([city.message(ALICE, words, attachments=PHOTOS[2])])[0].case_number == 1042
    assert photos_of(city) == ("photo:2",)


def test_a_photo_that_comes_with_the_place_asked_for_is_kept(city: Rehearsal) -> None:
    asked = city.text("stranger", "路灯不亮了")
    answered = city.messages([city.message("stranger", "竹山路5号", attachments=PHOTOS[0])])[0]
    assert (asked.case_number, answered.verdict) == (1042, Verdict.ANSWERED)
    assert photos_of(city) == ("photo:0",)


def test_a_neighbours_photo_is_kept_with_the_case_he_joins(city: Rehearsal) -> None:
    city.messages([city.message(ALICE, SMOKE, attachments=PHOTOS[0])])
    joined = city.messages([city.message("bob", SMOKE, attachments=PHOTOS[1])])[0]
    assert joined.verdict is Verdict.JOINED
    assert photos_of(city) == ("photo:0", "photo:1")


def test_photos_that_waited_for_an_answer_go_to_the_case_that_was_meant(city: Rehearsal) -> None:
    city.text(ALICE, SMOKE)
    city.text(ALICE, "竹山路5号路灯不亮了")
    city.wait(minutes=11)
    asked = city.messages([city.message(ALICE, "还是没人来", attachments=PHOTOS[3])])[0]
    assert asked.verdict is Verdict.ASKED
    city.text(ALICE, "1")
    assert photos_of(city) == ("photo:3",)


def test_a_photo_named_twice_is_kept_once(city: Rehearsal) -> None:
    for _ in range(2):
        city.messages([city.message(ALICE, SMOKE, attachments=PHOTOS[0])])
    assert photos_of(city) == ("photo:0",)


@pytest.mark.parametrize(
    "words", ["STOP", "退订", "撤1042", "催1042", "Z1042 还在冒", "3 没人来", "还是没人来", "人工"]
)
def test_forwarded_words_command_nothing(city: Rehearsal, words: str) -> None:
    city.text(ALICE, SMOKE)
    before = case_of(city)
    city.messages([city.message(ALICE, words, forwarded=True)])
    after = case_of(city)
    assert (after.status, after.urges, after.holder) == (before.status, 0, before.holder)
    assert not any("已退订" in told for told in texts(city, ALICE))
    assert city.text(ALICE, "查").verdict is Verdict.STATUS_TOLD


def test_a_forwarded_code_of_the_department_changes_nothing(city: Rehearsal) -> None:
    dispatched(city)
    code = city.code("env")
    before = case_of(city)
    city.messages([city.message("env", f"{code}办 已到场,下达限期整改通知书", forwarded=True)])
    assert case_of(city).status is before.status


def test_a_forwarded_pin_says_nothing_about_the_sender(city: Rehearsal) -> None:
    for sender, forwarded in (("stranger", False), ("passer-by", True)):
        city.messages([city.message(sender, "路灯不亮了", location=HERE, forwarded=forwarded)])
    assert "竹山社区第3格路灯不亮" in last(city, "stranger")
    assert last(city, "passer-by").startswith("【定海网格】您反映的问题在哪里?")


def test_a_later_version_is_kept_and_answered_by_nothing(city: Rehearsal) -> None:
    city.text(ALICE, SMOKE)
    told = len(texts(city, ALICE))
    for n in range(3):
        edited = city.messages([city.message(ALICE, SMOKE, edited=True, external_id=f"e{n}")])[0]
        assert (edited.verdict, edited.case_number) == (Verdict.EDITED, None)
    assert len(texts(city, ALICE)) == told
    assert case_of(city).urges == 0
    assert city.text(ALICE, SMOKE).verdict is Verdict.URGED


class Roads(SimulatedPhones):
    """Phones of which some are closed to us for good."""

    def __init__(self, city: Rehearsal) -> None:
        super().__init__(city.clock, city.transcript.append)
        self.closed: set[str] = set()
        self.tried: list[str] = []

    def send(self, text: OutgoingText) -> SendReceipt:
        self.tried.append(text.recipient.value)
        if text.recipient.value in self.closed:
            raise SendError(retryable=False, outcome_known=True, code="30005", unreachable=True)
        return super().send(text)


def test_who_cannot_be_reached_on_one_road_is_texted_on_the_next_and_the_first_is_not_tried_again(
    ready_database_url: str,
) -> None:
    made: list[Roads] = []
    city = Rehearsal(ready_database_url, start=START, roads=lambda address: made)
    made.append(Roads(city))
    work, mobile = Address("sim", "env"), Address("sim", "env-mobile")
    with city.database.writing() as connection:
        person = city.engine.city.registry.posted_at("env")[0].contact
        contacts.link(connection, city.keyring, person, [work, mobile], confirmed_at=START)
    made[0].closed.add("env")
    city.text(ALICE, SMOKE)
    city.wait(minutes=1)
    city.text("bob", "盐港东路20号烟囱冒黑烟")
    city.wait(minutes=9)
    assert [told[:4] for told in texts(city, "env-mobile")] == ["【派单】"] * 2
    assert made[0].tried.count("env") == 1
    assert [told for told in texts(city, "dinghai") if told.startswith("【提醒】")] == [
        "【提醒】发给区环保局的任务短信多次未送达,请联系"
    ]
    city.close()
