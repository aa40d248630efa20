"""A whole gateway in training mode for tests: nothing happens before somebody moves its clock."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway.app import create_app
from gateway.books import read_book
from gateway.city_setup import load_registry
from gateway.clock import Clock, OffsetClock, VirtualClock, WallClock
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


class RunningClock:
    """A clock that starts at a moment and goes on like the wall's."""

    def __init__(self, start: datetime) -> None:
        self._wall = WallClock()
        self._ahead = start.astimezone(UTC) - self._wall.utcnow()

    def utcnow(self) -> datetime:
        return self._wall.utcnow() + self._ahead

    def monotonic(self) -> float:
        return self._wall.monotonic()


@contextmanager
def opened(settings: Settings, clock: Clock | None = None) -> Iterator[Runtime]:
    """The runtime, its clock moved as far ahead as it was before; it stands at START if none is given.

    Nothing is started.
    """
    with Database(settings.database_url, writer=False) as database, database.reading() as connection:
        offset = sandbox.clock_offset(connection)
    runtime = Runtime.open(settings, clock=OffsetClock(clock or VirtualClock(START), offset))
    try:
        yield runtime
    finally:
        runtime.stop()


class Trainee:
    """Somebody at the page."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.client: FlaskClient = create_app(runtime).test_client()
        self._ids = count(1)

    def text(self, phone: str, words: str) -> None:
        body = {"from": phone, "text": words, "id": f"t{next(self._ids)}"}
        assert self.client.post("/webhooks/simulator", json=body).status_code == 200

    def post_move(self, wish: object, **headers: str) -> TestResponse:
        return self.client.post("/phones/clock", json=wish, headers=headers)

    def move(self, **wish: object) -> dict[str, Any]:
        answer = self.post_move(wish)
        assert answer.status_code == 200, answer.text
        return dict(answer.get_json())

    def state(self, *phones: str, **query: str) -> dict[str, Any]:
        found: dict[str, Any] = self.client.get(
            "/phones/state", query_string={"phone": list(phones), "lang": "zh", **query}
        ).get_json()
        return found

    def lines(self, phone: str) -> list[dict[str, Any]]:
        return list(self.state(phone)["phones"][0]["lines"])

    def texts(self, phone: str) -> list[str]:
        return [line["text"] for line in self.lines(phone) if line["direction"] == "out"]

    def times(self, phone: str) -> list[str]:
        return [line["time"] for line in self.lines(phone) if line["direction"] == "out"]

    def now(self) -> datetime:
        return self.runtime.clock.utcnow()

    def code(self, phone: str, containing: str = "") -> str:
        return next(
            found[0]
            for text in reversed(self.texts(phone))
            if containing in text and (found := re.search(r"(?<!\d)\d{6}(?!\d)", text))
        )
