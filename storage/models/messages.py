"""The inbox: every text that arrived, once. Its words stand apart so that they can be erased; this room
reads nothing.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, Double, LargeBinary, Text, UniqueConstraint, false
from sqlmodel import Field

from storage.models.base import BigId, Row, UtcDateTime, partial_index, table_of


class MessageRow(Row, table=True):
    """One inbound text; (channel, external_id) is its identity."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        partial_index("ix_message_waiting", "id", where="verdict = 'waiting'"),
        partial_index("ix_message_album", "channel", "album", where="album IS NOT NULL"),
    )

    #: Grows in the order of arrival.
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    channel: str
    external_id: str
    contact: str = Field(foreign_key="contact.id", index=True)
    #: Index of the address it came from, see ``people.Keyring.address_index``; None once erased.
    address: str | None = None
    #: Our own address that it was sent to.
    recipient: str | None = None
    received_at: datetime = Field(sa_type=UtcDateTime)
    verdict: str
    case_number: int | None = Field(default=None, sa_type=BigId, index=True)
    #: Decisions that failed, for a waiting message.
    attempts: int = 0
    carrier_opt: str | None = None
    #: The same for all photos of one album.
    album: str | None = None
    #: A later version of a message that was changed after it had been sent.
    edited: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    forwarded: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    live: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    meaningless: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    reply_to: str | None = None
    button: str | None = None
    press: str | None = None


class MessageBodyRow(Row, table=True):
    """What a person wrote. Deleting the row erases it."""

    __tablename__ = "message_body"

    message: int = Field(primary_key=True, sa_type=BigId, foreign_key="message.id", ondelete="CASCADE")
    text: str = Field(sa_type=Text)
    #: The request as it arrived; bytes, since PostgreSQL refuses a NUL in a text.
    raw: bytes = Field(sa_type=LargeBinary)
    lat: float | None = Field(default=None, sa_type=Double)
    lon: float | None = Field(default=None, sa_type=Double)
    #: List of [url, content type].
    attachments: list[list[str]] = Field(sa_type=JSON)


message = table_of(MessageRow)
message_body = table_of(MessageBodyRow)
