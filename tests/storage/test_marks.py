"""Marks: the cases that name the same thing, and those at one place."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from routing_rules.cases import Case, CaseStatus, CaseText
from routing_rules.hotspots import place_digest
from routing_rules.likeness import MOST_CANDIDATES, MOST_CASES_OF_A_MARK, probes_of, read_wording
from storage import cases, marks
from storage.database import Database
from tests.storage.samples import NOW, a_case

WORDS = "观澜国际城边上新建搅拌站,灰尘很大"
ASKS = frozenset(probes_of(read_wording("观澜国际城附近搅拌站噪音太大")))
LONG_AGO = NOW - timedelta(days=400)


def told(number: int, words: str = WORDS, **changes: Any) -> Case:
    fields: dict[str, object] = {"number": number, "text": CaseText(words=words), "version": 0, **changes}
    return replace(a_case(), **fields)  # type: ignore[arg-type]


def keep(database: Database, *found: Case) -> None:
    with database.writing() as connection:
        cases.write(connection, found)
        marks.write(connection, found)


def alike(database: Database, since: object = LONG_AGO) -> set[int]:
    with database.reading() as connection:
        return marks.numbers_alike(connection, [ASKS], since=since)  # type: ignore[arg-type]


def test_a_case_is_found_by_a_name_in_its_words(database: Database) -> None:
    keep(database, told(1), told(2, "金色家苑附近的搅拌站"))
    assert alike(database) == {1}


@pytest.mark.parametrize(
    ("status", "found"),
    [
        (CaseStatus.CLARIFYING, True),
        (CaseStatus.HANDLING, True),
        (CaseStatus.MERGED, True),
        (CaseStatus.CLOSED, False),
        (CaseStatus.REJECTED, False),
    ],
)
def test_open_and_merged_cases_are_found_and_ended_ones_are_not(
    database: Database, status: CaseStatus, found: bool
) -> None:
    keep(database, told(1, status=status))
    assert alike(database) == ({1} if found else set())


def test_old_cases_are_not_found_and_their_marks_are_dropped(database: Database) -> None:
    keep(database, told(1, opened_at=NOW - timedelta(days=100)), told(2, opened_at=NOW))
    assert alike(database, NOW - timedelta(days=60)) == {2}
    with database.writing() as connection:
        assert marks.forget(connection, NOW) == 3
    assert alike(database) == {2}


def test_words_that_are_added_while_a_report_is_being_told_count(database: Database) -> None:
    keep(database, told(1, "灰尘很大", status=CaseStatus.RECEIVED))
    assert alike(database) == set()
    keep(database, told(1, status=CaseStatus.RECEIVED, version=3))
    assert alike(database) == {1}


def test_writing_twice_is_harmless(database: Database) -> None:
    keep(database, told(1))
    keep(database, told(1))
    assert alike(database) == {1}


def test_only_the_best_candidates_are_read(database: Database) -> None:
    keep(database, *(told(number) for number in range(1, 31)))
    assert alike(database) == set(range(31 - MOST_CANDIDATES, 31))


def test_a_mark_that_very_many_have_finds_nothing(database: Database) -> None:
    keep(database, *(told(number) for number in range(1, MOST_CASES_OF_A_MARK + 2)))
    assert alike(database) == set()


def test_the_cases_at_a_place_whatever_the_number_on_the_road(database: Database) -> None:
    def at(number: int, key: str, **changes: Any) -> Case:
        return told(number, text=CaseText(words="x", place_key=key), area="zhushan", **changes)

    keep(
        database,
        at(1, "yg#83", version=5),
        at(2, "yg#85", status=CaseStatus.CLOSED),
        at(3, "xh#1"),
        at(4, "zhushan"),
        at(5, "yg#1", opened_at=LONG_AGO),
    )
    yg, nowhere = str(place_digest("yg", "zhushan")), str(place_digest("none", "zhushan"))
    with database.reading() as connection:
        found = marks.opened_at_places(connection, [yg, nowhere], since=NOW - timedelta(days=31))
    assert {place: set(there) for place, there in found.items()} == {yg: {1, 2}, nowhere: set()}
