"""The model as a value and as a file: what it says, which pieces spoke, and that a bad file is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing_rules.learned import BITS, MOST_READ, Learned, LearnedError, pieces
from routing_rules.learned_file import read_model, written_model
from tests.known_rows import ROWS, small_model

MODEL = small_model()
FILE = written_model(MODEL)


def chosen(model: Learned, text: str) -> str:
    return model.labels[int(model.margins(model.count(text)).argmax())]


def test_the_model_says_the_label_of_texts_it_has_not_seen() -> None:
    assert chosen(MODEL, "夜里漆黑一片") == "streetlight"
    assert chosen(MODEL, "怪味飘过来了") == "odour"
    assert chosen(MODEL, "大黄又追人了") == "dogs"


@pytest.mark.parametrize(
    ("text", "label", "piece"), [("门口的大黄追人", "dogs", "大黄"), ("怪味熏人", "odour", "怪味")]
)
def test_the_pieces_that_spoke_are_words_of_the_text(text: str, label: str, piece: str) -> None:
    spoke = MODEL.spoke(text, label, "streetlight")
    assert spoke[0] == piece
    assert all(each in text for each in spoke)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("路灯坏了3天", "路灯坏了25天"),
        ("路灯坏了!!!", "路灯坏了。"),
        ("The LIGHT is out", "the light is  out"),
        ("ABC坏了", "abc坏了"),
    ],
)
def test_numbers_signs_and_capitals_make_no_difference(one: str, other: str) -> None:
    assert pieces(one).tolist() == pieces(other).tolist()


def test_a_latin_word_is_one_piece_and_a_chinese_character_too() -> None:
    assert len(pieces("street")) == 1
    assert len(pieces("路灯")) == 3
    assert len(pieces("street light")) == 3 + 2


def test_a_text_without_end_is_read_as_far_as_anybody_would() -> None:
    assert len(pieces("路" * 5000)) == 2 * MOST_READ - 1


@given(st.text(max_size=300))
def test_any_text_has_a_margin_for_each_label(text: str) -> None:
    numbers = pieces(text)
    assert ((numbers >= 0) & (numbers < 1 << BITS)).all()
    margins = MODEL.margins(MODEL.count(text))
    assert margins.shape == (3,)
    assert np.isfinite(margins).all()
    assert len(MODEL.spoke(text, "dogs", None)) <= 4


def test_the_file_gives_the_same_model_back() -> None:
    again = read_model(FILE)
    assert written_model(again) == FILE
    for row in ROWS:
        assert again.margins(again.count(row.text)).tolist() == MODEL.margins(MODEL.count(row.text)).tolist()


def test_the_file_holds_no_words_of_the_texts() -> None:
    assert not any(row.text[:4] in FILE for row in ROWS)


def changed(change: Callable[[dict[str, Any]], object]) -> str:
    found = json.loads(FILE)
    change(found)
    return json.dumps(found)


BAD = {
    "empty": ("", "no JSON"),
    "cut off": (FILE[: len(FILE) // 2], "cut off"),
    "a list": ("[]", "no trained model"),
    "deep": ("[" * 100_000, "no trained model"),
    "something else": ('{"format": "pickle"}', "no trained model"),
    "another version": (changed(lambda f: f.update(version=99)), "gridgate learn"),
    "other bits": (changed(lambda f: f.update(bits=8)), "gridgate learn"),
    "no labels": (changed(lambda f: f.update(labels=[])), "labels"),
    "labels twice": (changed(lambda f: f.update(labels=["dogs", "dogs", "odour"])), "labels"),
    "labels out of order": (changed(lambda f: f["labels"].reverse()), "sorted"),
    "labels that are none": (changed(lambda f: f.update(labels=[1, 2, 3])), "labels"),
    "huge": (changed(lambda f: f.update(pieces=10**12)), "larger"),
    "negative": (changed(lambda f: f.update(pieces=-1)), "larger"),
    "fewer pieces": (changed(lambda f: f.update(pieces=f["pieces"] - 1)), "more or fewer"),
    "true pieces": (changed(lambda f: f.update(pieces=True)), "larger"),
    "no sharpness": (changed(lambda f: f.update(sharpness="1")), "sharpness"),
    "endless sharpness": (changed(lambda f: f.update(sharpness=float("inf"))), "sharpness"),
    "no arrays": (changed(lambda f: f.pop("arrays")), "unpacked"),
    "no base64": (changed(lambda f: f["arrays"].update(known="~~~")), "unpacked"),
    "not packed": (changed(lambda f: f["arrays"].update(known="QUJD")), "unpacked"),
    "swapped": (changed(lambda f: f["arrays"].update(scale=f["arrays"]["bias"])), "checksum"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_model_is_refused_with_a_sentence(name: str) -> None:
    text, word = BAD[name]
    with pytest.raises(LearnedError, match=word):
        read_model(text)


@given(st.integers(0, len(FILE) - 1), st.sampled_from('AZ09+="{},:x\n'))
def test_a_changed_character_never_gives_another_model(at: int, char: str) -> None:
    try:
        found = read_model(FILE[:at] + char + FILE[at + 1 :])
    except LearnedError:
        return
    assert found.speaks.tobytes() == MODEL.speaks.tobytes()
    assert found.known.tobytes() == MODEL.known.tobytes()
