"""The Bot API's JSON, by its documents and not by our handler, so that each can find the other's mistakes.

https://core.telegram.org/bots/api#available-types
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from gateway.fake_provider.telegram_book import Chat, ChatBook, Message, Point, User


class Refused(Exception):
    """The Bot API refuses a request. `parameters`: what the bot can do about it, as ResponseParameters."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, int] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> Response:
        """In the one form in which the Bot API says no."""
        value: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            value["parameters"] = dict(self.parameters)
        return api_answer(value, self.code)


def bad_request(description: str) -> Refused:
    return Refused(400, f"Bad Request: {description}")


def too_many(seconds: int) -> Refused:
    """`seconds`: after how many the bot may ask again."""
    return Refused(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def api_answer(value: object, status: int = 200) -> Response:
    """A JSON answer; everything beyond ASCII is escaped, as on Telegram's wire."""
    return Response(json.dumps(value), status, content_type="application/json")


def user_json(user: User) -> dict[str, object]:
    fields = {
        "id": user.id,
        "is_bot": user.is_bot,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "username": user.username,
        "language_code": user.language_code,
    }
    return {name: value for name, value in fields.items() if value is not None}


def bot_json(user: User) -> dict[str, object]:
    """The bot about itself, as getMe says it."""
    return {
        **user_json(user),
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def chat_json(chat: Chat) -> dict[str, object]:
    if chat.user is None:
        return {"id": chat.id, "title": chat.title or "", "type": chat.type}
    names = {name: value for name, value in user_json(chat.user).items() if name.endswith("name")}
    return {"id": chat.id, **names, "type": chat.type}


def seconds(moment: datetime) -> int:
    """Unix time, as every date on the wire."""
    return int(moment.timestamp())


def point_json(point: Point) -> dict[str, object]:
    value: dict[str, object] = {"latitude": point.latitude, "longitude": point.longitude}
    if point.accuracy is not None:
        value["horizontal_accuracy"] = point.accuracy
    if point.live_period is not None:
        value["live_period"] = point.live_period
    return value


def photo_json(book: ChatBook, file_ids: tuple[str, ...]) -> list[dict[str, object]]:
    """PhotoSize of each size, smallest first."""
    files = [file for file in map(book.files.get, file_ids) if file is not None]
    return [
        {
            "file_id": file.file_id,
            "file_unique_id": file.unique_id,
            "file_size": len(file.data),
            "width": file.width,
            "height": file.height,
        }
        for file in files
    ]


def message_json(book: ChatBook, message: Message, *, quoted: bool = False) -> dict[str, Any]:
    """A message as it stands now. `quoted`: inside another one, which never quotes a third."""
    value: dict[str, Any] = {
        "message_id": message.message_id,
        "from": user_json(message.sender),
        "chat": chat_json(book.chat_of(message)),
        "date": seconds(message.at),
    }
    if message.edited_at is not None:
        value["edit_date"] = seconds(message.edited_at)
    if message.origin is not None:
        value["forward_origin"] = dict(message.origin)
    if message.reply_to is not None and not quoted:
        answered = book.message(message.chat_id, message.reply_to)
        if answered is not None:
            value["reply_to_message"] = message_json(book, answered, quoted=True)
    if message.album is not None:
        value["media_group_id"] = message.album
    if message.photo:
        value["photo"] = photo_json(book, message.photo)
    if message.point is not None:
        value["location"] = point_json(message.point)
    for name, text in (("text", message.text), ("caption", message.caption)):
        if text is not None:
            value[name] = text
            value |= _entities(text) if name == "text" else {}
    if message.keyboard is not None:
        value["reply_markup"] = dict(message.keyboard)
    return {**value, **message.service}


def _entities(text: str) -> dict[str, object]:
    """A command at the start of a text is marked as one."""
    word = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    if len(word) < 2:
        return {}
    return {"entities": [{"type": "bot_command", "offset": 0, "length": len(word)}]}
