"""Keeps texts safe on disk while the database cannot take them, and hands them in once it can.

One JSON file a text, written under another name, synced and renamed; the name is made of the text's identity, so
that a repeat replaces itself. A torn or foreign file is set aside and never stops the others.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from gateway.logs import logger
from routing_rules.messages import Address, Attachment, InboundMessage, Point
from storage.errors import DatabaseError

log = logger(__name__)

_SUFFIX = ".json"
_SET_ASIDE = ".bad"


class SpoolUnusable(Exception):
    """The spool folder cannot be written; texts could not be kept safe."""

    def __init__(self, folder: Path, reason: str) -> None:
        super().__init__(f"{self.__doc__} ({folder}: {reason})")


class Spool:
    """A folder of texts that wait for the database."""

    def __init__(self, folder: Path) -> None:
        """Make the folder and try to write in it. Raises SpoolUnusable."""
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe = folder / ".probe"
            probe.write_bytes(b"")
            probe.unlink()
        except OSError as error:
            raise SpoolUnusable(folder, error.strerror or str(error)) from error

    def keep(self, message: InboundMessage) -> None:
        """Write one text durably. Raises OSError when the disk does not take it either."""
        name = hashlib.sha256(f"{message.channel}\0{message.external_id}".encode()).hexdigest()[:32]
        final = self._folder / f"{name}{_SUFFIX}"
        # A name of its own: a repeat that is kept at the same moment must not write into this file.
        unfinished = final.with_suffix(f".{secrets.token_hex(4)}.new")
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write_all(descriptor, json.dumps(_as_json(message), ensure_ascii=False).encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        unfinished.rename(final)
        self._sync_folder()

    def count(self) -> int:
        """How many texts wait."""
        return sum(1 for _ in self._folder.glob(f"*{_SUFFIX}"))

    def drain(self, hand_in: Callable[[InboundMessage], object]) -> int:
        """Hand in every text, oldest first, and delete what was taken. Returns how many.

        Stops quietly when the database refuses again.
        """
        done = 0
        for path in sorted(self._folder.glob(f"*{_SUFFIX}"), key=lambda path: (path.stat().st_mtime_ns, path.name)):
            message = self._read(path)
            if message is None:
                continue
            try:
                hand_in(message)
            except (DatabaseError, TimeoutError):
                return done
            path.unlink(missing_ok=True)
            done += 1
        return done

    def _read(self, path: Path) -> InboundMessage | None:
        try:
            return _from_json(json.loads(path.read_bytes()))
        except (ValueError, KeyError, TypeError) as error:
            path.rename(path.with_suffix(_SET_ASIDE))
            log.error(
                "A spooled text cannot be read and was set aside.",
                action="spool_set_aside",
                file=path.name,
                reason=str(error),
            )
            return None

    def _sync_folder(self) -> None:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _as_json(message: InboundMessage) -> dict[str, object]:
    return {
        "channel": message.channel,
        "external_id": message.external_id,
        "sender": str(message.sender),
        "text": message.text,
        "received_at": message.received_at.isoformat(),
        "recipient": str(message.recipient) if message.recipient else None,
        "contact_name": message.contact_name,
        "location": [message.location.lat, message.location.lon] if message.location else None,
        "attachments": [[each.url, each.content_type] for each in message.attachments],
        "raw": base64.b64encode(message.raw).decode(),
        "carrier_opt": message.carrier_opt,
        "album": message.album,
        "edited": message.edited,
        "forwarded": message.forwarded,
        "live": message.live,
        "meaningless": message.meaningless,
        "reply_to": message.reply_to,
        "button": message.button,
        "press": message.press,
    }


def _from_json(data: dict[str, object]) -> InboundMessage:
    message = InboundMessage(
        channel=str(data["channel"]),
        external_id=str(data["external_id"]),
        sender=Address.parse(str(data["sender"])),
        text=str(data["text"]),
        received_at=datetime.fromisoformat(str(data["received_at"])),
        recipient=Address.parse(str(data["recipient"])) if data["recipient"] else None,
        contact_name=str(data["contact_name"]) if data["contact_name"] else None,
        raw=base64.b64decode(str(data["raw"])),
        carrier_opt=str(data["carrier_opt"]) if data["carrier_opt"] else None,
        album=str(data["album"]) if data.get("album") else None,
        edited=data.get("edited") is True,
        forwarded=data.get("forwarded") is True,
        live=data.get("live") is True,
        meaningless=data.get("meaningless") is True,
        reply_to=_text_or_none(data, "reply_to"),
        button=_text_or_none(data, "button"),
        press=_text_or_none(data, "press"),
    )
    location, attachments = data["location"], data["attachments"]
    if isinstance(location, list):
        message = replace(message, location=Point(float(location[0]), float(location[1])))
    if isinstance(attachments, list):
        message = replace(message, attachments=tuple(Attachment(str(u), str(k)) for u, k in attachments))
    return message


def _text_or_none(data: dict[str, object], name: str) -> str | None:
    value = data.get(name)
    return None if value is None else str(value)
