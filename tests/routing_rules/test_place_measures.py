"""The figures of places on real data: names, outlines, addresses."""

from __future__ import annotations

import pytest

from tests.measures import addresses, areas, names

pytestmark = [pytest.mark.measure, pytest.mark.usefixtures("data_folder")]


def test_no_name_that_others_share_is_guessed():
    figures = names.measure()
    assert figures["wrong_texts"] == []
    assert figures["right"] > 1_000


def test_points_are_in_their_ward_and_the_city_hall_is_nowhere():
    figures = areas.measure()
    assert figures["good"], figures


def test_half_of_the_addresses_tell_where_the_other_half_lies():
    figures = addresses.measure()
    assert figures["good"], figures
