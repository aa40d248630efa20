"""The photo worker: fetches what messages brought, has it checked, and keeps the pixels in a folder of their own.

One photo after the other: claimed, fetched with no transaction open, checked, written durably, and only then handed
to the engine. Nothing it meets raises, a photo's address never stands in the log, and what is refused is not kept.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from datetime import timedelta, tzinfo
from pathlib import Path
from typing import Any

from gateway.clock import Clock
from gateway.items import ClaimPhotos, Item, PhotosFetched
from gateway.logs import logger
from gateway.photo_checks import CheckedPhoto, PhotoRefused, checked
from handlers.contract import MediaSource
from handlers.errors import NotYet, SendError, TooLarge
from storage.photos import PendingPhoto, PhotoResult, PhotoState

log = logger(__name__)

#: Most bytes that are fetched of one photo.
MOST_BYTES = 8 * 1024 * 1024
#: Attempts before a photo is given up.
MOST_ATTEMPTS = 8
#: Photos looked at in one run at most: a run is short enough to be waited for at the end.
BATCH = 16
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)


def pause(attempts: int, retry_after: float | None = None) -> timedelta:
    """How long to wait after so many attempts (1 and more): a minute, doubling, and what the provider asked for
    (seconds) where that is longer; six hours at most.
    """
    seconds = _FIRST_PAUSE.total_seconds() * 2 ** min(attempts - 1, 16)
    if retry_after is not None and retry_after > seconds:
        seconds = retry_after
    return timedelta(seconds=min(seconds, _LONGEST_PAUSE.total_seconds()))


class PhotoWorker:
    """Fetches the photos whose time has come."""

    def __init__(
        self,
        do: Callable[[Item], Any],
        sources: Mapping[str, MediaSource],
        folder: Path,
        clock: Clock,
        *,
        zone: tzinfo | None = None,
    ) -> None:
        """``do`` hands an item to the engine and returns its answer. ``sources`` are the channels by name, as a
        photo's address begins. ``folder`` is made when the first photo is kept. ``zone`` is the city's: cameras
        write their local time; without it only times that say their offset are known.
        """
        self._do = do
        self._sources = sources
        self._folder = folder
        self._clock = clock
        self._zone = zone

    def run_once(self) -> int:
        """Deal with up to ``BATCH`` photos whose time has come; returns with how many. Raises nothing."""
        for done in range(BATCH):
            photo = self._claim()
            # Where the folder does not take one photo it takes none: the others are left for a later run.
            if photo is None or not self._deal_with(photo):
                return done if photo is None else done + 1
        return BATCH

    def _claim(self) -> PendingPhoto | None:
        """One at a time, so that none waits out its lease behind a slow one and loses an attempt."""
        try:
            found: list[PendingPhoto] = self._do(ClaimPhotos(limit=1))
        except Exception as error:  # noqa: BLE001 - the photos wait in the database until it is back
            log.warning("Photos could not be claimed.", action="photo_later", reason=type(error).__name__)
            return None
        return found[0] if found else None

    def _deal_with(self, photo: PendingPhoto) -> bool:
        """Fetch, check, write and settle one photo. Returns whether the folder can be written."""
        try:
            kept = checked(self._fetched(photo), self._zone)
        except (PhotoRefused, _Refused) as error:
            self._settle(_refused(photo, error.reason))
        except NotYet as error:
            self._settle(self._not_counted(photo, error.retry_after), reason=error.code)
        except SendError as error:
            again = self._again(photo, error.retry_after) if error.retryable else _refused(photo, "gone")
            self._settle(again, reason=error.code)
        except Exception as error:  # noqa: BLE001 - a source's fault is one photo's misfortune
            self._settle(self._again(photo), reason=type(error).__name__)
        else:
            return self._keep(photo, kept)
        return True

    def _fetched(self, photo: PendingPhoto) -> bytes:
        source = self._sources.get(photo.url.partition(":")[0])
        # More attempts than there may be: the ones before took their worker with them.
        if source is None or photo.attempts > MOST_ATTEMPTS:
            raise _Refused("gone")
        try:
            data = source.fetch(photo.url, MOST_BYTES)
        except TooLarge:
            raise _Refused("too_large") from None
        if len(data) > MOST_BYTES:
            raise _Refused("too_large")
        return data

    def _keep(self, photo: PendingPhoto, kept: CheckedPhoto) -> bool:
        try:
            file = write(self._folder, kept)
        except OSError as error:
            self._settle(self._not_counted(photo), reason=type(error).__name__)
            return False
        result = _result(
            photo, PhotoState.KEPT, file=file, sha256=kept.sha256, taken_at=kept.taken_at, point=kept.point
        )
        self._settle(result)
        return True

    def _again(self, photo: PendingPhoto, retry_after: float | None = None) -> PhotoResult:
        """Another try later, unless there were enough."""
        if photo.attempts >= MOST_ATTEMPTS:
            return _refused(photo, "gone")
        later = self._clock.utcnow() + pause(photo.attempts, retry_after)
        return _result(photo, PhotoState.PENDING, next_attempt_at=later)

    def _not_counted(self, photo: PendingPhoto, retry_after: float | None = None) -> PhotoResult:
        """Another try later, for a reason that is ours and says nothing about the photo."""
        later = self._clock.utcnow() + pause(photo.attempts, retry_after)
        return _result(photo, PhotoState.PENDING, next_attempt_at=later, counts=False)

    def _settle(self, result: PhotoResult, reason: str | None = None) -> None:
        try:
            passed_over = self._do(PhotosFetched(results=(result,)))
        except Exception as error:  # noqa: BLE001 - the photo is claimed again when its lease ends
            # It may have been written all the same, so that a kept file stays.
            log.warning(
                "The result for a photo could not be written; it will be fetched again.",
                action="photo_later",
                photo=result.id,
                reason=type(error).__name__,
            )
            return
        if isinstance(passed_over, list) and result.id in passed_over:
            self._forget(result)
        else:
            _tell(result, reason)

    def _forget(self, result: PhotoResult) -> None:
        """Somebody else deals with the photo: the file that was made here belongs to nothing."""
        log.info("A photo was dealt with elsewhere.", action="photo_later", photo=result.id)
        try:
            if result.file is not None:
                (self._folder / result.file).unlink(missing_ok=True)
        except OSError as error:
            reason = type(error).__name__
            log.warning("A photo that nobody owns is left.", action="photo_later", file=result.file, reason=reason)


def write(folder: Path, photo: CheckedPhoto) -> str:
    """Write a photo durably under a random name, readable by the gateway's own user only.

    Returns the name below the folder, "<2 hex>/<32 hex>.<suffix>". Raises OSError; then nothing is left behind.
    """
    name = f"{secrets.token_hex(16)}.{photo.suffix}"
    shelf = folder / name[:2]
    for made in (folder, shelf):
        if not made.is_dir():
            made.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(made.parent)
    unfinished = shelf / f"{name}.new"
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(photo.data)
            file.flush()
            os.fsync(descriptor)
        unfinished.rename(shelf / name)
        _sync(shelf)
    except OSError:
        unfinished.unlink(missing_ok=True)
        (shelf / name).unlink(missing_ok=True)
        raise
    return f"{shelf.name}/{name}"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Refused(Exception):
    """The photo is not kept, for a reason that its bytes do not tell."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _result(photo: PendingPhoto, state: PhotoState, **what: Any) -> PhotoResult:
    return PhotoResult(id=photo.id, attempt=photo.attempts, state=state, **what)


def _refused(photo: PendingPhoto, reason: str) -> PhotoResult:
    return _result(photo, PhotoState.REFUSED, refused=reason)


def _tell(result: PhotoResult, reason: str | None) -> None:
    """``reason`` is why an attempt failed: a provider's code or the kind of an error, never its words."""
    if result.state is PhotoState.KEPT:
        log.info("A photo was kept.", action="photo_kept", photo=result.id)
    elif result.state is PhotoState.REFUSED:
        log.warning(
            "A photo was not kept.", action="photo_refused", photo=result.id, refused=result.refused, reason=reason
        )
    else:
        log.warning(
            "A photo could not be kept yet; it will be fetched again.",
            action="photo_later",
            photo=result.id,
            reason=reason,
        )
