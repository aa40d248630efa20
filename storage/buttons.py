"""Buttons that were given out, found by the digests of their tokens."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, select

from routing_rules.buttons import Button
from storage import bulk, models

_button = models.button


def of_digests(connection: Connection, digests: Iterable[str]) -> list[Button]:
    """The buttons that these tokens may be."""
    found: list[Button] = []
    for chunk in bulk.chunks(digests):
        query = select(_button).where(_button.c.digest.in_(chunk))
        found.extend(Button(**row._mapping) for row in connection.execute(query))
    return found


def write(connection: Connection, buttons: Collection[Button]) -> None:
    """Write buttons as they are now."""
    bulk.upsert(connection, _button, [asdict(each) for each in buttons], key=("digest",))


def forget(connection: Connection, before: datetime) -> int:
    """Drop buttons that expired before a moment; returns how many."""
    return connection.execute(delete(_button).where(_button.c.expires_at < before)).rowcount
