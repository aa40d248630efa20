"""Segments: vectors of others, borders where counters that divide go wrong, a carrier that really cuts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing_rules.segments import LIMITS, Encoding, Segments, count_segments, fits_one, room

ESCAPED = "|^€{}[]~\\\f"
#: 3GPP TS 23.038, 6.2.1, without the extension table and the escape.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)


def test_every_vector_of_the_public_calculator_is_met(data_folder: Path):
    vectors = json.loads((data_folder / "vectors" / "sms_segment_vectors.json").read_text(encoding="utf-8"))
    assert len(vectors["vectors"]) == 10
    for vector in vectors["vectors"]:
        counted = count_segments(vector["body"])
        assert (counted.encoding, counted.count) == (vector["encoding"], vector["segments"]), vector
        bits = 7 if vector["encoding"] == "GSM-7" else 16
        header = 48 * counted.count if counted.count > 1 else 0
        assert counted.units * bits + header == vector["totalSize"], vector
    for character in vectors["gsm7_escape_chars"]:
        assert count_segments(character) == Segments(Encoding.GSM_7, 2, 1)


def test_the_whole_alphabet_of_gsm_travels_as_septets():
    assert len(BASIC) == len(set(BASIC)) == 127
    for character in BASIC:
        assert count_segments(character) == Segments(Encoding.GSM_7, 1, 1), character
    for character in ESCAPED:
        assert count_segments(character) == Segments(Encoding.GSM_7, 2, 1), character


@pytest.mark.parametrize("character", ["ç", "`", "á", "中", "“", "’", "—", "\t", "\x1b", "\x00", "\u00a0"])
def test_one_character_outside_the_alphabet_turns_the_whole_text_into_ucs_2(character):
    assert count_segments("a" * 50 + character) == Segments(Encoding.UCS_2, 51, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("GSM-7", 0, 0)),
        ("a" * 160, ("GSM-7", 160, 1)),
        ("a" * 161, ("GSM-7", 161, 2)),
        ("a" * 306, ("GSM-7", 306, 2)),
        ("a" * 307, ("GSM-7", 307, 3)),
        ("灯" * 70, ("UCS-2", 70, 1)),
        ("灯" * 71, ("UCS-2", 71, 2)),
        ("灯" * 134, ("UCS-2", 134, 2)),
        ("灯" * 135, ("UCS-2", 135, 3)),
        # Exactly one segment of escaped pairs, and one pair more.
        ("€" * 80, ("GSM-7", 160, 1)),
        ("€" * 81, ("GSM-7", 162, 2)),
        # 306 septets would fill two segments, but no pair is cut: 76 fit into 153 septets.
        ("€" * 152, ("GSM-7", 304, 2)),
        ("€" * 153, ("GSM-7", 306, 3)),
        ("a" * 152 + "€" + "a" * 151, ("GSM-7", 305, 2)),
        ("a" * 152 + "€" + "a" * 152, ("GSM-7", 306, 3)),
        ("a" * 151 + "€" + "a" * 153, ("GSM-7", 306, 2)),
        # The same with surrogate pairs: 33 fit into 67 code units.
        ("😜" * 35, ("UCS-2", 70, 1)),
        ("😜" * 66, ("UCS-2", 132, 2)),
        ("😜" * 67, ("UCS-2", 134, 3)),
        ("灯" * 66 + "😜" + "灯" * 65, ("UCS-2", 133, 2)),
        ("灯" * 66 + "😜" + "灯" * 66, ("UCS-2", 134, 3)),
    ],
)
def test_no_character_is_cut_at_the_border_of_a_segment(text, expected):
    counted = count_segments(text)
    assert (counted.encoding, counted.units, counted.count) == expected


def test_a_lone_surrogate_is_counted_and_does_no_harm():
    assert count_segments("灯\ud83d") == Segments(Encoding.UCS_2, 2, 1)


@pytest.mark.parametrize(
    ("text", "fits", "left"),
    [
        ("", True, 160),
        ("a", True, 159),
        ("灯", True, 69),
        ("灯" * 70, True, 0),
        ("灯" * 71, False, -1),
        ("€" * 81, False, -2),
    ],
)
def test_the_room_that_is_left_says_whether_a_text_fits(text, fits, left):
    assert fits_one(text) is fits
    assert room(text) == left


def cut_like_a_carrier(text: str) -> list[bytes]:
    """Encode a text and cut it, character by character, into the pieces that a carrier would send."""
    if set(text) <= set(BASIC + ESCAPED):
        encoding, encoded = Encoding.GSM_7, [b"\x1b." if character in ESCAPED else b"." for character in text]
        width = 1
    else:
        encoding, encoded = Encoding.UCS_2, [character.encode("utf-16-be") for character in text]
        width = 2
    single, part = (limit * width for limit in LIMITS[encoding])
    if len(b"".join(encoded)) <= single:
        return [b"".join(encoded)] if text else []
    pieces = [b""]
    for character in encoded:
        if len(pieces[-1]) + len(character) > part:
            pieces.append(b"")
        pieces[-1] += character
    return pieces


characters = st.sampled_from("a1 é灯😜€[\n") | st.characters(codec="utf-8")
#: Runs of one character reach the borders that random texts rarely do.
texts = st.lists(st.tuples(characters, st.integers(1, 90)), max_size=8).map(
    lambda runs: "".join(character * times for character, times in runs)
)


@given(texts)
def test_a_carrier_that_really_cuts_needs_as_many_pieces(text):
    pieces = cut_like_a_carrier(text)
    counted = count_segments(text)
    assert counted.count == len(pieces)
    assert counted.units == len(b"".join(pieces)) // (1 if counted.encoding is Encoding.GSM_7 else 2)
    assert fits_one(text) is (len(pieces) <= 1)
    assert fits_one(text) is (room(text) >= 0)
