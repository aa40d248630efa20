"""The methods of the Bot API that the fake Telegram has, with the checks of the real one; none reaches a network.

Texts are taken as they come: parse_mode and entities change nothing here. Each method raises Refused.
https://core.telegram.org/bots/api#available-methods
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gateway.fake_provider.telegram_book import Chat, Message, Point, Toast
from gateway.fake_provider.telegram_files import measure
from gateway.fake_provider.telegram_parameters import Parameters
from gateway.fake_provider.telegram_updates import MAX_CONNECTIONS
from gateway.fake_provider.telegram_wire import Refused, bad_request, bot_json, message_json
from gateway.fake_provider.telegram_world import SECRET, FakeTelegram

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_TOAST = 200
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_POLL_SECONDS = 50
#: Undocumented: the spinner of a pressed button has gone by then.
PRESS_SECONDS = 15

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)
_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method."""

    #: As the documents write it.
    name: str
    run: Callable[[FakeTelegram, Parameters], Any]
    #: Whether people see something of it: then the mode of the provider has a say.
    acts: bool = False
    #: Whether it is a message, which the limits count.
    sends: bool = False


def get_me(telegram: FakeTelegram, given: Parameters) -> object:
    return bot_json(telegram.book.bot)


def send_message(telegram: FakeTelegram, given: Parameters) -> object:
    return _send(telegram, given, text=_text(given))


def send_photo(telegram: FakeTelegram, given: Parameters) -> object:
    caption = given.text("caption").strip()
    if len(caption) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    _chat(telegram, given)
    return _send(telegram, given, photo=_photo(telegram, given), caption=caption or None)


def send_location(telegram: FakeTelegram, given: Parameters) -> object:
    point = Point(latitude=given.degrees("latitude", 90), longitude=given.degrees("longitude", 180))
    return _send(telegram, given, point=point)


def edit_markup(telegram: FakeTelegram, given: Parameters) -> object:
    keyboard = given.keyboard()
    message = _own_message(telegram, given)
    if keyboard == message.keyboard:
        raise bad_request(_NOT_MODIFIED)
    return message_json(telegram.book, telegram.book.change(message, keyboard=keyboard))


def edit_text(telegram: FakeTelegram, given: Parameters) -> object:
    """Without a reply_markup the buttons go."""
    text, keyboard = _text(given), given.keyboard()
    message = _own_message(telegram, given)
    if message.text is None:
        raise bad_request("there is no text in the message to edit")
    if (text, keyboard) == (message.text, message.keyboard):
        raise bad_request(_NOT_MODIFIED)
    moment = telegram.clock.utcnow().replace(microsecond=0)
    changed = telegram.book.change(message, text=text, keyboard=keyboard, edited_at=moment)
    return message_json(telegram.book, changed)


def delete_message(telegram: FakeTelegram, given: Parameters) -> object:
    chat = _chat(telegram, given)
    message = telegram.book.message(chat.id, given.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    telegram.book.delete(message)
    return True


def answer_press(telegram: FakeTelegram, given: Parameters) -> object:
    text = given.text("text")
    if len(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    press = telegram.book.press(given.text("callback_query_id"))
    if press is None or telegram.clock.monotonic() - press.at > PRESS_SECONDS:
        raise bad_request(_TOO_OLD)
    telegram.book.answer_press(press, Toast(press=press.id, text=text, alert=given.flag("show_alert")))
    return True


def get_file(telegram: FakeTelegram, given: Parameters) -> object:
    file_id = given.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    file = telegram.book.files.get(file_id)
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    return {
        "file_id": file.file_id,
        "file_unique_id": file.unique_id,
        "file_size": len(file.data),
        "file_path": file.path,
    }


def get_updates(telegram: FakeTelegram, given: Parameters) -> object:
    limit = given.integer("limit", 100)
    return telegram.updates.get(
        offset=given.integer("offset", 0),
        limit=limit if 1 <= limit <= 100 else 100,
        timeout_seconds=min(max(given.integer("timeout", 0), 0), MAX_POLL_SECONDS),
        allowed=given.names("allowed_updates"),
    )


def set_webhook(telegram: FakeTelegram, given: Parameters) -> object:
    secret = given.text("secret_token")
    if secret and not SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    connections = given.integer("max_connections", MAX_CONNECTIONS)
    telegram.updates.set_webhook(
        given.text("url").strip(),
        secret=secret or None,
        max_connections=connections if 1 <= connections <= 100 else MAX_CONNECTIONS,
        allowed=given.names("allowed_updates"),
        drop_pending=given.flag("drop_pending_updates"),
    )
    return True


def delete_webhook(telegram: FakeTelegram, given: Parameters) -> object:
    telegram.updates.set_webhook("", drop_pending=given.flag("drop_pending_updates"))
    return True


def webhook_info(telegram: FakeTelegram, given: Parameters) -> object:
    return telegram.updates.webhook_info()


def take_leave(telegram: FakeTelegram, given: Parameters) -> object:
    """For moving between servers; here there is one and nothing to move."""
    return True


_ALL = (
    Method(name="getMe", run=get_me),
    Method(name="sendMessage", run=send_message, acts=True, sends=True),
    Method(name="sendPhoto", run=send_photo, acts=True, sends=True),
    Method(name="sendLocation", run=send_location, acts=True, sends=True),
    Method(name="editMessageReplyMarkup", run=edit_markup, acts=True),
    Method(name="editMessageText", run=edit_text, acts=True),
    Method(name="deleteMessage", run=delete_message, acts=True),
    Method(name="answerCallbackQuery", run=answer_press, acts=True),
    Method(name="getFile", run=get_file),
    Method(name="getUpdates", run=get_updates),
    Method(name="setWebhook", run=set_webhook),
    Method(name="deleteWebhook", run=delete_webhook),
    Method(name="getWebhookInfo", run=webhook_info),
    Method(name="logOut", run=take_leave),
    Method(name="close", run=take_leave),
)
#: By their names in small letters: Telegram minds no case.
METHODS = {method.name.lower(): method for method in _ALL}


def chat_of(telegram: FakeTelegram, given: Parameters) -> str | None:
    """The chat that a request is about, as the bot named it or by the press that it answers."""
    press = telegram.book.press(given.text("callback_query_id"))
    return given.text("chat_id").strip() or (None if press is None else str(press.chat_id))


def _send(telegram: FakeTelegram, given: Parameters, **content: Any) -> object:
    keyboard = given.keyboard()
    with telegram.book.lock:
        chat = _chat(telegram, given)
        message = telegram.book.add(
            chat.id,
            telegram.book.bot,
            telegram.clock.utcnow(),
            keyboard=keyboard,
            reply_to=_answered(telegram, given, chat),
            **content,
        )
        return message_json(telegram.book, message)


def _chat(telegram: FakeTelegram, given: Parameters) -> Chat:
    """The chat to act in. A bot finds only chats in which somebody wrote to it."""
    named = given.text("chat_id").strip()
    if not named:
        raise bad_request("chat_id is empty")
    chat = None if named.startswith("@") else telegram.book.chat(given.integer("chat_id"))
    if chat is None or not chat.known:
        raise bad_request("chat not found")
    if chat.blocked:
        raise Refused(403, "Forbidden: bot was blocked by the user")
    if chat.migrated_to is not None:
        moved = {"migrate_to_chat_id": chat.migrated_to}
        raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
    return chat


def _own_message(telegram: FakeTelegram, given: Parameters) -> Message:
    if given.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = _chat(telegram, given)
    message = telegram.book.message(chat.id, given.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if message.sender.id != telegram.book.bot.id:
        raise bad_request("message can't be edited")
    return message


def _answered(telegram: FakeTelegram, given: Parameters, chat: Chat) -> int | None:
    """The message that the bot answers, by today's parameter or the one before it."""
    reply = given.record("reply_parameters") or {}
    number = reply.get("message_id", given.integer("reply_to_message_id", 0))
    if not number:
        return None
    if isinstance(number, int) and telegram.book.message(chat.id, number) is not None:
        return number
    if reply.get("allow_sending_without_reply") or given.flag("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _text(given: Parameters) -> str:
    text = given.text("text").strip()
    if not text:
        raise bad_request("message text is empty")
    if len(text) > MAX_TEXT:
        raise bad_request("message is too long")
    return text


def _photo(telegram: FakeTelegram, given: Parameters) -> tuple[str, ...]:
    """File ids of the photo's sizes: a known photo, or one that comes along."""
    named = given.text("photo").strip()
    upload = given.files.get(named.removeprefix("attach://") if named.startswith("attach://") else "photo")
    if upload is not None:
        return _uploaded(telegram, upload)
    if not named:
        raise bad_request("there is no photo in the request")
    if named.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    sizes = telegram.book.files.sizes(named)
    if sizes is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return sizes


def _uploaded(telegram: FakeTelegram, data: bytes) -> tuple[str, ...]:
    if not data:
        raise bad_request("file must be non-empty")
    if len(data) > MAX_PHOTO_BYTES:
        raise bad_request("file is too big")
    size = measure(data)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    if sum(size) > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return telegram.book.files.store_photo(data)
