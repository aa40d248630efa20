"""Phones without an account: what the phones page posts becomes texts; what we send is delivered at once.

Texts to simulated phones are not kept here: the page reads them where every text stands, in the outbox.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.cleaning import checked_point, clean_text
from handlers.contract import OutgoingText, SendReceipt, WebhookAnswer, WebhookRequest
from handlers.errors import MalformedRequest, SendError, TooLarge
from handlers.strict_json import read_object
from routing_rules.messages import Address, Attachment, DeliveryStatus, Event, InboundMessage, Point

#: A text of 16 KiB, escaped, and room for the rest.
MAX_BODY_BYTES = 128 * 1024
MAX_RAW_BYTES = 64 * 1024
MAX_MEDIA = 10

_SCHEME = "sim"
_FIELDS = {"from", "text", "id", "location", "media", "album", "forwarded", "edited"}
_PHONE = re.compile(r"[\w.+-]{1,64}")
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_MEDIA_URL = re.compile(r"https?://[!-~]{1,2048}")

_TAKEN = WebhookAnswer(status=200, body=b'{"received": true}', content_type="application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """The simulator has nothing to set: it is there when it is named in the configuration."""


class Simulator:
    """A Channel and WebhookReceiver for ``sim:`` addresses.

    A text is ``{"from": "alice", "text": "...", "id": "..."}`` and, if any, ``"location": {"lat", "lon"}``
    and ``"media": [url, ...]``. The id is the sender's to choose and shows a repeat: the page takes a UUID.
    What only a chat knows can be said too: ``"album"`` (the same id for photos sent together), ``"forwarded": true``
    and ``"edited": true`` (a later version, with an id of its own).
    """

    def __init__(self, name: str, settings: SimulatorSettings) -> None:
        self._name = name
        self._settings = settings

    @property
    def name(self) -> str:
        return self._name

    def reaches(self, address: Address) -> bool:
        """Simulated phones only."""
        return address.scheme == _SCHEME

    def send(self, text: OutgoingText) -> SendReceipt:
        """Delivered at once; see `contract.Channel`."""
        if not self.reaches(text.recipient):
            raise SendError("only simulated phones can be reached", retryable=False, outcome_known=True)
        return SendReceipt(external_id=f"sim-{text.reference}", status=DeliveryStatus.DELIVERED)

    def receive(self, request: WebhookRequest, received_at: datetime) -> tuple[Event, ...]:
        """The text in a request; see `contract.WebhookReceiver`. It is unsigned: for trusted networks."""
        if len(request.body) > MAX_BODY_BYTES:
            raise TooLarge(f"the request is larger than {MAX_BODY_BYTES // 1024} KiB")
        if request.method != "POST":
            raise MalformedRequest("a text to the simulator is an HTTP POST")
        value = read_object(request.body)
        unknown = sorted(set(value) - _FIELDS)
        if unknown:
            raise MalformedRequest(f"only {', '.join(sorted(_FIELDS))} are known")
        return (
            InboundMessage(
                channel=self._name,
                external_id=_matching(value, "id", _ID),
                sender=_sender(value),
                text=clean_text(_string(value, "text")),
                received_at=received_at,
                location=_location(value.get("location")),
                attachments=_attachments(value.get("media", [])),
                album=_matching(value, "album", _ID) if "album" in value else None,
                forwarded=_flag(value, "forwarded"),
                edited=_flag(value, "edited"),
                raw=request.body[:MAX_RAW_BYTES],
            ),
        )

    def answer(self) -> WebhookAnswer:
        """A small JSON object."""
        return _TAKEN


def _string(value: Mapping[str, Any], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str):
        raise MalformedRequest(f'"{name}" must be a string')
    return text


def _matching(value: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    text = _string(value, name)
    if not pattern.fullmatch(text):
        raise MalformedRequest(f'"{name}" is not well-formed')
    return text


def _flag(value: Mapping[str, Any], name: str) -> bool:
    flag = value.get(name, False)
    if not isinstance(flag, bool):
        raise MalformedRequest(f'"{name}" must be true or false')
    return flag


def _sender(value: Mapping[str, Any]) -> Address:
    phone = _string(value, "from").removeprefix(f"{_SCHEME}:")
    if not _PHONE.fullmatch(phone):
        raise MalformedRequest('"from" must be the name of a simulated phone, for example "sim:alice"')
    return Address(_SCHEME, phone)


def _location(value: object) -> Point | None:
    """A position; unlike a real phone's, a wrong one is refused: here somebody is trying something out."""
    if value is None:
        return None
    if not isinstance(value, dict) or set(value) != {"lat", "lon"}:
        raise MalformedRequest('"location" must be {"lat": …, "lon": …}')
    lat, lon = value["lat"], value["lon"]
    if not all(isinstance(part, int | float) and not isinstance(part, bool) for part in (lat, lon)):
        raise MalformedRequest('"lat" and "lon" must be numbers')
    try:
        point = checked_point(float(lat), float(lon))
    except OverflowError:
        point = None
    if point is None:
        raise MalformedRequest('"location" is not a position on Earth')
    return point


def _attachments(value: object) -> tuple[Attachment, ...]:
    if not isinstance(value, list) or len(value) > MAX_MEDIA:
        raise MalformedRequest(f'"media" must be a list of at most {MAX_MEDIA} addresses')
    if not all(isinstance(url, str) and _MEDIA_URL.fullmatch(url) for url in value):
        raise MalformedRequest('"media" must hold http or https addresses')
    return tuple(Attachment(url, "application/octet-stream") for url in value)
