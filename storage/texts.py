"""A text on its way out, as values: its states, a claim on it, what happened to it. Nothing here touches the
database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from routing_rules.decisions import Urgency
from routing_rules.messages import Address, ChatAct, ChatForm, DeliveryStatus


class TextStatus(StrEnum):
    """What has become of a text so far."""

    PENDING = "pending"
    #: Somebody holds its lease and may be sending it this moment.
    SENDING = "sending"
    #: It may have reached the provider; to be asked about.
    UNKNOWN = "unknown"
    #: The provider has it.
    SENT = "sent"
    DELIVERED = "delivered"
    #: Refused for good, by the provider or on the way.
    FAILED = "failed"
    #: Given up after too many attempts; an operator may retry or drop it.
    DEAD = "dead"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextFact:
    """A text and what just happened to it, as far as a ledger fact needs to know."""

    id: int
    key: str
    contact: str
    case_number: int | None
    template: str
    status: TextStatus
    attempts: int
    #: A provider's code or one of our own words, such as "expired" or "opted_out".
    reason: str | None = None
    channel: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedText:
    """A text that its claimer may send until the lease ends."""

    #: Our reference towards the provider.
    id: int
    key: str
    lease_id: str
    lease_until: datetime
    contact: str
    #: Where it may be sent, in the order to try; empty when no address of the person can be used.
    addresses: tuple[Address, ...]
    body: str
    #: How it looks in a chat, where it looks otherwise there.
    chat: ChatForm | None
    template: str
    case_number: int | None
    urgency: Urgency
    segments: int
    #: This one included.
    attempts: int
    #: Earlier attempts that may have reached the provider.
    unknown_sends: int
    expires_at: datetime | None
    #: An earlier attempt may have reached the provider: ask before sending again.
    unknown: bool
    #: When the first attempt began.
    attempted_at: datetime
    #: Where the last attempt went, if there was one.
    channel: str | None
    sent_to: Address | None

    @property
    def is_act(self) -> bool:
        """Something done in a chat that is no text, and means nothing anywhere else."""
        return self.chat is not None and self.chat.act is not ChatAct.SEND


@dataclass(frozen=True, slots=True)
class Claim:
    """What a claim found."""

    texts: tuple[ClaimedText, ...]
    #: Texts that are not sent any more, with the reason.
    cancelled: tuple[TextFact, ...]

    def __bool__(self) -> bool:
        return bool(self.texts or self.cancelled)


@dataclass(frozen=True, slots=True)
class ShownInChat:
    """A text that stands in somebody's chat."""

    contact: str
    #: Index of the address it was sent to.
    sent_to: str
    #: The chat's id of it.
    external_id: str


#: How far a text has come; a report never takes it back. What is not listed is known to be with us only, or
#: not known.
_RANK = {
    TextStatus.SENT: DeliveryStatus.SENT,
    TextStatus.FAILED: DeliveryStatus.FAILED,
    TextStatus.DELIVERED: DeliveryStatus.DELIVERED,
}

#: Status in a report to the status of the text; a provider that has queued it has taken it.
REPORTED: Mapping[DeliveryStatus, TextStatus] = {
    DeliveryStatus.QUEUED: TextStatus.SENT,
    DeliveryStatus.SENT: TextStatus.SENT,
    DeliveryStatus.FAILED: TextStatus.FAILED,
    DeliveryStatus.DELIVERED: TextStatus.DELIVERED,
}


def moves_forward(status: TextStatus, reported: DeliveryStatus) -> bool:
    """Whether a report changes a text of this status."""
    after = _RANK.get(status)
    if reported is DeliveryStatus.QUEUED:
        return after is None
    return reported.moves_forward(after)


def fact_of(row: Any, status: TextStatus, *, reason: str | None = None, channel: str | None = None) -> TextFact:
    """A row of the outbox as a fact, with the status it has now."""
    return TextFact(
        id=row.id,
        key=row.key,
        contact=row.contact,
        case_number=row.case_number,
        template=row.template,
        status=status,
        attempts=row.attempts,
        reason=reason,
        channel=channel or row.channel,
    )
