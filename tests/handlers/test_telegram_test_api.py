"""The bot against npm's telegram-test-api, a Bot API that others wrote: what we send it takes, what it gives we read.

`npm install --no-save --no-package-lock --prefix .ci/node telegram-test-api@4.2.1` puts it where this test looks; the
packages of other tests have to be named along with it, as `.ci/run` does, since npm takes away what it is not told of.
GRIDGATE_PRISM names another `node_modules` folder. The package is years behind the Bot API of today: `Mended` stands
between and adds what it leaves out. It knows neither photos nor files nor refusals; the fake provider does.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests

from handlers.contract import OutgoingText
from handlers.telegram_bot import TelegramBot
from handlers.telegram_settings import TelegramSettings
from routing_rules.messages import Address, ChatAct, ChatButton, ChatForm, Event, InboundMessage

START_SECONDS, PATIENCE = 30.0, 20.0
TOKEN = "1000001:a-bot-token-for-tests-only"
WANG = 7000001
NOW = datetime(2026, 8, 18, 1, 20, 4, tzinfo=UTC)
PERSON = {"id": WANG, "first_name": "王某", "is_bot": False}
CHAT = {"id": WANG, "first_name": "王某", "type": "private"}
BOT = {"id": 1000001, "first_name": "网格助手", "is_bot": True}
SERVER = """
const { TelegramServer } = require(process.argv[1] + "/lib/telegramServer");
new TelegramServer({ host: "127.0.0.1", port: Number(process.argv[2]), storeTimeout: 600 }).start();
"""


@pytest.fixture(scope="module")
def package() -> Path:
    default = Path(__file__).resolve().parents[2] / ".ci" / "node" / "node_modules"
    folder = Path(os.environ.get("GRIDGATE_PRISM", default)) / "telegram-test-api"
    if shutil.which("node") and folder.is_dir():
        return folder
    missing = f"node, or telegram-test-api in {folder.parent}, is not installed: see the head of this test"
    if os.environ.get("CI") == "true":
        pytest.fail(missing)
    pytest.skip(missing)


@pytest.fixture
def server(package: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a server of its own for each test."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (tmp_path / "server.log").open("wb") as log:
        process = subprocess.Popen(
            ["node", "-e", SERVER, str(package), str(port)], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_for(lambda: process.poll() is not None or _answers(port), "the server answers", START_SECONDS)
            assert process.poll() is None, (tmp_path / "server.log").read_text("utf-8")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition: Callable[[], Any], what: str, seconds: float = PATIENCE) -> Any:
    """Look until it is true; returns what it was."""
    give_up = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < give_up, f"after {seconds:g} seconds still not true: {what}"
        time.sleep(0.05)
    return found


def post(url: str, body: object) -> Any:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(url, json=body, timeout=10)
    answer.raise_for_status()
    return answer.json()["result"]


# -- what the Bot API of today says and the server leaves out -----------------------------------------------------


def mended_parameters(method: str, parameters: dict[str, str]) -> dict[str, str]:
    """Without reply_markup the buttons go; the server leaves them."""
    if method == "editMessageReplyMarkup":
        return {"reply_markup": '{"inline_keyboard": []}', **parameters}
    return parameters


def mended_result(method: str, result: Any) -> Any:
    """What was done is null and not true. What the bot wrote comes back with all its parameters as they were given,
    without `from`, and dated in milliseconds.
    """
    if method == "sendMessage":
        message = {name: result.get(name) for name in ("message_id", "chat", "text", "reply_markup")}
        return {**message, "from": BOT, "date": result["date"] // 1000}
    return True if result is None else result


def mended_update(update: dict[str, Any]) -> dict[str, Any]:
    """Presses have a chat_instance, and the message under the button was written by the bot at some time."""
    press = update.get("callback_query")
    if press is not None:
        press |= {"chat_instance": "1"}
        press["message"] |= {"from": BOT, "date": int(NOW.timestamp())}
    return update


class Mended:
    """A Bot API of today made of the server's."""

    def __init__(self, upstream: str) -> None:
        self._upstream = upstream
        self._session = requests.Session()
        self._session.trust_env = False
        #: Given out and not confirmed yet: the server forgets what it has given out once.
        self._updates: list[dict[str, Any]] = []
        #: What the bot called.
        self.methods: list[str] = []
        mended = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                method = self.path.rpartition("/")[2]
                body = json.dumps(mended.answer(self.path, method, dict(parse_qsl(sent)))).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def answer(self, path: str, method: str, parameters: dict[str, str]) -> dict[str, Any]:
        """The answer to a call."""
        self.methods.append(method)
        asked = self._session.post(
            f"{self._upstream}{path}", data=mended_parameters(method, parameters), timeout=10
        ).json()
        assert asked["ok"], asked
        if method != "getUpdates":
            return {"ok": True, "result": mended_result(method, asked["result"])}
        offset = int(parameters.get("offset", 0))
        self._updates += map(mended_update, asked["result"])
        self._updates = [update for update in self._updates if update["update_id"] >= offset]
        return {"ok": True, "result": self._updates}

    def __enter__(self) -> Mended:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._session.close()


# -- people, played through the server's own routes ---------------------------------------------------------------


def write(server: str, text: str) -> None:
    post(f"{server}/sendMessage", {"botToken": TOKEN, "from": PERSON, "chat": CHAT, "date": _seconds(), "text": text})


def command(server: str, text: str) -> None:
    entities = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    body = {"botToken": TOKEN, "from": PERSON, "chat": CHAT, "date": _seconds(), "text": text, "entities": entities}
    post(f"{server}/sendCommand", body)


def press(server: str, message_id: int, data: str) -> None:
    message = {"message_id": message_id, "chat": CHAT, "text": "收到"}
    post(f"{server}/sendCallback", {"botToken": TOKEN, "from": PERSON, "message": message, "data": data})


def history(server: str) -> list[dict[str, Any]]:
    """What the bot wrote, as it stands now."""
    entries = post(f"{server}/getUpdatesHistory", {"token": TOKEN})
    return [entry for entry in entries if "chat_id" in entry.get("message", {})]


def _seconds() -> int:
    return int(NOW.timestamp())


@contextlib.contextmanager
def listening(url: str) -> Iterator[tuple[TelegramBot, list[InboundMessage]]]:
    """A bot that fetches its updates, and what came of them."""
    settings = TelegramSettings(token=TOKEN, secret_token="", webhook=False, api_base=url)
    bot, stop, heard = TelegramBot("telegram_bot", settings), threading.Event(), list[InboundMessage]()

    def deliver(event: Event) -> None:
        assert isinstance(event, InboundMessage)
        heard.append(event)

    thread = threading.Thread(target=bot.listen, args=(deliver, stop, lambda: NOW))
    thread.start()
    try:
        yield bot, heard
    finally:
        stop.set()
        thread.join()
        bot.close()


def out(**chat: Any) -> OutgoingText:
    form = ChatForm(**chat)
    return OutgoingText(reference="1", recipient=Address("telegram", str(WANG)), body=form.body, chat=form)


# -- the tests ----------------------------------------------------------------------------------------------------


def test_what_people_write_is_heard_once_and_in_order(server: str) -> None:
    command(server, "/start 7F3K-92QD")
    write(server, "盐港西路83号烟囱冒黑烟")
    with Mended(server) as mended, listening(mended.url) as (_, heard):
        wait_for(lambda: len(heard) == 2, "both are heard")
        write(server, "还在冒烟")
        wait_for(lambda: len(heard) == 3, "the third is heard")
    assert [event.text for event in heard] == ["/start 7F3K-92QD", "盐港西路83号烟囱冒黑烟", "还在冒烟"]
    assert {event.sender for event in heard} == {Address("telegram", str(WANG))}
    assert len({event.external_id for event in heard}) == 3
    assert not any(event.meaningless for event in heard)


def test_buttons_are_shown_pressed_answered_and_taken_away(server: str) -> None:
    buttons = (
        (ChatButton(label="立案", token="token-1"), ChatButton(label="改类别", token="token-2")),
        (ChatButton(label="改地点", token="token-3"),),
    )
    with Mended(server) as mended, listening(mended.url) as (bot, heard):
        receipt = bot.send(out(body="收到3图1定位。盐港西路83号烟囱冒黑烟?", buttons=buttons))
        (shown,) = history(server)
        assert receipt.external_id == f"{WANG}:{shown['messageId']}"
        assert shown["message"]["text"] == "收到3图1定位。盐港西路83号烟囱冒黑烟?"
        rows = shown["message"]["reply_markup"]["inline_keyboard"]
        assert [[(one["text"], one["callback_data"]) for one in row] for row in rows] == [
            [(one.label, one.token) for one in row] for row in buttons
        ]

        press(server, shown["messageId"], rows[0][0]["callback_data"])
        wait_for(lambda: heard, "the press is heard")
        (pressed,) = heard
        assert (pressed.button, pressed.reply_to) == ("token-1", receipt.external_id)
        assert pressed.sender == Address("telegram", str(WANG))
        assert pressed.press is not None

        answered = bot.send(out(act=ChatAct.ANSWER_PRESS, target=pressed.press, body="已办"))
        assert answered.external_id == f"answer:{pressed.press}"
        cleared = bot.send(out(act=ChatAct.CLEAR_BUTTONS, target=receipt.external_id, body=""))
        assert cleared.external_id == receipt.external_id
        (shown,) = history(server)
        assert shown["message"]["reply_markup"]["inline_keyboard"] == []


def test_a_webhook_that_was_set_before_is_taken_off(server: str) -> None:
    """The server posts to a webhook as long as one is set, and keeps nothing for those who ask."""
    post(f"{server}/bot{TOKEN}/setWebhook", {"url": "http://127.0.0.1:9/webhooks/telegram_bot"})
    with Mended(server) as mended, listening(mended.url) as (_, heard):
        wait_for(lambda: "getUpdates" in mended.methods, "updates are asked for")
        write(server, "你好")
        wait_for(lambda: heard, "what is written now is heard")
    assert mended.methods[:2] == ["deleteWebhook", "getUpdates"]
