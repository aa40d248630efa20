"""The photo worker over a real database and a real folder; only the provider is played."""

from __future__ import annotations

import io
import logging
import os
import re
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from gateway import logs
from gateway.clock import VirtualClock
from gateway.items import ClaimPhotos, Item, PhotosFetched
from gateway.photos import BATCH, MOST_ATTEMPTS, MOST_BYTES, PhotoWorker, pause
from handlers.errors import BadSignature, NotYet, SendError, TooLarge
from routing_rules.grid_work import Photo, PhotoPurpose
from storage import photos
from storage.database import Database
from storage.errors import DatabaseBusy
from storage.people import Keyring
from storage.photos import PhotoState, StoredPhoto
from tests.storage.samples import NOW, minutes, open_case

NAME = re.compile(r"([0-9a-f]{2})/\1[0-9a-f]{30}\.(jpg|png)")
#: What a provider may answer with: bytes, or what it raises.
Answer = bytes | Exception


def picture(form: str = "JPEG", **settings: Any) -> bytes:
    written = BytesIO()
    Image.new("RGB", (24, 16), (200, 30, 30)).save(written, form, **settings)
    return written.getvalue()


def taken_at_nine() -> Image.Exif:
    about = Image.Exif()
    about.get_ifd(0x8769)[0x9003] = "2026:08:18 09:00:00"
    about.get_ifd(0x8825).update({1: "N", 2: (30.0, 0.0, 0.0), 3: "E", 4: (122.0, 0.0, 0.0)})
    return about


class Provider:
    """A chat's files: each address answers in turn, its last answer for ever."""

    def __init__(self) -> None:
        self.files: dict[str, list[Answer]] = {}
        self.asked: list[tuple[str, int]] = []

    def fetch(self, url: str, limit: int) -> bytes:
        self.asked.append((url, limit))
        answers = self.files[url]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


class Desk:
    """A worker with everything around it."""

    def __init__(self, database: Database, keyring: Keyring, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.clock = VirtualClock(NOW)
        self.provider = Provider()
        #: What the next items meet instead of the database; None lets one through.
        self.failures: list[Exception | None] = []
        #: Called between the fetch and the result of a photo.
        self.meanwhile: Callable[[], None] | None = None
        self.worker = PhotoWorker(
            self.do, {"telegram": self.provider}, folder, self.clock, zone=ZoneInfo("Asia/Shanghai")
        )
        with database.writing() as connection:
            self.sender = open_case(connection, keyring).id

    def do(self, item: Item) -> Any:
        """What the engine does with the two items."""
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure
        if isinstance(item, PhotosFetched) and self.meanwhile is not None:
            self.meanwhile()
        with self.database.writing() as connection:
            match item:
                case ClaimPhotos(limit=limit):
                    return photos.claim(connection, self.clock.utcnow(), limit)
                case PhotosFetched(results=results):
                    return photos.settle(connection, results)
        raise AssertionError(f"no item of the worker's: {item}")

    def owe(self, *answers: Answer, n: int = 0, url: str | None = None) -> None:
        """A photo of the case that the provider answers for like this."""
        address = url or f"telegram:file-{n}"
        self.provider.files[address] = list(answers)
        photo = Photo(
            id=f"telegram/100:1/{n}",
            url=address,
            contact=self.sender,
            case_number=1042,
            purpose=PhotoPurpose.EVIDENCE,
            received_at=NOW + timedelta(seconds=n),
        )
        with self.database.writing() as connection:
            photos.add(connection, [photo], self.clock.utcnow())

    def stored(self) -> list[StoredPhoto]:
        with self.database.reading() as connection:
            return photos.of_case(connection, 1042)

    def run_after(self, wait: timedelta) -> int:
        self.clock.advance(wait)
        return self.worker.run_once()

    def files(self) -> list[str]:
        """Everything in the folder, unfinished files too."""
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*") if path.is_file())


@pytest.fixture
def desk(ready_database_url: str, tmp_path: Path) -> Iterator[Desk]:
    keyring = Keyring(b"only for tests, never anywhere else!")
    with Database(ready_database_url, writer=True) as database:
        yield Desk(database, keyring, tmp_path / "photos")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What is logged."""
    stream = io.StringIO()
    handler = logs.handler("text", stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(level)
    root.removeHandler(handler)


def provider_says(code: str, *, retryable: bool, retry_after: float | None = None) -> SendError:
    return SendError("not now", retryable=retryable, outcome_known=True, code=code, retry_after=retry_after)


# --- kept


def test_a_photo_is_fetched_checked_and_kept(desk: Desk, lines: io.StringIO) -> None:
    desk.owe(picture(exif=taken_at_nine()))
    assert desk.worker.run_once() == 1
    (found,) = desk.stored()
    assert found.state is PhotoState.KEPT
    assert found.taken_at == NOW.replace(hour=1, minute=0, second=0)
    assert found.point is not None
    assert (found.point.lat, found.point.lon) == (30.0, 122.0)
    assert found.file is not None
    assert NAME.fullmatch(found.file)
    assert desk.files() == [found.file]
    with Image.open(desk.folder / found.file) as image:
        assert image.size == (24, 16)
    assert desk.provider.asked == [("telegram:file-0", MOST_BYTES)]
    assert "action=photo_kept photo=telegram/100:1/0" in lines.getvalue()
    assert desk.worker.run_once() == 0


def test_a_kept_photo_is_nobody_elses_to_read(desk: Desk) -> None:
    before = os.umask(0)
    try:
        desk.owe(picture("PNG"))
        desk.worker.run_once()
    finally:
        os.umask(before)
    (name,) = desk.files()
    modes = [stat.S_IMODE((desk.folder / part).stat().st_mode) for part in (name, name[:2], "")]
    assert modes == [0o600, 0o700, 0o700]


def test_the_same_picture_twice_is_two_files(desk: Desk) -> None:
    for n in range(2):
        desk.owe(picture(), n=n)
    assert desk.worker.run_once() == 2
    one, other = desk.stored()
    assert one.file != other.file
    assert one.sha256 == other.sha256


def test_a_run_is_short_and_the_next_one_goes_on(desk: Desk) -> None:
    for n in range(BATCH + 3):
        desk.owe(picture(), n=n)
    assert [desk.worker.run_once() for _ in range(3)] == [BATCH, 3, 0]
    assert {each.state for each in desk.stored()} == {PhotoState.KEPT}


# --- refused


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        pytest.param(b"<svg/>", "not_a_photo", id="no photo"),
        pytest.param(picture()[:100], "broken", id="cut short"),
        pytest.param(picture("PNG").replace(b"IHDR\0\0\0\x18", b"IHDR\0\xff\xff\xff"), "too_many_pixels", id="bomb"),
        pytest.param(TooLarge(), "too_large", id="provider says it is too large"),
        pytest.param(picture() + bytes(MOST_BYTES), "too_large", id="more bytes than asked for"),
        pytest.param(provider_says("404", retryable=False), "gone", id="provider has it no more"),
    ],
)
def test_what_cannot_be_kept_is_refused_once_and_for_all(
    desk: Desk, lines: io.StringIO, answer: Answer, why: str
) -> None:
    desk.owe(answer)
    assert desk.worker.run_once() == 1
    (found,) = desk.stored()
    assert (found.state, found.refused, found.file) == (PhotoState.REFUSED, why, None)
    assert desk.files() == []
    assert f"action=photo_refused photo=telegram/100:1/0 refused={why}" in lines.getvalue()
    assert desk.run_after(timedelta(days=2)) == 0


@pytest.mark.parametrize("url", ["signal:file-1", "https://media.invalid/telegram:1", "telegram", "", ":file-1"])
def test_a_photo_of_a_channel_that_is_not_there_is_gone(desk: Desk, url: str) -> None:
    desk.owe(picture(), url=url or " ")
    if url == "telegram":
        desk.provider.files[url] = [provider_says("foreign", retryable=False)]
    assert desk.worker.run_once() == 1
    assert [each.refused for each in desk.stored()] == ["gone"]


# --- again


def test_a_photo_is_tried_again_with_growing_pauses_and_then_given_up(desk: Desk, lines: io.StringIO) -> None:
    desk.owe(provider_says("503", retryable=True))
    assert desk.worker.run_once() == 1
    for attempt in range(1, MOST_ATTEMPTS):
        assert [each.state for each in desk.stored()] == [PhotoState.PENDING]
        wait = minutes(2 ** (attempt - 1))
        assert desk.run_after(wait - timedelta(seconds=1)) == 0
        assert desk.run_after(timedelta(seconds=1)) == 1
    assert [(each.state, each.refused) for each in desk.stored()] == [(PhotoState.REFUSED, "gone")]
    assert len(desk.provider.asked) == MOST_ATTEMPTS
    assert lines.getvalue().count("action=photo_later photo=telegram/100:1/0 reason=503") == MOST_ATTEMPTS - 1
    assert lines.getvalue().count("action=photo_refused") == 1


def test_a_photo_that_comes_at_last_is_kept(desk: Desk) -> None:
    desk.owe(provider_says("503", retryable=True), provider_says("503", retryable=True), picture())
    assert [desk.run_after(minutes(n)) for n in (0, 1, 2)] == [1, 1, 1]
    assert [each.state for each in desk.stored()] == [PhotoState.KEPT]


@pytest.mark.parametrize(
    ("attempts", "retry_after", "seconds"),
    [
        (1, None, 60),
        (2, None, 120),
        (8, None, 7680),
        (9, None, 15360),
        (10, None, 21600),
        (10**6, None, 21600),
        (1, 5.0, 60),
        (1, 300.0, 300),
        (1, 1e300, 21600),
        (1, float("inf"), 21600),
        (1, float("nan"), 60),
        (3, -1.0, 240),
    ],
)
def test_pauses_double_hear_the_provider_and_end_at_six_hours(
    attempts: int, retry_after: float | None, seconds: int
) -> None:
    assert pause(attempts, retry_after) == timedelta(seconds=seconds)


def test_a_provider_that_asks_for_patience_gets_it(desk: Desk) -> None:
    desk.owe(provider_says("429", retryable=True, retry_after=200), picture())
    assert [desk.run_after(timedelta(seconds=n)) for n in (0, 199, 1)] == [1, 0, 1]


@pytest.mark.parametrize("fault", [OSError("no road"), BadSignature(), ValueError("a"), KeyError(), MemoryError()])
def test_a_fault_of_a_source_is_one_photos_misfortune(desk: Desk, fault: Exception) -> None:
    desk.owe(fault, picture())
    desk.owe(picture(), n=1)
    assert desk.worker.run_once() == 2
    assert [each.state for each in desk.stored()] == [PhotoState.PENDING, PhotoState.KEPT]
    assert desk.run_after(minutes(1)) == 1
    assert [each.state for each in desk.stored()] == [PhotoState.KEPT, PhotoState.KEPT]


def test_a_channels_own_pace_costs_no_attempt(desk: Desk) -> None:
    desk.owe(*[NotYet(30)] * 3 * MOST_ATTEMPTS, picture())
    runs = [desk.run_after(minutes(60)) for _ in range(3 * MOST_ATTEMPTS + 1)]
    assert runs == [1] * (3 * MOST_ATTEMPTS + 1)
    assert [each.state for each in desk.stored()] == [PhotoState.KEPT]


def test_a_photo_that_takes_its_workers_with_it_is_given_up_unseen(desk: Desk) -> None:
    desk.owe(picture())
    for _ in range(MOST_ATTEMPTS):
        assert len(desk.do(ClaimPhotos(limit=1))) == 1
        desk.clock.advance(minutes(10))
    assert desk.worker.run_once() == 1
    assert [each.refused for each in desk.stored()] == ["gone"]
    assert desk.provider.asked == []


# --- what else can be met


def test_a_folder_that_cannot_be_written_costs_no_photo_an_attempt(desk: Desk, lines: io.StringIO) -> None:
    desk.folder.write_text("in the way")
    desk.owe(picture())
    desk.owe(picture(), n=1)
    for _ in range(2 * MOST_ATTEMPTS):
        assert desk.run_after(timedelta(hours=6)) == 1
    assert {each.state for each in desk.stored()} == {PhotoState.PENDING}
    assert "action=photo_later" in lines.getvalue()
    desk.folder.unlink()
    assert desk.run_after(timedelta(hours=6)) == 2
    assert {each.state for each in desk.stored()} == {PhotoState.KEPT}


def test_a_write_that_fails_half_way_leaves_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.owe(picture())
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", _disk_full)
        assert desk.worker.run_once() == 1
    assert desk.files() == []
    assert desk.run_after(minutes(1)) == 1
    assert [each.state for each in desk.stored()] == [PhotoState.KEPT]


def _disk_full(descriptor: int) -> None:
    raise OSError(28, "No space left on device")


def test_a_database_that_is_away_stops_a_run_and_loses_nothing(desk: Desk, lines: io.StringIO) -> None:
    desk.owe(picture())
    desk.failures = [DatabaseBusy("busy")]
    assert desk.worker.run_once() == 0
    assert "action=photo_later reason=DatabaseBusy" in lines.getvalue()
    assert desk.worker.run_once() == 1
    assert [each.state for each in desk.stored()] == [PhotoState.KEPT]


def test_a_result_that_could_not_be_written_is_made_again_when_the_lease_ends(desk: Desk) -> None:
    desk.owe(picture())
    desk.failures = [None, DatabaseBusy("busy")]
    assert desk.worker.run_once() == 1
    assert [each.state for each in desk.stored()] == [PhotoState.PENDING]
    assert desk.run_after(minutes(9)) == 0
    assert desk.run_after(minutes(1)) == 1
    (found,) = desk.stored()
    assert found.state is PhotoState.KEPT
    assert found.file in desk.files()


def test_a_slow_worker_leaves_no_file_beside_the_one_that_was_kept(desk: Desk) -> None:
    desk.owe(picture())

    def another_is_faster() -> None:
        desk.meanwhile = None
        assert desk.run_after(minutes(10)) == 1

    desk.meanwhile = another_is_faster
    desk.worker.run_once()
    (found,) = desk.stored()
    assert desk.files() == [found.file]


def test_no_address_ever_stands_in_the_log(desk: Desk, lines: io.StringIO) -> None:
    secret = "AgACAgIAAx-secret"
    answers: list[Answer] = [
        picture(),
        b"<svg/>",
        TooLarge(f"telegram:{secret}0 is too large"),
        provider_says("404", retryable=False),
        provider_says("503", retryable=True),
        RuntimeError(f"telegram:{secret}"),
        OSError(2, "no such file", f"telegram:{secret}"),
    ]
    for n, answer in enumerate(answers):
        desk.owe(answer, n=n, url=f"telegram:{secret}{n}")
    assert desk.worker.run_once() == len(answers)
    assert secret not in lines.getvalue()
    assert len(re.findall("action=photo_(?:kept|refused|later)", lines.getvalue())) == len(answers)
