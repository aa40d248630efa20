"""Photos: owed once, taken by one worker at a time, and settled by nobody but the one who holds the lease."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from routing_rules.grid_work import Photo, PhotoPurpose
from routing_rules.messages import Point
from storage import models, photos
from storage.database import Database
from storage.people import Keyring
from storage.photos import PendingPhoto, PhotoResult, PhotoState
from tests.databases import Databases
from tests.storage.samples import NOW, minutes, open_case

FILE = "ab/ab00000000000000000000000000000a.jpg"


def a_photo(contact: str, n: int = 0, **changes: Any) -> Photo:
    photo = Photo(
        id=f"telegram/100:1/{n}",
        url=f"telegram:file-{n}",
        contact=contact,
        case_number=1042,
        purpose=PhotoPurpose.REPORT,
        received_at=NOW,
    )
    return replace(photo, **changes)


def owe(connection: Connection, keyring: Keyring, count: int = 1) -> str:
    """So many photos of one case; returns their sender."""
    sender = open_case(connection, keyring).id
    photos.add(connection, [a_photo(sender, n) for n in range(count)], NOW)
    return sender


def kept(photo: PendingPhoto, **changes: Any) -> PhotoResult:
    result = PhotoResult(
        id=photo.id,
        attempt=photo.attempts,
        state=PhotoState.KEPT,
        file=FILE,
        sha256="f" * 64,
        taken_at=NOW - minutes(5),
        point=Point(30.01, 122.1),
    )
    return replace(result, **changes)


def ids(found: list[PendingPhoto]) -> list[str]:
    return [each.id.rpartition("/")[2] for each in found]


def test_a_photo_is_owed_once_however_often_it_is_added(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        sender = owe(connection, keyring)
        (taken,) = photos.claim(connection, NOW, 10, 60)
        photos.add(connection, [a_photo(sender, url="telegram:other"), a_photo(sender, 1), a_photo(sender, 1)], NOW)
        first, second = photos.of_case(connection, 1042)
        assert (first.url, first.state) == ("telegram:file-0", PhotoState.PENDING)
        assert ids(photos.pending(connection, NOW, 10)) == ["1"]
        assert second.url == "telegram:file-1"
        assert photos.settle(connection, [kept(taken)]) == []


def test_adding_nothing_is_nothing(database: Database) -> None:
    with database.writing() as connection:
        photos.add(connection, [], NOW)
        assert photos.settle(connection, []) == []
        assert photos.claim(connection, NOW, 10, 60) == []


def test_a_claim_says_what_a_worker_needs_and_counts_the_attempt(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        owe(connection, keyring)
        (waiting,) = photos.pending(connection, NOW, 10)
        assert (waiting.attempts, waiting.next_attempt_at) == (0, NOW)
        assert photos.claim(connection, NOW, 10, 90) == [
            PendingPhoto(
                id="telegram/100:1/0",
                url="telegram:file-0",
                case_number=1042,
                purpose=PhotoPurpose.REPORT,
                received_at=NOW,
                attempts=1,
                next_attempt_at=NOW + minutes(1.5),
            )
        ]


def test_a_photo_without_a_case_is_fetched_too(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        sender = open_case(connection, keyring).id
        photos.add(connection, [a_photo(sender, case_number=None, purpose=PhotoPurpose.DIARY)], NOW)
        (taken,) = photos.claim(connection, NOW, 10, 60)
        assert (taken.case_number, taken.purpose) == (None, PhotoPurpose.DIARY)
        assert photos.of_case(connection, 1042) == []


def test_who_waits_longest_is_taken_first_and_nobody_before_his_time(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        sender = open_case(connection, keyring).id
        for n, wait in ((0, 3), (1, 1), (2, 2), (3, 9)):
            photos.add(connection, [a_photo(sender, n)], NOW + minutes(wait))
        assert photos.claim(connection, NOW, 10, 60) == []
        assert ids(photos.pending(connection, NOW + minutes(3), 10)) == ["1", "2", "0"]
        assert ids(photos.claim(connection, NOW + minutes(3), 2, 60)) == ["1", "2"]
        assert ids(photos.claim(connection, NOW + minutes(3), 2, 60)) == ["0"]


def test_what_is_claimed_is_nobody_elses_until_the_lease_ends(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        owe(connection, keyring, 2)
        assert ids(photos.claim(connection, NOW, 1, 60)) == ["0"]
        assert ids(photos.claim(connection, NOW, 10, 60)) == ["1"]
        assert photos.claim(connection, NOW + minutes(0.9), 10, 60) == []
        again = photos.claim(connection, NOW + minutes(1), 10, 60)
        assert [(each.id[-1], each.attempts) for each in again] == [("0", 2), ("1", 2)]


def test_a_kept_photo_stands_with_all_that_is_known_of_it(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        sender = owe(connection, keyring)
        (taken,) = photos.claim(connection, NOW, 10, 60)
        assert photos.settle(connection, [kept(taken)]) == []
        (found,) = photos.of_case(connection, 1042)
        assert photos.claim(connection, NOW + minutes(99), 10, 60) == []
    assert (found.contact, found.state, found.file, found.sha256) == (sender, PhotoState.KEPT, FILE, "f" * 64)
    assert (found.taken_at, found.point, found.refused) == (NOW - minutes(5), Point(30.01, 122.1), None)


def test_a_photo_can_be_kept_without_time_and_place(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        owe(connection, keyring)
        (taken,) = photos.claim(connection, NOW, 10, 60)
        photos.settle(connection, [kept(taken, taken_at=None, point=None)])
        (found,) = photos.of_case(connection, 1042)
    assert (found.state, found.taken_at, found.point) == (PhotoState.KEPT, None, None)


def test_a_refused_photo_says_why_and_is_left_alone(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        owe(connection, keyring)
        (taken,) = photos.claim(connection, NOW, 10, 60)
        refused = PhotoResult(id=taken.id, attempt=1, state=PhotoState.REFUSED, refused="not_a_photo")
        assert photos.settle(connection, [refused]) == []
        (found,) = photos.of_case(connection, 1042)
        assert photos.claim(connection, NOW + minutes(99), 10, 60) == []
    assert (found.state, found.refused, found.file) == (PhotoState.REFUSED, "not_a_photo", None)


def test_a_photo_that_is_to_be_tried_again_waits_and_keeps_its_attempts(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        owe(connection, keyring)
        (taken,) = photos.claim(connection, NOW, 10, 60)
        again = PhotoResult(id=taken.id, attempt=1, state=PhotoState.PENDING, next_attempt_at=NOW + minutes(4))
        assert photos.settle(connection, [again]) == []
        assert photos.claim(connection, NOW + minutes(3), 10, 60) == []
        (taken,) = photos.claim(connection, NOW + minutes(4), 10, 60)
        assert taken.attempts == 2


def test_a_failure_of_our_own_is_not_held_against_the_photo(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        owe(connection, keyring)
        (taken,) = photos.claim(connection, NOW, 10, 60)
        photos.settle(connection, [PhotoResult(id=taken.id, attempt=1, state=PhotoState.PENDING, counts=False)])
        assert photos.claim(connection, NOW, 10, 60) == []
        (taken,) = photos.claim(connection, NOW + minutes(1), 10, 60)
        assert taken.attempts == 1


@pytest.mark.parametrize("state", list(PhotoState))
def test_a_worker_whose_lease_ended_changes_nothing(database: Database, keyring: Keyring, state: PhotoState) -> None:
    with database.writing() as connection:
        owe(connection, keyring)
        (slow,) = photos.claim(connection, NOW, 10, 60)
        (quick,) = photos.claim(connection, NOW + minutes(1), 10, 60)
        late = PhotoResult(id=slow.id, attempt=slow.attempts, state=state, refused="gone", file="cd/lost.jpg")
        assert photos.settle(connection, [late]) == [slow.id]
        assert photos.settle(connection, [kept(quick)]) == []
        assert photos.settle(connection, [late, kept(quick, file="ef/twice.jpg")]) == [slow.id, quick.id]
        (found,) = photos.of_case(connection, 1042)
    assert (found.state, found.file, found.refused) == (PhotoState.KEPT, FILE, None)


def test_a_photo_nobody_knows_is_passed_over(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        owe(connection, keyring)
        (taken,) = photos.claim(connection, NOW, 10, 60)
        assert photos.settle(connection, [kept(taken, id="telegram/none/0"), kept(taken)]) == ["telegram/none/0"]


def test_the_photos_of_a_case_are_its_own_and_in_the_order_they_came(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        sender = open_case(connection, keyring).id
        open_case(connection, keyring, 1043)
        came = [(0, 1042, 5), (1, 1043, 1), (2, 1042, 1), (3, 1042, 3)]
        photos.add(
            connection,
            [a_photo(sender, n, case_number=case, received_at=NOW + minutes(at)) for n, case, at in came],
            NOW,
        )
        assert [each.url for each in photos.of_case(connection, 1042)] == [f"telegram:file-{n}" for n in (2, 3, 0)]
        assert [each.url for each in photos.of_case(connection, 1043)] == ["telegram:file-1"]


def test_many_photos_are_claimed_in_one_go(database: Database, keyring: Keyring) -> None:
    with database.writing() as connection:
        owe(connection, keyring, 1200)
        assert len(photos.claim(connection, NOW, 1100, 60)) == 1100
        assert len(photos.pending(connection, NOW, 2000)) == 100


def test_looking_at_what_waits_reads_no_photo_that_is_done(sqlite: Databases) -> None:
    """The index over waiting photos is used only when its condition stands in the query as it stands in the index."""
    with Database(sqlite.ready(), writer=True) as database, database.reading() as connection:
        query = str(photos._due(NOW, 10).compile(connection))
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", (0,) * query.count("?")).all()
    assert any("ix_photo_pending" in row[3] for row in plan)


@pytest.mark.postgresql
def test_two_workers_at_the_same_moment_take_different_photos(postgresql: Databases, keyring: Keyring) -> None:
    with Database(postgresql.ready(), writer=True) as database:
        with database.writing() as connection:
            owe(connection, keyring, 3)
        with database.writing() as one, database.writing() as other:
            assert ids(photos.claim(one, NOW, 2, 60)) == ["0", "1"]
            assert ids(photos.claim(other, NOW, 2, 60)) == ["2"]
            assert photos.claim(other, NOW, 2, 60) == []
        with database.reading() as connection:
            attempts = connection.execute(select(models.photo.c.attempts)).scalars().all()
    assert attempts == [1, 1, 1]
