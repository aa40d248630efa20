"""`gridgate explain`: what it says is what the gateway does."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.rehearsal import Rehearsal
from routing_rules.decisions import EntryKind
from storage import views
from tests.gateway.command_line import CommandLine

GOLDEN = "盐港西路83号三个烟囱日夜冒黑烟"
MORNING = "2026-08-18T09:20:04"


@pytest.fixture
def gridgate(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


def explained(gridgate: CommandLine, text: str, *more: str, at: str = MORNING) -> dict[str, Any]:
    said = gridgate("explain", text, "--at", at, "--json", *more)
    assert said.code == 0, said.err
    return dict(said.json)


def test_the_golden_text_is_explained_word_by_word(gridgate: CommandLine) -> None:
    found = explained(gridgate, GOLDEN)
    assert found["verdict"] == "opened"
    assert found["category"]["code"] == "smoke"
    assert found["category"]["words"] == ["烟囱", "冒黑烟"]
    assert found["place"]["key"] == "yangang-west#83"
    assert found["place"]["words"] == ["盐港西路", "83号"]
    assert [area["code"] for area in found["areas"]] == ["zhushan", "jiefang", "dinghai"]
    way = found["way"]
    assert way["rule"] == "smoke-industrial"
    assert [stage["role"] for stage in way["stages"]] == ["asked"] * 3
    assert [stage["ends_at"][11:16] for stage in way["stages"]] == ["01:23", "01:26", "01:29"]
    assert (way["department"], way["department_name"]) == ("env", "区环保局")
    assert way["assigned_at"] == "2026-08-18T01:29:04+00:00"
    due = {limit["kind"]: limit["due_at"] for limit in way["limits"]}
    assert due["finish"] == "2026-08-18T09:00:00+00:00"
    assert found["answers"] == [
        "【定海网格】已收到,编号Z1042:盐港西路83号烟囱冒黑烟。已转竹山社区,有进展即短信告知。补充请直接回复。退订回T"
    ]


def test_the_same_is_said_in_lines(gridgate: CommandLine) -> None:
    out = gridgate("explain", GOLDEN, "--at", MORNING).out
    for words in (
        "category    smoke (烟囱冒黑烟): words “烟囱”, “冒黑烟”",
        "place       盐港西路83号 [yangang-west#83]",
        "road '盐港西路' → 竹山社区",
        "areas       竹山社区 (zhushan) → 解放街道 (jiefang) → 定海区 (dinghai)",
        "rule        smoke-industrial",
        "09:20 community 竹山社区 may act until 09:23",
        "department  区环保局 (env), at 09:29 at the latest",
        "finish: end of working day 1, due 17:00",
    ):
        assert words in out


def test_no_database_is_needed_and_none_is_made(gridgate: CommandLine) -> None:
    explained(gridgate, GOLDEN)
    assert list(gridgate.folder.iterdir()) == []


def test_a_window_at_night_opens_with_the_office(gridgate: CommandLine) -> None:
    first = explained(gridgate, GOLDEN, at="2026-08-18T22:00")["way"]["stages"][0]
    assert (first["opens_at"], first["ends_at"]) == ("2026-08-19T00:30:00+00:00", "2026-08-19T00:33:00+00:00")


def test_an_urgent_matter_only_informs_and_the_danger_is_named(gridgate: CommandLine) -> None:
    found = explained(gridgate, "竹山小区3幢煤气味很大", at="2026-08-18T22:00")
    assert found["emergency"] == ["煤气味"]
    assert found["way"]["urgent"]
    assert {stage["role"] for stage in found["way"]["stages"]} <= {"informed"}
    assert found["way"]["assigned_at"] == "2026-08-18T14:00:00+00:00"
    assert "110" in found["answers"][0]


def test_an_ambiguous_place_waits_for_the_answer(gridgate: CommandLine) -> None:
    found = explained(gridgate, "新河路井盖没了")
    assert found["verdict"] == "asked"
    assert found["place"]["candidates"] == ["解放街道新河路", "昌国街道新河路"]
    assert found["way"]["assigned_at"] is None
    assert "office, once the place is known" in gridgate("explain", "新河路井盖没了").out


def test_the_home_of_a_known_sender_is_said_to_be_assumed(gridgate: CommandLine) -> None:
    known = explained(gridgate, "路灯不亮了", "--from", "sim:alice")
    said = explained(gridgate, "路灯不亮了", "--home", "jukui-2")
    assert (known["place"]["key"], known["place"]["assumed"]) == ("zhushan-3", True)
    assert said["areas"][1]["code"] == "jukui"


def test_nothing_understood_is_nobodys_rule_but_the_desks_case(gridgate: CommandLine) -> None:
    found = explained(gridgate, "隔壁新开的店不知道在做什么很奇怪的事情", "--home", "zhushan-1")
    assert found["category"]["code"] is None
    assert found["way"]["rule"] == "no-rule"
    assert [stage["role"] for stage in found["way"]["stages"]] == ["assigns"]


@pytest.mark.parametrize(("text", "verdict"), [("在吗", "unclear"), ("退订", "opted_out"), ("谢谢", "thanks")])
def test_what_opens_no_case_has_no_way(gridgate: CommandLine, text: str, verdict: str) -> None:
    found = explained(gridgate, text)
    assert (found["verdict"], found["way"]) == (verdict, None)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--at", "soon"), "--at: 'soon' is no ISO 8601 time"),
        (("--from", "alice"), "--from: an address is written scheme:value"),
        (("--home", "atlantis"), "--home: there is no area 'atlantis'"),
    ],
)
def test_a_wrong_option_is_a_sentence(gridgate: CommandLine, arguments: tuple[str, str], sentence: str) -> None:
    said = gridgate("explain", "hello", *arguments)
    assert said.code == 2
    assert sentence in said.err


@pytest.mark.parametrize(
    "text",
    [
        GOLDEN,
        "竹山小区3幢煤气味很大",
        "竹山小区3幢楼道灯不亮两天了",
        "海滨公园门口占道经营",
        "新河路12号井盖没了",
        "竹山社区有人吵架",
    ],
)
def test_the_case_goes_the_way_that_was_explained(gridgate: CommandLine, tmp_path: Path, text: str) -> None:
    found = explained(gridgate, text, at="2026-08-18T01:20:04+00:00")
    city = Rehearsal(f"sqlite:///{tmp_path}/x.db", start=datetime.fromisoformat("2026-08-18T01:20:04+00:00"))
    accepted = city.text("somebody", text)
    city.wait(minutes=30)
    with city.database.reading() as connection:
        story = views.case_story(connection, city.keyring, accepted.case_number or 0)
    city.close()
    assert accepted.verdict == found["verdict"]
    if accepted.verdict == "asked":
        return
    assert story is not None
    assert story.case.category == found["category"]["code"]
    told = [
        (fact.data["office"], fact.at.isoformat())
        for fact in story.facts
        if fact.kind == EntryKind.OFFICE_TOLD and fact.data["task"] in ("decide", "informed")
    ]
    assert (
        told
        == [
            (stage["office"], stage["opens_at"])
            for stage in found["way"]["stages"]
            if stage["role"] in ("asked", "informed", "decides")
        ][: len(told)]
    )
    dispatched = [fact.at.isoformat() for fact in story.facts if fact.kind == EntryKind.DISPATCHED]
    assert dispatched == ([found["way"]["assigned_at"]] if found["way"]["department"] else [])
