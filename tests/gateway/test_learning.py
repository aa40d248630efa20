"""Training: the same rows give the same model, near-duplicates are held back together, and too little is refused."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.books import read_book
from gateway.learning import FOLDS, Row, TooLittle, folds_of, groups_of, learn, train
from gateway.learning_files import RowsUnusable, load_model, read_rows, save_model
from routing_rules.learned import LearnedError
from routing_rules.learned_file import written_model
from tests.gateway.command_line import CommandLine
from tests.known_rows import ROWS, small_model

BOOK = read_book("dinghai")
LABELS = {"dogs", "odour", "streetlight"}
CSV = "text,label\n" + "".join(f"{row.text},{row.label}\n" for row in ROWS)


def test_the_same_rows_always_give_the_same_file() -> None:
    assert written_model(learn(ROWS, BOOK)[0]) == written_model(small_model())


def test_what_was_measured_stands_in_the_model() -> None:
    made = small_model().made
    assert made["rows"] == len(ROWS)
    assert made["rows_of_label"] == {"dogs": 8, "odour": 8, "streetlight": 8}
    assert made["macro_f1"] == 1.0


def test_a_label_of_few_rows_is_left_out_and_said() -> None:
    model, left_out = learn([*ROWS, Row("操场上的灯杆歪了", "trees")], BOOK)
    assert set(model.labels) == LABELS
    assert left_out == {"trees": 1}


def test_nothing_is_learned_from_too_little() -> None:
    with pytest.raises(TooLittle, match="at least 2 labels must have 5 rows each"):
        learn(ROWS[:8], BOOK)
    with pytest.raises(TooLittle):
        train([])


def test_a_label_that_the_book_does_not_have_is_refused() -> None:
    with pytest.raises(LearnedError, match="dragons"):
        learn([*ROWS, *(Row(row.text, "dragons") for row in ROWS[:5])], BOOK)


def test_near_duplicates_and_beginnings_are_one_group() -> None:
    story = "隔壁作坊每天晚上十点以后开始烧塑料,怪味飘得整栋楼都是,老人孩子都睡不着,希望有人来管一管。"
    texts = [
        story,
        story.replace("十点", "九点"),
        "隔壁作坊每天晚上",
        "巷子里太黑了看不见路",
        "大黄又追人了",
        "大黄又追人了",
    ]
    groups = groups_of(texts).tolist()
    assert groups[0] == groups[1] == groups[2]
    assert groups[4] == groups[5]
    assert len(set(groups)) == 3


def test_known_clusters_are_taken_as_they_are() -> None:
    assert groups_of(["路灯坏了", "井盖没了", "下水道堵了"], ["a", "b", "a"]).tolist() == [0, 1, 0]


def test_a_group_is_never_split_and_parts_are_about_equal() -> None:
    dice = random.Random(1)
    groups = groups_of([f"第{n}件" for n in range(200)], [str(dice.randrange(90)) for _ in range(200)])
    folds = folds_of(groups)
    assert all(len({int(f) for f, g in zip(folds, groups, strict=True) if g == group}) == 1 for group in groups)
    sizes = [int((folds == part).sum()) for part in range(FOLDS)]
    assert max(sizes) - min(sizes) <= 5


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.csv", CSV),
        ("rows.csv", "\ufefflabel,id,text\n" + "".join(f"{row.label},7,{row.text}\n" for row in ROWS)),
        ("rows.jsonl", "".join(f'{{"label": "{row.label}", "text": "{row.text}", "id": 3}}\n' for row in ROWS)),
    ],
)
def test_rows_are_read_from_csv_and_json_lines(tmp_path: Path, name: str, content: str) -> None:
    file = tmp_path / name
    file.write_text(content, "utf-8")
    assert [row.label for row in read_rows(file, LABELS)].count("dogs") == 8


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("rows.csv", "", "missing: text, label"),
        ("rows.csv", "text,kind\na,b\n", "missing: label"),
        ("rows.csv", "text,label\n", "holds no rows"),
        ("rows.csv", "text,label\n路灯坏了,dragons\n", ":2: label: 'dragons' is neither a category nor a field"),
        ("rows.csv", "text,label\n路灯坏了,dogs\n,dogs\n", ":3: text: must hold words"),
        ("rows.csv", "text,label\n路灯坏了\n", ":2: label: must hold"),
        ("rows.csv", 'text,label\n"路灯\n坏了",dogs\n"x"y,dogs\n', "is not CSV"),
        ("rows.jsonl", "{}\n", ":1: text: must hold words"),
        ("rows.jsonl", '{"text": 3, "label": "dogs"}\nno\n', ":2:"),
        ("rows.jsonl", "[1]\n", ":1:"),
    ],
)
def test_a_file_with_anything_wrong_is_refused_whole(tmp_path: Path, name: str, content: str, said: str) -> None:
    file = tmp_path / name
    file.write_text(content, "utf-8")
    with pytest.raises(RowsUnusable) as refused:
        read_rows(file, LABELS)
    assert said in str(refused.value)


def test_a_file_that_is_missing_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RowsUnusable, match="cannot be read"):
        read_rows(tmp_path / "nothing.csv", LABELS)
    (tmp_path / "gbk.csv").write_bytes("text,label\n路灯,dogs\n".encode("gbk"))
    with pytest.raises(RowsUnusable, match="UTF-8"):
        read_rows(tmp_path / "gbk.csv", LABELS)


def test_a_model_is_saved_whole_and_read_again(tmp_path: Path) -> None:
    file = tmp_path / "var" / "model.json"
    save_model(small_model(), file)
    assert [each.name for each in file.parent.iterdir()] == ["model.json"]
    found = load_model(file)
    assert found is not None
    assert written_model(found) == written_model(small_model())
    assert load_model(None) is None


def test_a_model_that_is_missing_or_broken_is_named(tmp_path: Path) -> None:
    with pytest.raises(LearnedError, match=r"nothing\.json: there is no such model; train one with gridgate learn"):
        load_model(tmp_path / "nothing.json")
    (tmp_path / "broken.json").write_bytes(b"\xff\xfe")
    with pytest.raises(LearnedError, match=r"broken\.json: is no trained model"):
        load_model(tmp_path / "broken.json")


# -- the command --------------------------------------------------------------------------------------------------


@pytest.fixture
def gridgate(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


def test_a_learned_model_votes_in_explain_once_it_is_configured(gridgate: CommandLine) -> None:
    gridgate.file("rows.csv", CSV)
    learned = gridgate("learn", "rows.csv", "--out", "model.json", "--json")
    assert learned.code == 0, learned.err
    assert (learned.json["rows"], learned.json["left_out"], learned.json["configured"]) == (24, {}, False)
    silent = gridgate("explain", "盐港西路83号夜里漆黑一片什么都看不见", "--json")
    assert (silent.json["category"]["code"], silent.json["category"]["vote"]) == (None, None)
    gridgate.file("config.yaml", "learned_model: model.json\n")
    found = gridgate("explain", "盐港西路83号夜里漆黑一片什么都看不见", "--json").json["category"]
    assert (found["code"], found["vote"]["sure"]) == ("streetlight", True)
    assert found["vote"]["confidence"] >= 0.5
    said = gridgate("explain", "盐港西路83号夜里漆黑一片什么都看不见")
    assert any(line.startswith("vote        streetlight ") for line in said.lines)
    assert "category    streetlight (路灯不亮): no words" in said.lines


def test_the_configured_place_is_where_a_model_goes(gridgate: CommandLine) -> None:
    gridgate.file("config.yaml", "learned_model: var/model.json\n")
    gridgate.file("rows.csv", CSV)
    said = gridgate("learn", "rows.csv")
    assert said.code == 0, said.err
    assert (gridgate.folder / "var" / "model.json").is_file()
    assert said.lines[-1] == "it votes once the gateway is started again"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("learn", "--out", "m.json"), "name a FILE of rows, --from-ledger, or both"),
        (("learn", "rows.csv"), "say where the model goes"),
        (("learn", "nothing.csv", "--out", "m.json"), "nothing.csv: cannot be read"),
        (("learn", "few.csv", "--out", "m.json"), "too little to learn from: 2 rows"),
    ],
)
def test_what_cannot_be_learned_is_said_in_a_sentence(
    gridgate: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    gridgate.file("rows.csv", CSV)
    gridgate.file("few.csv", "text,label\n巷子太黑,streetlight\n怪味熏人,odour\n")
    found = gridgate(*arguments)
    assert found.code == 2
    assert said in found.err
    assert not (gridgate.folder / "m.json").exists()


def test_a_model_that_does_not_fit_the_book_stops_with_its_name(gridgate: CommandLine) -> None:
    save_model(replace(small_model(), labels=("dogs", "dragons", "streetlight")), gridgate.folder / "model.json")
    gridgate.file("config.yaml", "learned_model: model.json\n")
    said = gridgate("explain", "路灯不亮")
    assert said.code == 2
    assert "votes for dragons, which the rulebook dinghai has neither" in said.err


def test_check_names_a_model_that_cannot_vote(gridgate: CommandLine) -> None:
    gridgate.file("config.yaml", "learned_model: model.json\n")
    missing = gridgate("check", "--json")
    assert missing.code == 1
    assert [problem["field"] for problem in missing.json["problems"]] == ["learned_model"]
    save_model(small_model(), gridgate.folder / "model.json")
    assert gridgate("check").code == 0


def test_a_ledger_in_which_nobody_corrected_anything_teaches_nothing(gridgate: CommandLine) -> None:
    assert gridgate("init").code == 0
    found = gridgate("learn", "--from-ledger", "--out", "m.json")
    assert found.code == 2
    assert "too little to learn from: 0 rows" in found.err
