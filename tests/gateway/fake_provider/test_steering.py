"""The fake provider: how it is told what to do, what it shows, and how it starts and stops."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from gateway.fake_provider import Behaviour, FakeProvider, Mode
from tests.gateway.fake_provider.calls import (
    ACCOUNT,
    NUMBER,
    RESIDENT,
    TOKEN,
    Gateway,
    call,
    send,
    steer,
)


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
