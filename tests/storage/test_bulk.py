"""Many rows in one statement, the same on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage import bulk, models
from storage.canonical import compact_json, moment
from storage.database import Database
from tests.storage.samples import NOW, minutes

_area = models.area


def _row(code: str, position: int = 0, **changes: Any) -> dict[str, Any]:
    row = {
        "code": code,
        "position": position,
        "level": "community",
        "parent": None,
        "names": {"zh": "竹山社区", "en": 'a "quoted" \\ name'},
        "aliases": [],
    }
    return {**row, **changes}


def _codes(connection: Any) -> dict[str, int]:
    return {row.code: row.position for row in connection.execute(select(_area).order_by(_area.c.code))}


def test_every_kind_of_value_comes_back_as_it_was(database: Database) -> None:
    body = {"message": 1, "text": '\'; DROP TABLE "case"; -- 😀', "raw": bytes(range(256)), "lat": 30.5, "lon": None}
    with database.writing() as connection:
        bulk.insert(connection, models.contact, [{"id": "a", "wrong_codes": 0, "unclear_texts": 0, "created_at": NOW}])
        message = {"channel": "c", "external_id": "1", "contact": "a", "received_at": NOW, "verdict": "opened"}
        bulk.insert(connection, models.message, [{"id": 1, "attempts": 0, "case_number": 2**40, **message}])
        bulk.insert(connection, models.message_body, [{**body, "attachments": [["u", "t"]]}])
        bulk.insert(connection, _area, [_row("a")])
        found = connection.execute(select(models.message_body)).one()._mapping
        assert dict(found) == {**body, "attachments": [["u", "t"]]}
        assert connection.execute(select(models.message.c.case_number)).scalar() == 2**40
        assert dict(connection.execute(select(_area)).one()._mapping) == _row("a")


def test_no_rows_are_no_statement(database: Database) -> None:
    with database.writing() as connection:
        bulk.insert(connection, _area, [])
        bulk.insert_or_ignore(connection, _area, [], key=("code",))
        bulk.upsert(connection, _area, [], key=("code",))
        bulk.update(connection, _area, [], key=("code",))
        assert bulk.insert_returning(connection, _area, [], returning=("code",)) == []
        assert _codes(connection) == {}


def test_what_is_there_is_ignored_overwritten_or_kept(database: Database) -> None:
    with database.writing() as connection:
        bulk.insert(connection, _area, [_row("a", 1), _row("b", 2)])
        bulk.insert_or_ignore(connection, _area, [_row("b", 9), _row("c", 3)], key=("code",))
        assert _codes(connection) == {"a": 1, "b": 2, "c": 3}
        bulk.upsert(connection, _area, [_row("c", 7, level="x"), _row("d", 4)], key=("code",), keep=("level",))
        assert _codes(connection) == {"a": 1, "b": 2, "c": 7, "d": 4}
        assert set(connection.execute(select(_area.c.level)).scalars()) == {"community"}
        bulk.update(connection, _area, [{"code": "a", "position": 5}, {"code": "z", "position": 6}], key=("code",))
        assert _codes(connection) == {"a": 5, "b": 2, "c": 7, "d": 4}


def test_only_new_rows_are_returned_in_their_order(database: Database) -> None:
    rows = [_row(f"{number:04}") for number in range(1500)]
    with database.writing() as connection:
        bulk.insert(connection, _area, rows[10:20])
        new = bulk.insert_returning(connection, _area, rows, key=("code",), returning=("code",))
        assert [row.code for row in new] == [row["code"] for row in rows[:10] + rows[20:]]


def test_lists_are_cut_into_chunks_without_repeating_anything() -> None:
    chunks = list(bulk.chunks([1, 2, 2, 3, 1, *range(1000)]))
    assert [len(chunk) for chunk in chunks] == [bulk.CHUNK, 1000 - bulk.CHUNK]
    assert [number for chunk in chunks for number in chunk] == [1, 2, 3, 0, *range(4, 1000)]


@given(st.dictionaries(st.text(), st.integers() | st.text() | st.lists(st.booleans())))
def test_stored_json_is_the_same_for_the_same_value(value: dict[str, object]) -> None:
    assert compact_json(value) == compact_json(dict(reversed(value.items())))


def test_a_moment_is_written_in_utc_and_always_as_long() -> None:
    assert moment(NOW) == "2026-08-18T01:20:04.000000Z"
    assert len(moment(NOW + minutes(0.001))) == len(moment(NOW))
    with pytest.raises(ValueError, match="time zone"):
        moment(NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="JSON"):
        compact_json(float("nan"))
