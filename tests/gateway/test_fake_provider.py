"""The fake provider: Twilio's routes as documented, its reports, and its ways of going wrong."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from twilio.request_validator import RequestValidator

from gateway.clock import VirtualClock
from gateway.fake_provider import Behaviour, FakeProvider, Fate, Mode
from gateway.fake_provider.modes import DEFAULT_MIX, Switch
from handlers.contract import WebhookRequest
from handlers.twilio_settings import TwilioSettings
from handlers.twilio_sms import TwilioSms
from routing_rules.messages import DeliveryReport, Event, InboundMessage

ACCOUNT = "AC" + "a" * 32
TOKEN = "a-token-for-tests"
NUMBER, RESIDENT = "+15005550006", "+15005550010"
NOW = datetime(2026, 8, 18, 1, 20, 4, tzinfo=UTC)


class Gateway:
    """A webhook on loopback that reads with our handler and keeps what it read."""

    def __init__(self, public_url: str | None = None) -> None:
        self.events: list[Event] = []
        self.signed: list[bool] = []
        self.status = 200
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.take(self.path, list(self.headers.items()), body)
                self.send_response(gateway.status)
                self.end_headers()
                self.wfile.write(b"<Response/>")

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.public_url = public_url or self.url
        settings = TwilioSettings(
            account_sid=ACCOUNT, auth_tokens=(TOKEN,), numbers=(NUMBER,), public_url=self.public_url
        )
        self.channel = TwilioSms("twilio_sms", settings)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def take(self, path: str, headers: list[tuple[str, str]], body: bytes) -> None:
        parts = urlsplit(path)
        request = WebhookRequest(
            method="POST",
            path=parts.path,
            query_string=parts.query.encode(),
            headers=tuple(headers),
            body=body,
        )
        signature = dict(headers)["X-Twilio-Signature"]
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        self.signed.append(RequestValidator(TOKEN).validate(f"{self.public_url}{path}", form, signature))
        self.events.extend(self.channel.receive(request, NOW))

    def __enter__(self) -> Gateway:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.channel.close()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as running:
        yield running


@pytest.fixture
def provider(gateway: Gateway) -> Iterator[FakeProvider]:
    with FakeProvider(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        webhook_url=f"{gateway.url}/webhooks/twilio_sms",
        clock=VirtualClock(NOW),
    ) as running:
        yield running


def call(provider: FakeProvider, method: str, path: str, **options: Any) -> requests.Response:
    options.setdefault("auth", (ACCOUNT, TOKEN))
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, f"{provider.url}{path}", timeout=20, **options)


def messages(provider: FakeProvider, method: str = "GET", **options: Any) -> requests.Response:
    return call(provider, method, f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json", **options)


def send(provider: FakeProvider, gateway: Gateway | None = None, **fields: str) -> requests.Response:
    form = {"To": RESIDENT, "From": NUMBER, "Body": "hello", **fields}
    if gateway is not None:
        form["StatusCallback"] = f"{gateway.public_url}/webhooks/twilio_sms?reference=17"
    return messages(provider, "POST", data=form)


def steer(provider: FakeProvider, path: str, value: Any) -> requests.Response:
    return call(provider, "POST", f"/fake/{path}", json=value, auth=None)


def reported(gateway: Gateway) -> list[str]:
    return [str(event.status) for event in gateway.events if isinstance(event, DeliveryReport)]


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


def test_it_calls_no_other_machine() -> None:
    with FakeProvider(account_sid=ACCOUNT, auth_token=TOKEN) as provider:
        send(provider, StatusCallback="https://gateway.example.org/webhooks/twilio_sms")
        assert provider.wait_for_reports()
        assert [posted.answer for posted in provider.posted()] == [None, None, None]
        assert steer(provider, "inbound", {"from": RESIDENT, "to": NUMBER}).status_code == 400
    with pytest.raises(ValueError, match="this machine"):
        FakeProvider(account_sid=ACCOUNT, auth_token=TOKEN, webhook_url="https://gateway.example.org/x")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.1", "gateway.example.org", ""])
def test_it_listens_on_this_machine_only(host: str) -> None:
    with pytest.raises(ValueError, match="this machine only"):
        FakeProvider(account_sid=ACCOUNT, auth_token=TOKEN, host=host)


def test_a_web_page_cannot_steer_it(provider: FakeProvider) -> None:
    form = call(provider, "POST", "/fake/mode", data='{"mode": "500"}', headers={"Content-Type": "text/plain"})
    assert form.status_code == 415
    other_name = call(provider, "GET", "/fake/log", headers={"Host": "evil.example"})
    assert other_name.status_code == 400
    assert call(provider, "GET", "/fake/mode").json()["mode"] == "ok"


def test_the_mode_is_switched_while_it_runs(provider: FakeProvider) -> None:
    answer = steer(provider, "mode", {"mode": "mixed", "seed": 3, "mix": {"500": 100}}).json()
    assert (answer["mode"], answer["seed"], answer["mix"]) == ("mixed", 3, {"500": 100.0})
    assert send(provider).status_code == 500
    assert steer(provider, "mode", {"mode": "ok"}).json()["seed"] == 3
    assert send(provider).status_code == 201


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("mode", {"mode": "sulk"}),
        ("mode", {"mood": "ok"}),
        ("mode", {"mix": {"500": 200}}),
        ("mode", {"mix": [1]}),
        ("mode", {"seed": "x"}),
        ("mode", {"slow_seconds": -1}),
        ("mode", {"retry_after_seconds": 100_000}),
        ("mode", []),
        ("number", {"number": "alice"}),
        ("number", {"number": RESIDENT, "opted_out": "yes"}),
        ("number", {"number": RESIDENT, "ends": "lost"}),
        ("number", {"number": RESIDENT, "ends": "failed", "error_code": "30003"}),
        ("inbound", {"from": RESIDENT}),
        ("inbound", {"from": RESIDENT, "to": NUMBER, "body": 1}),
        ("inbound", {"from": RESIDENT, "to": NUMBER, "sid": "SM1"}),
        ("inbound", {"from": RESIDENT, "to": NUMBER, "media": ["x"] * 11}),
    ],
)
def test_a_wrong_order_is_refused_with_a_sentence(provider: FakeProvider, path: str, value: Any) -> None:
    answer = steer(provider, path, value)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_phones_are_set_over_http(provider: FakeProvider) -> None:
    steer(provider, "number", {"number": RESIDENT, "opted_out": True, "ends": "failed", "error_code": 30005})
    assert send(provider).json()["code"] == 21610
    steer(provider, "number", {"number": RESIDENT, "opted_out": False})
    send(provider)
    assert provider.wait_for_reports()
    assert (provider.texts()[0].status, provider.texts()[0].error_code) == ("failed", 30005)


def test_the_log_shows_what_was_taken_and_reported(provider: FakeProvider, gateway: Gateway) -> None:
    sid = send(provider, gateway).json()["sid"]
    assert provider.wait_for_reports()
    log = call(provider, "GET", "/fake/log", auth=None).json()
    (text,) = log["texts"]
    assert (text["sid"], text["to"], text["body"], text["reference"]) == (sid, RESIDENT, "hello", "17")
    assert [report["status"] for report in log["reports"]] == ["queued", "sent", "delivered"]


def test_the_journal_has_every_taken_text_before_the_answer(tmp_path: Path) -> None:
    journal = tmp_path / "taken.jsonl"
    with FakeProvider(account_sid=ACCOUNT, auth_token=TOKEN, journal=journal) as provider:
        for mode in (Mode.OK, Mode.ERROR, Mode.GARBAGE):
            provider.behave(mode)
            send(provider, Body=f"mode {mode} 你好")
            lines = journal.read_text("utf-8").splitlines()
            assert len(lines) == len(provider.texts())
    assert [json.loads(line)["body"] for line in lines] == ["mode ok 你好", "mode garbage 你好"]


def test_it_stops_at_once_even_while_it_keeps_somebody_waiting() -> None:
    provider = FakeProvider(
        account_sid=ACCOUNT, auth_token=TOKEN, behaviour=Behaviour(mode=Mode.SLOW, slow_seconds=300)
    )
    provider.start()
    answers: list[int] = []
    waiting = threading.Thread(target=lambda: answers.append(send(provider).status_code))
    waiting.start()
    while not provider.texts():
        waiting.join(0.01)
    provider.stop()
    waiting.join()
    assert answers == [201]


def test_a_provider_that_never_started_can_be_stopped() -> None:
    FakeProvider(account_sid=ACCOUNT, auth_token=TOKEN).stop()


def test_it_runs_until_it_is_told_to_end() -> None:
    code = (
        "from gateway.fake_provider import run_fake_provider; "
        f"run_fake_provider(port=0, account_sid={ACCOUNT!r}, auth_token={TOKEN!r}, "
        "announce=lambda line: print(line, flush=True)); print('ended')"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "http://127.0.0.1:" in process.stdout.readline()
        process.terminate()
        assert process.stdout.read() == "ended\n"
    assert process.returncode == 0
