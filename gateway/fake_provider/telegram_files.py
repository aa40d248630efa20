"""The photos of the fake Telegram and their sizes, as bytes in memory; it reads no file and asks no host."""

from __future__ import annotations

import io
import threading
import uuid
from dataclasses import dataclass

from PIL import Image, UnidentifiedImageError

#: The longer sides of the smaller sizes that Telegram makes of a photo, in pixels.
SIZES = (90, 320, 800)
#: More pixels than this are not scaled: it would take longer than the rehearsal is worth.
_MOST_PIXELS = 25_000_000
#: What a photo is said to measure that is none, as a hostile sender's may be.
_UNKNOWN_SIZE = (1280, 960)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """One size of a photo."""

    file_id: str
    #: The same for the same photo whoever asks; no file can be had by it.
    unique_id: str
    #: Below /file/bot<token>/.
    path: str
    data: bytes
    width: int
    height: int


class FileShelf:
    """Files by id and by path. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_id: dict[str, StoredFile] = {}
        self._by_path: dict[str, StoredFile] = {}
        self._sizes: dict[str, tuple[str, ...]] = {}

    def store_photo(self, data: bytes) -> tuple[str, ...]:
        """Keep a photo; returns the file ids of its sizes, smallest first. The largest is `data` itself.

        Bytes that are no picture are kept as one size: what a phone sends is for the receiver to judge.
        """
        pictures = [*_smaller(data), (data, *(measure(data) or _UNKNOWN_SIZE))]
        with self._lock:
            files = [self._store(*picture) for picture in pictures]
            ids = tuple(file.file_id for file in files)
            self._sizes |= dict.fromkeys(ids, ids)
            return ids

    def get(self, file_id: str) -> StoredFile | None:
        with self._lock:
            return self._by_id.get(file_id)

    def at(self, path: str) -> StoredFile | None:
        with self._lock:
            return self._by_path.get(path)

    def sizes(self, file_id: str) -> tuple[str, ...] | None:
        """All sizes of the photo that a file id is one of; None for an id that was never given out."""
        with self._lock:
            return self._sizes.get(file_id)

    def _store(self, data: bytes, width: int, height: int) -> StoredFile:
        number = len(self._by_id)
        file = StoredFile(
            file_id=f"AgACAgUAAxkBAAI{uuid.uuid4().hex}",
            unique_id=f"AQAD{uuid.uuid4().hex[:12]}",
            path=f"photos/file_{number}.jpg",
            data=data,
            width=width,
            height=height,
        )
        self._by_id[file.file_id] = file
        self._by_path[file.path] = file
        return file


def measure(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture in pixels; None for what is no picture."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    except Image.DecompressionBombWarning:
        return None


def _smaller(data: bytes) -> list[tuple[bytes, int, int]]:
    """The photo in each of the sizes below its own, none when it cannot be scaled."""
    size = measure(data)
    if size is None or size[0] * size[1] > _MOST_PIXELS:
        return []
    made = []
    try:
        with Image.open(io.BytesIO(data)) as picture:
            plain = picture.convert("RGB")
        for side in (side for side in SIZES if side < max(size)):
            small = plain.copy()
            small.thumbnail((side, side))
            written = io.BytesIO()
            small.save(written, "JPEG", quality=80)
            made.append((written.getvalue(), *small.size))
    except (OSError, ValueError, SyntaxError):
        return []
    return made
