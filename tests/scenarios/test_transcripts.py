"""The stories of ``gridgate demo``, text by text, held against their transcripts.

A transcript that changed on purpose is written anew with ``GRIDGATE_TEST_WRITE=1`` and read before it is committed.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from gateway.demo import CITY, STORIES
from gateway.rehearsal import Rehearsal
from tests.scenarios.invariants import check_invariants
from tests.scenarios.telling import ZONE

TRANSCRIPTS = Path(__file__).parent / "transcripts"
#: Reply codes are derived from a secret and differ each time.
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")


def transcript_of(city: Rehearsal) -> str:
    lines = (
        f"{line.at.astimezone(ZONE):%m-%d %H:%M:%S} {'<' if line.direction == 'in' else '>'} "
        f"{line.address.value:<11} {CODE.sub('######', line.text)}\n"
        for line in city.transcript
    )
    return "".join(lines)


@pytest.mark.parametrize("name", STORIES)
def test_the_story_reads_as_before(name: str, ready_database_url: str) -> None:
    story = STORIES[name]
    city = Rehearsal(ready_database_url, start=story.start, city=CITY)
    story.play(city)
    told = transcript_of(city)
    check_invariants(city)
    city.close()
    file = TRANSCRIPTS / f"{name}.txt"
    if os.environ.get("GRIDGATE_TEST_WRITE"):
        file.write_text(told, "utf-8")
    assert told == file.read_text("utf-8")


def test_there_is_no_transcript_without_its_story() -> None:
    assert {file.stem for file in TRANSCRIPTS.iterdir()} == set(STORIES)
