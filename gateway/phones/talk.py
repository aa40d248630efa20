"""What each phone of the page shows, read from the rows that the gateway itself works with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gateway.phones.people import address_of
from gateway.phones.words import day_of, state_word
from storage import phone_book, views
from storage.people import Keyring
from storage.texts import TextStatus

#: Texts that a phone keeps.
MOST_LINES = 100

#: Besides what has left the house, what went wrong on the way: a learner must see that it did not arrive.
_SHOWN = (*views.GONE, TextStatus.UNKNOWN, TextStatus.FAILED, TextStatus.DEAD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How times and states are written."""

    zone: ZoneInfo
    language: str


def talks(connection: Connection, keyring: Keyring, names: Iterable[str], manner: Manner) -> list[dict[str, Any]]:
    """Each phone with its latest texts, oldest first, ready for JSON."""
    addresses = {name: address_of(name) for name in names}
    contacts = phone_book.contacts_of(connection, keyring, addresses.values())
    found = []
    for name, address in addresses.items():
        contact = contacts.get(address)
        lines = views.conversation(connection, keyring, [contact], statuses=_SHOWN, limit=MOST_LINES) if contact else []
        theirs = [_as_json(line, manner) for line in lines if line.address == str(address)]
        found.append({"name": name, "lines": theirs})
    return found


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
