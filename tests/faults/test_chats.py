"""A short rehearsal with chats and kill -9 on SQLite; the long ones are commands of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import Databases
from tests.faults.chats import rehearse_chats


@pytest.mark.slow
def test_people_in_chats_lose_nothing_and_hear_nothing_twice_while_the_gateway_is_killed(
    tmp_path: Path, sqlite: Databases
) -> None:
    report = rehearse_chats(tmp_path, sqlite.empty(), teams=2, rounds=2, kills=6, seed=11)
    assert report.broken == ()
    assert report.conversations == report.wanted == 4
    assert report.kills == 6
