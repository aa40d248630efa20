"""What the gateway and a channel expect of each other; nothing here knows a provider or a web framework.

A channel must be able to send. Whatever else it can do, it shows by one more small Protocol:
`WebhookReceiver`, `Listener`, `SendLookup`, `ChatChannel`,
`MediaSource`. The gateway asks with isinstance.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable
from urllib.parse import parse_qsl

from routing_rules.messages import Address, ChatForm, DeliveryStatus, Event

#: Where webhooks live below the public URL: ``<public_url>/webhooks/<channel name>``.
WEBHOOK_PREFIX = "/webhooks/"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookRequest:
    """One HTTP request as it arrived, so that a handler's test is payload in, events out."""

    method: str
    #: The path as requested, without the query, beginning with "/".
    path: str
    #: The query exactly as it stood in the request line, without "?": signatures are made over it.
    query_string: bytes = b""
    #: Every header in order; a name that came twice stands twice.
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> tuple[str, ...]:
        """Every value of a header, whatever the case of its name; empty when it is absent."""
        wanted = name.lower()
        return tuple(value for key, value in self.headers if key.lower() == wanted)

    def query(self, name: str) -> tuple[str, ...]:
        """Every value of a query parameter, decoded; broken escapes become replacement characters."""
        text = self.query_string.decode("utf-8", "replace")
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace")
        return tuple(value for key, value in pairs if key == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAnswer:
    """What the provider wants to hear once the events are durable."""

    status: int
    body: bytes
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingText:
    """One text to send."""

    #: Our own id of the text (the outbox id), 1 to 64 of ``A-Za-z0-9_-``; it comes back in delivery reports.
    reference: str
    recipient: Address
    body: str = field(repr=False)
    #: How it looks in a chat; a channel without chats sends the body.
    chat: ChatForm | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SendReceipt:
    """The provider took the text."""

    #: The provider's id of it.
    external_id: str
    status: DeliveryStatus


class Channel(Protocol):
    """A way to reach people. Instances are shared between threads."""

    @property
    def name(self) -> str:
        """The channel's name in configuration, URLs and rows."""
        ...

    def reaches(self, address: Address) -> bool:
        """Whether the channel can carry a text to the address at all."""
        ...

    def send(self, text: OutgoingText) -> SendReceipt:
        """Hand the text to the provider. Raises SendError; returns only when the provider said it took it."""
        ...


@runtime_checkable
class WebhookReceiver(Protocol):
    """A channel whose provider calls us."""

    def receive(self, request: WebhookRequest, received_at: datetime) -> tuple[Event, ...]:
        """What the request says. `received_at` is aware and in UTC.

        Raises BadSignature, MalformedRequest or TooLarge and nothing else, whatever the bytes. An empty tuple
        means that the request was genuine and of no consequence: it is answered like any other.
        """
        ...

    def answer(self) -> WebhookAnswer:
        """What the provider wants to hear after the events are durable; the same for a repeat."""
        ...


@runtime_checkable
class Listener(Protocol):
    """A channel that fetches its messages itself, or has its provider told where to send them."""

    def listen(self, deliver: Callable[[Event], None], stop: threading.Event, utcnow: Callable[[], datetime]) -> None:
        """Fetch and hand over events until `stop` is set; `deliver` returns when the event is durable.

        `utcnow` (aware) says when an event arrived. Returns early where the provider calls us instead.
        """
        ...


@runtime_checkable
class SendLookup(Protocol):
    """A channel whose provider can be asked what it took."""

    def find_sent(self, recipient: Address, since: datetime, body: str) -> tuple[str, ...]:
        """The provider's ids of the texts with this body to this recipient, from `since` (aware) on.

        The window opens a little before `since`, because two machines' clocks differ: leave out the ids that
        are known already. Raises SendError with `outcome_known=False` when the provider cannot be asked now.
        """
        ...

    def sent(self, recipient: Address, since: datetime, body: str, known: Collection[str] = ()) -> int:
        """How many such texts the provider has beyond the ids that are `known`. Raises like `find_sent`."""
        ...


@runtime_checkable
class ChatChannel(Protocol):
    """A channel that heeds ``OutgoingText.chat``: buttons, answers to presses, changes of what was sent before."""

    def shows_buttons(self, address: Address) -> bool:
        """Whether the person at the address sees buttons."""
        ...


@runtime_checkable
class Closable(Protocol):
    """A channel that holds connections or threads of its own."""

    def close(self) -> None:
        """Give them back; nothing is sent afterwards."""
        ...


@runtime_checkable
class MediaSource(Protocol):
    """A channel that can be asked for the files that came with its messages."""

    def fetch(self, url: str, limit: int) -> bytes:
        """The bytes behind ``Attachment.url``, from the provider's own host only and never more than `limit`.

        Raises SendError with `retryable` when it may work later, TooLarge when there are more bytes.
        """
        ...
