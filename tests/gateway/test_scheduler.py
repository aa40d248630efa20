"""The heartbeat: what it hands in, and the seals it writes outside the database."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from gateway.rehearsal import Rehearsal
from gateway.scheduler import Heartbeat
from gateway.spool import Spool
from storage import seals


def heartbeat(city: Rehearsal, folder: Path) -> Heartbeat:
    return Heartbeat(
        city.engine,
        city.dispatcher,
        Spool(folder / "spool"),
        city.clock,
        seconds=1,
        seal_minutes=60,
        seal_file=folder / "seals.jsonl",
    )


def test_a_seal_stands_in_the_database_and_in_a_file_outside(database_url: str, tmp_path: Path) -> None:
    city = Rehearsal(database_url, start=datetime(2026, 8, 18, 1, 20, tzinfo=UTC))
    city.text("alice", "盐港西路83号三个烟囱日夜冒黑烟")
    heartbeat(city, tmp_path).seal()
    outside = [json.loads(line) for line in (tmp_path / "seals.jsonl").read_text().splitlines()]
    assert len(outside) == 1
    with city.database.reading() as connection:
        assert seals.verify_seals(connection, city.keyring, outside) is None
    city.close()


def test_a_spooled_text_becomes_a_case_with_the_next_beat(database_url: str, tmp_path: Path) -> None:
    city = Rehearsal(database_url, start=datetime(2026, 8, 18, 1, 20, tzinfo=UTC))
    spool = Spool(tmp_path / "spool")
    spool.keep(city.message("alice", "盐港西路83号三个烟囱日夜冒黑烟"))
    city.engine.start()
    heartbeat(city, tmp_path).beat()
    city.engine.stop()
    assert spool.count() == 0
    with city.database.reading() as connection:
        assert seals.verify_seals(connection, city.keyring) is None
    city.close()
