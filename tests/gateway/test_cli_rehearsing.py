"""`gridgate demo` and `gridgate replay`: the whole gateway on a virtual clock, and files that are refused whole."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.gateway.command_line import CommandLine

HEADER = "at,from,text,lat,lon,home\n"


@pytest.fixture
def gridgate(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


# --- demo


def test_the_golden_case_in_the_terminal_reaches_the_department_within_ten_minutes(gridgate: CommandLine) -> None:
    lines = gridgate("demo", "--json").json_lines
    assert all(line.keys() == {"at", "direction", "address", "text", "case"} for line in lines)
    assert {line["case"] for line in lines} == {1042}
    assert lines[0]["at"] == "2026-08-18T09:20:04+08:00"
    task = next(line for line in lines if line["address"] == "sim:env")
    assert task["direction"] == "out"
    assert datetime.fromisoformat(task["at"]) - datetime.fromisoformat(lines[0]["at"]) < timedelta(minutes=10)
    assert sum("办理结果" in line["text"] for line in lines) == 31
    assert "重新办理" in lines[-3]["text"] + lines[-2]["text"] + lines[-1]["text"]


def test_the_demo_for_people_has_a_line_a_text(gridgate: CommandLine) -> None:
    said = gridgate("demo")
    assert said.lines[0] == "09:20:04 ◁ alice       盐港西路83号三个烟囱日夜冒黑烟,用劣质燃料,没人管"
    assert len(said.lines) == len(gridgate("demo", "--json").lines)
    assert list(gridgate.folder.iterdir()) == []


# --- replay


TEXTS = (
    HEADER + "2026-08-18 09:20:04,sim:zoe,盐港西路83号三个烟囱日夜冒黑烟,,,\n"
    "2026-08-18 09:21:00,13800138000,盐港西路83号烟囱冒黑烟,,,\n"
    '2026-08-18 09:22:00,sim:x,"路灯不亮了,\n已经三天",,,zhushan-3\n'
    "2026-08-18 22:22:00,sim:y,路灯不亮了,,,\n"
    "2026-08-18 22:23:00,sim:z,在吗,,,\n"
    "2026-08-18 22:24:00,10086,您的话费余额不足,,,\n"
)


def test_every_text_gets_a_verdict_and_every_case_an_owner_and_a_clock(gridgate: CommandLine) -> None:
    gridgate.file("texts.csv", TEXTS)
    said = gridgate("replay", "texts.csv", "--json")
    found = said.json
    assert said.code == 0
    assert found["messages"] == found["verdict_sum"] == 6
    assert found["verdicts"] == {"asked": 1, "joined": 1, "opened": 2, "service_sender": 1, "unclear": 1}
    assert (found["without_owner"], found["without_clock"]) == (0, 0)
    assert found["by_category"] == {"streetlight": 2, "smoke": 1}
    assert (found["joined"], found["asked"], found["not_understood"]) == (1, 1, 1)
    assert found["assigned"]["cases"] == found["cases"] == 3
    assert found["assigned"]["within_10_working_minutes"] == 3
    assert found["texts_sent"] == found["segments"] > 10
    assert found["texts_not_sent"] == {}


def test_the_summary_for_people_says_the_same(gridgate: CommandLine) -> None:
    gridgate.file("texts.csv", TEXTS)
    said = gridgate("replay", "texts.csv")
    assert said.lines[0].startswith("6 texts from 2026-08-18 09:20")
    assert "sum 6" in said.out
    assert "joined 1, asked 1, not understood 1" in said.out
    assert said.err == ""


def test_the_full_log_holds_texts_in_and_out_and_the_ledger_in_the_order_of_time(gridgate: CommandLine) -> None:
    gridgate.file("texts.csv", TEXTS)
    found = gridgate("replay", "texts.csv", "--out", "log.jsonl", "--json").json
    log = [json.loads(line) for line in (gridgate.folder / "log.jsonl").read_text("utf-8").splitlines()]
    assert [line["at"] for line in log] == sorted(line["at"] for line in log)
    directions = Counter(line["direction"] for line in log)
    assert (directions["in"], directions["out"]) == (6, found["texts_sent"])
    assert {"received", "filed", "dispatched", "text_sent"} <= {line.get("fact") for line in log}
    assert all(line["case"] for line in log if line["direction"] == "out" and line["address"] == "sim:zhushan")
    assert sorted(path.name for path in gridgate.folder.iterdir()) == ["log.jsonl", "texts.csv"]


def test_json_lines_are_read_as_well_and_in_any_order(gridgate: CommandLine) -> None:
    rows = [
        {"at": "2026-08-18T01:21:00Z", "from": "sim:b", "text": "盐港西路83号烟囱冒黑烟", "lat": 30.01, "lon": 122.1},
        {"at": "2026-08-18T09:20:00+08:00", "from": "sim:a", "text": "盐港西路83号烟囱冒黑烟", "home": "jukui-1"},
    ]
    gridgate.file("texts.jsonl", "\n\n".join(json.dumps(row) for row in rows))
    found = gridgate("replay", "texts.jsonl", "--json").json
    assert found["began_at"] == "2026-08-18T09:20:00+08:00"
    assert found["verdicts"] == {"joined": 1, "opened": 1}


def test_three_hundred_texts_of_one_moment_are_one_turn_and_one_case(gridgate: CommandLine) -> None:
    rows = [f"2026-08-18 09:20:04,sim:n{n},盐港西路83号三个烟囱日夜冒黑烟,,,\n" for n in range(300)]
    gridgate.file("texts.csv", HEADER + "".join(rows))
    found = gridgate("replay", "texts.csv", "--json").json
    assert found["verdicts"] == {"joined": 299, "opened": 1}
    assert found["cases"] == 1


def test_another_citys_areas_count_by_its_own_registry(tmp_path: Path) -> None:
    harbour = CommandLine(tmp_path, GRIDGATE_CITY="harbour")
    harbour.file("texts.csv", HEADER + "2026-08-18 09:20:04,sim:a,street light is out,,,zhushan-3\n")
    said = harbour("replay", "texts.csv")
    assert (said.code, said.err) == (2, "texts.csv:2: home: there is no area 'zhushan-3'\n")


# --- files that are refused


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        ("", [": holds no texts"]),
        (HEADER, [": holds no texts"]),
        ("at,from,text,tekst\n", [":1: tekst: is not a column"]),
        ("at,text,text\n", [":1: from: is missing in the header", ":1: text: stands twice in the header"]),
        (
            HEADER + "soon,abc,,12,,\n2026-08-18,,hello,x,500,atlantis\n",
            [
                ":2: at: 'soon' is no ISO 8601 time",
                ":2: from: 'abc' is neither a phone number nor an address",
                ":2: text: is missing",
                ":2: lon: is missing: a position needs both",
                ":3: from: is missing",
                ":3: lat: 'x' is no number of degrees",
                ":3: home: there is no area 'atlantis'",
            ],
        ),
        (HEADER + "2026-08-18,sim:a,hello,95,10,\n", [":2: lat: 95, 10 is no position on Earth"]),
        (HEADER + "0026-08-18,sim:a,hello,,,\n", [":2: at: the year must lie between 2000 and 2100"]),
        (HEADER + "2026-08-18,sim:a,hello\n", [":2: has 3 cells, the header 6"]),
        (HEADER + '2026-08-18,sim:a,"a\nb",,,\n2026-08-19,sim:b,"open,,,\n', [":4: is not CSV"]),
        (
            HEADER + "2026-08-18,sim:a,x,,,zhushan-1\n2026-08-19,sim:a,y,,,zhushan-2\n",
            [": home: sim:a lives in zhushan-1 and in zhushan-2; one person has one home"],
        ),
        (
            '{"at": "2026-08-18", "from": "sim:a", "text": 5}\n[]\n'
            '{"at": "2026-08-18", "from": "sim:a", "tex": "x"}\n{\n',
            [
                ":1: text: must be a text",
                ":2: the JSON must be one object",
                ":3: tex: is not known here",
                ":3: text: is missing",
                ":4: the line is not JSON",
            ],
        ),
    ],
    ids=range(11),
)
def test_a_file_is_refused_whole_with_every_problem_by_line_and_field(
    gridgate: CommandLine, content: str, problems: list[str]
) -> None:
    gridgate.file("texts", content)
    said = gridgate("replay", "texts", "--out", "log.jsonl")
    assert (said.code, said.out) == (2, "")
    found = said.err.splitlines()
    assert len(found) == len(problems), said.err
    for problem in problems:
        assert any(line.startswith(f"texts{problem}") for line in found), (problem, said.err)
    assert not (gridgate.folder / "log.jsonl").exists()


def test_bytes_that_are_no_text_are_named_by_their_line(gridgate: CommandLine) -> None:
    (gridgate.folder / "texts.csv").write_bytes(HEADER.encode() + b"2026-08-18,sim:a,\xff\xfe,,,\n")
    assert gridgate("replay", "texts.csv").err == "texts.csv:2: is not UTF-8 text\n"


def test_a_file_that_is_not_there_is_a_sentence(gridgate: CommandLine) -> None:
    assert gridgate("replay", "none.csv").err == "none.csv: cannot be read: No such file or directory\n"


def test_a_byte_order_mark_and_odd_characters_do_no_harm(gridgate: CommandLine) -> None:
    row = json.dumps({"at": "2026-08-18T09:20", "from": "sim:a", "text": "路灯\x00不亮\ud800"})
    (gridgate.folder / "texts.jsonl").write_bytes(b"\xef\xbb\xbf" + row.encode())
    assert gridgate("replay", "texts.jsonl", "--json").json["by_category"] == {"streetlight": 1}
