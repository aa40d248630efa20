"""What each phone of the page shows, read from the rows that the gateway itself works with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gateway.phones.chats import Chats
from gateway.phones.people import address_of
from gateway.phones.words import day_of, state_word
from handlers.simulator import external_id
from routing_rules.messages import Attachment, ChatAct, ChatForm
from storage import chat_lines, phone_book, views
from storage.people import Keyring
from storage.texts import TextStatus

#: Texts that a phone keeps.
MOST_LINES = 100

#: Besides what has left the house, what went wrong on the way: a learner must see that it did not arrive.
_SHOWN = (*views.GONE, TextStatus.UNKNOWN, TextStatus.FAILED, TextStatus.DEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How times and states are written, and where photos can be seen."""

    zone: ZoneInfo
    language: str
    #: Address on this page of a photo that came in; None when it cannot be seen any more.
    seen_at: Callable[[Attachment], str | None] = lambda photo: None


def talks(
    connection: Connection,
    keyring: Keyring,
    names: Iterable[str],
    manner: Manner,
    chats: Chats,
) -> list[dict[str, Any]]:
    """Each phone with its latest texts, oldest first, ready for JSON."""
    addresses = {name: address_of(name) for name in names}
    contacts = phone_book.contacts_of(connection, keyring, addresses.values())
    first = phone_book.first_addresses(connection, keyring, addresses.values())
    found = []
    for name, address in addresses.items():
        contact = contacts.get(address)
        lines = views.conversation(connection, keyring, [contact], statuses=_SHOWN, limit=MOST_LINES) if contact else []
        talk = _Talk(connection, [line for line in lines if line.address == str(address)], manner)
        chat = chats.is_chat(name, contact if address in first else None)
        found.append(
            {
                "name": name,
                "chat": chat,
                "commands": chats.commands(contact) if chat else [],
                "lines": talk.lines(chat=chat),
                "notices": talk.notices() if chat else [],
            }
        )
    return found


class _Talk:
    """The lines of one phone with what they have beyond their words."""

    def __init__(self, connection: Connection, lines: Sequence[views.Line], manner: Manner) -> None:
        sent = [line.id for line in lines if line.direction == "out"]
        self._all = lines
        self._manner = manner
        self._forms = chat_lines.forms_of(connection, sent)
        self._enclosures = chat_lines.enclosures_of(connection, [line.id for line in lines if line.direction == "in"])
        self._cleared = {form.target for form in self._forms.values() if form.act is ChatAct.CLEAR_BUTTONS}
        self._labels = {
            button.token: button.label for form in self._forms.values() for row in form.buttons for button in row
        }

    def lines(self, *, chat: bool) -> list[dict[str, Any]]:
        """Everything but what was only done in passing."""
        return [self._line(line, chat=chat) for line in self._all if self._form(line).act is ChatAct.SEND]

    def notices(self) -> list[dict[str, str]]:
        """The answers to presses: shown for a moment and never again."""
        return [
            {"id": f"out-{line.id}", "text": self._form(line).body}
            for line in self._all
            if self._form(line).act is ChatAct.ANSWER_PRESS and line.state != TextStatus.FAILED.value
        ]

    def _line(self, line: views.Line, *, chat: bool) -> dict[str, Any]:
        shown = _as_json(line, self._manner)
        if line.direction == "in":
            return shown | self._enclosed(line)
        form = self._form(line)
        if not chat:
            return shown
        gone = external_id(str(line.id)) in self._cleared
        buttons = [] if gone else [[{"label": each.label, "token": each.token} for each in row] for row in form.buttons]
        photos = [Attachment(form.photo, "image/jpeg")] if form.photo else []
        return shown | {
            "text": form.body,
            "external_id": external_id(str(line.id)),
            "buttons": buttons,
            "photos": [self._manner.seen_at(photo) for photo in photos],
        }

    def _enclosed(self, line: views.Line) -> dict[str, Any]:
        enclosure = self._enclosures.get(line.id)
        if enclosure is None:
            return {}
        found: dict[str, Any] = {}
        if enclosure.attachments:
            found["photos"] = [self._manner.seen_at(photo) for photo in enclosure.attachments]
        if enclosure.location is not None:
            found["pin"] = {"lat": enclosure.location.lat, "lon": enclosure.location.lon, "live": enclosure.live}
        if enclosure.button is not None:
            found["pressed"] = self._labels.get(enclosure.button, "…")
        return found

    def _form(self, line: views.Line) -> ChatForm:
        form = self._forms.get(line.id) if line.direction == "out" else None
        return form or ChatForm(body=line.text)


def _as_json(line: views.Line, manner: Manner) -> dict[str, Any]:
    local = line.at.astimezone(manner.zone)
    return {
        "id": f"{line.direction}-{line.id}",
        "direction": line.direction,
        "text": line.text,
        "at": as_utc(line.at),
        "time": f"{local:%H:%M}",
        "day": day_of(local, manner.language),
        "state": line.state,
        "state_word": state_word(line.state, manner.language),
        "case": line.case_number,
    }


def as_utc(moment: datetime) -> str:
    """An aware moment in UTC as JSON has it, to the millisecond."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
