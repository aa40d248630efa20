"""A whole gateway in training mode for tests: its clock stands still until somebody moves it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from gateway.books import read_book
from gateway.city_setup import load_registry
from gateway.clock import OffsetClock, VirtualClock
from gateway.config import Settings
from gateway.keys import read_master_key
from gateway.runtime import Runtime
from storage import sandbox, schema
from storage.database import Database
from storage.people import Keyring

#: A Tuesday on which the offices work.
START = datetime(2026, 8, 18, 9, 20, 4, tzinfo=ZoneInfo("Asia/Shanghai"))


def settings_of(url: str, folder: Path, **more: object) -> Settings:
    """Settings of a sandbox whose files lie in a folder."""
    values: dict[str, object] = {
        "sandbox": True,
        "database_url": url,
        "spool_folder": folder / "spool",
        "seal_file": folder / "seals.jsonl",
        "secrets": {"master_key": secrets.token_hex(32)},
    }
    return Settings.model_validate(values | more)


def set_up(settings: Settings) -> None:
    """What `gridgate init` does: schema and registry."""
    schema.upgrade(settings.database_url)
    with Database(settings.database_url, writer=True) as database:
        keyring = Keyring(read_master_key(settings))
        load_registry(database, keyring, read_book(settings.city), settings.city, START.astimezone(UTC))


@contextmanager
def opened(settings: Settings, start: datetime = START) -> Iterator[Runtime]:
    """The runtime on a clock of its own, moved as far ahead as it was before. Nothing is started."""
    with Database(settings.database_url, writer=False) as database, database.reading() as connection:
        offset = sandbox.clock_offset(connection)
    runtime = Runtime.open(settings, clock=OffsetClock(VirtualClock(start), offset))
    try:
        yield runtime
    finally:
        runtime.stop()
