"""The outbox: every text owed to a person, from the decision to the provider's last word. Bodies can be
erased.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Text, UniqueConstraint
from sqlmodel import Field

from storage.models.base import BigId, Row, UtcDateTime, partial_index, table_of

#: A text that is to be sent, or asked about, when its time has come.
QUEUED = "status IN ('pending', 'unknown')"
#: A text that somebody may be sending this moment. Written out in queries, since SQLite may not use a partial index
#: where a parameter stands.
SENDING = "status = 'sending'"
#: A text that may have reached the provider, or is about to.
UNDER_WAY = "status IN ('sending', 'unknown')"


class OutboxRow(Row, table=True):
    """One text owed; ``key`` makes asking twice harmless."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("key"),
        partial_index("ix_outbox_queue", "urgency", "next_attempt_at", "id", where=QUEUED),
        partial_index("ix_outbox_next", "next_attempt_at", where=QUEUED),
        partial_index("ix_outbox_leased", "lease_until", where=SENDING),
        partial_index("ix_outbox_under_way", "contact", where=UNDER_WAY),
        partial_index("ix_outbox_automatic", "contact", "created_at", where="automatic"),
        partial_index("ix_outbox_external", "channel", "external_id", where="external_id IS NOT NULL"),
        partial_index("ix_outbox_stuck", "id", where="status IN ('unknown', 'failed', 'dead')"),
    )

    #: Our reference in the provider's status callback.
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    key: str
    contact: str = Field(foreign_key="contact.id", index=True)
    #: Index of the address to answer at; None leaves the choice to the contact's order.
    address: str | None = None
    template: str
    case_number: int | None = Field(default=None, sa_type=BigId, index=True)
    #: The task of the case that the text hands out; it is not sent once that has ended.
    assignment: int | None = None
    #: Place in the queue, 0 leaves first: position of the urgency in ``Urgency``.
    urgency: int
    #: See ``storage.outbox.TextStatus``.
    status: str
    #: Who sends it right now; a late sender whose lease is gone may not mark it.
    lease_id: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Counted before the send.
    attempts: int = 0
    #: Attempts that ended with nobody knowing whether the provider took it.
    unknown_sends: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    next_attempt_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: Channel and provider's id of the last attempt that the provider took.
    channel: str | None = None
    external_id: str | None = None
    #: Index of the address that it was sent to.
    sent_to: str | None = None
    last_error: str | None = None
    segments: int
    automatic: bool
    despite_opt_out: bool
    created_at: datetime = Field(sa_type=UtcDateTime)
    #: When the first attempt that may have reached the provider began.
    attempted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    #: When the provider last said something about it.
    reported_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class OutboxBodyRow(Row, table=True):
    """The words of a text. Deleting the row erases them."""

    __tablename__ = "outbox_body"

    outbox: int = Field(primary_key=True, sa_type=BigId, foreign_key="outbox.id", ondelete="CASCADE")
    text: str = Field(sa_type=Text)
    #: See ``storage.chat_forms``; None for a text that looks the same everywhere.
    chat: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class DeliveryReportRow(Row, table=True):
    """A report about a text that nobody knows yet: it overtook the answer to the send. Kept for a day."""

    __tablename__ = "delivery_report"
    __table_args__ = (UniqueConstraint("channel", "external_id", "status"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    channel: str
    external_id: str
    status: str
    reported_at: datetime = Field(sa_type=UtcDateTime)
    error_code: str | None = None
    opted_out: bool


outbox = table_of(OutboxRow)
outbox_body = table_of(OutboxBodyRow)
delivery_report = table_of(DeliveryReportRow)
