"""The score of a diary entry: what earns points, and that a copy earns none for being new."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing_rules.diary import score

VISIT = "走访3幢4户独居老人,检查燃气阀门和电线,都没有问题"


@pytest.mark.parametrize(
    ("words", "more", "points", "merits"),
    [
        ("", {}, 0, ()),
        ("好", {}, 21, ("length", "novel")),
        ("!!!,,,", {}, 0, ()),
        (VISIT, {}, 44, ("length", "novel")),
        (VISIT, {"has_place": True}, 64, ("length", "place", "novel")),
        (VISIT, {"has_photo": True}, 54, ("length", "novel", "photo")),
        (VISIT, {"has_case": True}, 54, ("length", "novel", "case")),
        ("走访" * 30, {"has_place": True, "has_photo": True, "has_case": True}, 100,
         ("length", "place", "novel", "photo", "case")),
    ],
)  # fmt: skip
def test_an_entry_earns_its_points(words: str, more: dict[str, bool], points: int, merits: tuple[str, ...]) -> None:
    flags = {"has_place": False, "has_photo": False, "has_case": False, **more}
    assert score(words, (), **flags) == (points, merits)


@pytest.mark.parametrize("earlier", [VISIT, VISIT + "。", VISIT.replace("3幢", "4幢")])
def test_a_copy_is_not_new(earlier: str) -> None:
    points, merits = score(VISIT, (earlier,), has_place=False, has_photo=False, has_case=False)
    assert (points, "novel" in merits) == (24, False)


@given(st.text(max_size=300), st.lists(st.text(max_size=60), max_size=5), st.booleans(), st.booleans(), st.booleans())
def test_a_score_lies_between_0_and_100_and_more_never_hurts(
    words: str, earlier: list[str], place: bool, photo: bool, case: bool
) -> None:
    points, merits = score(words, earlier, has_place=place, has_photo=photo, has_case=case)
    assert 0 <= points <= 100
    assert bool(points) == bool(merits)
    with_photo, _ = score(words, earlier, has_place=place, has_photo=True, has_case=case)
    assert with_photo >= points
