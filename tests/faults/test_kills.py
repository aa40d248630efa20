"""A short rehearsal with kill -9 on both kinds of database; the long one is a command of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.kills import rehearse


@pytest.mark.slow
def test_a_gateway_that_is_killed_again_and_again_loses_and_doubles_nothing(tmp_path: Path, database_url: str) -> None:
    report = rehearse(tmp_path, database_url, texts=40, kills=4, seed=11)
    assert report.broken == ()
    assert report.acknowledged == report.texts == 40
    assert report.kills == 4
