"""The one place that touches Telegram's SDK and the network; it keeps nothing of what it sends.

The SDK builds requests and reads answers, on a loop of its own in a thread of its own, so that the gateway's
threads may simply wait. The connection is ours: a timeout on everything, nothing from the environment, no redirect,
no other host, no compressed or endless answer. Every way a call can end is either a value or a SendError. The bot's
token is part of every address, so that no message of the SDK's ever gets into one of ours, or into a log.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram import error as sdk
from telegram.request import HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from handlers.errors import SendError, TooLarge
from handlers.strict_json import depth
from handlers.telegram_loop import LoopThread, Work
from handlers.telegram_settings import TelegramSettings
from routing_rules.messages import ChatButton

T = TypeVar("T")
Buttons = tuple[tuple[ChatButton, ...], ...]

#: An answer to a call is about 2 KiB; a hundred updates have a few hundred.
MAX_ANSWER_BYTES = 1024 * 1024
MAX_UPDATES_BYTES = 8 * 1024 * 1024
#: Deeper answers would only serve to exhaust the parser's stack.
_MAX_ANSWER_DEPTH = 256
#: Seconds that Telegram may wait for an update before it answers that there is none.
POLL_SECONDS = 20
#: Connections that are kept; the dispatcher's threads share them.
_POOL = 16
#: A call, and a file, may take this many times the timeout of a single step.
_CALL_TIMEOUTS = 3
_FILE_TIMEOUTS = 12
#: What to hold where Telegram refuses a call as one too many without saying for how long; and the longest hold.
_HOLD_SECONDS = 1.0
_LONGEST_HOLD_SECONDS = 86_400.0

_TALKATIVE = ("httpx", "httpcore.connection", "httpcore.http11", "telegram.Bot")
#: The request was never written.
_NOT_REACHED = (httpx.PoolTimeout, httpx.ConnectError, httpx.ConnectTimeout)


class TelegramApi:
    """The methods of the Bot API that we use, blocking and typed. Shared between threads."""

    def __init__(self, settings: TelegramSettings, kinds: tuple[str, ...]) -> None:
        for name in _TALKATIVE:
            logging.getLogger(name).addFilter(_only_warnings)
        base, timeout = settings.base, settings.timeout_seconds
        self._timeout, self._kinds = timeout, list(kinds)
        self._updates_url = f"{base}/bot{settings.token}/getUpdates"
        self._files_url = f"{base}/file/bot{settings.token}/"
        self._calls = _Request(base, timeout, pool=_POOL, most_bytes=MAX_ANSWER_BYTES)
        self._polls = _Request(base, timeout, pool=1, most_bytes=MAX_UPDATES_BYTES)
        self._files = httpx.AsyncClient(transport=_OneHost(base, _POOL, None), timeout=timeout, **_PLAIN)
        self._bot = Bot(settings.token, f"{base}/bot", f"{base}/file/bot", self._calls, self._polls)
        self._loop = LoopThread()

    def send(self, chat: int, text: str, buttons: Buttons, photo: str | None = None) -> str:
        """Send a text, or a photo with it that Telegram has already; "<chat>:<message>". Raises SendError."""
        rows = [[InlineKeyboardButton(one.label, callback_data=one.token) for one in row] for row in buttons if row]
        markup = InlineKeyboardMarkup(rows) if rows else None

        async def work() -> str:
            if photo is None:
                plain = LinkPreviewOptions(is_disabled=True)
                sent = await self._bot.send_message(chat, text, reply_markup=markup, link_preview_options=plain)
            else:
                sent = await self._bot.send_photo(chat, photo, caption=text, reply_markup=markup)
            if type(sent.chat.id) is not int or type(sent.message_id) is not int:
                raise _unknown("the answer does not describe a message")
            return f"{sent.chat.id}:{sent.message_id}"

        return self._call(work)

    def answer_press(self, press: str, text: str) -> None:
        """Show a passing notice to who pressed a button; too late counts as done. Raises SendError."""

        async def work() -> None:
            with _done_if("query is too old"):
                _must_be_true(await self._bot.answer_callback_query(press, text=text or None))

        self._call(work)

    def clear_buttons(self, chat: int, message: int) -> None:
        """Take the buttons away from a message; nothing to take away counts as done. Raises SendError."""

        async def work() -> None:
            with _done_if("message is not modified", "message to edit not found"):
                await self._bot.edit_message_reply_markup(chat_id=chat, message_id=message, reply_markup=None)

        self._call(work)

    def download(self, file_id: str, limit: int) -> bytes:
        """A file that came with a message. Raises SendError, or TooLarge beyond `limit` bytes."""

        async def work() -> bytes:
            with _done_if("file is too big"):
                file = await self._bot.get_file(file_id)
                return await self._content(self._file_url(file.file_path), limit)
            raise TooLarge("the file is larger than Telegram gives to a bot")

        return self._call(work, _FILE_TIMEOUTS)

    def set_webhook(self, url: str, secret: str, stop: threading.Event) -> None:
        """Have updates sent to `url` with the secret; those that wait are kept. Raises SendError."""

        async def work() -> None:
            _must_be_true(await self._bot.set_webhook(url, allowed_updates=self._kinds, secret_token=secret))

        self._call(work, stop=stop)

    def delete_webhook(self, stop: threading.Event) -> None:
        """Tell Telegram that updates are fetched; those that wait are kept. Raises SendError."""

        async def work() -> None:
            _must_be_true(await self._bot.delete_webhook(drop_pending_updates=False))

        self._call(work, stop=stop)

    def updates(self, offset: int | None, stop: threading.Event) -> list[Any]:
        """The updates from `offset` on as they came, after at most 20 seconds; it confirms those before.

        Raises SendError; when `stop` is set meanwhile as well.
        """
        parameters: dict[str, Any] = {"timeout": POLL_SECONDS, "allowed_updates": self._kinds}
        if offset is not None:
            parameters["offset"] = offset
        data = RequestData([RequestParameter.from_input(key, value) for key, value in parameters.items()])

        async def work() -> list[Any]:
            # Not by the SDK's own method: it reads all updates at once, and one that it cannot read loses the rest.
            found: Any = await self._polls.post(self._updates_url, data, read_timeout=POLL_SECONDS + self._timeout)
            if not isinstance(found, list):
                raise _unknown("the answer is not what Telegram documents")
            return found

        return self._call(work, stop=stop)

    def close(self) -> None:
        """Give the connections and the thread back; calls that are under way end with an unknown outcome."""

        async def work() -> None:
            await asyncio.gather(self._calls.shutdown(), self._polls.shutdown(), self._files.aclose())

        self._loop.close(work)

    def _call(self, work: Work[T], timeouts: int = _CALL_TIMEOUTS, stop: threading.Event | None = None) -> T:
        try:
            return self._loop.run(work, timeouts * self._timeout + (0 if stop is None else POLL_SECONDS), stop)
        except (SendError, TooLarge):
            raise
        except Exception as error:  # noqa: BLE001 - the SDK raises what Python raises at an answer it did not expect
            refused = _refusal(error)
        # Outside of the handler: the SDK's error, with the token in it, must not hang on ours.
        raise refused

    def _file_url(self, given: str | None) -> str:
        """The address of a file below our own base, whatever the answer names."""
        # The SDK puts the base before what Telegram said.
        path = (given or "").removeprefix(self._files_url)
        foreign = not path or path == given or path.startswith("/") or not path.isprintable()
        if foreign or any(sign in path for sign in ("..", "//", "\\", ":")):
            raise _unknown("the answer names no file of Telegram's")
        return self._files_url + quote(path)

    async def _content(self, url: str, limit: int) -> bytes:
        content = bytearray()
        async with self._files.stream("GET", url) as answer:
            _check_status(answer.status_code)
            async for chunk in answer.aiter_raw():
                content += chunk
                if len(content) > limit:
                    raise TooLarge(f"the file is larger than {limit} bytes")
        return bytes(content)


# --- the connection

_authorities = cache(httpx.create_ssl_context)
_PLAIN: dict[str, Any] = {"headers": {"Accept-Encoding": "identity"}, "trust_env": False}


class _Request(HTTPXRequest):
    """The SDK's connections, on our terms."""

    def __init__(self, base: str, timeout: float, *, pool: int, most_bytes: int) -> None:
        transport = _OneHost(base, pool, most_bytes)
        super().__init__(httpx_kwargs={"transport": transport, "timeout": timeout, **_PLAIN})

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """As the SDK's; but 429 is always a refusal, and its seconds are read by us: the SDK's are deprecated."""
        code, payload = await super().do_request(*args, **kwargs)
        if code == httpx.codes.TOO_MANY_REQUESTS:
            raise _TooMany(self._seconds(payload))
        if code == httpx.codes.SERVICE_UNAVAILABLE:
            raise _Unavailable
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The object in an answer. The SDK's own would log an answer that it cannot read, and with it a text."""
        text, value = payload.decode("utf-8", "replace"), None
        with contextlib.suppress(ValueError):
            value = json.loads(text, parse_int=_int) if depth(text) <= _MAX_ANSWER_DEPTH else None
        if not isinstance(value, dict):
            raise sdk.TelegramError("the answer is not a JSON object")
        return value

    def _seconds(self, payload: bytes) -> float:
        try:
            seconds = float(self.parse_json_payload(payload)["parameters"]["retry_after"])
        except (sdk.TelegramError, ValueError, TypeError, LookupError):
            return _HOLD_SECONDS
        return min(max(seconds, _HOLD_SECONDS), _LONGEST_HOLD_SECONDS) if seconds == seconds else _HOLD_SECONDS


class _TooMany(sdk.TelegramError):
    """A refusal that says when to come back; of the SDK's kind, which it lets through unchanged."""

    def __init__(self, seconds: float) -> None:
        super().__init__("too many requests")
        self.seconds = seconds


class _Unavailable(sdk.TelegramError):
    """The server says that it does not serve: of all that go wrong on its side the one that took nothing for sure."""

    def __init__(self) -> None:
        super().__init__("service unavailable")


class _OneHost(httpx.AsyncHTTPTransport):
    """Connections to one base address only."""

    def __init__(self, base: str, pool: int, most_bytes: int | None) -> None:
        # The list of authorities takes a twentieth of a second to read.
        super().__init__(_authorities(trust_env=False), limits=httpx.Limits(max_connections=pool), trust_env=False)
        self._base = str(httpx.URL(base))
        self._most_bytes = most_bytes

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if not str(request.url).startswith(f"{self._base}/"):
            raise httpx.ConnectError("another host")
        answer = await super().handle_async_request(request)
        if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
            await answer.aclose()
            raise httpx.DecodingError("the answer is compressed although we did not ask for it")
        if self._most_bytes is not None and isinstance(answer.stream, httpx.AsyncByteStream):
            answer.stream = _Bounded(answer.stream, self._most_bytes)
        return answer


class _Bounded(httpx.AsyncByteStream):
    """An answer that ends."""

    def __init__(self, stream: httpx.AsyncByteStream, most_bytes: int) -> None:
        self._stream = stream
        self._most_bytes = most_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        count = 0
        async for chunk in self._stream:
            count += len(chunk)
            if count > self._most_bytes:
                raise httpx.ReadError("the answer has no end")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def _int(digits: str) -> float:
    """An integer of JSON; what no integer of Telegram's can be makes only the update unreadable in which it stands."""
    return int(digits) if len(digits) < 100 else float("inf")


def _only_warnings(record: logging.LogRecord) -> bool:
    """Below a warning the libraries speak of every request: of its address with the token, and of the text."""
    return record.levelno >= logging.WARNING


# --- answers


@contextlib.contextmanager
def _done_if(*sentences: str) -> Iterator[None]:
    """What is refused with one of these words needs not be done any more."""
    try:
        yield
    except sdk.BadRequest as error:
        if not any(sentence in error.message.lower() for sentence in sentences):
            raise


def _must_be_true(answer: object) -> None:
    if answer is not True:
        raise _unknown("the answer is not what Telegram documents")


def _check_status(code: int) -> None:
    """The same as the SDK makes of the status of a call."""
    kinds = {400: sdk.BadRequest, 401: sdk.InvalidToken, 403: sdk.Forbidden, 404: sdk.InvalidToken}
    if code == httpx.codes.TOO_MANY_REQUESTS:
        raise _TooMany(_HOLD_SECONDS)
    if code != httpx.codes.OK:
        raise kinds.get(code, sdk.NetworkError)("")


def _refusal(error: Exception) -> SendError:
    """What an error of the SDK's means. The order is that of its classes: BadRequest is a NetworkError there."""
    if isinstance(error, _TooMany | sdk.RetryAfter):
        seconds = error.seconds if isinstance(error, _TooMany) else _HOLD_SECONDS
        return _later("Telegram had too many requests from us; it has to wait", "429", seconds)
    if isinstance(error, _Unavailable):
        return _later("Telegram does not serve just now", "503")
    if isinstance(error, sdk.Forbidden):
        return _final("the person has blocked the bot, or is gone", "403", unreachable=True)
    if isinstance(error, sdk.BadRequest | sdk.ChatMigrated):
        gone = "chat not found" in error.message.lower()
        why = "it knows no such chat" if gone else "something in it is not as it should be"
        return _final(f"Telegram did not accept the request: {why}", "400", unreachable=gone)
    # The token is ours to mend; a text should not die of a typing error in the configuration.
    if isinstance(error, sdk.InvalidToken):
        return _later("Telegram does not know the bot's token", "401")
    if isinstance(error, sdk.Conflict):
        return _later("Telegram has another reader of the bot's updates", "409")
    cause = error.__cause__ if isinstance(error, sdk.NetworkError) else error
    if isinstance(cause, _NOT_REACHED):
        return _later("Telegram could not be reached: no connection")
    return _unknown("no answer that could be read")


def _final(what: str, code: str, *, unreachable: bool) -> SendError:
    return SendError(what, retryable=False, outcome_known=True, code=code, unreachable=unreachable)


def _later(what: str, code: str | None = None, retry_after: float | None = None) -> SendError:
    return SendError(what, retryable=True, outcome_known=True, code=code, retry_after=retry_after)


def _unknown(why: str) -> SendError:
    what = f"whether Telegram took it is unknown: {why}"
    return SendError(what, retryable=True, outcome_known=False, code="unknown")
