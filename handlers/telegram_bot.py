"""A Telegram bot that people write to alone: updates in by webhook or long polling, texts and buttons out by the API.

It decides nothing about a text. Of its sending it remembers only the pace. Limits: 4,096 characters a text, 1,024
below a photo, 200 in a notice, 64 bytes behind a button; https://core.telegram.org/bots/api
"""

from __future__ import annotations

import hmac
import json
import re
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from handlers.contract import WEBHOOK_PREFIX, OutgoingText, SendReceipt, WebhookAnswer, WebhookRequest
from handlers.errors import BadSignature, MalformedRequest, SendError
from handlers.telegram_client import TelegramApi
from handlers.telegram_pace import Pace
from handlers.telegram_settings import TelegramSettings
from handlers.telegram_updates import FILE_ID, KINDS, SCHEME, read_update
from routing_rules.messages import Address, ChatAct, ChatForm, DeliveryStatus, Event

PROOF_HEADER = "X-Telegram-Bot-Api-Secret-Token"

#: The Bot API's limits in characters; we count those that need two UTF-16 units twice, and so stay below.
MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_NOTICE = 200
#: Seconds between two attempts to fetch updates when one failed: doubled from the first to the last.
FIRST_PAUSE = 1.0
LAST_PAUSE = 30.0

_PERSON = re.compile(r"[1-9][0-9]{0,18}")
_MESSAGE = re.compile(r"([1-9][0-9]{0,18}):([1-9][0-9]{0,18})")
#: No method in the answer: texts leave by the outbox. The same for a first delivery and a repeat.
_EMPTY = WebhookAnswer(status=200, body=b"{}", content_type="application/json")


class TelegramBot:
    """A Channel, ChatChannel, WebhookReceiver, Listener and MediaSource."""

    def __init__(
        self,
        name: str,
        settings: TelegramSettings,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """``monotonic`` counts seconds for the pace."""
        self._name = name
        self._settings = settings
        self._monotonic = monotonic
        self._pace = Pace(monotonic)
        self._api = TelegramApi(settings, KINDS)

    @property
    def name(self) -> str:
        return self._name

    def reaches(self, address: Address) -> bool:
        """People by their number; they have to have written to the bot first, and Telegram says if they have not."""
        return address.scheme == SCHEME and _PERSON.fullmatch(address.value) is not None

    def shows_buttons(self, address: Address) -> bool:
        """Everybody it reaches."""
        return self.reaches(address)

    # --- in

    def receive(self, request: WebhookRequest, received_at: datetime) -> tuple[Event, ...]:
        """What an update says; see `contract.WebhookReceiver`. Behind the secret only another method is refused."""
        self._check_secret(request)
        if request.method != "POST":
            raise MalformedRequest("Telegram sends HTTP POST")
        return read_update(self._name, request.body, received_at)

    def answer(self) -> WebhookAnswer:
        """An empty JSON object."""
        return _EMPTY

    def listen(self, deliver: Callable[[Event], None], stop: threading.Event, utcnow: Callable[[], datetime]) -> None:
        """Fetch updates until `stop` is set; see `contract.Listener`. With a webhook Telegram is told where it is.

        An update is confirmed only after `deliver` has returned for all of it; when `deliver` raises, the update
        comes again after a pause.
        """
        if self._settings.webhook:
            self._hook(stop)
            return

        def hand_over(update: Any) -> None:
            for event in read_update(self._name, json.dumps(update).encode("ascii"), utcnow()):
                deliver(event)

        _Poll(self._api, self._monotonic, hand_over, stop).run()

    def _hook(self, stop: threading.Event) -> None:
        """Set the webhook, again and again until Telegram has taken it."""
        if not self._settings.public_url:
            return
        url = f"{self._settings.public_url.rstrip('/')}{WEBHOOK_PREFIX}{self._name}"
        pause = FIRST_PAUSE
        while not stop.is_set():
            try:
                self._api.set_webhook(url, self._settings.secret_token, stop)
                return
            except SendError as error:
                stop.wait(max(pause, error.retry_after or 0))
                pause = min(2 * pause, LAST_PAUSE)

    def fetch(self, url: str, limit: int) -> bytes:
        """A photo by "<channel>:<file id>"; see `contract.MediaSource`."""
        file_id = self._file_id(url)
        if file_id is None:
            raise SendError("the file is not one of this channel", retryable=False, outcome_known=True)
        return self._api.download(file_id, limit)

    def _check_secret(self, request: WebhookRequest) -> None:
        if not self._settings.webhook:
            raise BadSignature("the bot fetches its updates: nobody has to call")
        given = request.header(PROOF_HEADER)
        if len(given) != 1:
            raise BadSignature("the request must carry one secret token")
        # As bytes: a header is anybody's to write, and of two texts only ASCII can be compared.
        if not hmac.compare_digest(given[0].encode("utf-8", "surrogatepass"), self._settings.secret_token.encode()):
            raise BadSignature("the request does not carry the secret token of the webhook")

    # --- out

    def send(self, text: OutgoingText) -> SendReceipt:
        """Hand a text, a notice or a change to Telegram; see `contract.Channel`. Raises NotYet as the pace demands."""
        if not self.reaches(text.recipient):
            raise _refused(f"no bot reaches {text.recipient.scheme} addresses that are not a person's number")
        chat = text.chat or ChatForm(body=text.body)
        try:
            if chat.act is ChatAct.ANSWER_PRESS:
                return self._answer_press(chat)
            if chat.act is ChatAct.CLEAR_BUTTONS:
                return self._clear_buttons(chat)
            return self._send(text.recipient.value, chat)
        except SendError as error:
            if error.code == "429" and error.retry_after is not None:
                self._pace.hold(error.retry_after)
            raise

    def close(self) -> None:
        """Give the connections and the thread back; what is sent afterwards is refused."""
        self._api.close()

    def _send(self, person: str, chat: ChatForm) -> SendReceipt:
        photo = self._file_id(chat.photo)
        self._pace.take(person)
        body = _cut(chat.body, MAX_TEXT if photo is None else MAX_CAPTION)
        return _receipt(self._api.send(int(person), body, chat.buttons, photo))

    def _answer_press(self, chat: ChatForm) -> SendReceipt:
        if not chat.target:
            raise _refused("no press is named that could be answered")
        self._pace.take(None)
        self._api.answer_press(chat.target, _cut(chat.body, MAX_NOTICE))
        return _receipt(f"answer:{chat.target}")

    def _clear_buttons(self, chat: ChatForm) -> SendReceipt:
        message = _MESSAGE.fullmatch(chat.target)
        if message is None:
            raise _refused("no message of Telegram's is named whose buttons could be cleared")
        self._pace.take(None)
        self._api.clear_buttons(int(message[1]), int(message[2]))
        return _receipt(chat.target)

    def _file_id(self, url: str) -> str | None:
        """The id in an attachment's URL; None for a file of another channel, and for none."""
        channel, _, file_id = url.partition(":")
        return file_id if channel == self._name and FILE_ID.fullmatch(file_id) else None


class _Poll:
    """Fetches updates one batch after the other, and again what could not be handed over."""

    def __init__(
        self,
        api: TelegramApi,
        monotonic: Callable[[], float],
        hand_over: Callable[[Any], None],
        stop: threading.Event,
    ) -> None:
        self._api = api
        self._monotonic = monotonic
        self._hand_over = hand_over
        self._stop = stop
        #: The first update that is not confirmed yet; None: the oldest that Telegram has.
        self._offset: int | None = None
        self._pause = FIRST_PAUSE

    def run(self) -> None:
        """Until `stop` is set."""
        unhooked = False
        while not self._stop.is_set():
            try:
                if not unhooked:
                    # Telegram refuses to give updates as long as a webhook is set.
                    self._api.delete_webhook(self._stop)
                    unhooked = True
                asked_at = self._monotonic()
                updates = self._api.updates(self._offset, self._stop)
            except SendError as error:
                self._wait(error.retry_after or 0)
                continue
            if not updates:
                self._pause = FIRST_PAUSE
                # A server that does not let us wait must not be asked without end.
                self._stop.wait(max(0.0, asked_at + FIRST_PAUSE - self._monotonic()))
            elif self._take(updates):
                self._pause = FIRST_PAUSE
            else:
                self._wait(0)

    def _take(self, updates: list[Any]) -> bool:
        """Hand the updates over in their order; False when that failed or nothing could be confirmed."""
        confirmed = False
        for update in updates:
            if self._stop.is_set():
                return confirmed
            try:
                self._hand_over(update)
            except Exception:  # noqa: BLE001 - whatever it was, the update is not durable yet and must come again
                return False
            number = update.get("update_id") if isinstance(update, dict) else None
            if isinstance(number, int) and not isinstance(number, bool):
                self._offset = number + 1
                confirmed = True
        return confirmed

    def _wait(self, at_least: float) -> None:
        self._stop.wait(max(self._pause, at_least))
        self._pause = min(2 * self._pause, LAST_PAUSE)


def _receipt(external_id: str) -> SendReceipt:
    return SendReceipt(external_id=external_id, status=DeliveryStatus.SENT)


def _refused(why: str) -> SendError:
    return SendError(why, retryable=False, outcome_known=True)


def _cut(text: str, limit: int) -> str:
    """At most so many UTF-16 units, with an ellipsis where something is missing; lone surrogates are left out."""
    units = text.encode("utf-16-le", "ignore")
    if len(units) > 2 * limit:
        return units[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"
    return units.decode("utf-16-le")
