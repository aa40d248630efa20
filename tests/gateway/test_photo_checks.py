"""What is kept of a photo: its pixels upright, nothing else; and what is no photo is refused with a reason."""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from gateway.photo_checks import MOST_PIXELS, CheckedPhoto, PhotoRefused, checked
from routing_rules.messages import Point

ZHOUSHAN = ZoneInfo("Asia/Shanghai")
RED, BLUE = (220, 30, 30), (30, 30, 220)
SECRET = b"taken by nobody else"
NINE = "2026:08:18 09:20:04"


def picture(mode: str = "RGB", size: tuple[int, int] = (48, 32)) -> Image.Image:
    """The left half red, the right half blue."""
    made = Image.new("RGB", size, RED)
    made.paste(BLUE, (size[0] // 2, 0, *size))
    return made.convert(mode)


def file(form: str, image: Image.Image | None = None, **settings: Any) -> bytes:
    written = BytesIO()
    (image or picture()).save(written, form, **settings)
    return written.getvalue()


def exif(taken: str = "", offset: str = "", gps: dict[int, Any] | None = None, orientation: int = 0) -> Image.Exif:
    made = Image.Exif()
    made[0x010F] = SECRET.decode()
    if orientation:
        made[0x0112] = orientation
    if taken:
        made.get_ifd(0x8769)[0x9003] = taken
    if offset:
        made.get_ifd(0x8769)[0x9011] = offset
    if gps:
        made.get_ifd(0x8825).update(gps)
    return made


def at(hour: int, minute: int, second: int) -> datetime:
    return datetime(2026, 8, 18, hour, minute, second, tzinfo=UTC)


def gps(north_south: str, latitude: Any, east_west: str, longitude: Any) -> dict[int, Any]:
    return {1: north_south, 2: latitude, 3: east_west, 4: longitude}


def opened(photo: CheckedPhoto) -> Image.Image:
    image = Image.open(BytesIO(photo.data))
    image.load()
    return image


def nothing_but_pixels(photo: CheckedPhoto) -> bool:
    image = opened(photo)
    jfif = {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    return not image.getexif() and set(image.info) <= jfif and SECRET not in photo.data


def reason(data: bytes) -> str:
    with pytest.raises(PhotoRefused) as refused:
        checked(data)
    return refused.value.reason


def chunk(kind: bytes, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_claiming(width: int, height: int, pixels: bytes | None = b"") -> bytes:
    """A PNG of this size with these bytes for pixels; None: it ends behind the header."""
    head = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return head if pixels is None else head + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND")


def jpeg_claiming(width: int, height: int) -> bytes:
    data = bytearray(file("JPEG"))
    start = data.index(b"\xff\xc0") + 5
    data[start : start + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_claiming(width: int, height: int) -> bytes:
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + canvas


def archive() -> bytes:
    written = BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        made.writestr("run.txt", "me")
    return written.getvalue()


# --- what is kept


@pytest.mark.parametrize(
    ("data", "suffix", "form", "mode"),
    [
        pytest.param(file("JPEG"), "jpg", "JPEG", "RGB", id="jpeg"),
        pytest.param(file("JPEG", progressive=True), "jpg", "JPEG", "RGB", id="progressive jpeg"),
        pytest.param(file("JPEG", picture("L")), "jpg", "JPEG", "L", id="grey jpeg"),
        pytest.param(file("JPEG", picture("CMYK")), "jpg", "JPEG", "RGB", id="jpeg for a printer"),
        pytest.param(file("MPO", save_all=True, append_images=[picture()]), "jpg", "JPEG", "RGB", id="stereo jpeg"),
        pytest.param(file("JPEG") + b"\0\0\0\x18ftypmp42" + bytes(99), "jpg", "JPEG", "RGB", id="jpeg with a film"),
        pytest.param(file("PNG"), "png", "PNG", "RGB", id="png"),
        pytest.param(file("PNG", picture("1")), "png", "PNG", "L", id="black and white png"),
        pytest.param(file("PNG", picture("P")), "png", "PNG", "RGB", id="png with a palette"),
        pytest.param(file("PNG", picture("LA")), "png", "PNG", "RGBA", id="grey png with transparency"),
        pytest.param(file("PNG", transparency=RED), "png", "PNG", "RGBA", id="png with one transparent colour"),
        pytest.param(file("PNG", Image.new("I;16", (4, 4), 0x8000)), "png", "PNG", "L", id="png of 16 bits"),
        pytest.param(file("WEBP"), "jpg", "JPEG", "RGB", id="webp"),
        pytest.param(file("WEBP", lossless=True), "jpg", "JPEG", "RGB", id="lossless webp"),
        pytest.param(file("WEBP", picture("RGBA")), "jpg", "JPEG", "RGB", id="webp with transparency"),
    ],
)
def test_a_photo_is_made_anew_in_one_of_two_forms(data: bytes, suffix: str, form: str, mode: str) -> None:
    photo = checked(data)
    assert (photo.suffix, opened(photo).format, opened(photo).mode) == (suffix, form, mode)
    assert photo.sha256 == hashlib.sha256(photo.data).hexdigest()
    assert (photo.taken_at, photo.point) == (None, None)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_the_colours_stay(form: str) -> None:
    image = opened(checked(file(form))).convert("RGB")
    for column, wanted in ((5, RED), (43, BLUE)):
        assert image.getpixel((column, 16)) == pytest.approx(wanted, abs=12)


def test_grey_of_sixteen_bits_keeps_the_upper_eight_and_what_is_transparent_in_a_webp_is_white() -> None:
    assert opened(checked(file("PNG", Image.new("I;16", (4, 4), 0x8000)))).getpixel((0, 0)) == 0x80
    assert opened(checked(file("WEBP", Image.new("RGBA", (8, 8), (0, 0, 0, 0))))).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_kept(form: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in (RED, BLUE, BLUE)]
    image = opened(checked(file(form, frames[0], save_all=True, append_images=frames[1:], duration=100)))
    assert getattr(image, "n_frames", 1) == 1
    red, _, blue = image.convert("RGB").getpixel((8, 8))  # type: ignore[misc]
    assert red > 200
    assert blue < 60


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 10))
def test_every_photo_stands_upright(form: str, orientation: int) -> None:
    """The stored picture is turned away from the upright one in the way that its EXIF says."""
    turn = Image.Transpose
    away = [turn.FLIP_LEFT_RIGHT, turn.ROTATE_180, turn.FLIP_TOP_BOTTOM, turn.TRANSPOSE, turn.ROTATE_90]
    away += [turn.TRANSVERSE, turn.ROTATE_270]
    upright = picture()
    upright.paste((255, 255, 255), (0, 0, 24, 16))
    # There is no ninth, and it turns nothing.
    stored = upright.transpose(away[orientation - 2]) if 1 < orientation < 9 else upright
    image = opened(checked(file(form, stored, exif=exif(orientation=orientation)))).convert("RGB")
    assert image.size == (48, 32)
    assert min(image.getpixel((8, 4))) > 200  # type: ignore[arg-type]
    assert image.getpixel((8, 28))[1] < 90  # type: ignore[index]


# --- metadata


def with_everything(form: str) -> bytes:
    """A file with every kind of metadata that its form can carry, each with the secret in it."""
    about = exif(taken=NINE, gps=gps("N", (30.0, 1.0, 12.0), "E", (122.0, 6.0, 0.0)), orientation=6)
    settings: dict[str, Any] = {"exif": about, "icc_profile": SECRET * 20}
    if form == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("Comment", SECRET.decode())
        texts.add_itxt("XML:com.adobe.xmp", SECRET.decode())
        texts.add_text("Author", SECRET.decode(), zip=True)
        settings["pnginfo"] = texts
    else:
        settings["xmp"] = b"<x:xmpmeta>" + SECRET + b"</x:xmpmeta>"
    if form == "JPEG":
        settings["comment"] = SECRET
    return file(form, **settings)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_kept_photo_has_no_metadata_at_all(form: str) -> None:
    data = with_everything(form)
    assert SECRET in data
    photo = checked(data, ZHOUSHAN)
    assert nothing_but_pixels(photo)
    assert photo.taken_at == at(1, 20, 4)
    assert photo.point is not None
    assert [photo.point.lat, photo.point.lon] == pytest.approx([30.02, 122.1])


def test_what_lies_behind_a_photo_is_gone() -> None:
    assert not any(SECRET in checked(file(form) + SECRET).data for form in ("JPEG", "PNG", "WEBP"))


@pytest.mark.parametrize(
    ("taken", "offset", "zone", "moment"),
    [
        pytest.param(NINE, "", ZHOUSHAN, at(1, 20, 4), id="by zone"),
        pytest.param(NINE, "+05:30", ZHOUSHAN, at(3, 50, 4), id="by offset"),
        pytest.param(NINE, "-03:30", None, at(12, 50, 4), id="behind"),
        pytest.param(NINE, "   :  ", ZHOUSHAN, at(1, 20, 4), id="offset unknown"),
        pytest.param(NINE, "", None, None, id="nobody knows the zone"),
        pytest.param(NINE, "+99:00", ZHOUSHAN, None, id="an offset that cannot be"),
        pytest.param("0000:00:00 00:00:00", "", ZHOUSHAN, None, id="a clock never set"),
        pytest.param("0001:01:01 00:00:00", "+08:00", ZHOUSHAN, None, id="before the calendar"),
        pytest.param("2026:02:30 09:20:04", "", ZHOUSHAN, None, id="no such day"),
        pytest.param("    :  :     :  :  ", "", ZHOUSHAN, None, id="blank"),
    ],
)
def test_when_a_photo_was_taken(taken: str, offset: str, zone: ZoneInfo | None, moment: datetime | None) -> None:
    assert checked(file("JPEG", exif=exif(taken=taken, offset=offset)), zone).taken_at == moment


@pytest.mark.parametrize(
    ("place", "point"),
    [
        pytest.param(gps("N", (30.0, 30.0, 0.0), "E", (122.0, 15.0, 0.0)), Point(30.5, 122.25), id="north east"),
        pytest.param(gps("S", (33.0, 30.0, 36.0), "W", (70.0, 45.0, 0.0)), Point(-33.51, -70.75), id="south west"),
        pytest.param(gps("N", (91.0, 0.0, 0.0), "E", (122.0, 0.0, 0.0)), None, id="beyond the pole"),
        pytest.param(gps("N", (90.0, 0.0, 1.0), "E", (122.0, 0.0, 0.0)), None, id="a second beyond the pole"),
        pytest.param(gps("N", (30.0, 0.0, 0.0), "E", (181.0, 0.0, 0.0)), None, id="beyond the date line"),
        pytest.param(gps("N", (30.0, 60.0, 0.0), "E", (122.0, 0.0, 0.0)), None, id="sixty minutes"),
        pytest.param(gps("N", (0.0, 0.0, 0.0), "E", (0.0, 0.0, 0.0)), None, id="a phone without a fix"),
        pytest.param(gps("X", (30.0, 0.0, 0.0), "E", (122.0, 0.0, 0.0)), None, id="no such side"),
        pytest.param(gps("", (30.0, 0.0, 0.0), "", (122.0, 0.0, 0.0)), None, id="no side"),
        pytest.param({1: "N", 2: (30.0, 0.0, 0.0)}, None, id="latitude only"),
    ],
)
def test_where_a_photo_was_taken(place: dict[int, Any], point: Point | None) -> None:
    found = checked(file("JPEG", exif=exif(gps=place))).point
    assert (found and [found.lat, found.lon]) == (point and pytest.approx([point.lat, point.lon]))


def test_a_position_divided_by_nought_is_none() -> None:
    block = exif(gps=gps("N", (30.0, 0.0, 0.0), "E", (122.0, 0.0, 0.0))).tobytes()
    fraction = block.index(struct.pack("<II", 30, 1)) if b"II*\0" in block else block.index(struct.pack(">II", 30, 1))
    assert checked(file("JPEG", exif=block[: fraction + 4] + bytes(4) + block[fraction + 8 :])).point is None


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_broken_exif_costs_a_photo_nothing_but_its_time_and_place(form: str) -> None:
    block = exif(taken=NINE).tobytes()
    for broken in (
        block[:20],
        block[:-9],
        b"Exif\0\0",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*" + b"\xff" * 99,
    ):
        photo = checked(file(form, exif=broken), ZHOUSHAN)
        assert (photo.taken_at, photo.point) == (None, None)


@pytest.mark.parametrize(
    "entries",
    [
        pytest.param([(tag, 7, 60_000, 8) for tag in range(5000)], id="every entry claims the whole block"),
        pytest.param([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8)], id="directories that point at themselves"),
    ],
)
def test_hostile_exif_is_read_within_bounds(entries: list[tuple[int, int, int, int]]) -> None:
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    photo = checked(file("PNG", exif=b"Exif\0\0II*\0\x08\0\0\0" + directory), ZHOUSHAN)
    assert (photo.taken_at, photo.point) == (None, None)


# --- what is refused


@pytest.mark.parametrize(
    ("data", "why"),
    [
        pytest.param(b"", "not_a_photo", id="nothing"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "not_a_photo", id="svg"),
        pytest.param(file("GIF"), "not_a_photo", id="gif"),
        pytest.param(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200), "not_a_photo", id="heic"),
        pytest.param(b"%!PS-Adobe-3.0 EPSF-3.0\n", "not_a_photo", id="postscript"),
        pytest.param(b"RIFF\x24\0\0\0WAVEfmt " + bytes(20), "not_a_photo", id="sound"),
        pytest.param(archive(), "not_a_photo", id="archive"),
        pytest.param(file("JPEG") + archive(), "not_a_photo", id="jpeg and archive"),
        pytest.param(file("PNG") + archive(), "not_a_photo", id="png and archive"),
        pytest.param(file("PNG") + b"PK\x05\x06" + bytes(18), "not_a_photo", id="png and empty archive"),
        pytest.param(file("WEBP") + archive(), "not_a_photo", id="webp and archive"),
        pytest.param(archive() + file("JPEG"), "not_a_photo", id="archive and jpeg"),
        pytest.param(file("JPEG", comment=b"%PDF-1.7\n1 0 obj"), "not_a_photo", id="jpeg and pdf"),
        pytest.param(b"\xff\xd8\xff", "broken", id="jpeg without anything"),
        pytest.param(b"\xff\xd8" + b"\xff" * 100_000 + b"\0", "broken", id="jpeg of fill bytes"),
        pytest.param(b"\xff\xd8\xff\xd9", "broken", id="jpeg without a picture"),
        pytest.param(file("JPEG")[:-2], "broken", id="jpeg without its end"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "broken", id="png without anything"),
        pytest.param(png_claiming(8, 8), "broken", id="png without pixels"),
        pytest.param(png_claiming(0, 8), "broken", id="png of no width"),
        pytest.param(file("PNG").replace(b"IHDR", b"IDAT", 1), "broken", id="png without a header"),
        pytest.param(png_claiming(60_000, 60_000, None), "broken", id="cut bomb"),
        pytest.param(png_claiming(60_000, 60_000, bytes(9_999_999)), "too_many_pixels", id="png bomb"),
        pytest.param(png_claiming(2**32 - 1, 2**32 - 1), "too_many_pixels", id="largest png"),
        pytest.param(jpeg_claiming(65_500, 65_500), "too_many_pixels", id="jpeg bomb"),
        pytest.param(jpeg_claiming(6000, 5000), "too_many_pixels", id="jpeg a little too large"),
        pytest.param(webp_claiming(2**24, 2**24), "too_many_pixels", id="webp bomb"),
        pytest.param(webp_claiming(8, 8), "broken", id="webp of a header only"),
    ],
)
def test_what_is_no_photo_is_refused_with_a_reason(data: bytes, why: str) -> None:
    assert reason(data) == why


def test_as_many_pixels_as_may_be_are_kept_and_one_row_more_is_not() -> None:
    assert checked(file("PNG", Image.new("1", (5000, MOST_PIXELS // 5000)))).suffix == "png"
    assert reason(file("PNG", Image.new("1", (5000, MOST_PIXELS // 5000 + 1)))) == "too_many_pixels"


def test_a_second_header_behind_the_first_does_not_count() -> None:
    data, second = file("PNG"), png_claiming(60_000, 60_000, None)[8:]
    assert opened(checked(data[:33] + second + data[33:])).size == (48, 32)


def test_a_second_frame_in_a_jpeg_is_refused() -> None:
    data = file("JPEG")
    start = data.index(b"\xff\xc0")
    assert reason(data[: start + 19] + data[start:]) == "broken"


def test_pixels_beyond_the_last_row_are_never_unpacked() -> None:
    assert opened(checked(png_claiming(9, 9, bytes(200_000_000)))).size == (9, 9)


def test_a_jpeg_of_a_thousand_scans_is_refused_unread() -> None:
    data = file("JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    assert reason(data[:-2] + data[last:-2] * 1000 + data[-2:]) == "broken"


@pytest.mark.parametrize(("form", "magic"), [("JPEG", 3), ("PNG", 8), ("WEBP", 12)])
def test_a_file_that_was_cut_short_is_broken_or_no_photo(form: str, magic: int) -> None:
    data = file(form)
    for length in range(len(data)):
        assert reason(data[:length]) == ("broken" if length >= magic else "not_a_photo")


# --- whatever comes


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A file with every metadata, in which bytes were changed, cut out, doubled or put in."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 8))):
        start, end = draw(st.integers(0, len(data))), draw(st.sampled_from((0, 0, 1, 1, 9, 200)))
        doubled = bytes(data[start : start + 200])
        data[start : start + end] = draw(st.one_of(st.binary(max_size=16), st.just(doubled)))
    return bytes(data)


SEEDS = [
    *(with_everything(form) for form in ("JPEG", "PNG", "WEBP")),
    file("JPEG", progressive=True),
    file("PNG", picture("P"), save_all=True, append_images=[picture("P").transpose(Image.Transpose.ROTATE_180)]),
    file("WEBP", save_all=True, append_images=[picture().transpose(Image.Transpose.ROTATE_180)]),
    file("WEBP", picture("RGBA"), lossless=True),
]


def holds(data: bytes) -> None:
    try:
        photo = checked(data, ZHOUSHAN)
    except PhotoRefused:
        return
    assert opened(photo).format == {"jpg": "JPEG", "png": "PNG"}[photo.suffix]
    assert nothing_but_pixels(photo)
    assert photo.taken_at is None or photo.taken_at.tzinfo is UTC
    assert photo.point is None or (abs(photo.point.lat) <= 90 and abs(photo.point.lon) <= 180)


@given(mutated())
def test_damaged_files_are_kept_without_metadata_or_refused(data: bytes) -> None:
    holds(data)


@given(st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x40\0\0\0WEBP", b""]), st.binary(max_size=300))
def test_garbage_is_refused(head: bytes, garbage: bytes) -> None:
    holds(head + garbage)
