"""What the fake Telegram knows: chats, messages, files, presses and toasts; in memory only, it sends nothing.

Everything here is one value replaced by another. Whoever reads several of them, or reads and then writes,
holds `lock` meanwhile, so that a message and the update about it have one order.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from gateway.fake_provider.telegram_files import FileShelf


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person, or the bot."""

    id: int
    first_name: str
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = None
    is_bot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A private chat, whose id is the person's, or a group, whose id is negative."""

    id: int
    #: Telegram's word: private, group, supergroup.
    type: str
    #: The person of a private chat; None for a group.
    user: User | None = None
    title: str | None = None
    #: Whether anybody has written there to the bot; before that the bot finds no such chat.
    known: bool = False
    #: Whether the person has blocked the bot.
    blocked: bool = False
    #: The supergroup that a group has become; None while it is one.
    migrated_to: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A place on the map, WGS 84 degrees."""

    latitude: float
    longitude: float
    #: Metres; None when the phone does not say.
    accuracy: float | None = None
    #: Seconds for which it is followed; None for a pin and for one that is no longer followed.
    live_period: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as it stands now."""

    chat_id: int
    #: Counted in each chat of its own, so that nobody takes the number alone for the message.
    message_id: int
    sender: User
    #: When it was sent (UTC, whole seconds as on the wire).
    at: datetime
    text: str | None = None
    caption: str | None = None
    #: File ids of the photo's sizes, smallest first.
    photo: tuple[str, ...] = ()
    point: Point | None = None
    #: The inline keyboard as it was given, buttons in rows; None when there is none.
    keyboard: Mapping[str, Any] | None = None
    edited_at: datetime | None = None
    #: Photos sent together share it.
    album: str | None = None
    #: Telegram's forward_origin.
    origin: Mapping[str, Any] | None = None
    #: The message of this chat that it answers.
    reply_to: int | None = None
    #: What only a service message says, for example that the group has moved.
    service: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A pressed button whose spinner turns until the bot answers."""

    id: str
    person_id: int
    chat_id: int
    #: The clock's monotonic seconds, since the bot must answer soon.
    at: float
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Toast:
    """What the bot answered to a press: a line that flashes up, or an alert to be closed."""

    press: str
    text: str
    alert: bool = False


class ChatBook:
    """Every chat with everything in it. Safe between threads; gone when the process is."""

    def __init__(self, bot: User) -> None:
        self.lock = threading.RLock()
        self.bot = bot
        self.files = FileShelf()
        self._chats: dict[int, Chat] = {}
        self._messages: dict[int, dict[int, Message]] = {}
        self._last_ids: dict[int, int] = {}
        self._presses: dict[str, Press] = {}
        self._toasts: dict[int, list[Toast]] = {}

    def chat(self, chat_id: int) -> Chat | None:
        with self.lock:
            return self._chats.get(chat_id)

    def chat_of(self, message: Message) -> Chat:
        """The chat in which a message stands."""
        with self.lock:
            return self._chats[message.chat_id]

    def chats(self) -> list[Chat]:
        """In the order in which they came to be."""
        with self.lock:
            return list(self._chats.values())

    def put_chat(self, chat: Chat) -> Chat:
        """Know a chat, or its new state."""
        with self.lock:
            self._chats[chat.id] = chat
            return chat

    def change_chat(self, chat_id: int, **changes: Any) -> Chat:
        """Replace fields of a known chat. Raises KeyError."""
        with self.lock:
            return self.put_chat(replace(self._chats[chat_id], **changes))

    def add(self, chat_id: int, sender: User, at: datetime, **content: Any) -> Message:
        """A new message with the next number of its chat."""
        with self.lock:
            number = self._last_ids.get(chat_id, 0) + 1
            self._last_ids[chat_id] = number
            message = Message(
                chat_id=chat_id, message_id=number, sender=sender, at=at.replace(microsecond=0), **content
            )
            self._messages.setdefault(chat_id, {})[number] = message
            return message

    def change(self, message: Message, **changes: Any) -> Message:
        """Replace fields of a message that is there."""
        with self.lock:
            changed = replace(message, **changes)
            self._messages[message.chat_id][message.message_id] = changed
            return changed

    def message(self, chat_id: int, message_id: int) -> Message | None:
        with self.lock:
            return self._messages.get(chat_id, {}).get(message_id)

    def messages(self, chat_id: int) -> list[Message]:
        """What stands in a chat now, oldest first."""
        with self.lock:
            return list(self._messages.get(chat_id, {}).values())

    def delete(self, message: Message) -> None:
        with self.lock:
            self._messages[message.chat_id].pop(message.message_id, None)

    def put_press(self, press: Press) -> None:
        with self.lock:
            self._presses[press.id] = press

    def press(self, press_id: str) -> Press | None:
        with self.lock:
            return self._presses.get(press_id)

    def answer_press(self, press: Press, toast: Toast) -> None:
        """End a press. A second answer is taken and not shown: the spinner has gone with the first."""
        with self.lock:
            if not press.answered:
                self._presses[press.id] = replace(press, answered=True)
                self._toasts.setdefault(press.person_id, []).append(toast)

    def toasts(self, person_id: int) -> list[Toast]:
        """What flashed up at a person, oldest first; an answer without a text is one with an empty text."""
        with self.lock:
            return list(self._toasts.get(person_id, ()))
