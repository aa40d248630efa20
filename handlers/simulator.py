"""Phones and chats without an account: what the phones page posts becomes texts; what we send is delivered at once.

Texts to simulated phones are not kept here: the page reads them where every text stands, in the outbox. Photos are, for
a while and in memory only: whoever fetches them first makes them durable.
"""

from __future__ import annotations

import binascii
import hashlib
import json
import re
import threading
from base64 import b64decode
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from handlers.cleaning import checked_point, clean_text
from handlers.contract import OutgoingText, SendReceipt, WebhookAnswer, WebhookRequest
from handlers.errors import MalformedRequest, SendError, TooLarge
from handlers.strict_json import read_object
from routing_rules.messages import (
    Address,
    Attachment,
    DeliveryStatus,
    Event,
    InboundMessage,
    Point,
    PositionReport,
)

#: A text of 16 KiB, escaped, some photos, and room for the rest.
MAX_BODY_BYTES = 1024 * 1024
MAX_RAW_BYTES = 64 * 1024
#: Addresses and photos of one message together.
MAX_MEDIA = 10
MAX_PHOTO_BYTES = 100 * 1024
#: Photos that are held; the oldest gives way.
MOST_PHOTOS = 200
#: UTF-8 bytes of a button's token, as chats limit it.
MAX_TOKEN_BYTES = 64

_SCHEME = "sim"
_POSITION_FIELDS = {"from", "id", "position"}
_FIELDS = {
    *("from", "text", "id", "location", "live", "media", "photos", "album", "forwarded", "edited"),
    *("button", "press", "reply_to"),
}
_PHONE = re.compile(r"[\w.+-]{1,64}")
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_MEDIA_URL = re.compile(r"https?://[!-~]{1,2048}")
#: What the bytes of a photo begin with, and what it is then.
_MAGIC = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}

_TAKEN = WebhookAnswer(status=200, body=b'{"received": true}', content_type="application/json")


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorSettings:
    """The simulator has nothing to set: it is there when it is named in the configuration."""


class Simulator:
    """A Channel, WebhookReceiver and MediaSource for ``sim:`` addresses.

    A text is ``{"from": "alice", "text": "...", "id": "..."}`` and, if any, ``"location": {"lat", "lon"}``
    and ``"media": [url, ...]``. The id is the sender's to choose and shows a repeat: the page takes a UUID.

    What only a chat knows can be said too:

    - ``"photos"``: JPEG or PNG files in base64, and ``"album"``, the same id for photos sent together;
    - ``"live": true`` with a location, and later ``{"from", "id", "position": {"lat", "lon"}}`` alone;
    - ``"button"``, the token of a button that was pressed, with ``"press"`` (an id by which the press is answered) and
      ``"reply_to"`` (our message that had the button, ``sim-<reference>``);
    - ``"forwarded": true`` and ``"edited": true`` (a later version, with an id of its own).
    """

    def __init__(self, name: str, settings: SimulatorSettings) -> None:
        self._name = name
        self._settings = settings
        self._lock = threading.Lock()
        self._photos: OrderedDict[str, bytes] = OrderedDict()

    @property
    def name(self) -> str:
        return self._name

    def reaches(self, address: Address) -> bool:
        """Simulated phones only."""
        return address.scheme == _SCHEME

    def shows_buttons(self, address: Address) -> bool:
        """Any simulated phone may be a chat; the page shows it as one."""
        return self.reaches(address)

    def send(self, text: OutgoingText) -> SendReceipt:
        """Delivered at once, whatever form it has in a chat; see `contract.Channel`."""
        if not self.reaches(text.recipient):
            raise SendError("only simulated phones can be reached", retryable=False, outcome_known=True)
        return SendReceipt(external_id=external_id(text.reference), status=DeliveryStatus.DELIVERED)

    def receive(self, request: WebhookRequest, received_at: datetime) -> tuple[Event, ...]:
        """The text in a request; see `contract.WebhookReceiver`. It is unsigned: for trusted networks."""
        if len(request.body) > MAX_BODY_BYTES:
            raise TooLarge(f"the request is larger than {MAX_BODY_BYTES // 1024} KiB")
        if request.method != "POST":
            raise MalformedRequest("a text to the simulator is an HTTP POST")
        value = read_object(request.body)
        if "position" in value:
            return (self._position(value, received_at),)
        if set(value) - _FIELDS:
            raise MalformedRequest(f"only {', '.join(sorted(_FIELDS))} are known")
        photos = _photos(value.get("photos", []))
        attachments = _attachments(value.get("media", []))
        if len(photos) + len(attachments) > MAX_MEDIA:
            raise MalformedRequest(f"a message has at most {MAX_MEDIA} photos")
        message = InboundMessage(
            channel=self._name,
            external_id=_matching(value, "id", _ID),
            sender=_sender(value),
            text=clean_text(_string(value, "text")),
            received_at=received_at,
            location=_location(value.get("location")),
            attachments=(*attachments, *(Attachment(self._url(photo), kind) for photo, kind in photos)),
            album=_matching(value, "album", _ID) if "album" in value else None,
            forwarded=_flag(value, "forwarded"),
            edited=_flag(value, "edited"),
            live=_flag(value, "live"),
            button=_token(value) if "button" in value else None,
            press=_of_button(value, "press"),
            reply_to=_matching(value, "reply_to", _ID) if "reply_to" in value else None,
            raw=self._raw(request.body, value, photos),
        )
        if message.live and message.location is None:
            raise MalformedRequest('what is shared "live" is a "location"')
        self._hold(photo for photo, _ in photos)
        if not message.live or message.location is None:
            return (message,)
        return message, self._report(message.sender, message.location, received_at)

    def answer(self) -> WebhookAnswer:
        """A small JSON object."""
        return _TAKEN

    def fetch(self, url: str, limit: int) -> bytes:
        """A photo that was posted, while it is held; see `contract.MediaSource`."""
        photo = self._held(url)
        if photo is None:
            raise SendError("the photo is not held any more", retryable=False, outcome_known=True, code="gone")
        if len(photo) > limit:
            raise TooLarge(f"the photo is larger than {limit} bytes")
        return photo

    def holds(self, url: str) -> bool:
        """Whether ``fetch`` would find the photo."""
        return self._held(url) is not None

    def _position(self, value: Mapping[str, Any], received_at: datetime) -> PositionReport:
        if set(value) != _POSITION_FIELDS:
            raise MalformedRequest(f"a position goes with {', '.join(sorted(_POSITION_FIELDS))} and nothing else")
        _matching(value, "id", _ID)
        point = _location(value["position"])
        if point is None:
            raise MalformedRequest('"position" must be {"lat": …, "lon": …}')
        return self._report(_sender(value), point, received_at)

    def _report(self, sender: Address, point: Point, received_at: datetime) -> PositionReport:
        return PositionReport(
            channel=self._name, sender=sender, point=point, measured_at=received_at, received_at=received_at
        )

    def _raw(self, body: bytes, value: Mapping[str, Any], photos: list[tuple[bytes, str]]) -> bytes:
        """The request for replay; photos stand in it by their addresses, else they would cut it short."""
        if photos:
            body = json.dumps({**value, "photos": [self._url(photo) for photo, _ in photos]}).encode()
        return body[:MAX_RAW_BYTES]

    def _url(self, photo: bytes) -> str:
        return f"{self._name}:{hashlib.sha256(photo).hexdigest()}"

    def _hold(self, photos: Iterable[bytes]) -> None:
        with self._lock:
            for photo in photos:
                self._photos[self._url(photo)] = photo
                self._photos.move_to_end(self._url(photo))
            while len(self._photos) > MOST_PHOTOS:
                self._photos.popitem(last=False)

    def _held(self, url: str) -> bytes | None:
        with self._lock:
            return self._photos.get(url)


def external_id(reference: str) -> str:
    """The id under which a simulated phone knows a text of ours."""
    return f"sim-{reference}"


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


def _token(value: Mapping[str, Any]) -> str:
    token = clean_text(_string(value, "button"), MAX_TOKEN_BYTES + 1)
    if not token or len(token.encode()) > MAX_TOKEN_BYTES:
        raise MalformedRequest(f'"button" must have 1 to {MAX_TOKEN_BYTES} bytes')
    return token


def _of_button(value: Mapping[str, Any], name: str) -> str | None:
    if name not in value:
        return None
    if "button" not in value:
        raise MalformedRequest(f'"{name}" goes with a "button"')
    return _matching(value, name, _ID)


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
    if not isinstance(value, list):
        raise MalformedRequest('"media" must be a list of addresses')
    if not all(isinstance(url, str) and _MEDIA_URL.fullmatch(url) for url in value):
        raise MalformedRequest('"media" must hold http or https addresses')
    return tuple(Attachment(url, "application/octet-stream") for url in value)


def _photos(value: object) -> list[tuple[bytes, str]]:
    """The files with their kinds; only how they begin is looked at, as a provider would."""
    if not isinstance(value, list) or not all(isinstance(photo, str) for photo in value):
        raise MalformedRequest('"photos" must be a list of JPEG or PNG files in base64')
    found = []
    for photo in value:
        try:
            data = b64decode(photo, validate=True)
        except (binascii.Error, ValueError):
            raise MalformedRequest('"photos" must be in base64') from None
        kind = next((kind for magic, kind in _MAGIC.items() if data.startswith(magic)), None)
        if kind is None:
            raise MalformedRequest('"photos" must be JPEG or PNG files')
        if len(data) > MAX_PHOTO_BYTES:
            raise TooLarge(f"a photo has at most {MAX_PHOTO_BYTES // 1024} KiB")
        found.append((data, kind))
    return found
