"""What travels between a person's phone and the gateway, in the gateway's own words.

Handlers translate a provider's payload into these values and back. Nothing here knows a provider,
a database or a clock. Every time is aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where a person can be reached: ``tel:+8613800138000``, ``whatsapp:+1…``, ``sim:alice``.

    The scheme decides which channels can reach the address; the value is the scheme's canonical form
    (E.164 for ``tel`` and ``whatsapp``, a bare short code where E.164 does not apply).
    """

    #: How the value is to be understood: "tel", "whatsapp", "sim".
    scheme: str
    #: The canonical value inside the scheme, without white space.
    value: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``scheme:value``. Raises ValueError when either part is missing."""
        scheme, colon, value = text.strip().partition(":")
        if not colon or not scheme or not value:
            raise ValueError(f"an address is written scheme:value, for example tel:+8613800138000, not {text!r}")
        return cls(scheme, value)


@dataclass(frozen=True, slots=True)
class Point:
    """A position in WGS84 degrees."""

    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Attachment:
    """A reference to a photo or file that the provider keeps; nothing is downloaded at intake."""

    url: str
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One text that a person sent. (channel, external_id) is its identity: a repeat changes nothing."""

    #: Name of the channel it came through, as in ``handlers.channels``.
    channel: str
    #: The provider's id of the message, unique within the channel.
    external_id: str
    sender: Address
    #: The text as received, cleaned of NUL and lone surrogates, otherwise untouched.
    text: str
    #: When we received it (UTC). The provider's own time is data only.
    received_at: datetime
    #: Which of our own addresses it was sent to, where the provider says so.
    recipient: Address | None = None
    contact_name: str | None = None
    location: Point | None = None
    attachments: tuple[Attachment, ...] = ()
    #: The request body as it arrived, for replay; at most 64 KiB.
    raw: bytes = b""
    #: The carrier or provider itself took this as an opt-out ("STOP") or opt-in ("START").
    carrier_opt: str | None = None
    #: The same for all photos that were sent as one album, each as a message of its own.
    album: str | None = None
    #: A later version of a message that was changed after it had been sent.
    edited: bool = False
    #: Somebody else wrote it first: never a command, and its position is not the sender's.
    forwarded: bool = False
    #: The position is shared live: further ones come as PositionReports.
    live: bool = False
    #: The provider's id of the message of ours that this one answers, or under which a button was pressed.
    reply_to: str | None = None
    #: The opaque token of the button that was pressed, cleaned as a text: anybody can send anything here.
    button: str | None = None
    #: The provider's id of the press itself, by which it wants to be answered.
    press: str | None = None
    #: Genuine, and of a kind that means nothing to us: kept, never answered.
    meaningless: bool = False


class DeliveryStatus(StrEnum):
    """What became of a text we sent. A status only moves forward, see ``moves_forward``."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"

    def moves_forward(self, after: DeliveryStatus | None) -> bool:
        """Whether a report of this status changes a text whose last known status is ``after``."""
        return after is None or _RANK[self] > _RANK[after]


_RANK = {
    DeliveryStatus.QUEUED: 0,
    DeliveryStatus.SENT: 1,
    DeliveryStatus.FAILED: 2,
    DeliveryStatus.DELIVERED: 3,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A provider's word about a text we sent."""

    channel: str
    #: The provider's id of the text.
    external_id: str
    #: Our own reference (the outbox id) where it came back with the report.
    reference: str | None
    status: DeliveryStatus
    #: When the report reached us (UTC).
    reported_at: datetime
    #: The provider's error code, for example "21610".
    error_code: str | None = None
    #: The code means that the person opted out with the carrier.
    opted_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionReport:
    """Where a person's phone was, as a chat shares it live."""

    channel: str
    sender: Address
    point: Point
    #: When the phone was there, as the provider says; data only (UTC).
    measured_at: datetime
    #: When it reached us (UTC).
    received_at: datetime
    #: Radius of uncertainty in metres, where known.
    accuracy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressReport:
    """A provider's word that a person can, or can no longer, be reached at an address: blocked, or allowed again."""

    channel: str
    address: Address
    reachable: bool
    #: When it reached us (UTC).
    reported_at: datetime


#: What a handler can make of one request.
Event = InboundMessage | DeliveryReport | PositionReport | AddressReport


class ChatAct(StrEnum):
    """What is done in a chat. An SMS can only be sent."""

    SEND = "send"
    #: Tell the person who pressed a button what came of it, in a passing notice.
    ANSWER_PRESS = "answer_press"
    #: Take the buttons away from a message that was sent before.
    CLEAR_BUTTONS = "clear_buttons"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatButton:
    """A button under a message. The token is opaque and is looked up on our side when it comes back."""

    label: str
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatForm:
    """How a text looks in a chat, where it is longer than an SMS and has buttons."""

    body: str
    #: Rows of buttons.
    buttons: tuple[tuple[ChatButton, ...], ...] = ()
    #: A photo to show with the words, as ``Attachment.url`` of the same channel; "" for none.
    photo: str = ""
    act: ChatAct = ChatAct.SEND
    #: ANSWER_PRESS: the press (``InboundMessage.press``). CLEAR_BUTTONS: the provider's id of the message.
    target: str = ""
