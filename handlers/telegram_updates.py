"""Turns an update of Telegram's into events; it never refuses one, because Telegram would send it again for a day.

Only private chats are people. What is of no use to us, or cannot be read at all, is kept as a message that means
nothing. The SDK parses and checks little, so that nothing in an update is believed to be of the type it should be.
https://core.telegram.org/bots/api#update
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, Chat, ChatMemberUpdated, Message, Update, User

from handlers.cleaning import checked_point, clean_text
from handlers.errors import MalformedRequest
from handlers.strict_json import read_object
from routing_rules.messages import Address, AddressReport, Attachment, Event, InboundMessage, Point, PositionReport

#: The scheme of a person's address; the value is the id of the person, which is that of the private chat as well.
SCHEME = "telegram"
#: The kinds of updates that mean something; Telegram is asked for no others.
KINDS = ("message", "edited_message", "callback_query", "my_chat_member")
#: An update is a few KiB; the text in it has at most 4,096 characters, as has the one that it answers.
MAX_BODY_BYTES = 1024 * 1024
#: How much of an update is kept for replay.
MAX_RAW_BYTES = 64 * 1024
MAX_NAME_CHARS = 64
#: Telegram's own ids of files have less than a hundred characters.
FILE_ID = re.compile(r"[A-Za-z0-9_-]{1,256}")

#: "This identifier may have more than 32 significant bits": what a database's largest integer holds is enough.
_ID_END = 2**63
_IMAGE = re.compile(r"image/[\w.+-]{1,64}", re.ASCII)
_MAX_TOKEN_BYTES = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class _Arrival:
    """What every event of an update says."""

    channel: str
    body: bytes
    received_at: datetime


def read_update(channel: str, body: bytes, received_at: datetime) -> tuple[Event, ...]:
    """What an update says; at least one event, and no exception whatever the bytes. `received_at` is in UTC."""
    arrival = _Arrival(channel=channel, body=body, received_at=received_at)
    if len(body) > MAX_BODY_BYTES:
        return (_meaningless(arrival, {}),)
    try:
        data = read_object(body)
    except MalformedRequest:
        return (_meaningless(arrival, {}),)
    try:
        events = _events(arrival, data)
    except Exception:  # noqa: BLE001 - the SDK raises what Python raises at a wrong type; an error keeps the chat waiting
        events = ()
    return events or (_meaningless(arrival, data),)


def _events(arrival: _Arrival, data: dict[str, Any]) -> tuple[Event, ...]:
    """The events of an update, none when it means nothing. Raises anything."""
    update = Update.de_json(data, None)
    if isinstance(update.message, Message):
        return _of_message(arrival, update.message, data["message"])
    if isinstance(update.edited_message, Message):
        return _of_edit(arrival, update.edited_message, data["edited_message"])
    if isinstance(update.callback_query, CallbackQuery):
        return _of_press(arrival, update.callback_query)
    if isinstance(update.my_chat_member, ChatMemberUpdated):
        return _of_membership(arrival, update.my_chat_member)
    return ()


def _meaningless(arrival: _Arrival, data: dict[str, Any]) -> InboundMessage:
    number = data.get("update_id")
    known = isinstance(number, int) and not isinstance(number, bool) and 0 <= number < _ID_END
    name = str(number) if known else hashlib.sha256(arrival.body).hexdigest()[:32]
    return InboundMessage(
        channel=arrival.channel,
        external_id=f"update:{name}",
        sender=Address(SCHEME, _anybody(data)),
        text="",
        received_at=arrival.received_at,
        raw=arrival.body[:MAX_RAW_BYTES],
        meaningless=True,
    )


def _anybody(data: dict[str, Any]) -> str:
    """Whom an update that means nothing speaks of: a person, else a chat, else nobody."""
    contents = [content for content in data.values() if isinstance(content, dict)]
    for key in ("from", "user", "chat"):
        for content in contents:
            who = content.get(key)
            number = who.get("id") if isinstance(who, dict) else None
            if isinstance(number, int) and not isinstance(number, bool) and 0 < abs(number) < _ID_END:
                return str(number)
    return "unknown"


# --- messages


def _of_message(arrival: _Arrival, message: Message, raw: dict[str, Any]) -> tuple[Event, ...]:
    sender = _author(message)
    number = _id(message.message_id)
    if sender is None or number is None:
        return ()
    point = _point(message)
    live = point is not None and message.venue is None and bool(raw["location"].get("live_period"))
    read = _read(arrival, message, raw, sender, f"{sender.value}:{number}", point, live=live)
    if read is None:
        return ()
    # Where somebody else was is not where the sender is.
    if not live or read.forwarded or point is None or not _is_moment(message.date):
        return (read,)
    return (read, _position(arrival, message, sender, point, message.date))


def _of_edit(arrival: _Arrival, message: Message, raw: dict[str, Any]) -> tuple[Event, ...]:
    sender = _author(message)
    number, changed_at = _id(message.message_id), _id(raw.get("edit_date"))
    if sender is None or number is None or changed_at is None or message.edit_date is None:
        return ()
    point = _point(message)
    # A live position moves by edits; the last one, when sharing ends, looks like a pin.
    if point is not None and message.venue is None and not _forwarded(raw):
        return (_position(arrival, message, sender, point, message.edit_date),)
    name = f"{sender.value}:{number}:e{changed_at}"
    read = _read(arrival, message, raw, sender, name, point, edited=True)
    return () if read is None else (read,)


def _author(message: Message) -> Address | None:
    """The person who wrote a message to us alone; None for groups, channels, bots and deleted accounts."""
    foreign = (message.via_bot, message.sender_chat, message.sender_business_bot, message.business_connection_id)
    if any(sign is not None for sign in foreign):
        return None
    return _person(message.chat, message.from_user)


def _person(chat: Chat, user: User | None) -> Address | None:
    if user is None or user.is_bot is not False or chat.type != Chat.PRIVATE:
        return None
    number = _id(user.id)
    return Address(SCHEME, str(number)) if number is not None and _id(chat.id) == number else None


def _read(
    arrival: _Arrival,
    message: Message,
    raw: dict[str, Any],
    sender: Address,
    external_id: str,
    point: Point | None,
    *,
    live: bool = False,
    edited: bool = False,
) -> InboundMessage | None:
    """The message in our words; None when nothing in it is of use."""
    text = _words(message)
    attachments = tuple(_attachments(arrival.channel, message))
    if not text and not attachments and point is None:
        return None
    return InboundMessage(
        channel=arrival.channel,
        external_id=external_id,
        sender=sender,
        text=text,
        received_at=arrival.received_at,
        contact_name=_name(message.from_user),
        location=point,
        attachments=attachments,
        raw=arrival.body[:MAX_RAW_BYTES],
        album=_text(message.media_group_id, _MAX_TOKEN_BYTES) or None,
        edited=edited,
        forwarded=_forwarded(raw),
        live=live,
        reply_to=_answered(message),
    )


def _words(message: Message) -> str:
    if message.venue is not None:
        place = (_text(message.venue.title), _text(message.venue.address))
        return clean_text("\n".join(line for line in place if line))
    return _text(message.text) or _text(message.caption)


def _forwarded(raw: dict[str, Any]) -> bool:
    """forward_origin, or forward_from, forward_sender_name and so on, as it was said before Bot API 7.0."""
    return any(key.startswith("forward_") and value is not None for key, value in raw.items())


def _answered(message: Message) -> str | None:
    """The message of ours that this one answers; in a private chat every bot is us."""
    answered = message.reply_to_message
    if answered is None or answered.from_user is None or answered.from_user.is_bot is not True:
        return None
    number = _id(answered.message_id)
    return None if number is None else f"{message.chat.id}:{number}"


def _attachments(channel: str, message: Message) -> Iterable[Attachment]:
    largest = max(message.photo, key=lambda size: size.width * size.height, default=None)
    if largest is not None and _is_file_id(largest.file_id):
        yield Attachment(f"{channel}:{largest.file_id}", "image/jpeg")
    document = message.document
    if document is not None and _is_file_id(document.file_id):
        kind = _text(document.mime_type, _MAX_TOKEN_BYTES).lower()
        if _IMAGE.fullmatch(kind):
            yield Attachment(f"{channel}:{document.file_id}", kind)


# --- positions


def _point(message: Message) -> Point | None:
    location = message.location if message.venue is None else message.venue.location
    if location is None:
        return None
    lat, lon = _number(location.latitude), _number(location.longitude)
    return None if lat is None or lon is None else checked_point(lat, lon)


def _position(
    arrival: _Arrival, message: Message, sender: Address, point: Point, measured_at: datetime
) -> PositionReport:
    accuracy = None if message.location is None else _number(message.location.horizontal_accuracy)
    return PositionReport(
        channel=arrival.channel,
        sender=sender,
        point=point,
        measured_at=measured_at,
        received_at=arrival.received_at,
        accuracy=accuracy if accuracy is not None and accuracy >= 0 else None,
    )


# --- buttons and blocks


def _of_press(arrival: _Arrival, query: CallbackQuery) -> tuple[Event, ...]:
    press = _text(query.id)
    user, number = query.from_user, _id(query.from_user.id)
    if (
        not 0 < len(press) <= _MAX_TOKEN_BYTES
        or number is None
        or user.is_bot is not False
        or query.inline_message_id is not None
    ):
        return ()
    sender, reply_to = Address(SCHEME, str(number)), None
    if query.message is not None:
        if _person(query.message.chat, user) is None:
            return ()
        under = _id(query.message.message_id)
        reply_to = None if under is None else f"{number}:{under}"
    return (
        InboundMessage(
            channel=arrival.channel,
            external_id=f"press:{press}",
            sender=sender,
            text="",
            received_at=arrival.received_at,
            contact_name=_name(user),
            raw=arrival.body[:MAX_RAW_BYTES],
            reply_to=reply_to,
            button=_text(query.data),
            press=press,
        ),
    )


def _of_membership(arrival: _Arrival, change: ChatMemberUpdated) -> tuple[Event, ...]:
    """A person blocked the bot ("kicked"), or lets it write again."""
    sender = _person(change.chat, change.from_user)
    before, after = change.old_chat_member.status, change.new_chat_member.status
    if sender is None or not (after == "kicked" or (before, after) == ("kicked", "member")):
        return ()
    return (
        AddressReport(
            channel=arrival.channel,
            address=sender,
            reachable=after != "kicked",
            reported_at=arrival.received_at,
        ),
    )


# --- values of which nothing is known


def _id(value: object) -> int | None:
    """A number of Telegram's that can be one of a person, a message or a moment."""
    good = isinstance(value, int) and not isinstance(value, bool) and 0 < value < _ID_END
    return value if good and isinstance(value, int) else None


def _number(value: object) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < _ID_END
    return float(value) if good and isinstance(value, int | float) else None


def _text(value: object, max_bytes: int | None = None) -> str:
    if not isinstance(value, str):
        return ""
    return clean_text(value) if max_bytes is None else clean_text(value, max_bytes)


def _is_moment(value: object) -> bool:
    return isinstance(value, datetime)


def _is_file_id(value: object) -> bool:
    return isinstance(value, str) and FILE_ID.fullmatch(value) is not None


def _name(user: User | None) -> str | None:
    if user is None:
        return None
    names = (_text(user.first_name).strip(), _text(user.last_name).strip())
    return " ".join(name for name in names if name)[:MAX_NAME_CHARS].strip() or None
