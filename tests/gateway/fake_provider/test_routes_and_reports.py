"""The fake provider: Twilio's routes as documented, its reports, and its ways of going wrong."""

from __future__ import annotations

import pytest
import requests

from gateway.fake_provider import Behaviour, FakeProvider, Fate, Mode
from gateway.fake_provider.modes import DEFAULT_MIX, Switch
from routing_rules.messages import DeliveryReport, InboundMessage
from tests.gateway.fake_provider.calls import (
    ACCOUNT,
    NUMBER,
    RESIDENT,
    TOKEN,
    Gateway,
    call,
    messages,
    reported,
    send,
    steer,
)


def test_a_text_is_taken_as_twilio_takes_it(provider: FakeProvider) -> None:
    answer = send(provider, Body="路灯不亮了" * 20)
    assert answer.status_code == 201
    resource = answer.json()
    assert resource["sid"].startswith("SM")
    assert resource["date_created"] == "Tue, 18 Aug 2026 01:20:04 +0000"
    assert (resource["status"], resource["date_sent"], resource["num_segments"]) == ("queued", None, "2")
    assert (resource["direction"], resource["account_sid"]) == ("outbound-api", ACCOUNT)
    one = call(provider, "GET", resource["uri"])
    assert one.json()["sid"] == resource["sid"]


@pytest.mark.parametrize("auth", [None, (ACCOUNT, "wrong"), ("AC" + "b" * 32, TOKEN), ("", "")])
def test_only_who_knows_the_token_may_send(provider: FakeProvider, auth: tuple[str, str] | None) -> None:
    answer = messages(provider, "POST", data={"To": RESIDENT, "From": NUMBER, "Body": "x"}, auth=auth)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert messages(provider, auth=auth).status_code == 401
    assert provider.texts() == []


def test_another_account_is_not_found(provider: FakeProvider) -> None:
    answer = call(provider, "GET", f"/2010-04-01/Accounts/AC{'b' * 32}/Messages.json")
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": ""}, 21604),
        ({"From": ""}, 21603),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
        ({"To": "nobody"}, 21211),
        ({"To": "+15005550001"}, 21211),
        ({"To": "+15005550004"}, 21610),
        ({"To": "+15005550009"}, 21614),
        ({"From": "+15005550007"}, 21606),
        ({"From": "+15005550008"}, 21611),
    ],
)
def test_what_twilio_refuses_is_refused_with_its_code(
    provider: FakeProvider, fields: dict[str, str], code: int
) -> None:
    answer = send(provider, None, **fields)
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (400, code, 400)
    assert provider.texts() == []


def test_texts_are_listed_newest_first_by_filter_and_page(provider: FakeProvider) -> None:
    for number in range(7):
        send(provider, Body=f"text {number}")
    send(provider, To="+15005550011")
    assert provider.wait_for_reports()
    page = messages(provider, params={"To": RESIDENT, "PageSize": "3", "DateSent>": "2026-08-18"}).json()
    seen = [text["body"] for text in page["messages"]]
    while page["next_page_uri"]:
        assert (page["page_size"], len(page["messages"])) == (3, 3)
        page = call(provider, "GET", page["next_page_uri"]).json()
        seen += [text["body"] for text in page["messages"]]
    assert seen == [f"text {number}" for number in reversed(range(7))]
    assert messages(provider, params={"DateSent>": "2026-08-19"}).json()["messages"] == []
    assert len(messages(provider, params={"DateSent<": "2026-08-18"}).json()["messages"]) == 8
    assert messages(provider, params={"DateSent>": "yesterday"}).status_code == 400


def test_a_text_is_reported_signed_and_with_our_reference(provider: FakeProvider, gateway: Gateway) -> None:
    sid = send(provider, gateway).json()["sid"]
    assert provider.wait_for_reports()
    assert reported(gateway) == ["queued", "sent", "delivered"]
    assert all(gateway.signed)
    for event in gateway.events:
        assert isinstance(event, DeliveryReport)
        assert (event.external_id, event.reference) == (sid, "17")
    assert [posted.answer for posted in provider.posted()] == [200, 200, 200]


@pytest.mark.parametrize(
    ("mode", "order"),
    [
        (Mode.DUPLICATE_REPORTS, ["queued", "queued", "sent", "sent", "delivered", "delivered"]),
        (Mode.REORDERED_REPORTS, ["delivered", "sent", "queued"]),
        (Mode.EARLY_REPORT, ["queued", "sent", "delivered"]),
    ],
)
def test_reports_come_as_the_mode_says(provider: FakeProvider, gateway: Gateway, mode: Mode, order: list[str]) -> None:
    provider.behave(mode)
    assert send(provider, gateway).status_code == 201
    if mode is Mode.EARLY_REPORT:
        assert reported(gateway)[0] == "queued"
    assert provider.wait_for_reports()
    assert reported(gateway) == order
    assert provider.texts()[0].status == "delivered"


def test_a_phone_that_is_switched_off_is_reported_with_its_code(provider: FakeProvider, gateway: Gateway) -> None:
    provider.set_number(RESIDENT, fate=Fate(ends="undelivered", error_code=30003))
    send(provider, gateway)
    assert provider.wait_for_reports()
    last = gateway.events[-1]
    assert isinstance(last, DeliveryReport)
    assert (str(last.status), last.error_code) == ("failed", "30003")


@pytest.mark.parametrize("mode", [Mode.ERROR, Mode.UNAVAILABLE, Mode.TOO_MANY])
def test_a_failing_server_takes_nothing(provider: FakeProvider, mode: Mode) -> None:
    provider.behave(mode)
    assert str(send(provider).status_code) == mode
    assert provider.texts() == []


def test_a_lost_answer_is_a_text_taken_and_a_connection_cut(provider: FakeProvider) -> None:
    provider.behave(Mode.LOST_ANSWER)
    with pytest.raises(requests.ConnectionError):
        send(provider)
    assert len(provider.texts()) == 1


def test_the_mixed_mode_draws_the_same_from_the_same_seed_and_about_what_was_asked() -> None:
    def draws(seed: int) -> list[Mode]:
        switch = Switch(Behaviour(mode=Mode.MIXED, seed=seed))
        return [switch.draw() for _ in range(4000)]

    assert draws(7) == draws(7) != draws(8)
    for mode, share in DEFAULT_MIX.items():
        assert abs(draws(7).count(mode) / 40 - share) < 2
    assert draws(7).count(Mode.MIXED) == 0


def test_a_person_texts_the_gateway(provider: FakeProvider, gateway: Gateway) -> None:
    value = {"from": RESIDENT, "to": NUMBER, "body": "路灯不亮了", "media": ["https://api.twilio.com/1"]}
    answer = steer(provider, "inbound", value).json()
    assert answer["webhook_status"] == 200
    (event,) = gateway.events
    assert isinstance(event, InboundMessage)
    assert (event.external_id, event.text, len(event.attachments)) == (answer["sid"], "路灯不亮了", 1)
    assert gateway.signed == [True]
    again = steer(provider, "inbound", {**value, "sid": answer["sid"]}).json()
    assert again["sid"] == answer["sid"]
    listed = messages(provider, params={"To": NUMBER}).json()["messages"]
    assert [(text["direction"], text["sid"]) for text in listed] == [("inbound", answer["sid"])]


def test_a_person_who_texts_stop_is_opted_out_as_with_the_carrier(provider: FakeProvider, gateway: Gateway) -> None:
    steer(provider, "inbound", {"from": RESIDENT, "to": NUMBER, "body": " Stop "})
    assert isinstance(gateway.events[0], InboundMessage)
    assert gateway.events[0].carrier_opt == "STOP"
    assert send(provider).json()["code"] == 21610
    steer(provider, "inbound", {"from": RESIDENT, "to": NUMBER, "body": "START"})
    assert send(provider).status_code == 201
    steer(provider, "inbound", {"from": RESIDENT, "to": NUMBER, "body": "stop the noise please"})
    assert send(provider).status_code == 201


def test_the_gateway_may_be_away(provider: FakeProvider, gateway: Gateway) -> None:
    gateway.status = 503
    value = {"from": RESIDENT, "to": NUMBER, "body": "x"}
    assert steer(provider, "inbound", value).json()["webhook_status"] == 503
    gateway.server.server_close()
    assert steer(provider, "inbound", value).json()["webhook_status"] is None


def test_a_public_address_is_signed_and_the_local_one_is_called() -> None:
    with (
        Gateway(public_url="https://gateway.example.org") as gateway,
        FakeProvider(
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            webhook_url=f"{gateway.url}/webhooks/twilio_sms",
            signed_webhook_url="https://gateway.example.org/webhooks/twilio_sms",
        ) as provider,
    ):
        send(provider, gateway)
        assert provider.wait_for_reports()
        steer(provider, "inbound", {"from": RESIDENT, "to": NUMBER, "body": "x"})
        assert len(gateway.events) == 4
        assert all(gateway.signed)
