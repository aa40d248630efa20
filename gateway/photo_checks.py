"""Makes a photo that a stranger sent into one that may be kept: its pixels, made anew, and nothing else of the file.

What it was is read from the bytes, never from a name or a declared type. The metadata never reach the library that
decodes: a file is taken apart here first, time and place are read with bounds, and only what pixels need goes on.
It knows no database, no disk, no network and no clock.
"""

from __future__ import annotations

import hashlib
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from io import BytesIO
from typing import Literal

from PIL import Image

from routing_rules.messages import Point

#: Most pixels of a photo. Decoded they are 100 MB at most.
MOST_PIXELS = 25_000_000
#: Of the JPEGs that are kept; hardly visible, and half the size of 95.
JPEG_QUALITY = 88

# Second line of defence: the library's own limit, for sizes that our reading of the header did not see.
Image.MAX_IMAGE_PIXELS = MOST_PIXELS

#: A progressive JPEG has about ten scans. Each costs a pass over all pixels, so that thousands of empty ones would
#: keep the machine busy for hours.
_MOST_SCANS = 64
#: Most entries of one EXIF directory; cameras write some dozens.
_MOST_ENTRIES = 512
#: Most bytes of one EXIF value that is of use here.
_LONGEST_VALUE = 64

#: "not_a_photo": no JPEG, PNG or WebP, or something else as well. "broken": one of them, but cut short or damaged.
Reason = Literal["not_a_photo", "too_many_pixels", "broken"]


class PhotoRefused(Exception):
    """The bytes are no photo that may be kept."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPhoto:
    """A photo that may be kept."""

    #: The file to keep: upright, without any metadata.
    data: bytes = field(repr=False)
    #: "jpg" or "png".
    suffix: str
    #: Of ``data``, in hex.
    sha256: str
    #: When it was taken, as its EXIF said (UTC).
    taken_at: datetime | None
    #: Where it was taken, as its EXIF said.
    point: Point | None


def checked(data: bytes, zone: tzinfo | None = None) -> CheckedPhoto:
    """The photo in these bytes, made anew. Of an animation the first frame.

    EXIF times seldom say their offset from UTC; those are read in ``zone``, and without one they are not known.
    Raises PhotoRefused and nothing else, whatever the bytes.
    """
    try:
        return _checked(data, zone)
    except PhotoRefused:
        raise
    except Image.DecompressionBombError:
        raise PhotoRefused("too_many_pixels") from None
    except Exception:  # noqa: BLE001 - decoders meet a damaged file with a dozen kinds of exception
        raise PhotoRefused("broken") from None


def _checked(data: bytes, zone: tzinfo | None) -> CheckedPhoto:
    form = _form_of(data)
    if form is None or _is_something_else_too(data):
        raise PhotoRefused("not_a_photo")
    parts = _TAKE_APART[form](data)
    if parts.width * parts.height > MOST_PIXELS:
        raise PhotoRefused("too_many_pixels")
    exif = _read_exif(parts.exif)
    pixels = _decoded(parts.pixels, form)
    if exif.orientation in _TURNS:
        pixels = pixels.transpose(_TURNS[exif.orientation])
    file = BytesIO()
    pixels.save(file, "PNG" if form == "PNG" else "JPEG", quality=JPEG_QUALITY)
    kept = file.getvalue()
    return CheckedPhoto(
        data=kept,
        suffix="png" if form == "PNG" else "jpg",
        sha256=hashlib.sha256(kept).hexdigest(),
        taken_at=_moment(exif.taken, exif.offset, zone),
        point=_point(exif),
    )


# -- what it is ------------------------------------------------------------------------------------------------------

_Form = Literal["JPEG", "PNG", "WEBP"]
_PNG = b"\x89PNG\r\n\x1a\n"


def _form_of(data: bytes) -> _Form | None:
    if data.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if data.startswith(_PNG):
        return "PNG"
    return "WEBP" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _is_something_else_too(data: bytes) -> bool:
    """Whether a reader of archives or of PDF would find its own file in the bytes.

    Other bytes behind a photo are common (a phone puts a film or a second picture there); they are not kept.
    """
    # PDF Reference 1.7, appendix H, note 13: readers look for it in the first 1,024 bytes.
    if b"%PDF-" in data[:1024]:
        return True
    # APPNOTE 4.3.16: the record that ends an archive, with the size of the directory before it.
    end = data.rfind(b"PK\x05\x06")
    if end < 0 or len(data) < end + 22:
        return False
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    directory = data[end - size : end - size + 4] if size <= end else b""
    return size == 0 or directory == b"PK\x01\x02" or data[max(end - 20, 0) : end].startswith(b"PK\x06\x07")


# -- taken apart -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    width: int
    height: int
    #: A file of the same form with what pixels need.
    pixels: bytes
    #: The EXIF block as it stood, or nothing.
    exif: bytes


_MARKER = re.compile(rb"\xff([^\x00\xff])")
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_SOI, _EOI, _SOS, _DHT, _DQT, _DRI, _DAC = 0xD8, 0xD9, 0xDA, 0xC4, 0xDB, 0xDD, 0xCC
#: SOF0 to SOF15 without the three numbers between them that mean something else.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {_DHT, 0xC8, _DAC}
#: APP0 says JFIF, APP14 how Adobe wrote the colours; every other APPn and COM are left behind.
_JPEG_KEPT = _FRAMES | {_DHT, _DQT, _DRI, _DAC, _SOS, 0xE0, 0xEE}
#: These stand alone, without a length.
_ALONE = frozenset(range(0xD0, 0xD8)) | {0x01, _SOI}


def _jpeg(data: bytes) -> _Parts:
    """ITU-T T.81, annex B: segments until the end of the first image."""
    kept, exif, size, scans, at = [b"\xff\xd8"], b"", (0, 0), 0, 2
    while (found := _MARKER.search(data, at)) is not None:
        marker, start = found[1][0], found.end()
        at = start
        if marker == _EOI:
            break
        if marker in _ALONE:
            continue
        at = start + max(int.from_bytes(data[start : start + 2], "big"), 2)
        if marker in _FRAMES:
            if size != (0, 0):
                raise PhotoRefused("broken")
            size = (int.from_bytes(data[start + 5 : start + 7], "big"), int.from_bytes(data[start + 3 : start + 5]))
        if marker == _SOS:
            scans += 1
            after = _AFTER_SCAN.search(data, at)
            if after is None or scans > _MOST_SCANS:
                raise PhotoRefused("broken")
            at = after.start()
        if marker in _JPEG_KEPT:
            kept.append(b"\xff" + data[start - 1 : at])
        elif marker == 0xE1 and not exif and data[start + 2 : start + 8] == b"Exif\0\0":
            exif = data[start + 8 : at]
    else:
        raise PhotoRefused("broken")
    return _Parts(width=size[0], height=size[1], pixels=b"".join([*kept, b"\xff\xd9"]), exif=exif)


def _png(data: bytes) -> _Parts:
    """https://www.w3.org/TR/png-3: chunks until IEND. Frames of an animation beyond the first are other chunks."""
    kept, exif, kind, at = [_PNG], b"", b"", len(_PNG)
    if data[at + 4 : at + 8] != b"IHDR":
        raise PhotoRefused("broken")
    width, height = int.from_bytes(data[at + 8 : at + 12]), int.from_bytes(data[at + 12 : at + 16])
    while kind != b"IEND":
        end = at + 12 + int.from_bytes(data[at : at + 4])
        if at + 12 > len(data) or end > len(data):
            raise PhotoRefused("broken")
        kind = data[at + 4 : at + 8]
        if kind in (b"PLTE", b"tRNS", b"IDAT", b"IEND") or (kind == b"IHDR" and len(kept) == 1):
            kept.append(data[at:end])
        elif kind == b"eXIf" and not exif:
            exif = data[at + 8 : end - 4]
        at = end
    return _Parts(width=width, height=height, pixels=b"".join(kept), exif=exif)


def _webp(data: bytes) -> _Parts:
    """RFC 9649. The decoder takes the file as it is: it hands on metadata unread, and they are dropped behind it."""
    exif, at, size = b"", 12, (0, 0)
    length = 8 + int.from_bytes(data[4:8], "little")
    if length > len(data):
        raise PhotoRefused("broken")
    data = data[:length]
    while at + 8 <= length:
        kind, end = data[at : at + 4], at + 8 + int.from_bytes(data[at + 4 : at + 8], "little")
        if end > length:
            raise PhotoRefused("broken")
        head = data[at + 8 : min(end, at + 18)]
        if at == 12:
            size = _webp_size(kind, head)
        if kind == b"EXIF" and not exif:
            exif = data[at + 8 : end].removeprefix(b"Exif\0\0")
        at = end + end % 2
    return _Parts(width=size[0], height=size[1], pixels=data, exif=exif)


def _webp_size(kind: bytes, head: bytes) -> tuple[int, int]:
    if kind == b"VP8X":
        return int.from_bytes(head[4:7], "little") + 1, int.from_bytes(head[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return int.from_bytes(head[6:8], "little") & 0x3FFF, int.from_bytes(head[8:10], "little") & 0x3FFF
    raise PhotoRefused("broken")


_TAKE_APART: dict[_Form, Callable[[bytes], _Parts]] = {"JPEG": _jpeg, "PNG": _png, "WEBP": _webp}


# -- pixels ----------------------------------------------------------------------------------------------------------

_TURNS = {  # EXIF 2.32, 4.6.4 A, tag 0x0112
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _decoded(data: bytes, form: _Form) -> Image.Image:
    with warnings.catch_warnings():
        # What the library thinks of a stranger's file is no line of our log.
        warnings.filterwarnings("ignore", module=r"PIL\.")
        with Image.open(BytesIO(data), formats=(form,)) as image:
            if image.width * image.height > MOST_PIXELS:
                raise PhotoRefused("too_many_pixels")
            image.load()
            made = _in_plain_colours(image, form)
    made.info = {}
    return made


def _in_plain_colours(image: Image.Image, form: _Form) -> Image.Image:
    """Grey, RGB, and for PNG with transparency. The colours are taken as sRGB, as whoever shows the file will."""
    if image.mode in ("LA", "RGBA") or "transparency" in image.info:
        image = image.convert("RGBA")
        if form == "PNG":
            return image
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        return white
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


# -- EXIF ------------------------------------------------------------------------------------------------------------

#: Bytes of one value of a type: ASCII, SHORT, LONG, RATIONAL. No other type is of use here.
_SIZES = {2: 1, 3: 2, 4: 4, 5: 8}
_ORIENTATION, _EXIF, _GPS = 0x0112, 0x8769, 0x8825
_TAKEN, _OFFSET = 0x9003, 0x9011
_NORTH_SOUTH, _LATITUDE, _EAST_WEST, _LONGITUDE = 1, 2, 3, 4

_WHEN = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_SHIFT = re.compile(r"([+-])(\d\d):(\d\d)")

_Value = tuple[int, bytes]  # its type and what it is


@dataclass(frozen=True, slots=True, kw_only=True)
class _Exif:
    orientation: int = 1
    taken: str = ""
    offset: str = ""
    north_south: str = ""
    latitude: tuple[float, ...] = ()
    east_west: str = ""
    longitude: tuple[float, ...] = ()


class _Tiff:
    """A block in the form of TIFF 6.0, section 2; whatever lies outside of it is not there."""

    def __init__(self, block: bytes) -> None:
        self._block = block
        self._order: Literal["little", "big"] = "little" if block[:2] == b"II" else "big"
        self.readable = block[:4] in (b"II*\0", b"MM\0*")

    def directory(self, at: int | None = None) -> dict[int, _Value]:
        """The entries of the directory that begins there, or of the first one; the first of several with one tag."""
        at = self._number(self._block[4:8]) if at is None else at
        found: dict[int, _Value] = {}
        for n in range(min(self._number(self._block[at : at + 2]), _MOST_ENTRIES)):
            entry = self._block[at + 2 + 12 * n : at + 14 + 12 * n]
            kind, value = self._number(entry[2:4]), entry[8:12]
            length = _SIZES.get(kind, 0) * self._number(entry[4:8])
            if length > 4:
                start = self._number(value)
                value = self._block[start : start + min(length, _LONGEST_VALUE)]
            if 0 < length <= min(len(value), _LONGEST_VALUE):
                found.setdefault(self._number(entry[:2]), (kind, value[:length]))
        return found

    def number(self, value: _Value | None) -> int:
        """A SHORT or LONG; 0 for anything else."""
        return self._number(value[1][: _SIZES[value[0]]]) if value and value[0] in (3, 4) else 0

    def numbers(self, value: _Value | None) -> tuple[float, ...]:
        """RATIONALs; none when one of them is divided by nought."""
        if value is None or value[0] != 5:
            return ()
        longs = [self._number(value[1][at : at + 4]) for at in range(0, len(value[1]), 4)]
        pairs = list(zip(longs[::2], longs[1::2], strict=True))
        return tuple(above / below for above, below in pairs) if all(below for _, below in pairs) else ()

    def words(self, value: _Value | None) -> str:
        """ASCII until its end; empty for anything else."""
        return value[1].partition(b"\0")[0].decode("ascii", "replace").strip() if value and value[0] == 2 else ""

    def _number(self, raw: bytes) -> int:
        return int.from_bytes(raw, self._order)


def _read_exif(block: bytes) -> _Exif:
    tiff = _Tiff(block)
    if not tiff.readable:
        return _Exif()
    main = tiff.directory()
    photo = tiff.directory(tiff.number(main.get(_EXIF))) if _EXIF in main else {}
    gps = tiff.directory(tiff.number(main.get(_GPS))) if _GPS in main else {}
    return _Exif(
        orientation=tiff.number(main.get(_ORIENTATION)),
        taken=tiff.words(photo.get(_TAKEN)),
        offset=tiff.words(photo.get(_OFFSET)),
        north_south=tiff.words(gps.get(_NORTH_SOUTH)),
        latitude=tiff.numbers(gps.get(_LATITUDE)),
        east_west=tiff.words(gps.get(_EAST_WEST)),
        longitude=tiff.numbers(gps.get(_LONGITUDE)),
    )


def _moment(taken: str, offset: str, zone: tzinfo | None) -> datetime | None:
    when, shift = _WHEN.fullmatch(taken), _SHIFT.fullmatch(offset)
    try:
        if shift is not None:
            ahead = timedelta(hours=int(shift[2]), minutes=int(shift[3]))
            zone = timezone(-ahead if shift[1] == "-" else ahead)
        if when is None or zone is None:
            return None
        year, month, day, hour, minute, second = map(int, when.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        # A camera whose clock was never set writes noughts.
        return None


def _point(exif: _Exif) -> Point | None:
    lat = _degrees(exif.latitude, exif.north_south, "NS", 90)
    lon = _degrees(exif.longitude, exif.east_west, "EW", 180)
    # A phone that knows no position writes noughts; the place itself is open sea.
    return None if lat is None or lon is None or lat == lon == 0 else Point(lat, lon)


def _degrees(parts: tuple[float, ...], side: str, sides: str, most: int) -> float | None:
    """Degrees, minutes and seconds on one of two sides as a signed number of degrees."""
    if len(parts) != 3 or len(side) != 1 or side not in sides or parts[1] >= 60 or parts[2] >= 60:
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    if degrees > most:
        return None
    return -degrees if side == sides[1] else degrees
