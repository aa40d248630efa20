"""The fake Bot API asked by hand, and what the other tests of it call it with."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from PIL import Image

from gateway.clock import Clock, VirtualClock
from gateway.fake_provider import FakeProvider

ACCOUNT, AUTH = "AC" + "a" * 32, "a-token-for-tests"
BOT_TOKEN = "1000001:a-bot-token-for-tests-only"
SECRET = "a-secret-for-tests"
NOW = datetime(2026, 8, 18, 1, 20, 4, tzinfo=UTC)
WANG, LI = 7000001, 7000002
ROOT = Path(__file__).parents[3]
MANY_BYTES = 21 * 1024 * 1024


def a_provider(**options: Any) -> FakeProvider:
    """One with a bot, on a clock that stands still."""
    options.setdefault("clock", VirtualClock(NOW))
    return FakeProvider(account_sid=ACCOUNT, auth_token=AUTH, **{"bot_token": BOT_TOKEN, **options})


def http(provider: FakeProvider, method: str, path: str, **options: Any) -> requests.Response:
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, f"{provider.url}{path}", timeout=20, **options)


def ask(provider: FakeProvider, method: str, **parameters: Any) -> requests.Response:
    """A method of the Bot API, its parameters as JSON."""
    return http(provider, "POST", f"/bot{BOT_TOKEN}/{method}", json=parameters)


def result(provider: FakeProvider, method: str, **parameters: Any) -> Any:
    answer = ask(provider, method, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def refusal(provider: FakeProvider, method: str, **parameters: Any) -> tuple[int, str]:
    answer = ask(provider, method, **parameters)
    value = answer.json()
    assert (value["ok"], value["error_code"]) == (False, answer.status_code)
    return answer.status_code, value["description"]


def keyboard(*buttons: tuple[str, str]) -> dict[str, Any]:
    """One button a row: its label and its data."""
    return {"inline_keyboard": [[{"text": text, "callback_data": data}] for text, data in buttons]}


def picture(width: int = 400, height: int = 300, colour: str = "red") -> bytes:
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, "JPEG")
    return written.getvalue()


class _Server(ThreadingHTTPServer):
    #: Telegram comes with 40 connections at once; five may wait otherwise, and the rest is sent away.
    request_queue_size = 128


class Receiver:
    """A webhook on loopback that keeps what was posted to it and answers as told."""

    def __init__(self, answer: Callable[[dict[str, Any]], int] = lambda update: 200) -> None:
        self.answer = answer
        self.updates: list[dict[str, Any]] = []
        #: What it answered 2xx to.
        self.taken: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.together = 0
        self.most_together = 0
        self._lock = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(receiver.take(update, self.headers.get("X-Telegram-Bot-Api-Secret-Token")))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self.server = _Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/webhooks/telegram_bot"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})

    def take(self, update: dict[str, Any], secret: str | None) -> int:
        with self._lock:
            self.updates.append(update)
            self.secrets.append(secret)
            self.together += 1
            self.most_together = max(self.most_together, self.together)
        status = self.answer(update)
        with self._lock:
            self.together -= 1
            if 200 <= status < 300:
                self.taken.append(update)
        return status

    def texts(self, person: int | None = None) -> list[str]:
        """The texts it took, of one person or of all."""
        messages = [update["message"] for update in self.taken if "message" in update]
        return [message["text"] for message in messages if person in (None, message["chat"]["id"])]

    def __enter__(self) -> Receiver:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def provider() -> Iterator[FakeProvider]:
    with a_provider() as running:
        running.telegram.person(WANG, "王某").write("你好")
        yield running


@pytest.mark.parametrize("token", ["1000001:wrong", "x", "1000001", BOT_TOKEN + "x", "%20"])
def test_only_who_knows_the_token_is_answered(provider: FakeProvider, token: str) -> None:
    for path in (f"/bot{token}/getMe", f"/file/bot{token}/photos/file_0.jpg", f"/bot{token}"):
        answer = http(provider, "GET", path)
        assert answer.status_code == 401
        assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}
    assert provider.telegram.requests() == []


def test_without_a_bot_every_token_is_a_wrong_one_and_nobody_can_be_played() -> None:
    with FakeProvider(account_sid=ACCOUNT, auth_token=AUTH) as provider:
        assert ask(provider, "getMe").status_code == 401
        assert http(provider, "GET", "/fake/telegram/people").status_code == 404
        with pytest.raises(RuntimeError, match="bot_token"):
            provider.telegram  # noqa: B018 - reading it is the test


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"bot_token": "no-number"}, "bot_token"),
        ({"bot_token": ""}, "bot_token"),
        ({"telegram_secret": "with a space"}, "telegram_secret"),
        ({"telegram_webhook_url": "https://gateway.example.org/x"}, "this machine"),
        ({"telegram_pauses": ()}, "pauses"),
    ],
)
def test_a_bot_is_not_half_configured(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        a_provider(**options)


def test_an_unknown_method_is_not_found_and_case_does_not_matter(provider: FakeProvider) -> None:
    assert refusal(provider, "sendDice", chat_id=WANG) == (404, "Not Found: method not found")
    assert http(provider, "GET", f"/bot{BOT_TOKEN}").status_code == 404
    assert result(provider, "GETme") == result(provider, "getMe") == result(provider, "getme")


def test_parameters_come_in_the_query_a_form_a_multipart_form_or_json(provider: FakeProvider) -> None:
    path, markup = f"/bot{BOT_TOKEN}/sendMessage", keyboard(("到了", "a:1"))
    form = {"chat_id": str(WANG), "text": "一", "reply_markup": json.dumps(markup)}
    answers = [
        http(provider, "GET", path, params=form),
        http(provider, "POST", path, params=form),
        http(provider, "POST", path, data=form),
        http(provider, "POST", path, files={name: (None, value) for name, value in form.items()}),
        http(provider, "POST", path, json={**form, "chat_id": WANG, "reply_markup": markup}),
        http(provider, "POST", path, json={**form, "disable_notification": True, "entities": None}),
    ]
    for answer in answers:
        message = answer.json()["result"]
        assert (message["text"], message["chat"]["id"], message["reply_markup"]) == ("一", WANG, markup)
    assert len(provider.telegram.person(WANG).received()) == len(answers)


@pytest.mark.parametrize(
    ("body", "description"),
    [
        (b"{", "can't parse JSON object"),
        (b"[1]", "JSON object expected"),
        (b"\xff", "can't parse JSON object"),
        (b"[" * 100_000, "can't parse JSON object"),
        (b'{"chat_id": 7000001, "text": "\\ud800"}', "strings must be encoded in UTF-8"),
        (b'{"chat_id": 7000001, "text": "x", "reply_markup": "{"}', "can't parse reply_markup JSON object"),
        (b'{"chat_id": 7000001, "text": "x", "reply_markup": "[]"}', "can't parse reply_markup: expected an Object"),
        (b"", "message text is empty"),
    ],
)
def test_a_broken_body_is_refused_in_the_form_of_the_bot_api(
    provider: FakeProvider, body: bytes, description: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = http(provider, "POST", f"/bot{BOT_TOKEN}/sendMessage", data=body, headers=headers)
    assert answer.json() == {"ok": False, "error_code": 400, "description": f"Bad Request: {description}"}
    logged = provider.telegram.requests()[-1]
    assert (logged.method, logged.ok, logged.code) == ("sendMessage", False, 400)


def test_other_verbs_and_bodies_beyond_20_mib_are_refused_in_its_form_too(provider: FakeProvider) -> None:
    path = f"/bot{BOT_TOKEN}/sendPhoto"
    assert http(provider, "PUT", path).json()["error_code"] == 405
    claimed = {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": str(MANY_BYTES)}
    answer = http(provider, "POST", path, data=b"", headers=claimed)
    assert answer.json() == {"ok": False, "error_code": 413, "description": "Request Entity Too Large"}


def test_more_than_the_one_mib_of_the_other_routes_is_taken(provider: FakeProvider) -> None:
    photo = picture() + b"\0" * (3 * 1024 * 1024)
    path = f"/bot{BOT_TOKEN}/sendPhoto"
    answer = http(provider, "POST", path, data={"chat_id": WANG}, files={"photo": ("a.jpg", photo)})
    assert answer.status_code == 200
    assert provider.telegram.person(WANG).received()[-1].photo == photo
    too_big = picture() + b"\0" * (11 * 1024 * 1024)
    answer = http(provider, "POST", path, data={"chat_id": WANG}, files={"photo": ("a.jpg", too_big)})
    assert answer.json()["description"] == "Bad Request: file is too big"


def test_every_request_is_logged_with_its_moment_and_without_its_token() -> None:
    clock: Clock = VirtualClock(NOW)
    with a_provider(clock=clock) as provider:
        provider.telegram.person(WANG, "王某").start()
        result(provider, "sendMessage", chat_id=WANG, text="一")
        refusal(provider, "sendmessage", chat_id=LI, text="二")
        refusal(provider, "sendDice")
        log = provider.telegram.requests()
        assert [(one.method, one.chat, one.ok, one.code) for one in log] == [
            ("sendMessage", str(WANG), True, 200),
            ("sendMessage", str(LI), False, 400),
            ("sendDice", None, False, 404),
        ]
        assert {(one.at, one.monotonic) for one in log} == {(NOW, 0.0)}
        assert BOT_TOKEN not in str(log)


def test_the_command_serves_a_bot_for_rehearsals_that_posts_to_the_gateway(tmp_path: Path) -> None:
    outer = {name: value for name, value in os.environ.items() if not name.startswith("GRIDGATE_")}
    with (
        Receiver() as receiver,
        subprocess.Popen(
            [sys.executable, "-m", "gateway", "fake-provider", "--port", "0", "--webhook", f"{receiver.url}?x=1"],
            cwd=tmp_path,
            env={**outer, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        url = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert url
        people = f"{url[0]}/fake/telegram/people"
        with requests.Session() as session:
            session.trust_env = False
            assert session.post(people, json={"id": WANG, "name": "王某"}, timeout=20).status_code == 200
            assert session.post(f"{people}/{WANG}/write", json={"text": "一"}, timeout=20).json() == {"result": 1}
            while not receiver.taken:
                assert session.get(f"{url[0]}/fake/telegram/log", timeout=20).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert receiver.texts() == ["一"]
        assert receiver.secrets == ["rehearsal-only-secret"]
