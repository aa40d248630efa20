"""What is taken out of foreign texts, and that nothing else is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from handlers.cleaning import checked_point, clean_text
from routing_rules.messages import Point


@given(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=200))
def test_a_text_that_can_be_stored_stays_as_it_is(text: str) -> None:
    assert clean_text(text) == text


@given(st.text(st.characters(), max_size=100), st.integers(0, 60))
def test_whatever_comes_out_can_be_stored_and_is_short_enough(text: str, most: int) -> None:
    cleaned = clean_text(text, most)
    assert len(cleaned.encode("utf-8")) <= most
    assert "\0" not in cleaned


def test_an_emoji_at_the_border_is_left_out_whole() -> None:
    assert clean_text("abc🔥", 6) == "abc"
    assert clean_text("abc🔥", 7) == "abc🔥"


@given(st.floats(), st.floats())
def test_a_position_is_on_earth_or_nowhere(lat: float, lon: float) -> None:
    on_earth = -90 <= lat <= 90 and -180 <= lon <= 180 and (lat, lon) != (0, 0)
    assert checked_point(lat, lon) == (Point(lat, lon) if on_earth else None)
