"""The bot through Telegram's real library against a stub on loopback: texts out, photos in, and the thread between."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from handlers.contract import OutgoingText
from handlers.errors import SendError, TooLarge
from handlers.telegram_bot import TelegramBot
from handlers.telegram_settings import TelegramSettings
from routing_rules.messages import Address, ChatAct, ChatButton, ChatForm, DeliveryStatus

TOKEN = "700001:" + "t0k3n-" * 6
SECRET = "a-secret-of-the-webhook_17"
WANG = Address("telegram", "7000001")


@dataclass
class Answer:
    """What the stub says; `drip` says it byte by byte until the stub is closed, `cut` breaks it off."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    drip: bool = False
    silent: bool = False


def ok(result: object) -> Answer:
    return Answer(body=json.dumps({"ok": True, "result": result}).encode("ascii"))


def no(status: int, description: str = "no", **parameters: Any) -> Answer:
    body = {"ok": False, "error_code": status, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Answer(status=status, body=json.dumps(body).encode("ascii"))


def taken(number: Any = 55, chat: Any = 7000001) -> Answer:
    return ok({"message_id": number, "date": 1787016004, "chat": {"id": chat, "type": "private"}, "text": "…"})


class Stub:
    """A Bot API that says what it was told to, method by method; the last answer stays."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.arrived = threading.Event()
        self.closing = threading.Event()
        self._answers: dict[str, list[Answer]] = {}
        self._lock = threading.Lock()
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                form = parse_qs(self.rfile.read(length).decode("ascii"), keep_blank_values=True)
                stub.answer(self, {key: value[0] for key, value in form.items()})

            def do_GET(self) -> None:
                stub.answer(self, {})

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def will(self, method: str, *answers: Answer) -> None:
        self._answers[method] = list(answers)

    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]

    def last(self) -> dict[str, str]:
        return self.calls[-1][1]

    def answer(self, handler: BaseHTTPRequestHandler, form: dict[str, str]) -> None:
        begin = next((start for start in (f"/bot{TOKEN}/", "/file/") if handler.path.startswith(start)), "")
        method = handler.path.removeprefix(begin)
        with self._lock:
            self.calls.append((method, form))
            script = self._answers.get(method) or [no(404, "Not Found")]
            answer = script.pop(0) if len(script) > 1 else script[0]
        self.arrived.set()
        handler.close_connection = True
        if answer.silent:
            self.closing.wait(20)
            return
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        if not answer.drip:
            handler.send_header("Content-Length", str(len(answer.body) + (10 if answer.cut else 0)))
        handler.end_headers()
        with contextlib.suppress(OSError):
            handler.wfile.write(answer.body)
            while answer.drip and not self.closing.wait(0.02):
                handler.wfile.write(b" ")

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Seconds:
    """The pace's clock; each look at it is two seconds later, so that the pace is not in the way."""

    def __init__(self) -> None:
        self.now = 0.0
        self.step = 2.0

    def __call__(self) -> float:
        self.now += self.step
        return self.now


@pytest.fixture
def stub() -> Iterator[Stub]:
    stub = Stub()
    yield stub
    stub.close()


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


def settings_for(api_base: str | None, **changes: Any) -> TelegramSettings:
    return TelegramSettings(**{"token": TOKEN, "secret_token": SECRET, "api_base": api_base, **changes})


@pytest.fixture
def bot(stub: Stub, clock: Seconds) -> Iterator[TelegramBot]:
    bot = TelegramBot("telegram_bot", settings_for(stub.url + "/"), clock)
    yield bot
    bot.close()


@contextlib.contextmanager
def impatient(url: str, seconds: float = 0.3) -> Iterator[TelegramBot]:
    bot = TelegramBot("telegram_bot", settings_for(url, timeout_seconds=seconds), Seconds())
    try:
        yield bot
    finally:
        bot.close()


def text(body: str = "收到", chat: ChatForm | None = None, to: Address = WANG) -> OutgoingText:
    return OutgoingText(reference="outbox-1", recipient=to, body=body, chat=chat)


def act(kind: ChatAct, target: str, body: str = "") -> OutgoingText:
    return text("", ChatForm(body=body, act=kind, target=target))


ANSWER = act(ChatAct.ANSWER_PRESS, "3006", "好")
CLEAR = act(ChatAct.CLEAR_BUTTONS, "7000001:90")
BUTTONS = ((ChatButton(label="已到", token="b-1"), ChatButton(label="不在", token="b-2")), ())
CARD = text("短信", ChatForm(body="请到现场核实", buttons=BUTTONS))
PHOTO = text("短信", ChatForm(body="请到现场核实", buttons=BUTTONS, photo="telegram_bot:AgACbig"))
#: What is done, by which method, and the answer when it works.
ACTS = {
    "sendMessage": (text(), taken()),
    "sendPhoto": (PHOTO, taken()),
    "answerCallbackQuery": (ANSWER, ok(True)),
    "editMessageReplyMarkup": (CLEAR, taken()),
}


def failure(bot: TelegramBot, outgoing: OutgoingText) -> SendError:
    with pytest.raises(SendError) as caught:
        bot.send(outgoing)
    return caught.value


# --- out


def test_a_text_is_sent_plainly_and_without_previews(stub: Stub, bot: TelegramBot) -> None:
    stub.will("sendMessage", taken())
    receipt = bot.send(text("收到 <b>https://example.org</b>"))
    assert (receipt.external_id, receipt.status) == ("7000001:55", DeliveryStatus.SENT)
    assert stub.methods() == ["sendMessage"]
    assert json.loads(stub.last()["link_preview_options"]) == {"is_disabled": True}
    assert (stub.last()["chat_id"], stub.last()["text"]) == ("7000001", "收到 <b>https://example.org</b>")
    assert not {"parse_mode", "reply_markup"} & stub.last().keys()


def test_a_card_has_its_own_words_and_its_buttons(stub: Stub, bot: TelegramBot) -> None:
    stub.will("sendMessage", taken())
    bot.send(CARD)
    assert stub.last()["text"] == "请到现场核实"
    row = [{"text": "已到", "callback_data": "b-1"}, {"text": "不在", "callback_data": "b-2"}]
    assert json.loads(stub.last()["reply_markup"]) == {"inline_keyboard": [row]}


def test_a_photo_goes_out_by_its_id_with_the_words_below_it(stub: Stub, bot: TelegramBot) -> None:
    stub.will("sendPhoto", taken())
    assert bot.send(PHOTO).external_id == "7000001:55"
    assert (stub.last()["photo"], stub.last()["caption"]) == ("AgACbig", "请到现场核实")
    assert "inline_keyboard" in stub.last()["reply_markup"]


@pytest.mark.parametrize("photo", ["", "simulator:1", "telegram_bot:", "telegram_bot:../x", "https://example.org/x"])
def test_the_words_leave_without_a_photo_that_is_not_ours(stub: Stub, bot: TelegramBot, photo: str) -> None:
    stub.will("sendMessage", taken())
    bot.send(text(chat=ChatForm(body="x", photo=photo)))
    assert stub.methods() == ["sendMessage"]


def units(value: str) -> int:
    return len(value.encode("utf-16-le")) // 2


@pytest.mark.parametrize("letter", ["x", "烟", "🔥"])
def test_what_is_too_long_is_cut_with_an_ellipsis(stub: Stub, bot: TelegramBot, letter: str) -> None:
    stub.will("sendMessage", taken())
    stub.will("sendPhoto", taken())
    stub.will("answerCallbackQuery", ok(True))
    long = letter * 5000
    for outgoing, field_name, limit in (
        (text(long), "text", 4096),
        (text(chat=ChatForm(body=long, photo="telegram_bot:AgAC")), "caption", 1024),
        (act(ChatAct.ANSWER_PRESS, "3006", long), "text", 200),
    ):
        bot.send(outgoing)
        sent = stub.last()[field_name]
        assert limit - 1 <= units(sent) <= limit
        assert sent == letter * (len(sent) - 1) + "…"
    bot.send(text(letter * 2048 + "\ud800"))
    assert stub.last()["text"] == letter * 2048


def test_a_press_is_answered(stub: Stub, bot: TelegramBot) -> None:
    stub.will("answerCallbackQuery", ok(True))
    assert bot.send(ANSWER).external_id == "answer:3006"
    assert stub.last() == {"callback_query_id": "3006", "text": "好"}
    bot.send(act(ChatAct.ANSWER_PRESS, "3006"))
    assert "text" not in stub.last()


def test_buttons_are_taken_away(stub: Stub, bot: TelegramBot) -> None:
    stub.will("editMessageReplyMarkup", taken(90))
    assert bot.send(CLEAR).external_id == "7000001:90"
    assert stub.last() == {"chat_id": "7000001", "message_id": "90"}


@pytest.mark.parametrize(
    ("outgoing", "method", "description"),
    [
        (ANSWER, "answerCallbackQuery", "query is too old and response timeout expired or query ID is invalid"),
        (CLEAR, "editMessageReplyMarkup", "message is not modified: specified new message content is the same"),
        (CLEAR, "editMessageReplyMarkup", "message to edit not found"),
    ],
)
def test_what_needs_not_be_done_any_more_is_done(
    stub: Stub, bot: TelegramBot, outgoing: OutgoingText, method: str, description: str
) -> None:
    stub.will(method, no(400, f"Bad Request: {description}"))
    assert bot.send(outgoing).status is DeliveryStatus.SENT
    stub.will("sendMessage", no(400, f"Bad Request: {description}"))
    assert failure(bot, text()).code == "400"


@pytest.mark.parametrize("target", ["", "90", "7000001:", "x:90", "-100:90", "7000001:90:e5", "７:９"])
def test_a_target_that_is_none_is_not_tried(stub: Stub, bot: TelegramBot, target: str) -> None:
    error = failure(bot, act(ChatAct.CLEAR_BUTTONS, target))
    assert (error.retryable, error.outcome_known, stub.calls) == (False, True, [])
    assert not failure(bot, act(ChatAct.ANSWER_PRESS, "")).retryable


@pytest.mark.parametrize(
    "address", ["tel:+15005550006", "telegram:-1001", "telegram:0", "telegram:unknown", "telegram:７", "sim:7"]
)
def test_only_people_are_reached(stub: Stub, bot: TelegramBot, address: str) -> None:
    to = Address.parse(address)
    assert bot.reaches(WANG)
    assert not bot.reaches(to)
    error = failure(bot, text(to=to))
    assert (error.retryable, error.outcome_known, stub.calls) == (False, True, [])


@pytest.mark.parametrize("method", ACTS)
def test_everything_works_when_telegram_says_so(stub: Stub, bot: TelegramBot, method: str) -> None:
    outgoing, good = ACTS[method]
    stub.will(method, good)
    assert bot.send(outgoing).status is DeliveryStatus.SENT
    assert stub.methods() == [method]


# --- the thread


def bot_threads() -> int:
    return sum(thread.name == "telegram" for thread in threading.enumerate())


def test_the_thread_begins_with_the_first_call_and_ends_with_the_bot(stub: Stub) -> None:
    before = bot_threads()
    stub.will("sendMessage", taken())
    bot = TelegramBot("telegram_bot", settings_for(stub.url), Seconds())
    assert bot_threads() == before
    bot.send(text())
    bot.send(text())
    assert bot_threads() == before + 1
    bot.close()
    bot.close()
    assert bot_threads() == before
    error = failure(bot, text())
    assert (error.retryable, error.outcome_known, len(stub.calls)) == (True, True, 2)


def test_a_bot_that_never_called_can_be_closed() -> None:
    TelegramBot("telegram_bot", settings_for(None)).close()


def test_a_call_that_is_under_way_ends_with_the_bot(stub: Stub) -> None:
    stub.will("sendMessage", Answer(silent=True))
    bot = TelegramBot("telegram_bot", settings_for(stub.url), Seconds())
    errors: list[SendError] = []
    thread = threading.Thread(target=lambda: errors.append(failure(bot, text())))
    thread.start()
    assert stub.arrived.wait(20)
    bot.close()
    thread.join(20)
    assert [(error.retryable, error.outcome_known) for error in errors] == [(True, False)]


def test_many_threads_send_through_one_bot(stub: Stub, bot: TelegramBot) -> None:
    stub.will("sendMessage", *(taken(number) for number in range(1, 61)))
    names: list[str] = []

    def work(person: int) -> None:
        for _ in range(3):
            names.append(bot.send(text(to=Address("telegram", str(person)))).external_id)

    threads = [threading.Thread(target=work, args=(7000001 + number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == len(stub.calls) == 60


# --- files

URL = "telegram_bot:AgACbig"


def file_at(path: object, **values: Any) -> Answer:
    return ok({"file_id": "AgACbig", "file_unique_id": "u", "file_path": path, **values})


def test_a_photo_is_fetched_and_never_more_than_wanted(stub: Stub, bot: TelegramBot) -> None:
    stub.will("getFile", file_at("photos/file 1?#%.jpg"))
    stub.will(f"bot{TOKEN}/photos/file%201%3F%23%25.jpg", Answer(body=b"\xff\xd8" * 5000))
    assert bot.fetch(URL, 10_000) == b"\xff\xd8" * 5000
    assert stub.calls[0] == ("getFile", {"file_id": "AgACbig"})
    with pytest.raises(TooLarge):
        bot.fetch(URL, 9_999)


@pytest.mark.parametrize("url", ["", "AgACbig", "simulator:AgACbig", "telegram_bot:", "telegram_bot:a/b", "http://x/y"])
def test_only_files_of_the_channel_are_fetched(stub: Stub, bot: TelegramBot, url: str) -> None:
    with pytest.raises(SendError) as caught:
        bot.fetch(url, 100)
    assert (caught.value.retryable, stub.calls) == (False, [])


def test_a_bot_with_a_webhook_has_nothing_to_fetch(stub: Stub, bot: TelegramBot) -> None:
    bot.listen(print, threading.Event(), lambda: datetime(2026, 8, 18, 1, 20, tzinfo=UTC))
    assert stub.calls == []


def test_a_bot_with_a_webhook_tells_telegram_where_it_is(stub: Stub) -> None:
    stub.will("setWebhook", ok(True))
    bot = TelegramBot("telegram_bot", settings_for(stub.url, public_url="https://grid.example.org"))
    bot.listen(print, threading.Event(), lambda: datetime(2026, 8, 18, 1, 20, tzinfo=UTC))
    bot.close()
    assert [method for method, _ in stub.calls] == ["setWebhook"]
