"""What the lines of a conversation have beyond their words where it is a chat, by plain queries. Nothing is written
here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from routing_rules.messages import Attachment, ChatForm, Point
from storage import bulk, models
from storage.chat_forms import from_document

_message = models.message
_message_body = models.message_body
_outbox_body = models.outbox_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """What came with a text."""

    location: Point | None
    #: The position was shared live.
    live: bool
    attachments: tuple[Attachment, ...]
    #: Token of the button that was pressed; such a text has no words.
    button: str | None


def forms_of(connection: Connection, texts: Iterable[int]) -> dict[int, ChatForm]:
    """How these texts we sent look in a chat; one that looks the same everywhere is left out."""
    found: dict[int, ChatForm] = {}
    for chunk in bulk.chunks(texts):
        query = select(_outbox_body.c.outbox, _outbox_body.c.chat).where(_outbox_body.c.outbox.in_(chunk))
        forms = ((id, from_document(document)) for id, document in connection.execute(query))
        found.update((id, form) for id, form in forms if form is not None)
    return found


def enclosures_of(connection: Connection, received: Iterable[int]) -> dict[int, Enclosure]:
    """What came with these texts of people; an erased one is left out."""
    found: dict[int, Enclosure] = {}
    for chunk in bulk.chunks(received):
        body = _message_body.c
        query = (
            select(_message.c.id, _message.c.live, _message.c.button, body.lat, body.lon, body.attachments)
            .join(_message_body, body.message == _message.c.id)
            .where(_message.c.id.in_(chunk))
        )
        for row in connection.execute(query):
            found[row.id] = Enclosure(
                location=Point(row.lat, row.lon) if row.lat is not None else None,
                live=row.live,
                attachments=tuple(Attachment(url, kind) for url, kind in row.attachments),
                button=row.button,
            )
    return found
