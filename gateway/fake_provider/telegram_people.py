"""What people do in the fake Telegram: they write, send photos and places, press buttons, block; nobody else acts.

Each act changes the chat and gives the bot its update in one step, so that both have the same order.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.clock import Clock
from gateway.fake_provider.telegram_book import Chat, ChatBook, Message, Point, Press, Toast, User
from gateway.fake_provider.telegram_updates import UpdateQueue
from gateway.fake_provider.telegram_wire import chat_json, message_json, seconds, user_json

#: Who acts for a group without a name.
#: https://core.telegram.org/bots/api#message, sender_chat
ANONYMOUS = User(id=1087968824, first_name="Group", username="GroupAnonymousBot", is_bot=True)
MAX_ALBUM = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A message as a person sees it now."""

    message_id: int
    #: The text, or the caption of a photo.
    text: str
    #: Labels of the buttons that are still there.
    buttons: tuple[str, ...]
    #: The largest size of the photo; None when there is none.
    photo: bytes | None
    point: Point | None
    edited: bool
    from_bot: bool
    #: Who wrote it.
    sender_id: int
    reply_to: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What every act works on."""

    book: ChatBook
    updates: UpdateQueue
    clock: Clock

    def say(self, chat_id: int, sender: User, **content: Any) -> Message:
        """A new message that the bot is told of."""
        with self.book.lock:
            self.book.change_chat(chat_id, known=True)
            message = self.book.add(chat_id, sender, self.clock.utcnow(), **content)
            self.updates.add("message", chat_id, message_json(self.book, message))
            return message

    def revise(self, message: Message, **changes: Any) -> None:
        """A changed message that the bot is told of."""
        with self.book.lock:
            moment = self.clock.utcnow().replace(microsecond=0)
            message = self.book.change(message, edited_at=moment, **changes)
            self.updates.add("edited_message", message.chat_id, message_json(self.book, message))


class Person:
    """Somebody with a phone. Acts go to the private chat with the bot; `chat_id` names a group instead.

    Every act raises LookupError for a message, button or group that is not there, and ValueError when the
    person has blocked the bot or the act makes no sense. Acts that write return the message's number.
    """

    def __init__(self, scene: Scene, user: User) -> None:
        self._scene = scene
        self._user = user

    @property
    def id(self) -> int:
        return self._user.id

    @property
    def name(self) -> str:
        return self._user.first_name

    @property
    def user(self) -> User:
        return self._user

    @property
    def blocked(self) -> bool:
        """Whether the person has blocked the bot."""
        return self._chat(None).blocked

    def start(self, argument: str = "") -> int:
        """Open the bot, by a link with an argument or without one."""
        return self.write(f"/start {argument}".rstrip())

    def write(self, text: str, *, chat_id: int | None = None) -> int:
        return self._say(chat_id, text=text)

    def reply(self, message_id: int, text: str, *, chat_id: int | None = None) -> int:
        """Answer a message of the chat, ours or another one."""
        self._message(message_id, chat_id)
        return self._say(chat_id, text=text, reply_to=message_id)

    def send_photo(self, *photos: bytes, caption: str | None = None, chat_id: int | None = None) -> tuple[int, ...]:
        """One photo, or several as an album whose caption is with the first; each is a message of its own."""
        if not 1 <= len(photos) <= MAX_ALBUM:
            raise ValueError(f"a person sends 1 to {MAX_ALBUM} photos at once")
        album = str(uuid.uuid4().int >> 66) if len(photos) > 1 else None
        sizes = [self._scene.book.files.store_photo(photo) for photo in photos]
        with self._scene.book.lock:
            return tuple(
                self._say(chat_id, photo=ids, album=album, caption=None if number else caption)
                for number, ids in enumerate(sizes)
            )

    def pin(self, latitude: float, longitude: float, *, accuracy: float | None = None) -> int:
        """Send a place, WGS 84 degrees; `accuracy` in metres."""
        return self._say(None, point=_point(latitude, longitude, accuracy))

    def start_live(
        self, latitude: float, longitude: float, *, live_period: int = 900, accuracy: float | None = None
    ) -> int:
        """Let the bot follow the phone for `live_period` seconds."""
        if not 60 <= live_period <= 86_400:
            raise ValueError("live_period must be between 60 and 86400 seconds")
        return self._say(None, point=_point(latitude, longitude, accuracy, live_period))

    def move_live(self, message_id: int, latitude: float, longitude: float, *, accuracy: float | None = None) -> None:
        """Be elsewhere while the bot follows."""
        message, point = self._live(message_id)
        self._scene.revise(message, point=_point(latitude, longitude, accuracy, point.live_period))

    def stop_live(self, message_id: int) -> None:
        """Let the bot follow no longer: the place stays, its period goes."""
        message, point = self._live(message_id)
        self._scene.revise(message, point=_point(point.latitude, point.longitude, point.accuracy))

    def edit(self, message_id: int, text: str, *, chat_id: int | None = None) -> None:
        """Change a text or a caption of one's own."""
        message = self._own(message_id, chat_id)
        self._scene.revise(message, **({"caption": text} if message.photo else {"text": text}))

    def forward(
        self,
        text: str | None = None,
        *,
        of: Person | None = None,
        photo: bytes | None = None,
        point: Point | None = None,
        chat_id: int | None = None,
    ) -> int:
        """Pass on what somebody else wrote; `of` None is somebody who hides the name."""
        if text is None and photo is None and point is None:
            raise ValueError("a person passes on a text, a photo or a place")
        origin: dict[str, Any] = {"date": seconds(self._scene.clock.utcnow())}
        if of is None:
            origin |= {"type": "hidden_user", "sender_user_name": "匿名"}
        else:
            origin |= {"type": "user", "sender_user": user_json(of.user)}
        content: dict[str, Any] = {"origin": origin, "point": point}
        if photo is not None:
            content |= {"photo": self._scene.book.files.store_photo(photo), "caption": text}
        else:
            content["text"] = text
        return self._say(chat_id, **content)

    def press(self, label: str, *, message_id: int | None = None, chat_id: int | None = None) -> str:
        """Press a button by its label, on the newest message that has it; returns the press's id."""
        with self._scene.book.lock:
            found = self._messages(chat_id) if message_id is None else [self._message(message_id, chat_id)]
            for message in reversed(found):
                for button in buttons_of(message.keyboard):
                    if button["text"] == label and "callback_data" in button:
                        return self._press(message.message_id, button["callback_data"], chat_id)
        raise LookupError(f"there is no button {label!r} to press")

    def press_data(self, message_id: int, data: str, *, chat_id: int | None = None) -> str:
        """Press a button that nobody offered, or one long gone; not even the message need be there."""
        return self._press(message_id, data, chat_id)

    def block(self) -> None:
        self._set_blocked(True)

    def unblock(self) -> None:
        self._set_blocked(False)

    def messages(self, *, chat_id: int | None = None) -> list[Seen]:
        """What stands in the chat now, oldest first."""
        with self._scene.book.lock:
            return [self._seen(message) for message in self._messages(chat_id)]

    def received(self, *, chat_id: int | None = None) -> list[Seen]:
        """What the bot wrote and is still there, oldest first."""
        return [seen for seen in self.messages(chat_id=chat_id) if seen.from_bot]

    def toasts(self) -> list[Toast]:
        """What the bot answered to presses, oldest first."""
        return self._scene.book.toasts(self.id)

    def _chat(self, chat_id: int | None) -> Chat:
        chat = self._scene.book.chat(self.id if chat_id is None else chat_id)
        if chat is None or (chat.user is not None and chat.id != self.id):
            raise LookupError(f"there is no group {chat_id}")
        return chat

    def _messages(self, chat_id: int | None) -> list[Message]:
        return self._scene.book.messages(self._chat(chat_id).id)

    def _message(self, message_id: int, chat_id: int | None) -> Message:
        message = self._scene.book.message(self._chat(chat_id).id, message_id)
        if message is None:
            raise LookupError(f"there is no message {message_id}")
        return message

    def _own(self, message_id: int, chat_id: int | None) -> Message:
        message = self._message(message_id, chat_id)
        if message.sender.id != self.id:
            raise ValueError(f"message {message_id} is somebody else's")
        self._may_act(chat_id)
        return message

    def _live(self, message_id: int) -> tuple[Message, Point]:
        message = self._own(message_id, None)
        if message.point is None or message.point.live_period is None:
            raise ValueError(f"message {message_id} is no place that is followed")
        return message, message.point

    def _may_act(self, chat_id: int | None) -> Chat:
        chat = self._chat(chat_id)
        if chat.blocked:
            raise ValueError("the person has blocked the bot: unblock it first")
        if chat.migrated_to is not None:
            raise ValueError(f"the group has become {chat.migrated_to}")
        return chat

    def _say(self, chat_id: int | None, **content: Any) -> int:
        return self._scene.say(self._may_act(chat_id).id, self._user, **content).message_id

    def _press(self, message_id: int, data: str, chat_id: int | None) -> str:
        scene = self._scene
        with scene.book.lock:
            chat = self._may_act(chat_id)
            press = Press(
                id=str(uuid.uuid4().int >> 66),
                person_id=self.id,
                chat_id=chat.id,
                at=scene.clock.monotonic(),
            )
            scene.book.put_press(press)
            message = scene.book.message(chat.id, message_id)
            gone = {"chat": chat_json(chat), "message_id": message_id, "date": 0}
            body = {
                "id": press.id,
                "from": user_json(self._user),
                "message": gone if message is None else message_json(scene.book, message),
                "chat_instance": str(-7919 * chat.id),
                "data": data,
            }
            scene.updates.add("callback_query", chat.id, body)
            return press.id

    def _set_blocked(self, blocked: bool) -> None:
        scene = self._scene
        with scene.book.lock:
            if self.blocked is blocked:
                return
            chat = scene.book.change_chat(self.id, blocked=blocked)
            bot = user_json(scene.book.bot)
            before, after = {"user": bot, "status": "member"}, {"user": bot, "status": "kicked", "until_date": 0}
            body = {
                "chat": chat_json(chat),
                "from": user_json(self._user),
                "date": seconds(scene.clock.utcnow()),
                "old_chat_member": before if blocked else after,
                "new_chat_member": after if blocked else before,
            }
            scene.updates.add("my_chat_member", self.id, body)

    def _seen(self, message: Message) -> Seen:
        file = self._scene.book.files.get(message.photo[-1]) if message.photo else None
        return Seen(
            message_id=message.message_id,
            text=message.text or message.caption or "",
            buttons=tuple(button["text"] for button in buttons_of(message.keyboard)),
            photo=None if file is None else file.data,
            point=message.point,
            edited=message.edited_at is not None,
            from_bot=message.sender.id == self._scene.book.bot.id,
            sender_id=message.sender.id,
            reply_to=message.reply_to,
        )


class Group:
    """A group with the bot in it. People write there with ``person.write(…, chat_id=group.id)``."""

    def __init__(self, scene: Scene, chat_id: int) -> None:
        self._scene = scene
        self._id = chat_id

    @property
    def id(self) -> int:
        """The id now: another one after `migrate`."""
        return self._id

    def migrate(self, to: int) -> None:
        """Become a supergroup with this id. Raises ValueError when it is one, or the id is taken."""
        scene = self._scene
        with scene.book.lock:
            old = scene.book.chat(self._id)
            if old is None or old.type != "group" or old.migrated_to or to >= 0 or scene.book.chat(to):
                raise ValueError("a group becomes a supergroup once, with a new negative id")
            scene.book.put_chat(Chat(id=to, type="supergroup", title=old.title, known=True))
            scene.say(old.id, ANONYMOUS, service={"migrate_to_chat_id": to})
            scene.book.change_chat(old.id, migrated_to=to)
            scene.say(to, ANONYMOUS, service={"migrate_from_chat_id": old.id})
            self._id = to


def buttons_of(keyboard: Mapping[str, Any] | None) -> list[Mapping[str, str]]:
    """The buttons of an inline keyboard, row by row."""
    rows: Sequence[Sequence[Mapping[str, str]]] = (keyboard or {}).get("inline_keyboard", ())
    return [button for row in rows for button in row]


def _point(latitude: float, longitude: float, accuracy: float | None, live_period: int | None = None) -> Point:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise ValueError("a place has a latitude of -90 to 90 and a longitude of -180 to 180 degrees")
    if accuracy is not None and not 0 <= accuracy <= 1500:
        raise ValueError("accuracy must be between 0 and 1500 metres")
    return Point(latitude=latitude, longitude=longitude, accuracy=accuracy, live_period=live_period)
