"""Texts on their way out, through Twilio's own library to the fake provider in its bad moods: none lost, none twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from gateway.dispatch import Pace
from gateway.fake_provider import FakeProvider, LookupMode, Mode
from gateway.items import RetryText
from gateway.rehearsal import Rehearsal, SimulatedPhones
from handlers.contract import Channel, OutgoingText, SendReceipt
from handlers.errors import SendError
from handlers.twilio_settings import TwilioSettings
from handlers.twilio_sms import TwilioSms
from routing_rules.messages import Address, DeliveryReport, DeliveryStatus
from storage import outbox, views
from storage.texts import TextStatus
from tests.handlers.twilio_requests import ACCOUNT, NUMBER, RESIDENT, TOKEN

MATTER = "盐港西路83号三个烟囱日夜冒黑烟"
#: A day in the past of the provider's own clock, which lists texts by its date.
START = datetime(2026, 8, 18, 1, 20, tzinfo=UTC)
SENDER = f"tel:{RESIDENT}"


@pytest.fixture(scope="module")
def running() -> Iterator[FakeProvider]:
    with FakeProvider(account_sid=ACCOUNT, auth_token=TOKEN) as provider:
        yield provider


@pytest.fixture
def provider(running: FakeProvider) -> Iterator[FakeProvider]:
    running.behave(Mode.OK, lookups=LookupMode.OK)
    yield running
    running.behave(Mode.OK, lookups=LookupMode.OK)
    running.set_number(RESIDENT, opted_out=False)


@pytest.fixture
def twilio(provider: FakeProvider) -> Iterator[TwilioSms]:
    settings = TwilioSettings(
        account_sid=ACCOUNT,
        auth_tokens=(TOKEN,),
        numbers=(NUMBER,),
        public_url="https://gateway.example.org/",
        region="US",
        api_base=provider.url,
        timeout_seconds=2,
    )
    channel = TwilioSms("twilio_sms", settings)
    yield channel
    channel.close()


Town = Callable[..., Rehearsal]


@pytest.fixture
def town(database_url: str) -> Iterator[Town]:
    """Makes a city whose telephones are reached over some channels, and everybody else over simulated phones."""
    made: list[Rehearsal] = []

    def make(*telephones: Channel) -> Rehearsal:
        def roads(address: Address) -> Sequence[Channel]:
            if address.scheme == "tel":
                return telephones
            return (SimulatedPhones(made[0].clock, made[0].transcript.append),)

        channels = {channel.name: channel for channel in telephones}
        made.append(Rehearsal(database_url, start=START, roads=roads, channels=channels))
        return made[0]

    yield make
    for city in made:
        city.close()


def complain(city: Rehearsal) -> None:
    city.text(SENDER, MATTER)


def receipts(provider: FakeProvider, before: int) -> list[str]:
    """Bodies of the texts that the provider took since there were so many."""
    return [text.body for text in provider.texts()[before:]]


def statuses(city: Rehearsal) -> dict[TextStatus, int]:
    with city.database.reading() as connection:
        return outbox.count_statuses(connection)


def test_a_text_leaves_once_and_is_known_to_be_sent(town: Town, twilio: TwilioSms, provider: FakeProvider) -> None:
    before = len(provider.texts())
    city = town(twilio)
    complain(city)
    assert len(receipts(provider, before)) == 1
    assert set(statuses(city)) == {TextStatus.SENT}


@pytest.mark.parametrize("mood", [Mode.LOST_ANSWER, Mode.GARBAGE])
def test_an_answer_that_got_lost_is_asked_about_and_nothing_is_sent_twice(
    town: Town, twilio: TwilioSms, provider: FakeProvider, mood: Mode
) -> None:
    before = len(provider.texts())
    city = town(twilio)
    provider.behave(mood, lookups=LookupMode.OK)
    complain(city)
    taken = len(receipts(provider, before))
    assert statuses(city)[TextStatus.UNKNOWN] == 1
    provider.behave(Mode.OK, lookups=LookupMode.OK)
    city.wait(minutes=1)
    assert TextStatus.UNKNOWN not in statuses(city)
    assert len([body for body in receipts(provider, before) if "已收到" in body]) == max(taken, 1)


def test_a_provider_that_cannot_be_asked_either_is_asked_later(
    town: Town, twilio: TwilioSms, provider: FakeProvider
) -> None:
    before = len(provider.texts())
    city = town(twilio)
    provider.behave(Mode.LOST_ANSWER, lookups=LookupMode.ERROR)
    complain(city)
    city.wait(seconds=30)
    assert statuses(city)[TextStatus.UNKNOWN] == 1
    provider.behave(Mode.OK, lookups=LookupMode.OK)
    city.wait(minutes=2)
    assert len([body for body in receipts(provider, before) if "已收到" in body]) == 1


def test_an_overloaded_provider_is_given_time(town: Town, twilio: TwilioSms, provider: FakeProvider) -> None:
    before = len(provider.texts())
    city = town(twilio)
    provider.behave(Mode.TOO_MANY, lookups=LookupMode.OK)
    complain(city)
    assert receipts(provider, before) == []
    provider.behave(Mode.OK, lookups=LookupMode.OK)
    city.wait(minutes=2)
    assert len([body for body in receipts(provider, before) if "已收到" in body]) == 1


def test_who_opted_out_with_the_carrier_is_texted_no_more(
    town: Town, twilio: TwilioSms, provider: FakeProvider
) -> None:
    provider.set_number(RESIDENT, opted_out=True)
    before = len(provider.texts())
    city = town(twilio)
    complain(city)
    city.wait(minutes=15)
    assert receipts(provider, before) == []
    assert statuses(city)[TextStatus.FAILED] == 1
    assert statuses(city)[TextStatus.CANCELLED] >= 1


class Refusing:
    """A channel whose provider takes nothing."""

    name = "refusing"

    def __init__(self, *, retryable: bool) -> None:
        self._retryable = retryable
        self.tries = 0

    def reaches(self, address: Address) -> bool:
        return True

    def send(self, text: OutgoingText) -> SendReceipt:
        self.tries += 1
        raise SendError("no", retryable=self._retryable, outcome_known=True, code="500")


class Silent(Refusing):
    """A channel that cannot be asked and never says what became of a text."""

    name = "silent"

    def send(self, text: OutgoingText) -> SendReceipt:
        self.tries += 1
        raise SendError("no answer", retryable=True, outcome_known=False)


@pytest.mark.parametrize("retryable", [True, False])
def test_what_one_channel_certainly_did_not_take_goes_over_the_next(
    town: Town, twilio: TwilioSms, provider: FakeProvider, retryable: bool
) -> None:
    before = len(provider.texts())
    city = town(Refusing(retryable=retryable), twilio)
    complain(city)
    assert len(receipts(provider, before)) == 1


def test_a_text_that_nobody_takes_becomes_a_dead_letter_that_an_operator_can_send_again(town: Town) -> None:
    channel = Refusing(retryable=True)
    city = town(channel)
    complain(city)
    city.wait(hours=2)
    dead = statuses(city)[TextStatus.DEAD]
    assert dead >= 1
    tries = channel.tries
    with city.database.reading() as connection:
        lines = views.outbox_lines(connection, statuses=[TextStatus.DEAD])
    assert city.engine.do(RetryText(outbox_id=lines[0].id, operator="ops"))
    city.settle()
    assert channel.tries == tries + 1


def test_a_channel_that_cannot_be_asked_gets_a_text_twice_at_most(town: Town) -> None:
    channel = Silent(retryable=True)
    city = town(channel)
    city.text(SENDER, "谢谢")
    city.text(SENDER, "你好啊朋友")
    city.wait(hours=2)
    assert channel.tries == 2
    assert statuses(city) == {TextStatus.DEAD: 1}


def test_reports_only_move_a_text_forward(town: Town, twilio: TwilioSms, provider: FakeProvider) -> None:
    city = town(twilio)
    complain(city)
    sent = provider.texts()[-1]

    def report(status: DeliveryStatus) -> None:
        city.report(
            DeliveryReport(
                channel="twilio_sms",
                external_id=sent.sid,
                reference=None,
                status=status,
                reported_at=city.clock.utcnow(),
            )
        )

    report(DeliveryStatus.DELIVERED)
    report(DeliveryStatus.SENT)
    report(DeliveryStatus.FAILED)
    assert statuses(city)[TextStatus.DELIVERED] == 1


def test_the_wait_between_attempts_doubles_up_to_its_cap() -> None:
    pace = Pace(backoff_seconds=5, backoff_cap_seconds=60)
    waits = [pace.wait(attempts, 0.5) for attempts in range(1, 7)]
    assert waits == [timedelta(seconds=seconds) for seconds in (5, 10, 20, 40, 60, 60)]
    assert pace.wait(1, 0.0) == timedelta(seconds=4)
    assert pace.wait(1, 1.0) == timedelta(seconds=6)
