"""Photos that came with messages: owed, taken by a worker under a lease, kept or refused; it never sees a picture.

An attempt is counted before the photo is fetched, so that a photo which kills its worker is tried a few times only.
Whoever writes what became of a photo must still hold the lease: the attempt that he took is then the last one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Select, select, text, update

from routing_rules.grid_work import Photo, PhotoPurpose
from routing_rules.messages import Point
from storage import bulk, models

_photo = models.photo

#: The condition of the index over photos that wait, word for word: with bound values neither database would use it.
_PENDING = text("photo.state = 'pending'")

#: How long a worker has a photo for itself (seconds): much longer than fetching 8 MiB and looking at them takes.
LEASE_SECONDS = 600.0


class PhotoState(StrEnum):
    """Where a photo stands."""

    #: To be fetched, for the first time or again.
    PENDING = "pending"
    KEPT = "kept"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPhoto:
    """A photo to fetch."""

    #: "<channel>/<external id>/<n>".
    id: str
    #: ``Attachment.url``.
    url: str
    case_number: int | None
    purpose: PhotoPurpose
    received_at: datetime
    #: Attempts so far; one that was claimed counts the attempt that now begins.
    attempts: int
    #: When it may be taken; for a claimed one, when the lease ends.
    next_attempt_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoResult:
    """What an attempt to keep a photo came to."""

    id: str
    #: ``PendingPhoto.attempts`` of the claim. A result whose photo was claimed again since then changes nothing.
    attempt: int
    #: PENDING: to be tried again.
    state: PhotoState
    #: KEPT: its name below the photos' folder, "<2 hex>/<32 hex>.<suffix>".
    file: str | None = None
    #: KEPT: of the file, in hex.
    sha256: str | None = None
    taken_at: datetime | None = None
    point: Point | None = None
    #: REFUSED: why, as a code ("too_large", "not_a_photo", "too_many_pixels", "broken", "gone").
    refused: str | None = None
    #: PENDING: from when on; without it at the end of the lease.
    next_attempt_at: datetime | None = None
    #: PENDING: False for a failure of our own, which is not held against the photo.
    counts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPhoto:
    """A photo as it stands."""

    id: str
    url: str
    contact: str
    case_number: int | None
    purpose: PhotoPurpose
    received_at: datetime
    state: PhotoState
    file: str | None
    sha256: str | None
    taken_at: datetime | None
    point: Point | None
    refused: str | None


def add(connection: Connection, photos: Iterable[Photo], now: datetime) -> None:
    """Owe these photos, to be fetched from ``now`` on; one that is known already is left as it is."""
    unique = {each.id: each for each in reversed(list(photos))}
    rows = [
        {
            "id": each.id,
            "url": each.url,
            "contact": each.contact,
            "case_number": each.case_number,
            "purpose": each.purpose.value,
            "received_at": each.received_at,
            "state": PhotoState.PENDING.value,
            "attempts": 0,
            "next_attempt_at": now,
        }
        for each in unique.values()
    ]
    bulk.insert_or_ignore(connection, _photo, rows, key=("id",))


def pending(connection: Connection, now: datetime, limit: int) -> list[PendingPhoto]:
    """Up to ``limit`` photos whose time has come, those that wait longest first; nothing is taken."""
    return [_pending(row) for row in connection.execute(_due(now, limit))]


def claim(
    connection: Connection, now: datetime, limit: int, lease_seconds: float = LEASE_SECONDS
) -> list[PendingPhoto]:
    """Take up to ``limit`` photos whose time has come, those that wait longest first, and count the attempt.

    Until the lease ends nobody else is given them. What another worker is claiming at this moment is passed over.
    """
    until = now + timedelta(seconds=lease_seconds)
    rows = connection.execute(_due(now, limit).with_for_update(skip_locked=True)).all()
    for chunk in bulk.chunks(row.id for row in rows):
        connection.execute(
            update(_photo).where(_photo.c.id.in_(chunk)).values(attempts=_photo.c.attempts + 1, next_attempt_at=until)
        )
    return [_pending(row, attempts=row.attempts + 1, next_attempt_at=until) for row in rows]


def settle(connection: Connection, results: Sequence[PhotoResult]) -> list[str]:
    """Write what became of claimed photos. Returns the ids of those for which it did not hold.

    It does not hold for a photo that is kept or refused already, or that somebody claimed since: the file of such a
    result belongs to no photo.
    """
    return [result.id for result in results if not _settle(connection, result)]


def of_case(connection: Connection, number: int) -> list[StoredPhoto]:
    """Every photo of a case, oldest first."""
    query = select(_photo).where(_photo.c.case_number == number).order_by(_photo.c.received_at, _photo.c.id)
    return [_stored(row) for row in connection.execute(query)]


def _settle(connection: Connection, result: PhotoResult) -> bool:
    values: dict[str, Any] = {"state": result.state.value}
    match result.state:
        case PhotoState.KEPT:
            values |= {
                "file": result.file,
                "sha256": result.sha256,
                "taken_at": result.taken_at,
                "lat": result.point.lat if result.point else None,
                "lon": result.point.lon if result.point else None,
            }
        case PhotoState.REFUSED:
            values["refused"] = result.refused
        case PhotoState.PENDING:
            if result.next_attempt_at is not None:
                values["next_attempt_at"] = result.next_attempt_at
            if not result.counts:
                values["attempts"] = result.attempt - 1
    held = update(_photo).where(_photo.c.id == result.id, _PENDING, _photo.c.attempts == result.attempt)
    return connection.execute(held.values(**values)).rowcount == 1


def _due(now: datetime, limit: int) -> Select[Any]:
    query = select(_photo).where(_PENDING, _photo.c.next_attempt_at <= now)
    return query.order_by(_photo.c.next_attempt_at, _photo.c.id).limit(limit)


def _pending(row: Any, **changes: Any) -> PendingPhoto:
    values = {
        "id": row.id,
        "url": row.url,
        "case_number": row.case_number,
        "purpose": PhotoPurpose(row.purpose),
        "received_at": row.received_at,
        "attempts": row.attempts,
        "next_attempt_at": row.next_attempt_at,
    }
    return PendingPhoto(**(values | changes))


def _stored(row: Any) -> StoredPhoto:
    return StoredPhoto(
        id=row.id,
        url=row.url,
        contact=row.contact,
        case_number=row.case_number,
        purpose=PhotoPurpose(row.purpose),
        received_at=row.received_at,
        state=PhotoState(row.state),
        file=row.file,
        sha256=row.sha256,
        taken_at=row.taken_at,
        point=Point(row.lat, row.lon) if row.lat is not None and row.lon is not None else None,
        refused=row.refused,
    )
