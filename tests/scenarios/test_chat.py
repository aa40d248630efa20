"""Residents in a chat: albums, forwarded words, changed messages, buttons nobody gave, a chat that is blocked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from gateway.items import AddressReported
from gateway.rehearsal import Rehearsal, SimulatedPhones
from handlers.contract import OutgoingText, SendReceipt
from handlers.errors import SendError
from routing_rules.decisions import EntryKind, Verdict
from routing_rules.messages import Address, AddressReport, Attachment, MessageKind, Point
from storage import contacts
from tests.scenarios.telling import SMOKE, START, case_of, dispatched, last, texts

ALICE = "telegram:7000001"
PHOTOS = [(Attachment(f"telegram_bot:photo{n}", "image/jpeg"),) for n in range(4)]


def test_an_album_is_one_report_and_is_answered_once(city: Rehearsal) -> None:
    words = [SMOKE, "", "", ""]
    album = [
        city.message(ALICE, each, attachments=photos, album="a1") for each, photos in zip(words, PHOTOS, strict=True)
    ]
    accepted = city.messages(album)
    assert [each.verdict for each in accepted] == [Verdict.OPENED, *[Verdict.SUPPLEMENTED] * 3]
    assert {each.case_number for each in accepted} == {1042}
    case = case_of(city)
    assert case.text is not None
    assert case.text.attachments == tuple(photo[0].url for photo in PHOTOS)
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
    case = case_of(city)
    assert case.text is not None
    assert case.text.attachments == ("telegram_bot:photo0",)
    assert last(city, ALICE).startswith("【定海网格】已补充到Z1042")


def test_a_photo_with_more_words_is_kept_too(city: Rehearsal) -> None:
    city.text(ALICE, SMOKE)
    city.messages([city.message(ALICE, "现在烟更浓了,楼道里都是", attachments=PHOTOS[1])])
    case = case_of(city)
    assert case.text is not None
    assert case.text.attachments == ("telegram_bot:photo1",)


def test_a_photo_long_after_a_report_is_a_matter_of_its_own(city: Rehearsal) -> None:
    city.text(ALICE, SMOKE)
    city.wait(minutes=11)
    photo = city.messages([city.message(ALICE, "", attachments=PHOTOS[0])])[0]
    assert photo.case_number != 1042


@pytest.mark.parametrize("words", ["STOP", "退订", "撤1042", "催1042", "Z1042 还在冒", "3 没人来"])
def test_forwarded_words_are_never_a_command(city: Rehearsal, words: str) -> None:
    city.text(ALICE, SMOKE)
    forwarded = city.messages([city.message(ALICE, words, forwarded=True)])[0]
    commanded = {Verdict.OPTED_OUT, Verdict.WITHDRAWN, Verdict.STATUS_TOLD, Verdict.RATED}
    assert forwarded.verdict not in commanded
    assert case_of(city).urges == 0 or forwarded.verdict is Verdict.URGED


def test_a_forwarded_code_of_the_department_changes_nothing(city: Rehearsal) -> None:
    dispatched(city)
    code = city.code("env")
    before = case_of(city)
    city.messages([city.message("env", f"{code}办 已到场,下达限期整改通知书", forwarded=True)])
    assert case_of(city).status is before.status


def test_a_forwarded_pin_is_nobodys_place(city: Rehearsal) -> None:
    here = Point(30.0180, 122.1000)
    with_pin = city.messages([city.message(ALICE, "井盖没了", location=here, forwarded=True)])[0]
    without = city.messages([city.message("telegram:7000002", "井盖没了")])[0]
    assert with_pin.verdict is without.verdict


@pytest.mark.parametrize(
    ("kind", "verdict"),
    [
        (MessageKind.EDIT, Verdict.EDITED),
        (MessageKind.OTHER, Verdict.NOT_FOR_US),
        (MessageKind.BUTTON, Verdict.PRESS_REFUSED),
    ],
)
def test_what_is_no_message_is_kept_and_answered_by_nothing(
    city: Rehearsal, kind: MessageKind, verdict: Verdict
) -> None:
    accepted = city.messages([city.message(ALICE, SMOKE, kind=kind)])[0]
    assert (accepted.verdict, accepted.case_number) == (verdict, None)
    assert texts(city, ALICE) == []


class Chat(SimulatedPhones):
    """A chat with one message a second for each person, which some people have blocked."""

    def __init__(self, city: Rehearsal, blocked: set[str]) -> None:
        super().__init__(city.clock, city.transcript.append)
        self.blocked = blocked
        self._free: dict[Address, datetime] = {}
        self.left: list[tuple[str, datetime]] = []

    def reaches(self, address: Address) -> bool:
        return True

    def free_at(self, recipient: Address, now: datetime) -> datetime:
        return max(self._free.get(recipient, now), now)

    def send(self, text: OutgoingText) -> SendReceipt:
        if text.recipient.value in self.blocked:
            raise SendError(retryable=False, outcome_known=True, code="403")
        now = self._clock.utcnow()
        self._free[text.recipient] = now + timedelta(seconds=1)
        self.left.append((text.recipient.value, now))
        return super().send(text)


@pytest.fixture
def chat(ready_database_url: str) -> Iterator[tuple[Rehearsal, Chat]]:
    made: list[Chat] = []
    city = Rehearsal(ready_database_url, start=START, roads=lambda address: made)
    made.append(Chat(city, set()))
    yield city, made[0]
    city.close()


def test_a_chat_gets_its_messages_one_a_second_and_all_of_them(chat: tuple[Rehearsal, Chat]) -> None:
    city, road = chat
    city.messages([city.message(ALICE, words) for words in (SMOKE, "竹山路5号路灯不亮了", "竹山小区垃圾没人清")])
    city.wait(seconds=10)
    moments = [at for person, at in road.left if person == "7000001"]
    assert len(moments) == 3
    assert all(later - earlier >= timedelta(seconds=1) for earlier, later in pairwise(moments))


def test_who_blocked_the_chat_is_texted_at_the_next_address(chat: tuple[Rehearsal, Chat]) -> None:
    city, road = chat
    phone, account = Address("sim", "anna"), Address("telegram", "7000009")
    city.text("anna", "在吗")
    with city.database.writing() as connection:
        person = contacts.owner_of(connection, city.keyring, phone)
        assert person is not None
        contacts.link(connection, city.keyring, person, [account, phone], confirmed_at=START)
    road.blocked.add(account.value)
    city.messages([city.message("telegram:7000009", SMOKE, external_id="t1")])
    city.wait(minutes=9)
    assert any("已派区环保局" in words for words in texts(city, "anna"))


def test_a_provider_may_say_that_a_person_blocked_or_allows_us(city: Rehearsal) -> None:
    city.text(ALICE, SMOKE)
    address = Address.parse(ALICE)
    for reachable in (False, True):
        report = AddressReport(
            channel="telegram_bot", address=address, reachable=reachable, reported_at=city.clock.utcnow()
        )
        assert city.engine.do(AddressReported(report))
        with city.database.reading() as connection:
            person = contacts.owner_of(connection, city.keyring, address)
            assert person is not None
            known = contacts.addresses_of(connection, city.keyring, [person])[person]
        assert [each.reachable for each in known] == [reachable]
    with city.database.reading() as connection:
        told = connection.execute(text("select kind from ledger where kind like 'address_%' order by seq")).scalars()
        assert list(told) == [EntryKind.ADDRESS_LOST, EntryKind.ADDRESS_BACK]


def test_a_word_about_an_address_nobody_knows_is_of_no_consequence(city: Rehearsal) -> None:
    report = AddressReport(channel="telegram_bot", address=Address("telegram", "1"), reachable=False, reported_at=START)
    assert city.engine.do(AddressReported(report)) is False
