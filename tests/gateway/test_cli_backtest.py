"""`gridgate backtest`: what a changed rulebook would send elsewhere, before anybody switches to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from importlib import resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from gateway.backtest import of_cases
from gateway.books import read_book, read_registry_file
from gateway.rehearsal import Rehearsal
from routing_rules.city import City
from routing_rules.registry_file import picture_of
from storage.past_cases import PastCase
from tests.gateway.command_line import CommandLine

ZONE = ZoneInfo("Asia/Shanghai")
TEXTS = """at,from,text
2026-08-18T09:20:04,sim:a1,盐港西路83号三个烟囱日夜冒黑烟
2026-08-18T09:21,sim:a2,竹山小区3幢楼道灯不亮两天了
2026-08-18T23:05,sim:a3,解放东路99号工地施工太吵
2026-08-18T23:06,sim:a4,谢谢
"""
NIGHT = """
- code: night-building
  categories: [construction_noise]
  hours: ["22:00-06:00"]
  department: city
  assisting: [police]
  urgent: true
  limits: {finish: 2 h}
"""


@pytest.fixture
def gridgate(tmp_path: Path) -> CommandLine:
    line = CommandLine(tmp_path)
    line.file("texts.csv", TEXTS)
    return line


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[str, str, str], Path]:
    """A copy of Dinghai's book in which one file says something else."""

    def change(name: str, before: str, after: str) -> Path:
        with resources.as_file(resources.files("routing_rules") / "books" / "dinghai") as shipped:
            shutil.copytree(shipped, tmp_path / "new")
        file = tmp_path / "new" / name
        said = file.read_text("utf-8")
        assert before in said
        file.write_text(said.replace(before, after, 1), "utf-8")
        return tmp_path / "new"

    return change


def test_a_book_that_changes_nothing_sends_nothing_elsewhere(gridgate: CommandLine) -> None:
    said = gridgate("backtest", "--rulebook", "dinghai", "texts.csv")
    assert (said.code, said.err) == (0, "")
    assert said.lines[0].startswith("4 matters, 0 would go elsewhere or otherwise")
    assert len(said.lines) == 1


def test_what_would_go_elsewhere_is_counted_and_told_with_both_outcomes(
    gridgate: CommandLine, changed: Callable[[str, str, str], Path]
) -> None:
    changed("rules.yaml", "- code: smoke-industrial", NIGHT + "- code: smoke-industrial")
    said = gridgate("backtest", "--rulebook", "./new", "texts.csv", "--json")
    assert said.code == 1
    result = said.json
    assert (result["matters"], len(result["changes"])) == (4, 1)
    change = result["changes"][0]
    assert change["text"] == "解放东路99号工地施工太吵"
    assert {"assisting", "urgent", "limits"} <= set(change["differs"])
    assert change["present"]["rule"] == "construction_noise"
    assert change["changed"]["rule"] == "night-building"
    assert change["changed"]["rule_by"] == ["category construction_noise", "hours 22:00-06:00"]
    assert change["changed"]["words"] == change["present"]["words"] != []
    assert result["counts"]["urgent"] == {"no → yes": 1}
    assert any(move.endswith("→ 120 wall_minutes") for move in result["counts"]["limits"])
    lines = gridgate("backtest", "--rulebook", "./new", "texts.csv").lines
    assert "      1 no → yes" in lines
    assert "2026-08-18 23:05 解放东路99号工地施工太吵" in lines
    assert any(line.startswith("    changed ") and "rule night-building by category" in line for line in lines)


def test_words_that_are_taken_away_are_noticed(gridgate: CommandLine, changed: Callable[[str, str, str], Path]) -> None:
    book = changed("rules.yaml", "- code: smoke-industrial", "- code: smoke-industrial")
    file = book / "categories.yaml"
    file.write_text(file.read_text("utf-8").replace("烟囱", "烟筒").replace("黑烟", "白烟"), "utf-8")
    result = gridgate("backtest", "--rulebook", "./new", "texts.csv", "--json").json
    moved = [each for each in result["changes"] if each["present"]["category"] == "smoke"]
    assert len(moved) == 1
    assert moved[0]["changed"]["category"] != "smoke"


def test_the_cases_of_the_ledger_are_asked_in_place_of_a_file(
    gridgate: CommandLine, changed: Callable[[str, str, str], Path]
) -> None:
    city = Rehearsal(f"sqlite:///{gridgate.folder}/gridgate.db", start=datetime(2026, 8, 18, 23, 5, tzinfo=ZONE))
    city.text("alice", "解放东路99号工地施工太吵")
    city.text("bob", "竹山小区3幢楼道灯不亮两天了")
    city.close()
    gridgate.file("config.yaml", "database_url: sqlite:///gridgate.db\n")
    assert gridgate("backtest", "--rulebook", "dinghai", "--from-ledger").code == 0
    changed("rules.yaml", "- code: smoke-industrial", NIGHT + "- code: smoke-industrial")
    said = gridgate("backtest", "--rulebook", "./new", "--from-ledger", "--json")
    assert said.code == 1, said.err
    assert said.json["matters"] == 2
    assert [each["case"] for each in said.json["changes"]] == [1042]
    assert said.json["changes"][0]["changed"]["department"] == "city"
    assert "Z1042 解放东路99号工地施工太吵" in gridgate("backtest", "--rulebook", "./new", "--from-ledger").out


PAST = PastCase(
    number=1042,
    opened_at=datetime(2026, 8, 18, 9, 20, tzinfo=ZONE),
    category="litter_street",
    area="zhushan",
    words="盐港西路83号三个烟囱冒黑烟",
    corrected=False,
)


@pytest.mark.parametrize(
    ("case", "after"),
    [
        # Both books read the words alike, so what was found then stays.
        (PAST, "litter_street"),
        # The changed book has no word for smoke any more.
        (replace(PAST, category="smoke", words="烟囱"), None),
        # What a person said counts for more than words.
        (replace(PAST, category="smoke", words="烟囱", corrected=True), "smoke"),
        # Nothing is left to read.
        (replace(PAST, category="smoke", words=""), "smoke"),
        # The changed book has no such category.
        (replace(PAST, category="parking", words=""), None),
        (replace(PAST, category=None, words=""), None),
    ],
)
def test_a_case_keeps_what_people_said_and_what_both_books_read_alike(case: PastCase, after: str | None) -> None:
    book = read_book("dinghai")
    registry = picture_of(book, read_registry_file("dinghai", book))
    kept = {code: each for code, each in book.categories.items() if code != "parking"}
    smoke = tuple(each for each in kept["smoke"].keywords if each.text != "烟囱")
    kept["smoke"] = replace(kept["smoke"], keywords=smoke)
    changed = City.build(replace(book, categories=kept), registry)
    result = of_cases(City.build(book, registry), changed, [case])
    found = result.changes[0].changed.category if result.changes else case.category
    assert found == after


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("texts.csv",), "name the changed rulebook: --rulebook NEW"),
        (("--rulebook", "dinghai"), "name either a FILE of texts or --from-ledger"),
        (("--rulebook", "dinghai", "--from-ledger", "texts.csv"), "name either a FILE of texts or --from-ledger"),
        (("--rulebook", "atlantis", "texts.csv"), "books that ship"),
        (("--rulebook", "harbour", "texts.csv"), "is about the area 'waterfront', which does not exist"),
        (("--rulebook", "dinghai", "nothing.csv"), "cannot be read"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(
    gridgate: CommandLine, arguments: tuple[str, ...], sentence: str
) -> None:
    said = gridgate("backtest", *arguments)
    assert said.code == 2
    assert sentence in said.err
