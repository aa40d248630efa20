"""Rules at work: by night, by words, with departments that assist."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from gateway.rehearsal import Rehearsal
from routing_rules.areas import Duty
from routing_rules.decisions import EntryKind
from storage import views
from tests.scenarios.invariants import check_invariants
from tests.scenarios.telling import START, ZONE, case_of, facts, last, texts

RULES = """
- code: night-building
  categories: [construction_noise]
  hours: ["22:00-06:00"]
  department: city
  assisting: [police, env]
  urgent: true
- code: school-smoke
  categories: [smoke]
  words: [学校, 幼儿园]
  department: education
  handle_at: community
"""
BUILDING = "解放东路99号工地施工太吵"


@pytest.fixture
def city_at(ready_database_url: str, tmp_path: Path) -> Iterator[Callable[[datetime], Rehearsal]]:
    """Dinghai with rules of this file, at some moment."""
    with resources.as_file(resources.files("routing_rules") / "books" / "dinghai") as shipped:
        shutil.copytree(shipped, tmp_path / "city")
    (tmp_path / "city" / "rules.yaml").write_text(RULES, "utf-8")
    made: list[Rehearsal] = []

    def make(start: datetime) -> Rehearsal:
        made.append(Rehearsal(ready_database_url, start=start, city=str(tmp_path / "city")))
        return made[-1]

    yield make
    for city in made:
        try:
            check_invariants(city)
        finally:
            city.close()


def told(city: Rehearsal, kind: EntryKind) -> list[dict[str, Any]]:
    with city.database.reading() as connection:
        return [dict(fact.data) for fact in views.facts_of(connection, 1042) if fact.kind == kind]


def test_a_rule_of_the_night_leaves_the_day_alone(city_at: Callable[[datetime], Rehearsal]) -> None:
    city = city_at(datetime(2026, 8, 18, 23, 5, tzinfo=ZONE))
    city.text("alice", BUILDING)
    case = case_of(city)
    assert case.ladder is not None
    assert (case.ladder.rule, case.urgent, case.handler) == ("night-building", True, "city")


def test_by_day_the_same_words_go_the_category_s_own_way(city_at: Callable[[datetime], Rehearsal]) -> None:
    city = city_at(START)
    city.text("alice", BUILDING)
    case = case_of(city)
    assert case.ladder is not None
    assert (case.ladder.rule, case.ladder.assisting, case.urgent) == ("construction_noise", (), False)


def test_departments_that_assist_are_told_and_hold_no_task(city_at: Callable[[datetime], Rehearsal]) -> None:
    city = city_at(datetime(2026, 8, 18, 23, 5, tzinfo=ZONE))
    city.set_duty("env", Duty.OFF)
    city.text("alice", BUILDING)
    assert last(city, "police").startswith("【协办】Z1042 解放东路99号")
    assert last(city, "police").endswith("。由区城管局主办,请予协助")
    assert texts(city, "env") == []
    assert told(city, EntryKind.FILED)[0]["assisting"] == ["police", "env"]
    assert {"office": "police", "task": "assists"} in told(city, EntryKind.OFFICE_TOLD)
    assert {each["office"] for each in told(city, EntryKind.NOBODY_TOLD)} >= {"env"}
    with city.database.reading() as connection:
        story = views.case_story(connection, city.keyring, 1042)
    assert story is not None
    assert {task.office for task in story.assignments} == {"city"}


def test_words_of_the_text_choose_the_rule(city_at: Callable[[datetime], Rehearsal]) -> None:
    city = city_at(START)
    city.text("alice", "盐港西路83号学校旁边三个烟囱冒黑烟")
    assert EntryKind.FILED in facts(city)
    filed = told(city, EntryKind.FILED)[0]
    assert (filed["rule"], filed["department"]) == ("school-smoke", "education")
    assert "assisting" not in filed
